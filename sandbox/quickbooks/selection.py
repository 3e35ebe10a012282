"""Which objects a query finds, in which order, and which of them are on its page.

Unless ``Active`` is asked by, inactive members of lists are hidden; voided documents are found. Without an order,
documents come newest change first and lists by name (both recorded).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.quickbooks.catalogue import BY_FOLDED, Entity
from sandbox.quickbooks.company import Company
from sandbox.quickbooks.language import Condition, Query, parse_query
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.settings import setting_documents
from sandbox.quickbooks.shelf import Document, Record
from sandbox.quickbooks.times import parse_time

_META = {
    "metadata.createtime": "created",
    "metadata.lastupdatedtime": "updated",
}
_KEPT = 16
"""Sorted results of this many queries are kept for their next pages, until the books change."""


@dataclass(slots=True)
class Quirks:
    """Behaviour that was seen and may be switched on.

    Attributes:
        extra_row: a page holds one row more than asked for (seen as 101 rows for 100).
        always_counts: every answer has ``totalCount``.
    """

    extra_row: bool = False
    always_counts: bool = False


@dataclass(slots=True)
class Selector:
    """Answers queries over one company's books."""

    company: Company
    quirks: Quirks = field(default_factory=Quirks)
    hidden: set[str] = field(default_factory=set)
    """Entities the user who consented may not see (5020)."""
    not_in_plan: set[str] = field(default_factory=set)
    """Entities the company's plan does not have (5030)."""
    _kept: dict[str, tuple[int, list[Record]]] = field(default_factory=dict)

    def answer(self, text: str) -> Document:
        """Answer a query with what goes into ``QueryResponse``.

        Raises:
            Refusal: the query is not one (4000), or asks for what cannot be (4001).
        """
        query = parse_query(text)
        with self.company.lock:
            return self._answer(query)

    def _answer(self, query: Query) -> Document:
        entity = BY_FOLDED.get(query.entity.casefold())
        if entity is None:
            raise Refusal.unparsed(f"Invalid context declaration: {query.entity}")
        if entity.name in {"CompanyInfo", "Preferences"}:
            rows = [setting_documents(self.company)[entity.name]]
            return {entity.name: rows, "startPosition": 1, "maxResults": 1}
        self.check(entity.name)
        found = self._find(entity, query)
        if query.is_count:
            return {"totalCount": len(found)}
        return self._page(entity, query, found)

    def check(self, entity: str) -> None:
        """Let a question about an entity pass.

        Raises:
            Refusal: the user may not see it (5020), or the plan does not have it (5030).
        """
        if entity in self.hidden:
            raise Refusal.not_permitted(entity)
        if entity in self.not_in_plan:
            raise Refusal.not_in_plan(entity)

    def _page(self, entity: Entity, query: Query, found: list[Record]) -> Document:
        first = query.start - 1
        page = found[first : first + query.limit + int(self.quirks.extra_row)]
        if not page:
            return {}
        rows = [_pick(record.document, query.names) for record in page]
        answer: Document = {entity.name: rows, "startPosition": query.start, "maxResults": len(rows)}
        if entity.counted or self.quirks.always_counts:
            answer["totalCount"] = len(found)
        return answer

    def _find(self, entity: Entity, query: Query) -> list[Record]:
        wanted = repr((entity.name, query.conditions, query.order))
        kept = self._kept.get(wanted)
        if kept is not None and kept[0] == self.company.version:
            return kept[1]
        tests = [_test(entity, condition) for condition in query.conditions]
        if not entity.is_transaction and not any(one.name.casefold() == "active" for one in query.conditions):
            tests.append(lambda record: bool(record.document.get("Active", True)))
        found = [record for record in self.company.records(entity.name) if all(test(record) for test in tests)]
        _sort(entity, query, found)
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        self._kept[wanted] = (self.company.version, found)
        return found


def _sort(entity: Entity, query: Query, found: list[Record]) -> None:
    if not query.order:
        found.sort(key=lambda record: record.number)
        if entity.is_transaction:
            found.sort(key=lambda record: record.updated, reverse=True)
        elif entity.name_key:
            found.sort(key=lambda record: str(record.document[entity.name_key]).casefold())
        return
    found.sort(key=lambda record: record.number)
    for name, is_descending in reversed(query.order):
        value_of = _reader_of(_known(entity, name))
        found.sort(key=lambda record, read=value_of: _order_key(read(record)), reverse=is_descending)  # type: ignore[misc]


def _order_key(value: Any) -> tuple[int, Any]:
    match value:
        case None:
            return (0, 0)
        case bool() | int() | float():
            return (1, value)
        case str():
            return (2, value.casefold())
        case _:
            return (3, value)


def _known(entity: Entity, name: str) -> str:
    """Return a property's name as the API writes it.

    Raises:
        Refusal: the entity has no such property, or it is not one to ask by (4001).
    """
    folded = name.casefold()
    if folded == "id" or folded in _META:
        return folded
    for known in entity.queryable:
        if known.casefold() == folded:
            return known
    raise Refusal.invalid_query(f"Property {name} not found for Entity {entity.name}")


def _reader_of(name: str) -> Callable[[Record], Any]:
    if name == "id":
        return lambda record: record.number
    if name in _META:
        attribute = _META[name]
        return lambda record: getattr(record, attribute)

    def read(record: Record) -> Any:
        value = record.document.get(name)
        if isinstance(value, dict):
            return value.get("value", value.get("Address"))
        return value

    return read


def _test(entity: Entity, condition: Condition) -> Callable[[Record], bool]:
    name = _known(entity, condition.name)
    read = _reader_of(name)
    if name == "id":
        if condition.operator not in {"=", "IN"}:
            raise Refusal.invalid_query(f"Operator {condition.operator} is not supported for property Id")
        keys = frozenset(condition.values)
        return lambda record: record.key in keys
    if condition.operator == "LIKE":
        pattern = re.compile(".*".join(map(re.escape, condition.values[0].split("%"))), re.IGNORECASE | re.DOTALL)
        return lambda record: pattern.fullmatch(str(read(record) or "")) is not None
    wanted = [_wanted(name, text) for text in condition.values]
    if condition.operator in {"=", "IN"}:
        return lambda record: any(_equal(read(record), one) for one in wanted)
    return lambda record: _ordered(read(record), condition.operator, wanted[0])


def _wanted(name: str, text: str) -> Any:
    if name not in _META:
        return text
    try:
        return parse_time(text)
    except ValueError as error:
        raise Refusal.invalid_query(f"Invalid date time value {text}") from error


def _equal(value: Any, wanted: Any) -> bool:
    match value:
        case None:
            return False
        case bool():
            return str(value).casefold() == str(wanted).casefold()
        case int() | float():
            return Decimal(str(value)) == _number(wanted)
        case str():
            return value.casefold() == str(wanted).casefold()
        case _:
            return bool(value == wanted)


def _ordered(value: Any, operator: str, wanted: Any) -> bool:
    if value is None:
        return False
    if isinstance(value, int | float):
        value, wanted = Decimal(str(value)), _number(wanted)
    match operator:
        case "<":
            return bool(value < wanted)
        case ">":
            return bool(value > wanted)
        case "<=":
            return bool(value <= wanted)
        case _:
            return bool(value >= wanted)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Refusal.invalid_query(f"Invalid number {text}") from error


def _pick(document: Document, names: tuple[str, ...]) -> Document:
    if not names:
        return document
    picked: Document = {}
    folded = {key.casefold(): key for key in document}
    for name in names:
        first, _, rest = name.partition(".")
        key = folded.get(first.casefold())
        if key is not None:
            value = document[key]
            inner = {one.casefold(): one for one in value} if rest and isinstance(value, dict) else {}
            picked[key] = {inner[rest.casefold()]: value[inner[rest.casefold()]]} if rest.casefold() in inner else value
    return picked
