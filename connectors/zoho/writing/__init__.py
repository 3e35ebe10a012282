"""Writing to Zoho Books: customers, items, invoices and payments, each made once and read back.

POST is not idempotent at Zoho, so nothing is made by POST: a new object is made by PUT on its list with a unique custom
field of ours (``X-Unique-Identifier-*``, ``X-Upsert``), which finds it again when the call is repeated. An invoice is
made as a draft and then marked as sent, by a call of its own that may be repeated too.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``books.py``.
"""
