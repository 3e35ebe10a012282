"""Objects as requests see them: methods, types, lists, what is derived from dated rows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from canonical.dates import Period
from sandbox.tally.books import (
    Amount,
    Day,
    Empty,
    LiveCompany,
    LiveObject,
    Logical,
    Number,
    Quantity,
    Rate,
    Text,
    build_books,
)
from sandbox.tally.books.values import parse_scalar, split_quantity
from sandbox.world import WorldSpec, build_world
from tests.sandbox.books.support import SPEC, YEAR, parse, small_company, voucher_objects


@pytest.fixture(scope="module")
def company() -> LiveCompany:
    return small_company()


def found(company: LiveCompany, kind: str, name: str) -> LiveObject:
    one = company.find_object(kind, name, YEAR)
    assert one is not None, name
    return one


def test_methods_are_matched_as_tally_matches_them(company: LiveCompany) -> None:
    cash = found(company, "Ledger", "cash")
    for spelling in ("$ClosingBalance", "CLOSINGBALANCE", "closing balance", "$_ClosingBalance"):
        assert cash.method(spelling) == cash.method("ClosingBalance")
    assert isinstance(cash.method("MasterId"), Number)
    assert isinstance(cash.method("IsBillWiseOn"), Logical)
    assert cash.method("NoSuchMethod") is None


def test_a_root_says_primary_and_the_profit_account_too(company: LiveCompany) -> None:
    assert found(company, "Group", "Capital Account").method("Parent") == Text("\x04 Primary")
    assert found(company, "Ledger", "Profit & Loss A/c").method("Parent") == Text("\x04 Primary")
    assert "<PARENT/>" in found(company, "Group", "Capital Account").to_xml()


def test_balances_of_a_period_are_opening_and_closing_of_that_period(company: LiveCompany) -> None:
    half = Period(YEAR.start, YEAR.start + timedelta(days=182))
    rest = Period(half.end + timedelta(days=1), YEAR.end)
    for first, second, whole in zip(
        company.objects("Ledger", half), company.objects("Ledger", rest), company.objects("Ledger", YEAR), strict=True
    ):
        assert (first.method("TBalClosing"), first.method("OpeningBalance")) == (
            second.method("OpeningBalance"),
            whole.method("OpeningBalance"),
        )
        assert second.method("TBalClosing") == whole.method("TBalClosing")


def test_an_untouched_ledger_closes_at_nothing_and_not_at_zero() -> None:
    company = small_company(0, seed=3)
    assert found(company, "Ledger", "Sales - Local").method("ClosingBalance") == Empty("Amount")
    assert found(company, "Ledger", "Sales - Local").method("OpeningBalance") == Amount(Decimal(0))


def test_groups_sum_their_ledgers(company: LiveCompany) -> None:
    debtors = found(company, "Group", "Sundry Debtors").method("ClosingBalance")
    truth = build_world(SPEC).truth()
    inside = ("Sundry Debtors", "South Debtors", "Debtors - Rest of India")
    total = sum(row.closing for row in truth.trial_balance.values() if row.group in inside)
    assert debtors == Amount(Decimal(-total) / 100)


def test_bills_as_objects_are_those_of_the_reports(company: LiveCompany) -> None:
    rows = [one for one in company.objects("Bills", YEAR) if one.method("ClosingBalance") != Amount(Decimal(0))]
    listed = sum(company.report(name, YEAR, {}).count("<BILLREF>") for name in ("Bills Receivable", "Bills Payable"))
    assert len(rows) == listed
    assert {type(one.method("BillDate")) for one in rows} == {Day}
    assert all(company.masters.find("LEDGER", str(parent.value)) for one in rows if (parent := one.method("Parent")))


def test_vouchers_between_days_need_no_scan(company: LiveCompany) -> None:
    june = Period(YEAR.start, YEAR.start + timedelta(days=29))
    days = [one.record.day for one in company.voucher_objects(june)]
    assert days == sorted(one.record.day for one in voucher_objects(company) if one.record.day in june)


def test_every_line_of_every_view_is_in_all_ledger_entries(company: LiveCompany) -> None:
    for one in voucher_objects(company):
        amounts = [line.method("Amount") for line in one.children("AllLedgerEntries")]
        wires = [-Decimal(amount.wire) * 100 for amount in amounts if amount is not None]
        assert wires == [Decimal(paise) for paise in one.record.postings[1::2]]


def test_a_whole_tree_entered_again_is_the_same_voucher() -> None:
    company = small_company(120)
    for one in voucher_objects(company):
        if one.record.is_cancelled:
            continue
        again = company.edit_vouchers.alter(one.record.master_id, one.whole())
        assert (again.postings, again.bills, again.goods) == (one.record.postings, one.record.bills, one.record.goods)
        kept = (again.number, again.day, again.is_optional)
        assert kept == (one.record.number, one.record.day, one.record.is_optional)


def test_renaming_a_unit_renames_it_everywhere() -> None:
    company = build_books([WorldSpec(seed=3, vouchers=0)]).companies[0]
    unit = company.masters.find("UNIT", "Nos")
    assert unit is not None
    company.edit_masters.rename(unit.master_id, "Numbers")
    text = found(company, "Unit", "Numbers").to_xml()
    assert text.count("<NAME>Numbers</NAME>") == 2
    assert parse(text).get("NAME") == "Numbers"
    held = [one.method("BaseUnits") for one in company.objects("StockItem")]
    assert Text("Numbers") in held
    assert Text("Nos") not in held


@pytest.mark.parametrize(
    ("type_name", "text", "value"),
    [
        ("Amount", "-1234.50", Amount(Decimal("-1234.50"))),
        ("Amount", "-$20 @ ? 75/$ = -1500.00", Amount(Decimal("-1500.00"))),
        ("Amount", "", Empty("Amount")),
        ("Amount", "nonsense", Text("nonsense")),
        ("Number", " 80", Number(Decimal(80))),
        ("Rate", "57.00/l.s", Rate(Decimal("57.00"), "l.s")),
        ("Quantity", " 5.00 Nos = 60 Kgs", Quantity(Decimal("5.00"), "Nos", " 5.00 Nos = 60 Kgs")),
        ("Quantity", "(-)5 Nos", Quantity(Decimal(-5), "Nos", "(-)5 Nos")),
        ("Date", "20250401", Day(YEAR.start)),
        ("Date", "2025-04-01", Text("2025-04-01")),
        ("Logical", "Yes", Logical(True)),
        ("String", "  kept ", Text("  kept ")),
    ],
)
def test_values_are_read_by_type_and_bad_ones_stay_text(type_name: str, text: str, value: object) -> None:
    assert parse_scalar(type_name, text) == value


def test_quantities_split_into_number_and_unit() -> None:
    assert split_quantity("12.500 Kgs.") == (Decimal("12.500"), "Kgs.")
    assert split_quantity("2 Box 3 Nos") == (Decimal(2), "Box 3 Nos")
