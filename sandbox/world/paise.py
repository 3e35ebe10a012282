"""Money inside the sandbox: whole paise as integers, debit positive. Exact by construction, fast enough to stream."""

from __future__ import annotations


def rupees(amount: int) -> int:
    """Whole rupees in paise."""
    return amount * 100


def render_paise(paise: int) -> str:
    """Write paise as rupees with two decimals.

    >>> render_paise(-5)
    '-0.05'
    """
    sign = "-" if paise < 0 else ""
    whole, rest = divmod(abs(paise), 100)
    return f"{sign}{whole}.{rest:02d}"


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round halves away from zero, as invoices do.

    >>> half_up(5, 2), half_up(-5, 2), half_up(7, 3)
    (3, -3, 2)
    """
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def to_whole_rupee(paise: int) -> int:
    """Round a positive or negative amount to the nearest rupee, in paise."""
    return half_up(paise, 100) * 100
