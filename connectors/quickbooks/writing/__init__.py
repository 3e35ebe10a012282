"""Writing to QuickBooks: customers, items, invoices and payments, each made once and read back.

Every call bears a ``requestid``: QuickBooks answers one it has seen as the first time and does nothing. Changes bear
the ``SyncToken`` that was read, so a change of somebody else's in between is refused (5010). Batches are never used.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``books.py``.
"""
