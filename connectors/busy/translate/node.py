"""Reading one verbatim element: leaves are text or None, a repeated element is a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.busy.translate.routes import UnreadableField
from connectors.busy.values import find_day, find_number

Node = Mapping[str, Any]
PLACES_MAX = 4
"""More decimals than the store holds."""


def text(node: Node, tag: str) -> str:
    """A leaf's text as it stands; empty if it is absent, empty or not a leaf."""
    value = node.get(tag)
    return value if isinstance(value, str) else ""


def first_text(node: Node, *tags: str) -> str:
    """The first of these leaves that says something."""
    return next((found for tag in tags if (found := text(node, tag))), "")


def flag(node: Node, tag: str) -> bool:
    """BUSY writes ``True`` or leaves the element out."""
    return text(node, tag).strip().casefold() == "true"


def nodes(node: Node, *path: str) -> Iterator[Node]:
    """Yield the elements at the end of a path, whether there is none, one or many at each step."""
    value = node.get(path[0])
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, Mapping):
            if len(path) == 1:
                yield one
            else:
                yield from nodes(one, *path[1:])


def number(node: Node, tag: str) -> Decimal | None:
    """A number that decides no balance; None if it is absent or none."""
    return find_number(node.get(tag))


def amount(node: Node, tag: str, places: int) -> Decimal | None:
    """An amount, rounded to the currency's decimals; None if it is absent.

    Raises:
        UnreadableField: there is text and it is no number.
    """
    value = node.get(tag)
    if value is None or value == "":
        return None
    found = find_number(value)
    if found is None:
        raise UnreadableField(tag, value, "amount")
    return found.quantize(Decimal(1).scaleb(-min(places, PLACES_MAX)), rounding=ROUND_HALF_UP)


def required_amount(node: Node, tag: str, places: int) -> Decimal:
    """An amount that must be there.

    Raises:
        UnreadableField: it is not.
    """
    found = amount(node, tag, places)
    if found is None:
        raise UnreadableField(tag, "", "amount")
    return found


def quantity(node: Node, tag: str) -> Decimal:
    """A quantity; zero if it is absent.

    Raises:
        UnreadableField: there is text and it is no number.
    """
    value = node.get(tag)
    if value is None or value == "":
        return Decimal(0)
    found = find_number(value)
    if found is None:
        raise UnreadableField(tag, value, "quantity")
    return found


def day(node: Node, tag: str) -> date | None:
    """A day; None if it is absent or none."""
    return find_day(node.get(tag))
