"""Upsert: canonical records into versioned tables, writing only what changed.

Start at ``plan.py`` (decides), then ``kinds.py`` (which table and columns a record has) and ``voucher_rows.py`` (what
hangs on a voucher). The order of arrival of masters and vouchers does not matter.
"""
