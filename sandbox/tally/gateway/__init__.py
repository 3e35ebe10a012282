"""A fake Tally gateway: real HTTP on loopback over live books, speaking what real clients speak.

What it is: the HTTP server with its failure switches, request reading (XML and JSON), collections with inline TDL,
custom and named reports, objects, functions, imports.
May import: ``canonical``, ``sandbox.tally.books``.
Start at: ``server.py`` (``serve``), ``application.py`` (what becomes of a request), ``faults.py`` (the switches),
``tdl/`` (the expression language). README.md says what is known of the real one and what is not.
"""

from sandbox.tally.gateway.faults import BalanceRule, Faults, PeriodRule, UnmatchedCompany
from sandbox.tally.gateway.server import Running, Served, serve

__all__ = ["BalanceRule", "Faults", "PeriodRule", "Running", "Served", "UnmatchedCompany", "serve"]
