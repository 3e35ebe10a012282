"""What rows mean by their mapping: parties and their open bills, invoices, entries of ledgers.

May import: ``canonical``, ``connectors.sdk``, the rest of ``connectors.spreadsheet``.
Start at: ``translator.py``.
"""
