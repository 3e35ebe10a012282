"""The SQL that is understood: columns, count or extremes of one table, rows by values or a range. The rest is refused.

Names of databases and tables, and of the two catalogues a reader asks, are SQL Server's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.busy.columns import TABLES, Column

Row = Mapping[str, Any]
Databases = Mapping[str, Mapping[str, Sequence[Row]]]
"""Rows by database and table."""

_SELECT = re.compile(
    r"\s*SELECT\s+(?P<what>COUNT\(\*\)(?:\s+AS\s+\w+)?|.+?)\s+FROM\s+(?P<table>[\w.\[\]]+)"
    r"(?:\s+WHERE\s+(?P<column>[\w\[\]]+)\s+"
    r"(?:IN\s*\((?P<values>[^)]*)\)|BETWEEN\s+(?P<low>-?\d+)\s+AND\s+(?P<high>-?\d+)))?\s*;?\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_EXTREME = re.compile(r"(MIN|MAX)\(\[?(\w+)\]?\)\s+AS\s+(\w+)", re.IGNORECASE)
_DATABASE_NAME = re.compile(r"\s*SELECT\s+DB_NAME\(\)\s+AS\s+(\w+)\s*\Z", re.IGNORECASE)
_NAME_COLUMN = Column("name", "T", 128)


class Refused(Exception):
    """A statement that is not answered: SQL Server's number and words."""

    def __init__(self, number: int, severity: int, text: str) -> None:
        super().__init__(text)
        self.number, self.severity, self.text = number, severity, text


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows."""

    shape: tuple[Column, ...]
    rows: Iterable[tuple[Any, ...]]


def select(databases: Databases, database: str, statement: str, parameters: Sequence[Any] = ()) -> Answer:
    """Answer a statement.

    Raises:
        Refused: it is none that is understood, or there is no such table or column.
    """
    named = _DATABASE_NAME.match(statement)
    if named:
        return Answer((Column(named[1], "T", 128),), [(database,)])
    match = _SELECT.match(statement)
    if match is None:
        raise Refused(229, 14, f"The permission was denied, or the statement is not understood: {statement[:80]}")
    table = match["table"].replace("[", "").replace("]", "")
    if table.casefold() == "sys.databases":
        return Answer((_NAME_COLUMN,), [(name,) for name in sorted(databases)])
    held = databases[database]
    if table.casefold() == "information_schema.tables":
        return Answer((Column("TABLE_NAME", "T", 128),), [(name,) for name in held])
    name = next((one for one in held if one.casefold() == table.casefold()), None)
    if name is None:
        raise Refused(208, 16, f"Invalid object name '{table}'.")
    rows = _filtered(held[name], match, parameters)
    if match["what"].upper().startswith("COUNT(*)"):
        alias = match["what"].split()[-1] if " " in match["what"] else ""
        return Answer((Column(alias, "L"),), [(len(rows),)])
    extremes = _EXTREME.findall(match["what"])
    if extremes:
        return _extremes(name, rows, extremes)
    shape = _shape(name, match["what"])
    return Answer(shape, (tuple(row[column.name] for column in shape) for row in rows))


def _extremes(table: str, rows: Sequence[Row], asked: Sequence[tuple[str, str, str]]) -> Answer:
    shape = tuple(Column(alias, _kind_of(table, column)) for _, column, alias in asked)
    words = {"MIN": min, "MAX": max}
    values = tuple(words[word.upper()](row[column] for row in rows) if rows else None for word, column, _ in asked)
    return Answer(shape, [values])


def _kind_of(table: str, column: str) -> str:
    return next(one.kind for one in TABLES[table] if one.name == column)


def _shape(table: str, what: str) -> tuple[Column, ...]:
    if what.strip() == "*":
        return TABLES[table]
    known = {column.name.casefold(): column for column in TABLES[table]}
    wanted = [part.strip().strip("[]").casefold() for part in what.split(",")]
    missing = [name for name in wanted if name not in known]
    if missing:
        raise Refused(207, 16, f"Invalid column name '{missing[0]}'.")
    return tuple(known[name] for name in wanted)


def _filtered(rows: Sequence[Row], match: re.Match[str], parameters: Sequence[Any]) -> Sequence[Row]:
    if match["column"] is None:
        return rows
    column = match["column"].strip("[]")
    if match["low"] is not None:
        return [row for row in rows if int(match["low"]) <= row[column] <= int(match["high"])]
    wanted = {_literal(part.strip(), parameters) for part in match["values"].split(",")}
    return [row for row in rows if row[column] in wanted]


def _literal(text: str, parameters: Sequence[Any]) -> Any:
    """A number, or a parameter by its place: ``@P1``."""
    if text.startswith("@"):
        return parameters[int(re.sub(r"\D", "", text)) - 1]
    return int(text)
