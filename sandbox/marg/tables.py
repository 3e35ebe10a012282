"""The branches' rows as SQL for a server: a table per collection, several branches in each.

No public source shows the tables of Marg's SQL Server edition. Names and columns here are those of the web API's
collections, which is an assumption; the connector says so too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.marg.branch import COLLECTIONS, Branch

Row = dict[str, Any]
Statement = tuple[str, list[tuple[Any, ...]]]
"""SQL, and the values of its parameters, a tuple for each row."""
BRANCHES = "Masters"
_DATES = frozenset({"Date", "ODate", "BatDate", "SupDate"})


def table_statements(branches: Iterable[Branch]) -> Iterator[Statement]:
    """Yield the statements that make and fill the tables, as MariaDB and MySQL take them."""
    held = list(branches)
    yield from _table(BRANCHES, [branch.masters for branch in held])
    for name in COLLECTIONS:
        rows = [row for branch in held for row in branch.of(name)]
        if rows:
            yield from _table(name, rows)


def _table(name: str, rows: list[Row]) -> Iterator[Statement]:
    columns = list(rows[0])
    yield f"DROP TABLE IF EXISTS {name}", []
    yield f"CREATE TABLE {name} ({', '.join(f'`{one}` {_type(one, rows)}' for one in columns)})", []
    marks = ", ".join("?" for _ in columns)
    yield (
        f"INSERT INTO {name} ({', '.join(f'`{one}`' for one in columns)}) VALUES ({marks})",
        [tuple(_value(column, row[column]) for column in columns) for row in rows],
    )


def _type(column: str, rows: list[Row]) -> str:
    values = [row[column] for row in rows]
    if column in _DATES:
        return "DATE"
    if all(isinstance(value, int) for value in values):
        return "INT"
    if all(isinstance(value, int | Decimal) for value in values):
        return "DECIMAL(18,4)"
    return "VARCHAR(191)"


def _value(column: str, value: Any) -> Any:
    return date.fromisoformat(value) if column in _DATES else value
