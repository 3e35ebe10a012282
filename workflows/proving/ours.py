"""Our side of a proof: a company's figures out of the store, each read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from canonical.company import Company
from canonical.dates import Period, year_start
from canonical.item import Item, StockGroup
from canonical.ledger import AccountGroup, Ledger
from storage.reports.bills import OpenBill
from storage.reports.controls import VoucherCount
from storage.reports.party_ledger import PartyLedger
from storage.repositories.records import Stored
from storage.store import TenantStore
from workflows.proving.chart import Chart, build_chart
from workflows.proving.period import PeriodBooks, period_books


@dataclass
class OurBooks:
    """One company's figures as they are known now."""

    store: TenantStore
    company_id: int
    _periods: dict[Period, PeriodBooks] = field(default_factory=dict)
    _pending: dict[date, tuple[OpenBill, ...]] = field(default_factory=dict)

    @cached_property
    def last_day(self) -> date | None:
        """Day of the last voucher that counts and is not post-dated; None without vouchers."""
        return self.store.controls.last_day(self.company_id)

    @cached_property
    def ledgers(self) -> tuple[Stored[Ledger], ...]:
        """Ledger masters with the raw records they come from."""
        return tuple(self.store.records.iter_stored(self.company_id, Ledger))

    @cached_property
    def chart(self) -> Chart:
        """The account tree."""
        groups = self.store.records.iter(self.company_id, AccountGroup)
        return build_chart(groups, (stored.record for stored in self.ledgers))

    @cached_property
    def items(self) -> tuple[Item | StockGroup, ...]:
        """Stock items and their groups."""
        records = self.store.records
        return (*records.iter(self.company_id, Item), *records.iter(self.company_id, StockGroup))

    @cached_property
    def _company(self) -> Company | None:
        return next(iter(self.store.records.iter(self.company_id, Company)), None)

    @cached_property
    def books_from(self) -> date | None:
        """First day of the books; the first voucher's where the source has not said."""
        said = self.store.companies.get(self.company_id).books_from
        return said or self.store.controls.first_day(self.company_id)

    def year_from(self, day: date) -> date:
        """First day of the company's financial year that holds a day."""
        return year_start(day, self._company.financial_year_from if self._company else None)

    def usual_period(self, as_of: date) -> Period:
        """The financial year up to a day, within the books: what reports cover unless they say otherwise."""
        start = max(self.year_from(as_of), self.books_from or as_of)
        return Period(min(start, as_of), as_of)

    def since_start(self, as_of: date) -> Period:
        """From the first day of the books."""
        return Period(min(self.books_from or as_of, as_of), as_of)

    def over(self, period: Period, *, as_one_year: bool = False) -> PeriodBooks:
        """Balances over a period; ``as_one_year`` never carries income and expense forward."""
        books_from = self.books_from or period.start
        if not as_one_year and period in self._periods:
            return self._periods[period]
        year_from = min(books_from, period.start) if as_one_year else self.year_from(period.start)
        movements = self.store.reports.movements(self.company_id, period, year_from)
        found = period_books(self.chart, movements, period, books_from, year_from)
        if not as_one_year:
            self._periods[period] = found
        return found

    def pending(self, day: date) -> tuple[OpenBill, ...]:
        """Open items on a day, with and without reference; a reference is one bill, as in the source's own reports."""
        if day not in self._pending:
            self._pending[day] = self.store.reports.open_bills(self.company_id, day)
        return self._pending[day]

    def parties(self, day: date) -> dict[str, PartyLedger]:
        """The ledgers that are parties', by key."""
        return self.store.reports.party_ledgers(self.company_id, day)

    def voucher_counts(self, until: date | None) -> dict[str, VoucherCount]:
        """Vouchers by type."""
        return self.store.controls.voucher_counts(self.company_id, until)

    @cached_property
    def counts_by_stream(self) -> dict[str, int]:
        """Vouchers, parties and items by the stream they were read from."""
        return self.store.controls.by_stream(self.company_id)

    @cached_property
    def master_counts(self) -> dict[str, int]:
        """Masters by kind, as the source's counts call them; placeholders are none."""
        return self.store.controls.company_masters(self.company_id)
