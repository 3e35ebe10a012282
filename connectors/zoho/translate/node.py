"""Fields of Zoho's JSON objects: the empty string means "no value", also where a number or a date is expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from canonical.money import AMOUNT_MAX_SQLITE, ZERO, is_exact, round_amount

Node = Mapping[str, Any]


class UnreadableField(Exception):
    """A field the books stand on cannot be read.

    Attributes:
        field: its name.
        text: what stands there.
    """

    def __init__(self, field: str, text: str, expected: str) -> None:
        super().__init__(f"{field} is {text[:40]!r}; {expected} is expected")
        self.field, self.text = field, text


def text_of(node: Node, *fields: str) -> str:
    """The first of these fields that says something, as text; empty if none does."""
    for field in fields:
        value = node.get(field)
        if isinstance(value, str):
            text = value.strip()
        elif value is None or isinstance(value, (bool, list, dict)):
            continue
        else:
            text = str(value)
        if text:
            return text
    return ""


def amount_of(node: Node, field: str) -> Decimal:
    """An amount, zero without one.

    Raises:
        UnreadableField: it says something that is no amount.
    """
    found = find_amount(node, field)
    return ZERO if found is None else found


def find_amount(node: Node, field: str) -> Decimal | None:
    """An amount, rounded to four decimals; None without one.

    Raises:
        UnreadableField: it says something that is no amount.
    """
    number = find_number(node, field)
    return number if number is None or is_exact(number) else round_amount(number)


def find_number(node: Node, field: str) -> Decimal | None:
    """A number, exactly as written; None without one.

    Raises:
        UnreadableField: it says something that is no number, or one that cannot be stored.
    """
    text = text_of(node, field)
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise UnreadableField(field, text, "a number") from None
    if not number.is_finite() or abs(number) > AMOUNT_MAX_SQLITE:
        raise UnreadableField(field, text, "a number that can be stored")
    return number


def find_day(node: Node, field: str) -> date | None:
    """A business date; None without one, or with one no calendar has."""
    try:
        return date.fromisoformat(text_of(node, field)[:10])
    except ValueError:
        return None


def day_of(node: Node, field: str) -> date:
    """The document's own date.

    Raises:
        UnreadableField: there is none.
    """
    day = find_day(node, field)
    if day is None:
        raise UnreadableField(field, text_of(node, field), "a date")
    return day


def moment_of(node: Node, *fields: str) -> datetime | None:
    """A time stamp (``2026-06-09T13:14:55-0400``) as UTC; None without one."""
    try:
        moment = datetime.fromisoformat(text_of(node, *fields))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def nodes_of(node: Node, field: str) -> tuple[Node, ...]:
    """Objects of a list; whatever else stands in it is left out."""
    value = node.get(field)
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def node_of(node: Node, field: str) -> Node:
    """An object; an empty one if there is none."""
    value = node.get(field)
    return value if isinstance(value, Mapping) else {}


def is_true(node: Node, field: str) -> bool:
    """Whether a flag is set; recorded bills carry an id where a flag belongs, which is no yes."""
    return node.get(field) is True or node.get(field) == "true"


def kept(node: Node, fields: Iterable[str]) -> dict[str, Any]:
    """Fields without a canonical place that say something."""
    return {
        field: str(value) if isinstance(value, Decimal) else value
        for field in fields
        if (value := node.get(field)) not in (None, "", [], {}, False)
    }
