"""Money on its way between QuickBooks' JSON numbers and whole cents (hundredths of the company's currency)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from sandbox.quickbooks.refusals import Refusal
from sandbox.world.paise import half_up, render_paise

__all__ = ["cents_of", "half_up", "number_of", "percent_of", "text_of"]

_HUNDRED = Decimal(100)


def cents_of(value: object) -> int:
    """Read a JSON number or text as cents, halves away from zero.

    Raises:
        Refusal: it is no number (2080).

    >>> cents_of(1675.52), cents_of("0.005"), cents_of(None)
    (167552, 1, 0)
    """
    if value is None:
        return 0
    try:
        return int((Decimal(str(value)) * _HUNDRED).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    except InvalidOperation as error:
        raise Refusal.illegal_number(str(value)) from error


def number_of(cents: int) -> int | float:
    """Write cents as the API does: no trailing zeros.

    >>> number_of(10000), number_of(167552), number_of(-5)
    (100, 1675.52, -0.05)
    """
    whole, rest = divmod(cents, 100)
    return cents / 100 if rest else whole


def text_of(cents: int) -> str:
    """Write cents as reports do: text with two decimals, nothing for zero.

    >>> text_of(3750), text_of(0)
    ('37.50', '')
    """
    return render_paise(cents) if cents else ""


def percent_of(cents: int, percent: object) -> int:
    """Take a percentage, halves away from zero.

    >>> percent_of(33525, 8)
    2682
    """
    basis = int(Decimal(str(percent)) * _HUNDRED)
    return half_up(cents * basis, 10_000)
