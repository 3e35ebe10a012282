"""Imports: what a client may write through the gateway, with the traps measured on live companies.

May import: the rest of ``sandbox.tally.books``.
Start at: ``envelope.py`` for the two forms of a request, ``vouchers.py`` and ``masters.py`` for what each action does.
"""

from sandbox.tally.books.importing.envelope import ImportRequest, read_import
from sandbox.tally.books.importing.result import ImportResult
from sandbox.tally.books.importing.run import import_objects

__all__ = ["ImportRequest", "ImportResult", "import_objects", "read_import"]
