"""Laws that hold after any sequence of edits: change numbers, double entry, statements against independent sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from canonical.dates import Period
from sandbox.tally.books import BillDraft, EntryDraft, LiveCompany, VoucherDraft
from sandbox.tally.books.bills import open_bills
from sandbox.tally.books.company import BooksState
from tests.sandbox.books.support import YEAR, openings, rows_of, small_company, sum_postings, tally

DAYS = st.dates(YEAR.start, YEAR.end)
AMOUNTS = st.integers(1, 10**7)
SIZE = 60


@cache
def base() -> tuple[LiveCompany, BooksState]:
    company = small_company(SIZE)
    return company, company.snapshot()


@dataclass
class Expected:
    """What the counters and change numbers must be."""

    masters: int
    vouchers: int
    alter_ids: dict[int, int] = field(default_factory=dict)


class Histories(RuleBasedStateMachine):
    """Edits in any order, against a model that knows only how change numbers move."""

    company: LiveCompany
    expected: Expected

    @initialize()
    def begin(self) -> None:
        self.company, backup = base()
        self.company.restore(backup)
        self.expected = self.read()
        self.backups: list[tuple[BooksState, Expected]] = []

    def read(self) -> Expected:
        rows = {row.master_id: row.alter_id for row in self.company.vouchers()}
        return Expected(self.company.alter_master_id, self.company.alter_voucher_id, rows)

    def step(self, steps: int, master_id: int | None = None) -> None:
        self.expected.vouchers += steps
        if master_id is not None and steps:
            self.expected.alter_ids[master_id] = self.expected.vouchers

    def some(self, data: st.DataObject, *, living: bool = False) -> int:
        rows = [row.master_id for row in self.company.vouchers() if not (living and row.is_cancelled)]
        return data.draw(st.sampled_from(rows))

    def draft(self, data: st.DataObject, day: date, paise: int) -> VoucherDraft:
        ledgers = self.company.masters.of_kind("LEDGER")
        first, second = data.draw(
            st.lists(st.sampled_from(ledgers), min_size=2, max_size=2, unique_by=lambda row: row.name)
        )
        bills: tuple[BillDraft, ...] = ()
        if first.tree.value("ISBILLWISEON") == "Yes":
            kind = data.draw(st.sampled_from(["New Ref", "Agst Ref", "Advance", "On Account"]))
            ref = "" if kind == "On Account" else f"R/{data.draw(st.integers(1, 5))}"
            bills = (BillDraft(kind=kind, paise=paise, ref=ref),)
        entries = (
            EntryDraft(ledger=first.name, paise=paise, bills=bills),
            EntryDraft(ledger=second.name, paise=-paise),
        )
        return VoucherDraft(type_name="Journal", day=day, entries=entries)

    @rule(data=st.data(), day=DAYS, paise=AMOUNTS)
    def create(self, data: st.DataObject, day: date, paise: int) -> None:
        made = self.company.edit_vouchers.create(self.draft(data, day, paise))
        assert made.master_id not in self.expected.alter_ids
        self.step(1, made.master_id)

    @rule(data=st.data(), day=DAYS, paise=AMOUNTS)
    def alter(self, data: st.DataObject, day: date, paise: int) -> None:
        number = self.some(data, living=True)
        self.company.edit_vouchers.alter(number, self.draft(data, day, paise))
        self.step(1, number)

    @rule(data=st.data())
    def save_unchanged(self, data: st.DataObject) -> None:
        number = self.some(data)
        self.company.edit_vouchers.save_unchanged(number)
        self.step(1, number)

    @rule(data=st.data(), day=DAYS)
    def redate(self, data: st.DataObject, day: date) -> None:
        number = self.some(data)
        self.company.edit_vouchers.redate(number, day)
        self.step(1, number)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        number = self.some(data)
        self.company.edit_vouchers.cancel(number)
        self.step(1, number)

    @rule(data=st.data())
    @precondition(lambda self: len(self.company.vouchers()) > SIZE // 2)
    def delete(self, data: st.DataObject) -> None:
        number = self.some(data)
        self.company.edit_vouchers.delete(number)
        del self.expected.alter_ids[number]
        self.step(2)

    @rule(data=st.data())
    def make_optional(self, data: st.DataObject) -> None:
        number = self.some(data, living=True)
        self.company.edit_vouchers.make_optional(number)
        self.step(2, number)

    @rule(type_name=st.sampled_from(["Journal", "Sales", "GST Sale Invoice"]))
    def renumber_automatically(self, type_name: str) -> None:
        self.company.edit_vouchers.renumber_automatically(type_name)

    @rule(data=st.data(), suffix=st.integers(0, 99))
    def rename_master(self, data: st.DataObject, suffix: int) -> None:
        rows = [row for row in self.company.masters.by_id.values() if row.kind in ("LEDGER", "STOCKITEM", "GROUP")]
        chosen = data.draw(st.sampled_from(sorted(rows, key=lambda row: row.master_id)))
        name = f"Renamed {chosen.master_id}/{suffix}"
        self.company.edit_masters.rename(chosen.master_id, name)
        self.expected.masters += 1

    @rule(data=st.data(), paise=st.integers(-(10**6), 10**6))
    def add_ledger(self, data: st.DataObject, paise: int) -> None:
        group = data.draw(st.sampled_from(["Sundry Creditors", "Indirect Expenses", "Fixed Assets"]))
        found = next(
            row for row in self.company.masters.of_kind("GROUP") if row.tree.attributes["RESERVEDNAME"] == group
        )
        opening = f"{Decimal(paise) / 100:.2f}" if group != "Indirect Expenses" else "0.00"
        name = f"Added {self.company.state.last_master_id}"
        self.company.edit_masters.create("LEDGER", name, parent=found.name, openingbalance=opening)
        self.expected.masters += 1

    @rule()
    @precondition(lambda self: len(self.backups) < 3)
    def back_up(self) -> None:
        kept = Expected(self.expected.masters, self.expected.vouchers, dict(self.expected.alter_ids))
        self.backups.append((self.company.snapshot(), kept))

    @rule()
    @precondition(lambda self: bool(self.backups))
    def restore(self) -> None:
        state, kept = self.backups[-1]
        self.company.restore(state)
        self.expected = Expected(kept.masters, kept.vouchers, dict(kept.alter_ids))

    @invariant()
    def change_numbers_move_as_measured(self) -> None:
        if hasattr(self, "expected"):
            found = self.read()
            assert found == self.expected
            assert all(number <= found.vouchers for number in found.alter_ids.values())
            assert len(set(found.alter_ids.values())) == len(found.alter_ids)

    @invariant()
    def days_are_in_order_and_keys_are_unique(self) -> None:
        if hasattr(self, "expected"):
            rows = self.company.vouchers()
            assert [row.day for row in rows] == sorted(row.day for row in rows)
            assert len({(row.day, row.sequence) for row in rows}) == len(rows)

    def teardown(self) -> None:
        if hasattr(self, "expected"):
            check_books(self.company)


def check_books(company: LiveCompany) -> None:
    """Debits are credits, and every statement equals what the vouchers' own XML adds up to."""
    sums = company.sums(YEAR)
    assert sum(row.debit for row in sums.rows.values()) == sum(row.credit for row in sums.rows.values())
    opened, moved = openings(company), sum_postings(company, YEAR.end)
    wanted = {name: opened[name] + moved[name] for name in opened}
    gap = -sum(opened.values())
    lines = rows_of(company.report("Trial Balance", YEAR, {"ISLEDGERWISE": "Yes"}))
    found = {name: tally(row, ".//DSPCLDRAMTA") + tally(row, ".//DSPCLCRAMTA") for name, row in lines}
    assert found.pop("Difference in Opening Balances", Decimal(0)) == gap
    assert found == {name: total for name, total in wanted.items() if name in found}
    assert not [name for name, total in wanted.items() if total and name not in found]
    sheet = rows_of(company.report("Balance Sheet", YEAR, {}))
    assert sum(tally(row, "BSMAINAMT") for _, row in sheet) == 0
    check_bills(company, wanted)


def check_bills(company: LiveCompany, closing: dict[str, Decimal]) -> None:
    """Both reports together hold every open bill, each side only its own sign, and no bill twice."""
    rows = open_bills(company, YEAR.end)
    assert len({(row.ledger_id, row.ref.casefold()) for row in rows}) == len(rows)
    assert all(company.masters.by_id[row.ledger_id].name in closing for row in rows)
    receivable = company.report("Bills Receivable", YEAR, {}).count("<BILLFIXED>")
    payable = company.report("Bills Payable", YEAR, {}).count("<BILLFIXED>")
    assert receivable == sum(row.paise > 0 for row in rows)
    assert payable == sum(row.paise < 0 for row in rows)


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=25, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_profit_and_loss_and_balance_sheet_agree() -> None:
    company = small_company(200)
    rows = rows_of(company.report("Profit and Loss", YEAR, {}))
    main = sum(tally(row, "BSMAINAMT") for _, row in rows)
    sheet = dict(rows_of(company.report("Balance Sheet", YEAR, {})))
    assert tally(sheet["Profit & Loss A/c"], "BSMAINAMT") == main
    parts = {name: tally(row, "PLSUBAMT") for name, row in rows}
    cost = parts["Opening Stock"] + parts["Add: Purchase Accounts"] + parts["Direct Expenses"]
    assert tally(dict(rows)["Cost of Sales :"], "BSMAINAMT") == cost - parts["Less: Closing Stock"]


def begun_with(company: LiveCompany, expense: str, opening: str, other: str, counterpart: str) -> None:
    """Books that began within a year: an expense account with an opening balance, and what cancels it out."""
    found = company.masters.find("LEDGER", expense)
    assert found is not None
    company.edit_masters.alter(found.master_id, openingbalance=opening)
    company.edit_masters.create("LEDGER", other, parent="Suspense A/c", openingbalance=counterpart)


FOLLOWING = Period(YEAR.end + timedelta(days=1), YEAR.end + timedelta(days=365))


@pytest.mark.parametrize("is_integrated", [False, True])
def test_profit_and_stock_of_the_first_year_are_carried_into_the_next(is_integrated: bool) -> None:
    company = small_company(200, is_integrated=is_integrated)
    begun_with(company, "Electricity", "-12.60", "Suspense", "12.60")
    first, second = company.sums(YEAR), company.sums(FOLLOWING)
    ledgers = {row.name: row.master_id for row in company.masters.of_kind("LEDGER")}
    assert second.of(ledgers["Sales - Local"]).opening == 0
    assert second.of(ledgers["Cash"]).opening == first.of(ledgers["Cash"]).closing
    rows, later = (rows_of(company.report("Profit and Loss", year, {})) for year in (YEAR, FOLLOWING))
    result = sum(tally(row, "BSMAINAMT") for _, row in rows)
    assert second.of(ledgers["Profit & Loss A/c"]).opening == result * 100
    assert sum(row.opening for row in second.rows.values()) == 0
    assert tally(dict(later)["Opening Stock"], "PLSUBAMT") == tally(dict(rows)["Less: Closing Stock"], "PLSUBAMT")
    assert tally(dict(later)["Opening Stock"], "PLSUBAMT") * 100 == second.of(ledgers["Stock of Goods"]).opening
    for year in (YEAR, FOLLOWING):
        sheet = rows_of(company.report("Balance Sheet", year, {}))
        assert sum(tally(row, "BSMAINAMT") for _, row in sheet) == 0


def test_results_of_quarters_add_up_to_the_year() -> None:
    company = small_company(200)
    begun_with(company, "Electricity", "-12.60", "Suspense", "12.60")
    days = [YEAR.start, date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1), YEAR.end + timedelta(days=1)]
    quarters = [Period(start, end - timedelta(days=1)) for start, end in pairwise(days)]
    results = [rows_of(company.report("Profit and Loss", period, {})) for period in [*quarters, YEAR]]
    totals = [sum(tally(row, "BSMAINAMT") for _, row in rows) for rows in results]
    assert sum(totals[:-1]) == totals[-1]
