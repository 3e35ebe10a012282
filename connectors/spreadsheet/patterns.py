"""What values look like, whatever the header says: a GSTIN, a date, an amount, a running balance."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from canonical.identifiers import gstin, ifsc, pan
from connectors.spreadsheet.values import find_amount, find_day

VALUES_MAX = 200
"""Values of a column looked at."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_DIGITS = re.compile(r"\d+")
_HSN_LENGTHS = (4, 6, 8)
_PINCODE = re.compile(r"[1-9]\d{5}")
_PHONE = re.compile(r"(?:\+?91[\s-]?)?[6-9]\d{9}|0\d{2,4}[\s-]?\d{6,8}")
_PERCENT_MAX = Decimal(100)
_DAYS_MAX = 1000


def _is_amount(text: str) -> bool:
    return find_amount(text) is not None


def _is_percent(text: str) -> bool:
    amount = find_amount(text.removesuffix("%"))
    return amount is not None and 0 <= amount <= _PERCENT_MAX


def _is_number(text: str) -> bool:
    return bool(_DIGITS.fullmatch(text)) and int(text) < _DAYS_MAX


def _is_hsn(text: str) -> bool:
    return bool(_DIGITS.fullmatch(text)) and len(text) in _HSN_LENGTHS


LOOKS: dict[str, Callable[[str], bool]] = {
    "gstin": lambda text: gstin.is_valid(text) or bool(gstin.compact(text)[:2].isdigit() and len(text) == 15),  # noqa: PLR2004 - a GSTIN's length
    "pan": pan.is_valid,
    "ifsc": ifsc.is_valid,
    "email": lambda text: bool(_EMAIL.fullmatch(text)),
    "phone": lambda text: bool(_PHONE.fullmatch(text)),
    "pincode": lambda text: bool(_PINCODE.fullmatch(text)),
    "hsn": _is_hsn,
    "date": lambda text: find_day(text) is not None,
    "percent": _is_percent,
    "number": _is_number,
    "amount": _is_amount,
}
"""Kinds whose values can be told; ``text`` and ``code`` are whatever is left."""
TELLING = frozenset({"gstin", "pan", "ifsc", "email", "date"})
"""Kinds that nothing else looks like."""


def share_like(kind: str, values: Iterable[str]) -> float | None:
    """Return the share of the values given that look like the kind; None if none is given or it cannot be told."""
    looks = LOOKS.get(kind)
    given = [value.strip() for value in values if value.strip()][:VALUES_MAX]
    if looks is None or not given:
        return None
    return sum(map(looks, given)) / len(given)


def is_running_balance(balances: Sequence[str], debits: Sequence[str], others: Sequence[str]) -> bool:
    """Say whether each balance is the one before, plus the debit, less the credit (``others``), or vice versa."""
    steps = agreeing = 0
    before: Decimal | None = None
    for balance, debit, credit in zip(balances, debits, others, strict=False):
        now = find_amount(balance)
        if before is not None and now is not None:
            moved = (find_amount(debit) or Decimal(0)) - (find_amount(credit) or Decimal(0))
            steps += 1
            agreeing += abs(now - before) == abs(moved)
        before = now if now is not None else before
    return steps > 0 and agreeing * 10 >= steps * 9
