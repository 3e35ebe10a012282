"""Figures computed by the database: control totals, trial balance, open bills, ageing, ledger entries, traces.

Start at ``book.py``, which lists them; ``ageing.py`` is the one with a speed promise (a million open bills in under
two seconds).
"""
