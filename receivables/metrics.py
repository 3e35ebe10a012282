"""How fast money comes in: the DSO family, collection effectiveness, days to pay.

Days sales outstanding alone flatters: it falls when sales jump though nobody paid sooner. So the countback and the
collection effectiveness stand beside it. All of them take sales *with GST*, because receivables are with GST; credit
notes lessen the sales of their own month. Where there are no sales there is no figure (None), never an infinite one.
Results are exact quotients; round for display.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from canonical.bill import BillRefKind
from canonical.dates import Period
from canonical.money import ZERO
from canonical.receivable import Direction
from receivables.item import ItemKind, OpenItem


@dataclass(frozen=True, slots=True)
class PeriodSales:
    """Credit sales of a month (or any period), rupees with GST, credit notes taken off."""

    period: Period
    sales: Decimal


@dataclass(frozen=True, slots=True)
class Countback:
    """Days of sales the receivables stand for; ``is_lower_bound`` where history ended first ("more than")."""

    days: Decimal
    is_lower_bound: bool = False


def days_sales_outstanding(receivables: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """Receivables / sales x days. With the not-due part of the receivables it is the best possible DSO."""
    return receivables / sales * days if sales > 0 else None


def days_delinquent(receivables: Decimal, not_due: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """Average days delinquent: DSO less the best possible DSO."""
    return days_sales_outstanding(receivables - not_due, sales, days)


def countback(receivables: Decimal, history: Sequence[PeriodSales]) -> Countback | None:
    """Take whole periods of sales off the receivables, newest first, the last one pro rata by days.

    Args:
        receivables: rupees, with GST.
        history: periods without gaps, oldest first. One with sales of zero or less counts its days and takes nothing.

    Returns:
        None without any sales in the history.
    """
    if not any(month.sales > 0 for month in history):
        return None
    days, left = ZERO, max(receivables, ZERO)
    for month in reversed(history):
        if left < month.sales:
            return Countback(days + left / month.sales * month.period.days)
        if not left:
            return Countback(days)
        days += month.period.days
        left -= max(month.sales, ZERO)
    return Countback(days, is_lower_bound=left > 0)


def collection_effectiveness(
    opening: Decimal, sales: Decimal, closing: Decimal, closing_not_due: Decimal
) -> Decimal | None:
    """Percent of what could have been collected in the period that was (about 80 is good, 50 is poor)."""
    collectable = opening + sales - closing_not_due
    return (opening + sales - closing) / collectable * 100 if collectable > 0 else None


def turnover(sales: Decimal, opening: Decimal, closing: Decimal) -> Decimal | None:
    """How often the mean receivables were turned over; days of the period / turnover are its days."""
    mean = (opening + closing) / 2
    return sales / mean if mean > 0 else None


class Paid(NamedTuple):
    """Rupees of a bill that were paid so many days after its date (negative: before)."""

    amount: Decimal
    days: int


def weighted_days_to_pay(paid: Iterable[Paid]) -> Decimal | None:
    """Mean days to pay, weighted by amount."""
    paid = list(paid)
    total = sum((part.amount for part in paid), ZERO)
    return sum((part.amount * part.days for part in paid), ZERO) / total if total > 0 else None


def iter_paid(items: Iterable[OpenItem], direction: Direction = Direction.RECEIVABLE) -> Iterator[Paid]:
    """Yield what was paid on closed bills, and when.

    Args:
        items: from ``fold_open_items(..., keep_closed=True)``; open ones and what is not a bill are passed over.
        direction: whose bills.
    """
    for item in items:
        if item.net or item.kind is not ItemKind.BILL:
            continue
        for part in item.parts:
            if part.entry.kind is BillRefKind.AGAINST:
                yield Paid(-direction.amount(part.net), (part.entry.effective_on - item.bill_date).days)
