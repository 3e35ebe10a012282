"""Our values as Tally writes them, and back: negative is debit, two decimals, no grouping."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from canonical.dates import CreditPeriod
from canonical.money import Side
from connectors.tally.translate.values import UnreadableValue, parse_amount

DECIMALS = 2


def render_amount(side: Side, amount: Decimal) -> str:
    """An AMOUNT.

    >>> render_amount(Side.DEBIT, Decimal("1180"))
    '-1180.00'
    """
    return f"{-amount if side is Side.DEBIT else amount:.{DECIMALS}f}"


def render_net(net: Decimal) -> str:
    """An AMOUNT from a debit-positive figure."""
    return f"{-net:.{DECIMALS}f}"


def read_net(text: str) -> Decimal | None:
    """The debit-positive figure of an AMOUNT; None if it is empty or unreadable."""
    try:
        amount = parse_amount(text)
    except UnreadableValue:
        return None
    return amount.net if amount else None


def render_day(day: date) -> str:
    """A date of an object."""
    return f"{day:%Y%m%d}"


def render_terms(period: CreditPeriod) -> str:
    """A credit period: ``30 Days``, ``2 Weeks``, ``1 Months``, as Tally itself spells them."""
    return f"{period.number} {period.unit.value.capitalize()}"


def yes(value: bool) -> str:
    """A logical."""
    return "Yes" if value else "No"
