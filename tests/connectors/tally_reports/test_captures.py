"""Reports captured from live companies: what is on them, to the paisa, and what of them cannot serve."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from canonical.proof import ReportKind, SourceReport
from connectors.tally.export.limits import Limits
from connectors.tally.export.reader import Reader
from connectors.tally.export.spool import Spool
from connectors.tally.reports.read import read_report
from connectors.tally.reports.record import ReportRecord
from tests.support.samples import sample


def captured(name: str) -> SourceReport:
    """A saved report, read as a file is."""
    return read_file(sample(f"tally/{name}"))


def read_file(path: Path) -> SourceReport:
    reader = Reader(Limits(), Spool())
    reader.read([path])
    (record,) = reader.finish("Books", "").records("reports")
    return read_report(ReportRecord.of_object(record["object"]), record["guid"])


def amounts(report: SourceReport) -> Mapping[str, Decimal]:
    return {line.name: line.net for line in report.lines}


BILLS = {
    "bridge_bills_receivable_aarav": (ReportKind.BILLS_RECEIVABLE, 22, "469474.80", date(2026, 7, 31)),
    "bridge_bills_payable_aarav": (ReportKind.BILLS_PAYABLE, 21, "-566227.40", date(2026, 7, 31)),
    "bridge_bills_receivable_billwise_lab": (ReportKind.BILLS_RECEIVABLE, 48, "4514597.00", date(2026, 7, 31)),
    "bridge_bills_receivable_ageing_lab": (ReportKind.BILLS_RECEIVABLE, 5, "8777.00", date(2026, 7, 31)),
    "bridge_bills_receivable_validation_lab": (ReportKind.BILLS_RECEIVABLE, 5, "255553.00", date(2026, 8, 1)),
}


@pytest.mark.parametrize("name", BILLS)
def test_bills_of_live_companies(name: str) -> None:
    kind, count, total, as_of = BILLS[name]
    report = captured(f"{name}.xml")
    assert (report.kind, len(report.lines), report.as_of) == (kind, count, as_of)
    assert sum(line.net for line in report.lines) == Decimal(total)


def test_a_bill_that_is_not_due_yet_says_nothing_about_the_day() -> None:
    report = captured("bridge_bills_receivable_validation_lab.xml")
    future = next(line for line in report.lines if line.ref == "ALPHA-FUTURE")
    assert (future.bill_date, future.due_date) == (date(2026, 8, 1), date(2026, 10, 1))


def test_a_trial_balance_by_groups_nets_its_two_columns() -> None:
    report = captured("mbng_trial-balance.xml")
    assert report.kind is ReportKind.TRIAL_BALANCE
    assert amounts(report) == {
        "Capital Account": Decimal("1667172.17"),
        "Loans (Liability)": Decimal("-666000.00"),
        "Current Assets": Decimal("5555555.55"),
        "Suspense A/c & Others": Decimal("0.00"),
    }
    assert {line.opening for line in report.lines} == {None}


def test_a_balance_sheet_keeps_rows_without_amount_apart() -> None:
    report = captured("mbng_balance-sheet.xml")
    assert report.kind is ReportKind.BALANCE_SHEET
    assert amounts(report)["Current Liabilities"] == Decimal("4444444.44")
    assert report.headings == ("Difference in Opening Balances",)


def test_a_profit_and_loss_account_tells_parts_from_totals() -> None:
    report = captured("mbng_profit-loss.xml")
    assert report.kind is ReportKind.PROFIT_AND_LOSS
    parts = [line.name for line in report.lines if line.is_part]
    assert parts == ["Direct Expenses"]
    whole = sum(line.net for line in report.lines if not line.is_part)
    assert whole == -Decimal("12345678.91") + Decimal("1111111.11") - Decimal("250.00") + Decimal("9876543.21")


def test_a_stock_summary_with_a_figure_that_is_none_cannot_serve() -> None:
    report = captured("mbng_stock-summary.xml")
    assert (report.kind, report.is_refused) == (ReportKind.STOCK_SUMMARY, True)
    assert "not a number" in report.note


def test_a_godown_summary_reads_like_a_stock_summary() -> None:
    report = captured("mbng_godown-summary.xml")
    assert report.kind is ReportKind.STOCK_SUMMARY
    assert sum(line.net for line in report.lines) == Decimal("1004.32")


@pytest.mark.parametrize("name", ["mbng_cash-flow.xml", "mbng_funds-flow.xml"])
def test_flows_by_month_compare_with_nothing(name: str) -> None:
    report = captured(name)
    assert (report.kind, report.lines) == (ReportKind.OTHER, ())
    assert report.note
