"""Tally (ERP 9 and TallyPrime): file exports today; gateway and ODBC later.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``README.md``, then ``tap.py`` (what is read) and ``translate/`` (what it means).
"""
