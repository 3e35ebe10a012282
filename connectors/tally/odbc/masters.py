"""Rows of a table as the objects that Tally's XML would have sent, and as records of the tap.

A row becomes a node with the tags of ``tables.py``, so one translation serves all routes. Columns are found by name,
with or without ``$``, table name and back quotes; where the driver names them otherwise, by position. Which of the
predefined groups a group is tells ``$ReservedName``; a Tally that does not expose it leaves the name, which is right
unless somebody renamed the group.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from canonical.issue import Issue, IssueLevel
from canonical.ledger import ReservedGroup, name_key
from connectors.tally.odbc import failure
from connectors.tally.odbc.decoding import UndecodableError, decode
from connectors.tally.odbc.session import Rows
from connectors.tally.odbc.tables import GROUPS, Method, Table
from connectors.tally.tree import Node

_PREDEFINED = frozenset(name_key(group.value) for group in ReservedGroup)
_EXAMPLES = 3


@dataclass(slots=True)
class Objects:
    """A table as objects.

    Attributes:
        nodes: the objects, in the driver's order.
        missing: tags that were asked for and not answered, or not asked for because this Tally lacks them.
        issues: what could not be read.
    """

    nodes: list[Node] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()


def read_objects(table: Table, asked: Sequence[str], rows: Rows, where: str) -> Objects:
    """Turn an answer into objects.

    Args:
        table: what was asked for.
        asked: the methods of the statement, in its order, without ``$``.
        rows: the answer.
        where: the source for people, for issues.

    Raises:
        SourceMalformed: ``tally.odbc.column_missing``: no name, or columns that cannot be told apart.
    """
    places = _places(table, asked, rows.columns, where)
    reading = _Reading(table, where, rows.sizes)
    reading.note_bad_rows(rows.bad)
    nodes = [node for number, row in enumerate(rows.rows, start=1) if (node := reading.node(row, places, number))]
    held = {method.tag for method in table.methods if any(name in places for name in method.names)}
    missing = tuple(method.tag for method in table.methods if method.tag not in held)
    return Objects(nodes=nodes, missing=missing, issues=tuple(reading.issues()))


def _places(table: Table, asked: Sequence[str], columns: Sequence[str], where: str) -> dict[str, int]:
    """Return where each method stands in a row, by its name in our spelling."""
    spelling = {name.casefold(): name for name in asked}
    plain = [plain_name(column).casefold() for column in columns]
    places = {spelling[name]: index for index, name in enumerate(plain) if name in spelling}
    if len(places) < len(asked) and len(columns) == len(asked) and not places:
        places = {name: index for index, name in enumerate(asked)}
    for method in table.methods:
        if method.is_core and method.tag == "@NAME" and not any(name in places for name in method.names):
            raise failure.column_missing(where, table.names[0], method.names[0])
    return places


def plain_name(column: str) -> str:
    """Return a column's method: without table, back quotes and ``$``.

    >>> plain_name("Ledger.`$_ClosingBalance`"), plain_name("$Name")
    ('_ClosingBalance', 'Name')
    """
    return column.rpartition(".")[2].strip('`"[] ').removeprefix("$")


class _Reading:
    """One table being read; collects what is wrong by column, with a few examples."""

    def __init__(self, table: Table, where: str, sizes: Sequence[int]) -> None:
        self._table, self._where, self._sizes = table, where, sizes
        self._unreadable: dict[str, list[str]] = {}
        self._cut: dict[str, list[str]] = {}
        self._bad: list[tuple[int, str]] = []
        self._nameless = 0
        self._assumed = 0

    def note_bad_rows(self, bad: Sequence[tuple[int, str]]) -> None:
        """Remember rows that the driver could not hand over."""
        self._bad.extend(bad)

    def node(self, row: Sequence[Any], places: dict[str, int], number: int) -> Node | None:
        """Return a row as an object; None if it has no name."""
        node: Node = {}
        for method in self._table.methods:
            text = self._first(method, row, places, str(node.get("@NAME") or f"row {number}"))
            if text:
                node[method.tag] = text
        if not node.get("@NAME"):
            self._nameless += 1
            return None
        if self._table is GROUPS:
            self._reserve(node)
        return node

    def _first(self, method: Method, row: Sequence[Any], places: dict[str, int], label: str) -> str:
        for name in method.names:
            index = places.get(name)
            if index is None or index >= len(row):
                continue
            try:
                decoded = decode(row[index], method.kind, self._sizes[index] if index < len(self._sizes) else 0)
            except UndecodableError as error:
                self._unreadable.setdefault(method.tag, []).append(f"{label} ({error})")
                continue
            if decoded.is_cut:
                self._cut.setdefault(method.tag, []).append(decoded.text if method.tag == "@NAME" else label)
            if decoded.text:
                return decoded.text
        return ""

    def _reserve(self, node: Node) -> None:
        if "@RESERVEDNAME" not in node and node.get("ISRESERVED") != "No" and name_key(node["@NAME"]) in _PREDEFINED:
            node["@RESERVEDNAME"] = node["@NAME"]
            self._assumed += 1

    def issues(self) -> Iterator[Issue]:
        """What a person should know, one issue per column and kind of trouble."""
        kind = self._table.names[0]
        for tag, found in self._unreadable.items():
            yield self._issue(
                "tally.odbc.value_unreadable",
                IssueLevel.WARNING,
                f"{kind}: {tag} of {len(found)} rows cannot be read and was left out: {_some(found)}.",
                hint="Read the books over the XML gateway or from an export to have these values.",
                count=len(found),
            )
        for tag, found in self._cut.items():
            yield self._issue(
                "tally.odbc.value_cut",
                IssueLevel.WARNING,
                f"{kind}: {tag} of {len(found)} rows fills its column and may have been cut: {_some(found)}.",
                hint="Compare these names with Tally; the XML gateway cuts nothing.",
                count=len(found),
            )
        if self._bad or self._nameless:
            reasons = [f"row {number} ({reason})" for number, reason in self._bad]
            count = len(self._bad) + self._nameless
            yield self._issue(
                "tally.odbc.row_unreadable",
                IssueLevel.WARNING,
                f"{kind}: {count} rows were left out, the driver could not hand them over: {_some(reasons)}.",
                hint="Read the books over the XML gateway or from an export to have these rows.",
                count=count,
            )
        if self._assumed:
            yield self._issue(
                "tally.odbc.group_assumed",
                IssueLevel.INFO,
                f"{self._assumed} groups are taken as predefined ones by their names; this Tally does not say.",
                hint="Nothing to do unless a predefined group was renamed and its name given to another.",
                count=self._assumed,
            )

    def _issue(self, code: str, level: IssueLevel, message: str, *, hint: str, count: int) -> Issue:
        return Issue(code=code, level=level, message=message, where=self._where, hint=hint, facts={"rows": count})


def _some(found: Sequence[str]) -> str:
    more = f" and {len(found) - _EXAMPLES} more" if len(found) > _EXAMPLES else ""
    return f"{', '.join(found[:_EXAMPLES])}{more}" if found else "they have no name"
