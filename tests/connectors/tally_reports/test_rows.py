"""Rows of reports, invented: pairing by adjacency, columns, days, what makes a report unusable."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.proof import ReportKind, SourceReport
from canonical.record import JsonValue
from connectors.tally.live.oracles import REPORTS
from connectors.tally.reports.read import parse_report, read_report
from connectors.tally.reports.record import ReportRecord
from connectors.tally.reports.titles import KIND_BY_TITLE

Rows = list[tuple[str, JsonValue]]


def account(name: str, **columns: str) -> Rows:
    block = {tag: {f"{tag}A": text} for tag, text in columns.items() if text}
    return [("DSPACCNAME", {"DSPDISPNAME": name}), ("DSPACCINFO", block)]


def bill(ref: str, amount: str, due: str, overdue: str) -> Rows:
    fixed: JsonValue = {"BILLDATE": "1-Apr-25", "BILLREF": ref, "BILLPARTY": "Meena Stores"}
    return [("BILLFIXED", fixed), ("BILLCL", amount), ("BILLDUE", due), ("BILLOVERDUE", overdue)]


def test_a_heading_does_not_take_the_next_row_s_figures() -> None:
    rows: Rows = [("DSPACCNAME", {"DSPDISPNAME": "Assets"}), *account("Cash", DSPCLDRAMT="-10.00")]
    report = parse_report(rows, "tb.xml")
    assert [(line.name, line.net) for line in report.lines] == [("Cash", Decimal("10.00"))]
    assert report.headings == ("Assets",)


@given(st.lists(st.tuples(st.text("abc ", min_size=1), st.integers(-(10**9), 10**9)), min_size=1, max_size=30))
def test_every_name_keeps_its_own_figure(told: list[tuple[str, int]]) -> None:
    named = [(f"{name}{number}", paise) for number, (name, paise) in enumerate(told)]
    rows: Rows = []
    for name, paise in named:
        amount = f"{-paise / 100:.2f}"
        rows += account(name, **{"DSPCLDRAMT" if paise > 0 else "DSPCLCRAMT": amount})
    report = parse_report(rows, "tb.xml")
    expected = [(name.strip(), Decimal(paise) / 100) for name, paise in named]
    if any(paise for _, paise in named):
        assert [(line.name, line.net) for line in report.lines] == expected


def test_all_columns_of_a_trial_balance() -> None:
    rows = [
        *account("Cash", DSPOPAMT="-5.00", DSPDRAMT="-7.00", DSPCRAMT="2.00", DSPCLDRAMT="-10.00"),
        *account("Loan", DSPOPCRAMT="3.00", DSPCLCRAMT="3.00"),
        *account("Bank", DSPCLAMT="-4.00"),
    ]
    cash, loan, bank = parse_report(rows, "tb.xml").lines
    assert (cash.opening, cash.debit, cash.credit, cash.net) == (Decimal(5), Decimal(7), Decimal(2), Decimal(10))
    assert (loan.opening, loan.debit, loan.credit, loan.net) == (Decimal(-3), Decimal(0), Decimal(0), Decimal(-3))
    assert (bank.opening, bank.net) == (Decimal(0), Decimal(4))


def test_the_day_a_bills_report_betrays_is_believed_before_the_day_asked_for() -> None:
    rows = tuple(bill("INV-1", "-100.00", "1-Apr-25", "30"))
    asked = ReportRecord(rows=rows, report="Bills Receivable", as_of=date(2025, 4, 30))
    report = read_report(asked, "")
    assert report.as_of == date(2025, 5, 1)
    assert "asked for 2025-04-30" in report.note
    assert read_report(ReportRecord(rows=rows, report="Bills Receivable", as_of=date(2025, 5, 1)), "").note == ""


def test_overdue_days_that_disagree_betray_nothing() -> None:
    rows = [*bill("INV-1", "-100.00", "1-Apr-25", "30"), *bill("INV-2", "-100.00", "1-Apr-25", "31")]
    assert parse_report(rows, "bills.xml").as_of is None


def test_years_of_two_digits_lie_near_the_books() -> None:
    (line,) = parse_report(bill("INV-1", "-1.00", "1-Apr-98", ""), "b.xml", books_year=2005).lines
    assert line.due_date == date(1998, 4, 1)


def unusable(record: ReportRecord) -> SourceReport:
    report = read_report(record, "r.xml")
    assert report.is_refused or not report.lines
    return report


CASH = tuple(account("Cash", DSPCLDRAMT="-10.00"))
UNUSABLE = {
    "refused by Tally": (ReportRecord(report="Statistics", refused="Could not find Report 'Statistics'!"), "Could not"),
    "the books moved": (ReportRecord(rows=CASH, report="Trial Balance", moved=True), "changed while it was read"),
    "empty": (ReportRecord(report="Balance Sheet"), "empty"),
    "no amount": (ReportRecord(rows=tuple(account("Cash", DSPCLDRAMT="1,000 Dr"))), "1,000 Dr"),
    "no date": (ReportRecord(rows=tuple(bill("A", "-1.00", "1-Foo-25", ""))), "1-Foo-25"),
    "bill without amount": (ReportRecord(rows=(("BILLFIXED", {"BILLREF": "A"}),)), "BILLCL"),
    "no count": (ReportRecord(rows=(("STATNAME", "Sales"), ("STATVALUE", {"STATDIRECT": "many"}))), "many"),
    "no counters": (ReportRecord(rows=(("COMPANY", {"NAME": "x"}),), report="Company Counters"), "NUMLEDGERS"),
    "something else": (ReportRecord(rows=(("RATIONAME", "Current Ratio"),)), "compared"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_a_report_that_cannot_serve_says_why(what: str) -> None:
    record, why = UNUSABLE[what]
    assert why in unusable(record).note


def test_a_record_survives_being_stored() -> None:
    record = ReportRecord(
        rows=[("BILLCL", "-1.00")], report="Bills Payable", day_from=date(2025, 4, 1), as_of=date(2026, 3, 31),
        variables={"EXPLODEFLAG": "Yes"}, refused="no", moved=True,
    )  # fmt: skip
    assert ReportRecord.of_object(record.to_object()) == record
    assert ReportRecord.of_object({"rows": []}) == ReportRecord(rows=[])


def test_books_that_were_not_settled_are_books_that_moved() -> None:
    """A live extraction says so in its own word."""
    assert ReportRecord.of_object({"rows": [], "is_settled": False}).moved
    assert not ReportRecord.of_object({"rows": [], "is_settled": True}).moved


def test_counts_come_in_three_shapes() -> None:
    census: Rows = [("OBJECT", {"VOUCHERTYPENAME": "Sales", "VOUCHERCOUNT": "12"})]
    statistics: Rows = [("STATNAME", "Sales"), ("STATVALUE", {"STATDIRECT": "12"}), ("STATNAME", "heading")]
    counters: Rows = [("COMPANY", {"NUMLEDGERS": {"@TYPE": "Number", "#text": "88"}, "NUMGROUPS": "28"})]
    for rows, kind, found in (
        (census, ReportKind.VOUCHER_COUNTS, {"Sales": 12}),
        (statistics, ReportKind.VOUCHER_COUNTS, {"Sales": 12}),
        (counters, ReportKind.MASTER_COUNTS, {"ledgers": 88, "groups": 28}),
    ):
        report = parse_report(rows, "r.xml")
        assert (report.kind, {line.name: int(line.net) for line in report.lines}) == (kind, found)


def test_every_report_that_is_asked_for_live_is_an_oracle_of_some_kind() -> None:
    assert {which.value for which in REPORTS} <= KIND_BY_TITLE.keys()
