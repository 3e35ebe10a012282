"""Interest on overdue bills: a claim to show, never a posting.

Simple interest, day by day, on what was really open: a part payment lowers the principal from its date. The due day
itself is free; the day of payment counts. Each slice is rounded to the paisa, so that the slices add up on paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from canonical.money import ZERO, round_paisa
from canonical.receivable import Direction
from receivables.item import OpenItem


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestTerms:
    """What was agreed.

    Attributes:
        rate: percent a year.
        days_in_year: 365 or 366, as agreed.
        grace_days: interest runs from this many days after the due date.
    """

    rate: Decimal
    days_in_year: int = 365
    grace_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestSlice:
    """Days on which the same principal was overdue; rupees."""

    start: date
    end: date
    principal: Decimal
    amount: Decimal

    @property
    def days(self) -> int:
        """Days charged: the first is free, the last counts."""
        return (self.end - self.start).days


def simple_interest(
    item: OpenItem, terms: InterestTerms, as_of: date, direction: Direction = Direction.RECEIVABLE
) -> tuple[InterestSlice, ...]:
    """Return the slices of interest on one item up to a day; their sum is the claim.

    Args:
        item: a bill, open or closed by then (interest outlives the principal).
        terms: rate and counting.
        as_of: the fold's day.
        direction: whose bill; money we owe or that waits for a bill earns nothing.
    """
    moves = _moves(item, direction)
    days = sorted({day for day, _ in moves if item.due_date < day < as_of} | {_starts(item, terms), as_of})
    slices = []
    for start, end in pairwise(day for day in days if _starts(item, terms) <= day <= as_of):
        principal = sum((amount for day, amount in moves if day <= start), ZERO)
        if principal > 0:
            slices.append(_slice(start, end, principal, terms))
    return tuple(slices)


def interest_total(slices: tuple[InterestSlice, ...]) -> Decimal:
    """Sum of the slices, rupees."""
    return sum((part.amount for part in slices), ZERO)


def _starts(item: OpenItem, terms: InterestTerms) -> date:
    return date.fromordinal(min(item.due_date.toordinal() + terms.grace_days, date.max.toordinal()))


def _moves(item: OpenItem, direction: Direction) -> list[tuple[date, Decimal]]:
    """Everything that changed the principal, with its day, in the direction of the bill."""
    moves = [(part.entry.effective_on, direction.amount(part.net)) for part in item.parts]
    for row in item.applied:
        net = row.amount if row.credit == item.key else -row.amount
        moves.append((row.effective_on, direction.amount(net)))
    return moves


def _slice(start: date, end: date, principal: Decimal, terms: InterestTerms) -> InterestSlice:
    days = (end - start).days
    amount = round_paisa(principal * terms.rate * days / (100 * terms.days_in_year))
    return InterestSlice(start=start, end=end, principal=principal, amount=amount)
