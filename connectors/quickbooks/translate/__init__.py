"""What a record of QuickBooks means: documents to vouchers whose postings follow from QuickBooks' rules.

May import: ``canonical``, ``connectors.sdk``, the rest of ``connectors.quickbooks``.
Start at: ``translator.py``, then ``trade.py`` (documents of trade) and ``money.py`` (payments, deposits, journals).
"""
