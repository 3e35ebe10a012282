"""Turning results into what people read: one report value, four formats.

A report is built once as a ``Sheet`` (typed columns, rows, totals, notes) and then written as a terminal table with
Indian digit grouping, or as JSON, CSV or XLSX with plain decimals. Commands never format anything themselves.
May import: canonical, receivables, workflows values; nothing of cli or api.
Start at: ``sheet.py``.
"""
