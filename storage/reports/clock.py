"""The two clocks of a report, as conditions on rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from storage.engine import Transaction

EVE = date(1, 1, 1)
"""Stands for the eve of the books in stored dates."""


@dataclass(frozen=True, slots=True)
class Clock:
    """As of an accounting date, as known at a moment (None: all we know now).

    Attributes:
        eve: the day before the books begin, on which opening balances stand.
    """

    as_of: date
    known_at: datetime | None
    eve: date

    @property
    def has_opening(self) -> bool:
        """Whether opening balances stand by ``as_of``."""
        return self.as_of >= self.eve

    def resolve(self, stored: date | None) -> date:
        """Read a stored date in which 0001-01-01 stands for the eve of the books."""
        return self.eve if stored is None or stored == EVE else stored

    def known(self, transaction: Transaction, prefix: str = "") -> tuple[str, list[Any]]:
        """Condition on ``known_from`` and ``known_to``."""
        if self.known_at is None:
            return f"{prefix}known_to IS NULL", []
        moment = transaction.dialect.values.moment(self.known_at)
        condition = f"{prefix}known_from <= ? AND ({prefix}known_to IS NULL OR {prefix}known_to > ?)"
        return condition, [moment, moment]

    def visible(self, transaction: Transaction, day: str, prefix: str = "") -> tuple[str, list[Any]]:
        """Condition on rows that count, are effective by ``as_of`` and known at ``known_at``."""
        known, bound = self.known(transaction, prefix)
        return f"{prefix}counts AND {prefix}{day} <= ? AND {known}", [self._as_of(transaction), *bound]

    def visible_bills(self, transaction: Transaction, prefix: str = "") -> tuple[str, list[Any]]:
        """The same for bill allocations, among which openings have no day."""
        known, bound = self.known(transaction, prefix)
        day = f"{prefix}effective_on <= ?"
        if self.has_opening:
            day = f"({day} OR {prefix}effective_on IS NULL)"
        return f"{prefix}counts AND {day} AND {known}", [self._as_of(transaction), *bound]

    def _as_of(self, transaction: Transaction) -> Any:
        return transaction.dialect.values.day(self.as_of)


def read_clock(transaction: Transaction, company_id: int, as_of: date, known_at: datetime | None) -> Clock:
    """Complete a report's clocks with the eve of the books.

    Where the source has not said when the books begin, they begin with the first voucher that counts.
    """
    values, mine = transaction.dialect.values, (transaction.tenant_id, company_id)
    rows = transaction.rows("SELECT books_from FROM company WHERE tenant_id = ? AND id = ?", mine)
    begin = values.read_day(rows[0][0]) if rows else None
    if begin is None:
        rows = transaction.rows(
            "SELECT min(day) FROM voucher WHERE tenant_id = ? AND company_id = ? AND counts AND known_to IS NULL", mine
        )
        begin = values.read_day(rows[0][0])
    if begin is None or begin == date.min:  # a date no books begin with, but a broken file may say it
        return Clock(as_of, known_at, begin or as_of)
    return Clock(as_of, known_at, begin - timedelta(days=1))
