"""Ledger balances over a period, with what moved in the same financial year before it kept apart.

The source opens income and expense ledgers at zero with every financial year, so a proof needs a ledger's movement
before the year, in the year before the period, and in the period.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from canonical.dates import Period
from canonical.money import ZERO
from storage.engine import Transaction
from storage.reports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerMovement:
    """What a ledger's counting postings come to, rupees.

    Attributes:
        before_year: debit-positive, before the financial year; ``in_year`` in the year but before the period.
        debit: of the period, positive; ``credit`` likewise.
    """

    before_year: Decimal = ZERO
    in_year: Decimal = ZERO
    debit: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """Everything up to the end of the period, debit-positive."""
        return self.before_year + self.in_year + self.debit - self.credit


def ledger_movements(
    transaction: Transaction, company_id: int, clock: Clock, period: Period, year_from: date
) -> dict[str, LedgerMovement]:
    """Sum every ledger's postings, by ledger key.

    Args:
        transaction: one moment of the store.
        company_id: whose books.
        clock: with the period's end as its day.
        period: the days whose debits and credits are told apart.
        year_from: first day of the financial year the period begins in.
    """
    values = transaction.dialect.values
    visible, bound = clock.visible(transaction, "day")
    year, start = values.day(year_from), values.day(period.start)
    rows = transaction.rows(
        "SELECT ledger_key, SUM(CASE WHEN day < ? THEN net ELSE 0 END), "
        "SUM(CASE WHEN day >= ? AND day < ? THEN net ELSE 0 END), "
        "SUM(CASE WHEN day >= ? AND net > 0 THEN net ELSE 0 END), "
        "SUM(CASE WHEN day >= ? AND net < 0 THEN -net ELSE 0 END) "
        f"FROM posting WHERE tenant_id = ? AND company_id = ? AND {visible} GROUP BY ledger_key",
        (year, year, start, start, start, transaction.tenant_id, company_id, *bound),
    )
    return {key: _movement([values.read_amount(value or 0) for value in sums]) for key, *sums in rows}


def _movement(sums: list[Decimal]) -> LedgerMovement:
    before_year, in_year, debit, credit = sums
    return LedgerMovement(before_year=before_year, in_year=in_year, debit=debit, credit=credit)
