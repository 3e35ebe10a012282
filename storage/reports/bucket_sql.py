"""Sorting dates into slots inside the database: a CASE over cut-off days instead of arithmetic.

An ageing bucket of a bill depends on as_of, the bucket limits and the terms of its ledger (days, weeks, calendar
months). All of these come down to days before which a bill is in another bucket. The database only compares a bill's
date with the cut-offs of all terms in use; which bucket a slot means for a ledger is worked out here, per slot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from canonical.dates import CreditPeriod
from canonical.receivable import Buckets
from storage.engine import Transaction
from storage.reports.clock import EVE

DAY = timedelta(days=1)
EARLIEST = date(100, 1, 1)
"""No bill is older; leaves room for credit periods below it."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Dates cut at certain days. Slot ``i`` holds the dates from ``cuts[i]`` up to the cut above it; the last, ``EVE``.

    Attributes:
        cuts: falling; ends with the day after ``EVE`` and ``EVE`` itself.
    """

    cuts: tuple[date, ...]

    def case_sql(self, column: str, transaction: Transaction, offset: int) -> tuple[str, list[Any]]:
        """SQL for the slot of a date column plus ``offset``: nested comparisons, a logarithmic number of them."""
        bound: list[Any] = []

        def part(low: int, high: int) -> str:
            if low == high:
                return str(low + offset)
            middle = (low + high) // 2
            bound.append(transaction.dialect.values.day(self.cuts[middle]))  # bound in the order they are written
            newer = part(low, middle)
            return f"CASE WHEN {column} >= ? THEN {newer} ELSE {part(middle + 1, high)} END"

        return part(0, len(self.cuts) - 1), bound


def cut_days(as_of: date, buckets: Buckets, terms: Iterable[CreditPeriod]) -> Slots:
    """Cut bill dates where any of the terms changes the bucket."""
    limits = (0, *buckets.limits)
    dues = [date.fromordinal(max(as_of.toordinal() - limit, EARLIEST.toordinal())) for limit in limits]
    days = {_first_bill_date(period, due) for period in terms for due in dues}
    return Slots((*sorted(days, reverse=True), EVE + DAY, EVE))


def _first_bill_date(period: CreditPeriod, due: date) -> date:
    """Return the earliest bill date that falls due on ``due`` or later.

    >>> from canonical.dates import CreditUnit
    >>> _first_bill_date(CreditPeriod(1, CreditUnit.MONTHS), date(2026, 2, 28))
    datetime.date(2026, 1, 28)
    """
    day = due - (period.due_date(due) - due)
    while period.due_date(day) >= due:
        day -= DAY
    while period.due_date(day) < due:
        day += DAY
    return day
