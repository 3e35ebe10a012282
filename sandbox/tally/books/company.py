"""One company's live books: tables of masters and vouchers, counters, and what is read off them.

Results are remembered until the next edit (balances are kept up with it), and never by a reading that an edit overtook.
Edits are in ``editing.py`` and ``master_editing.py``; this module holds state and questions. Every state is two
tables of immutable records and a few counters, so a backup is a shallow copy.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from operator import attrgetter
from threading import RLock
from typing import TypeVar

from canonical.dates import FinancialYear, Period
from canonical.voucher_type import VoucherKind
from sandbox.tally.books.balances import PROFIT_AND_LOSS, BookPeriod, Sums, add_up, exchange, is_stock
from sandbox.tally.books.masters import MasterTable, reserved_name
from sandbox.tally.books.records import Master, Voucher
from sandbox.tally.books.stock import ItemStock, take_stock
from sandbox.tally.books.voucher_heads import VoucherHeads
from sandbox.tally.options import Scaffolding
from sandbox.world.chart import kind_of_predefined

SUMS_KEPT = 6

K = TypeVar("K")
V = TypeVar("V")
_PLACE = attrgetter("day", "sequence", "master_id")
"""Where a voucher stands among the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFacts:
    """What does not change when the books do.

    Attributes:
        number: COMPANYNUMBER, one of the parts that tell two companies of one GUID apart.
        is_integrated: accounts are integrated with inventory: closing stock comes from the items.
        is_aggregate: a group of companies, which Tally lists beside the real ones.
        scaffolding: ``FULL`` writes Tally's two hundred empty elements around what a voucher says.
    """

    guid: str
    number: str
    books_from: date
    books_to: date
    state: str
    country: str = "India"
    city: str = ""
    pincode: str = ""
    gstin: str = ""
    pan: str = ""
    tan: str = ""
    is_integrated: bool = True
    is_aggregate: bool = False
    scaffolding: Scaffolding = Scaffolding.USUAL


@dataclass(slots=True)
class BooksState:
    """Everything an edit can change, and everything a backup holds."""

    name: str
    masters: MasterTable
    vouchers: dict[int, Voucher] = field(default_factory=dict)
    alter_master_id: int = 0
    alter_voucher_id: int = 0
    last_master_id: int = 0
    last_voucher_id: int = 0
    last_retain_key: int = 0
    remote_ids: dict[str, int] = field(default_factory=dict)
    day_sequences: dict[date, int] = field(default_factory=dict)
    last_numbers: dict[int, str] = field(default_factory=dict)

    def copy(self) -> BooksState:
        """Return a copy that further edits do not reach."""
        return replace(
            self,
            masters=self.masters.copy(),
            vouchers=dict(self.vouchers),
            remote_ids=dict(self.remote_ids),
            day_sequences=dict(self.day_sequences),
            last_numbers=dict(self.last_numbers),
        )


class Ledgerbook:
    """State of one company with what follows from it; ``LiveCompany`` adds the edits.

    Args:
        facts: identity.
        state: tables and counters, owned from now on.

    Attributes:
        lock: held while somebody edits, and by who needs several answers of one state.
        version: counts edits.
        is_educational: vouchers are accepted on three days of a month only.
    """

    def __init__(self, facts: CompanyFacts, state: BooksState) -> None:
        self.facts = facts
        self.state = state
        self.version = 0
        self.lock = RLock()
        self.is_educational = False
        self.voucher_heads = VoucherHeads()
        self._sums: dict[Period, Sums] = {}
        self._ordered: list[Voucher] | None = None
        self._kinds: dict[int, VoucherKind] | None = None
        self._stock: dict[date, dict[int, ItemStock]] = {}

    @property
    def guid(self) -> str:
        """Company GUID; also the beginning of every object's."""
        return self.facts.guid

    @property
    def name(self) -> str:
        """Present name."""
        return self.state.name

    @property
    def number(self) -> str:
        """COMPANYNUMBER."""
        return self.facts.number

    @property
    def books_from(self) -> date:
        """First day of the books."""
        return self.facts.books_from

    @property
    def alter_master_id(self) -> int:
        """ALTMSTID: the largest change number given to a master so far."""
        return self.state.alter_master_id

    @property
    def alter_voucher_id(self) -> int:
        """ALTVCHID: the largest change number given to a voucher so far; 0 if there never was one."""
        return self.state.alter_voucher_id

    @property
    def masters(self) -> MasterTable:
        """The table of masters."""
        return self.state.masters

    @property
    def last_voucher_day(self) -> date | None:
        """Day of the last voucher, post-dated ones included."""
        rows = self.vouchers()
        return rows[-1].day if rows else None

    @property
    def whole_period(self) -> Period:
        """From the beginning of the books to the last voucher, at least to the end of the first year."""
        last = self.last_voucher_day
        return Period(self.books_from, max(self.facts.books_to, last) if last else self.facts.books_to)

    def touch(self) -> None:
        """Forget what was computed from the state; every edit calls it."""
        self.version += 1
        self._sums.clear()
        self._stock.clear()
        self._ordered = None
        self._kinds = None

    def enter(self, voucher: Voucher) -> None:
        """Put a voucher into the books, in the place of the one that has its number."""
        self._exchange(self.state.vouchers.get(voucher.master_id), voucher)

    def remove(self, voucher: Voucher) -> None:
        """Take a voucher out of the books."""
        self._exchange(voucher, None)

    def _exchange(self, old: Voucher | None, new: Voucher | None) -> None:
        sums = {
            period: exchange(found, old, new)
            for period, found in tuple(self._sums.items())
            if not self._begins_with_stock(period)
        }
        rows = None if self._ordered is None else list(self._ordered)  # somebody may be walking through the old list
        if rows is not None and old is not None:
            del rows[bisect_left(rows, _PLACE(old), key=_PLACE)]
        if rows is not None and new is not None:
            insort(rows, new, key=_PLACE)
        if new is not None:
            self.state.vouchers[new.master_id] = new
        elif old is not None:
            del self.state.vouchers[old.master_id]
        self.touch()
        self._ordered, self._sums = rows, sums

    def vouchers(self) -> list[Voucher]:
        """Return all vouchers by day and, within a day, in the order they were entered."""
        rows, version = self._ordered, self.version
        if rows is None:
            held = tuple(self.state.vouchers.values())
            rows = sorted(held, key=_PLACE)
            if version == self.version:
                self._ordered = rows
        return rows

    def vouchers_between(self, period: Period) -> list[Voucher]:
        """Return the vouchers dated within a period, by day."""
        rows = self.vouchers()
        first = bisect_left(rows, period.start, key=lambda row: row.day)
        return rows[first : bisect_right(rows, period.end, key=lambda row: row.day)]

    def kind_of(self, type_id: int) -> VoucherKind:
        """Return what a voucher type comes down to: its parents are walked up to a predefined one."""
        kinds, version = self._kinds, self.version
        if kinds is None:
            kinds = {row.master_id: self._walk_up(row) for row in self.masters.of_kind("VOUCHERTYPE")}
            if version == self.version:
                self._kinds = kinds
        return kinds[type_id]

    def _walk_up(self, voucher_type: Master) -> VoucherKind:
        root = list(self.masters.lineage(voucher_type))[-1]
        return kind_of_predefined(reserved_name(root) or root.name)

    def counting_types(self) -> frozenset[int]:
        """Return the voucher types whose vouchers count in the books."""
        types = self.masters.of_kind("VOUCHERTYPE")
        return frozenset(row.master_id for row in types if self.kind_of(row.master_id).is_accounting)

    def sums(self, period: Period) -> Sums:
        """Return ledger balances for a period; kept, and kept up with edits of vouchers, until a master changes."""
        found, version = self._sums.get(period), self.version
        if found is None:
            scope = BookPeriod(period, self.books_from)
            found = add_up(self.masters, self.vouchers(), self.counting_types(), scope)
            self._carry_stock(found)
            if version == self.version:
                _keep(self._sums, period, found)
        return found

    def _carry_stock(self, sums: Sums) -> None:
        """Begin a later year with the stock the year before ended with; its profit or loss takes the difference."""
        if not self._begins_with_stock(sums.period):
            return
        carriers = [row for row in self.masters.of_kind("LEDGER") if is_stock(self.masters, row)]
        profit = next((row for row in self.masters.of_kind("LEDGER") if reserved_name(row) == PROFIT_AND_LOSS), None)
        if not carriers or profit is None:
            return
        year_start = FinancialYear.of(sums.period.start).period.start
        worth = sum(item.value for item in self.stock(year_start - timedelta(days=1)).values())
        gain = worth - sum(sums.of(row.master_id).opening for row in carriers)
        sums.of(min(row.master_id for row in carriers)).opening += gain
        sums.of(profit.master_id).opening -= gain

    def _begins_with_stock(self, period: Period) -> bool:
        """Say whether balances of a period depend on the stock that the year before ended with."""
        return self.facts.is_integrated and FinancialYear.of(period.start).period.start > self.books_from

    def stock(self, day: date) -> dict[int, ItemStock]:
        """Return the stock of every item at the end of a day; kept until the next edit."""
        found, version = self._stock.get(day), self.version
        if found is None:
            kinds = {row.master_id: self.kind_of(row.master_id) for row in self.masters.of_kind("VOUCHERTYPE")}
            found = take_stock(self.masters, self.vouchers(), kinds, day)
            if version == self.version:
                _keep(self._stock, day, found)
        return found

    def iter_counting(self, until: date) -> Iterator[Voucher]:
        """Yield the vouchers that count, by day, up to and including one."""
        counting = self.counting_types()
        for voucher in self.vouchers():
            if voucher.day > until:
                return
            if voucher.type_id in counting and not voucher.is_cancelled and not voucher.is_optional:
                yield voucher


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    """Remember a result, forgetting the oldest beyond a few."""
    while len(kept) >= SUMS_KEPT:
        del kept[next(iter(kept))]
    kept[key] = value
