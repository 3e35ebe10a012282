"""The reports: the product's own totals, which a sync is proven against.

What it is: ``request.py`` (parameters), ``shape.py`` (rows and columns), ``figures.py`` (balances as of a day from what
the documents posted), and one module per kind of report; ``catalogue.py`` knows them by name.
"""

from sandbox.quickbooks.reports.catalogue import run_report

__all__ = ["run_report"]
