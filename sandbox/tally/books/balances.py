"""Balances of ledgers and groups for a period, added up from the vouchers in one pass.

Rules: cancelled and optional vouchers do not count, nor do orders, challans, stock and memo vouchers; a post-dated one
counts from its date. Income and expense ledgers begin every financial year at nothing; what earlier years left goes to
the Profit & Loss account. Amounts are paise, debit positive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from canonical.dates import FinancialYear, Period
from sandbox.tally.books.masters import MasterTable, reserved_name
from sandbox.tally.books.moves import to_paise
from sandbox.tally.books.records import Master, Voucher

PROFIT_AND_LOSS = "Profit & Loss A/c"
STOCK_IN_HAND = "Stock-in-Hand"


@dataclass(slots=True)
class LedgerSum:
    """One ledger over a period; ``debit`` and ``credit`` are both positive."""

    opening: int = 0
    debit: int = 0
    credit: int = 0

    @property
    def closing(self) -> int:
        """Opening plus debits less credits."""
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class Carry:
    """What happens to income and expense of earlier years: they end up in the profit and loss account.

    Attributes:
        nominal: ledgers of income and expense.
        year_start: of the year in which the period begins.
        profit_id: the Profit & Loss account; 0 if there is none.
    """

    nominal: frozenset[int]
    year_start: date
    profit_id: int


@dataclass(frozen=True, slots=True)
class Sums:
    """All ledgers over a period, by master number; with the rules by which they were added up."""

    period: Period
    rows: Mapping[int, LedgerSum]
    counting: frozenset[int]
    carry: Carry

    def of(self, ledger_id: int) -> LedgerSum:
        """Return a ledger's sums; zeros for one that nothing was posted to."""
        return self.rows.get(ledger_id) or LedgerSum()


@dataclass(frozen=True, slots=True)
class BookPeriod:
    """A period of books that begin on a day."""

    period: Period
    books_from: date


def add_up(masters: MasterTable, vouchers: Iterable[Voucher], counting: frozenset[int], scope: BookPeriod) -> Sums:
    """Add the vouchers up.

    Args:
        masters: whose ledgers.
        vouchers: all of the company's, in any order.
        counting: voucher types (master numbers) whose vouchers count in the books.
        scope: for which debits, credits and balances are stated.
    """
    ledgers = masters.of_kind("LEDGER")
    rows = {row.master_id: LedgerSum(opening=opening_of(row)) for row in ledgers}
    nominal = frozenset(row.master_id for row in ledgers if is_nominal(masters, row))
    year_start = FinancialYear.of(scope.period.start).period.start
    profit = next((row.master_id for row in ledgers if reserved_name(row) == PROFIT_AND_LOSS), 0)
    if profit and year_start > scope.books_from:
        for ledger_id in nominal:
            rows[profit].opening += rows[ledger_id].opening
            rows[ledger_id].opening = 0
    sums = Sums(scope.period, rows, counting, Carry(nominal, year_start, profit))
    for voucher in vouchers:
        if voucher.day <= scope.period.end and counts(voucher, counting):
            _post(rows, voucher, scope.period.start, sums.carry)
    return sums


def exchange(sums: Sums, old: Voucher | None, new: Voucher | None) -> Sums:
    """Return the sums of books that have one voucher instead of another, or one more, or one less.

    Only for sums that hold nothing but openings and postings: what a year begins with in stock follows from vouchers
    in another way.
    """
    rows = dict(sums.rows)
    for voucher, times in ((old, -1), (new, 1)):
        if voucher is None or voucher.day > sums.period.end or not counts(voucher, sums.counting):
            continue
        for ledger_id in {*voucher.postings[::2], sums.carry.profit_id} & rows.keys():
            rows[ledger_id] = replace(rows[ledger_id])  # somebody may be reading the old ones
        _post(rows, voucher, sums.period.start, sums.carry, times)
    return replace(sums, rows=rows)


def _post(rows: Mapping[int, LedgerSum], voucher: Voucher, start: date, carry: Carry, times: int = 1) -> None:
    postings = zip(voucher.postings[::2], voucher.postings[1::2], strict=True)
    if voucher.day >= start:
        for ledger_id, paise in postings:
            row = rows[ledger_id]
            if paise > 0:
                row.debit += times * paise
            else:
                row.credit -= times * paise
        return
    for ledger_id, paise in postings:
        if ledger_id in carry.nominal and voucher.day < carry.year_start:
            if carry.profit_id:
                rows[carry.profit_id].opening += times * paise
        else:
            rows[ledger_id].opening += times * paise


def counts(voucher: Voucher, counting: frozenset[int]) -> bool:
    """Say whether a voucher counts in the books from its date on."""
    return voucher.type_id in counting and not voucher.is_cancelled and not voucher.is_optional


def opening_of(ledger: Master) -> int:
    """Return a ledger's balance when the books begin."""
    return -to_paise(ledger.tree.value("OPENINGBALANCE"))


def is_nominal(masters: MasterTable, master: Master) -> bool:
    """Say whether a ledger or group lies in profit and loss: its topmost group says so."""
    groups = [row for row in masters.lineage(master) if row.kind == "GROUP"]
    return bool(groups) and groups[-1].tree.value("ISREVENUE") == "Yes"


def is_stock(masters: MasterTable, ledger: Master) -> bool:
    """Say whether a ledger lies in the predefined group of stock in hand, however that is called today."""
    return any(reserved_name(row) == STOCK_IN_HAND for row in masters.lineage(ledger))
