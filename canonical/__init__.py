"""The words of the business: values that every other package speaks.

What it is: money, dates, identifiers, masters, vouchers, raw records, issues, proofs, errors and their JSON codec.
May import: the standard library, nothing else (``tests/architecture`` enforces it).
Start at: ``voucher.py`` for a transaction, ``record.py`` for where a value came from, ``errors.py`` for what breaks.
"""
