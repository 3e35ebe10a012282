"""A small world with known truth: one synthetic Indian trading business and the files its systems would write.

What it is: ``world`` (the business, its year and its truth), ``tally`` (file exports, live books, a fake gateway over
them), ``quickbooks`` (live books behind a fake QuickBooks Online), ``marg`` (branches, sale bills, a fake EDE),
``web`` (what fake web APIs share), ``spoil`` (bad files for tests).
May import: ``canonical``. Only tests, bench and the demo and sandbox commands import it.
Start at: ``world/business.py`` for the business, ``tally/write.py`` for files, ``tally/gateway`` for the fake Tally,
``quickbooks/app.py`` for the fake QuickBooks.
"""
