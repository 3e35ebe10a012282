"""The SQL we send: ``SELECT $Name, $Parent FROM Ledger``, and nothing else.

Tally's processor knows SELECT, FROM, WHERE and ORDER BY over one collection. We use the first two: a condition would
need text of a user inside a string literal, and how Tally escapes a quote there is not documented; order and selection
cost nothing here. Every name comes from ``tables.py`` and is checked once more, so that no text can become syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from canonical.errors import InvariantError

_TABLE = re.compile(r"[A-Za-z]\w{0,63}", re.ASCII)
_METHOD = re.compile(r"_?[A-Za-z]\w{0,63}", re.ASCII)


def select(table: str, methods: Iterable[str]) -> str:
    """Return the statement that reads methods of a table.

    >>> select("Ledger", ["Name", "_ClosingBalance"])
    'SELECT $Name, $_ClosingBalance FROM Ledger'

    Raises:
        InvariantError: a name is not an identifier; our own list is wrong.
    """
    columns = [_checked(method, _METHOD) for method in methods]
    if not columns:
        raise InvariantError(f"No method of {table} was asked for.", code="tally.odbc.statement")
    return f"SELECT {', '.join(f'${column}' for column in columns)} FROM {_checked(table, _TABLE)}"


def _checked(name: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(name):
        raise InvariantError(f"{name[:40]!r} cannot be the name of a table or method.", code="tally.odbc.statement")
    return name
