"""Values as texts that can be compared, whoever wrote them: ``100``, ``100.0`` and ``"100.00"`` are one amount."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any


def exact(value: Any) -> Decimal | None:
    """A number of an answer; None if there is none."""
    try:
        found = Decimal(str(value)) if value not in (None, "") else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def money(value: Any) -> str:
    """An amount with two decimals; empty if there is none.

    >>> money("100"), money(7.5), money("")
    ('100.00', '7.50', '')
    """
    found = exact(value)
    return f"{found:.2f}" if found is not None else ""


def plain(value: Any) -> str:
    """A quantity or rate without trailing zeros; empty if there is none."""
    found = exact(value)
    return f"{found.normalize():f}" if found is not None else ""


def text(value: Any) -> str:
    """A text without space around it; empty for none."""
    return "" if value is None else str(value).strip()


def as_number(value: Decimal) -> int | float:
    """A decimal as a JSON number; fifteen digits survive it, no price or amount has more."""
    return int(value) if value == value.to_integral_value() else float(value)


def line_text(name: str, quantity: Any, rate: Any, tax: str) -> str:
    """A line of an invoice in words."""
    return f"{plain(quantity)} x {name} at {plain(rate)}, {tax or 'no tax'}"


def settled_text(amount: Any, withheld: Any = None) -> str:
    """What a payment settles of an invoice, in words."""
    kept = exact(withheld)
    return f"{money(amount)} and {money(kept)} withheld" if kept else money(amount)
