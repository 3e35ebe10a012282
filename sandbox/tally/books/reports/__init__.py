"""Named reports, as the gateway answers them: bare siblings without header, or objects in an envelope.

May import: the rest of ``sandbox.tally.books``.
Start at: ``catalogue.py``, which report is written by what.
"""

from sandbox.tally.books.reports.catalogue import REPORTS, run_report

__all__ = ["REPORTS", "run_report"]
