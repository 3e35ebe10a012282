"""Exact money: ``Decimal`` with at most four decimals, and an explicit side.

Why: a wrong paisa ends the company. Floats are refused where amounts are built, and debit or credit is said by
``Side``, never by a sign convention that leaks out of a connector (Tally: negative is debit; others differ).
Amounts are held in rupees (or the voucher's currency) to 1/10000, as ``NUMERIC(20,4)`` stores them.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum

from canonical.errors import RuleError

ZERO = Decimal(0)
QUANTUM = Decimal("0.0001")
"""The smallest amount we hold: one hundredth of a paisa."""
PAISA = Decimal("0.01")
AMOUNT_MAX = Decimal("9999999999999999.9999")
"""NUMERIC(20,4) on PostgreSQL; SQLite's 64-bit integer of 1/10000 ends at 922,337,203,685,477.5807."""
AMOUNT_MAX_SQLITE = Decimal("922337203685477.5807")


class Side(StrEnum):
    """Debit or credit, the two sides of every posting."""

    DEBIT = "D"
    CREDIT = "C"

    @property
    def opposite(self) -> Side:
        """The other side."""
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


class AmountError(RuleError):
    """A text or number is not an amount we can hold exactly."""

    default_code = "canonical.amount.invalid"


def parse_amount(value: str | int | Decimal) -> Decimal:
    """Turn a plain decimal text into an exact amount.

    Args:
        value: for example ``"-1234.50"``; no grouping, no currency. A float is refused: it has lost the paisa already.

    Returns:
        The amount, unrounded (it may carry more than four decimals; see ``round_amount``).

    Raises:
        AmountError: not a finite number, a float, or too large to store.
    """
    if isinstance(value, float):
        raise AmountError(f"{value!r} is a float; amounts are built from text or Decimal.")
    try:
        amount = Decimal("" if "_" in str(value) else value)  # Python reads 1_000 as a number, accountants do not
    except (InvalidOperation, ValueError) as error:
        raise AmountError(f"{str(value)[:40]!r} is not an amount; expected digits such as -1234.50.") from error
    if not amount.is_finite() or abs(amount) > AMOUNT_MAX_SQLITE:
        raise AmountError(f"{str(value)[:40]!r} is outside what can be stored exactly (+-{AMOUNT_MAX_SQLITE}).")
    return amount


def round_amount(amount: Decimal) -> Decimal:
    """Round to the stored precision (four decimals, half to even)."""
    return amount.quantize(QUANTUM, rounding=ROUND_HALF_EVEN)


def round_paisa(amount: Decimal) -> Decimal:
    """Round to the paisa, half up, as tax and interest are on paper in India."""
    return amount.quantize(PAISA, rounding=ROUND_HALF_UP)


def is_exact(amount: Decimal) -> bool:
    """Say whether the amount fits four decimals without rounding."""
    return amount == amount.quantize(QUANTUM, rounding=ROUND_HALF_EVEN)


def signed(side: Side, amount: Decimal) -> Decimal:
    """Return the amount with debit positive and credit negative, for sums only."""
    return amount if side is Side.DEBIT else -amount


def split_signed(net: Decimal) -> tuple[Side, Decimal]:
    """Turn a debit-positive net into side and magnitude; zero is a debit of zero."""
    return (Side.DEBIT, net) if net >= 0 else (Side.CREDIT, -net)


def render_inr(amount: Decimal, decimals: int = 2) -> str:
    """Render for people with Indian digit grouping.

    >>> render_inr(Decimal("-1234567.5"))
    '-12,34,567.50'
    >>> render_inr(Decimal("999"))
    '999.00'
    """
    quantised = amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    sign = "-" if quantised < 0 else ""
    whole, _, fraction = f"{abs(quantised):f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    groups = []
    while head:
        groups.append(head[-2:])
        head = head[:-2]
    grouped = ",".join([*reversed(groups), tail])
    return f"{sign}{grouped}.{fraction}" if fraction else f"{sign}{grouped}"
