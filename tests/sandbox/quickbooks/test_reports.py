"""The reports against the truth, and against each other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sandbox.quickbooks.building import build_books
from sandbox.quickbooks.live import LiveCompany
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.reports import run_report
from sandbox.quickbooks.reports.request import ReportTooWide
from tests.support.samples import sample_json

YEAR_END = date(2026, 3, 31)
PERIOD = {"start_date": "2025-04-01", "end_date": "2026-03-31"}


@pytest.fixture(scope="module")
def live() -> LiveCompany:
    one = build_books(documents=200).companies[0]
    for _ in range(60):
        one.business.step()
    return one


def rows(report: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = report["Rows"].get("Row", [])
    return found


def cents(text: str) -> int:
    return int(Decimal(text or "0") * 100)


def by_id(report: dict[str, Any], position: int = -1) -> dict[str, int]:
    cells = [row["ColData"] for row in rows(report) if "ColData" in row]
    return {row[0]["id"]: cents(row[position]["value"]) for row in cells}


def test_the_trial_balance_is_the_truth(live: LiveCompany) -> None:
    report = run_report(live.company, "TrialBalance", PERIOD)
    cells = [row["ColData"] for row in rows(report)[:-1]]
    said = {row[0]["id"]: cents(row[1]["value"]) - cents(row[2]["value"]) for row in cells}
    assert said == live.truth(YEAR_END).trial_balance
    total = rows(report)[-1]["Summary"]["ColData"]
    assert total[1]["value"] == total[2]["value"] != "0.00"


def test_a_new_fiscal_year_begins_with_the_profit_in_retained_earnings(live: LiveCompany) -> None:
    live.business.sell()
    report = run_report(live.company, "TrialBalance", {"end_date": "2026-04-01", "start_date": "2026-04-01"})
    cells = [row["ColData"] for row in rows(report)[:-1]]
    said = {row[0]["id"]: cents(row[1]["value"]) - cents(row[2]["value"]) for row in cells}
    assert sum(said.values()) == 0
    year = live.truth(YEAR_END).trial_balance
    profit = sum(value for key, value in year.items() if _class_of(live, key) in {"Revenue", "Expense"})
    assert said[live.company.account("Retained Earnings")] == profit


def _class_of(live: LiveCompany, key: str) -> str:
    return str(live.company.get("Account", key).document["Classification"])


def test_profit_of_the_year_is_the_same_in_both_statements(live: LiveCompany) -> None:
    profit = run_report(live.company, "ProfitAndLoss", PERIOD)
    sheet = run_report(live.company, "BalanceSheet", PERIOD)
    net = rows(profit)[-1]["Summary"]["ColData"][1]["value"]
    assets, owed = rows(sheet)
    equity = rows(owed)[-1]
    assert rows(equity)[-1]["ColData"][1]["value"] == net
    assert assets["Summary"]["ColData"][1] == owed["Summary"]["ColData"][1]


def test_months_add_up_to_the_whole(live: LiveCompany) -> None:
    report = run_report(live.company, "ProfitAndLoss", {**PERIOD, "summarize_column_by": "Month"})
    net = [cents(one["value"]) for one in rows(report)[-1]["Summary"]["ColData"][1:]]
    assert len(net) == 13
    assert sum(net[:-1]) == net[-1]


@pytest.mark.parametrize("day", ["2025-09-30", "2026-03-31"])
@pytest.mark.parametrize(
    ("entity", "summary", "ageing"),
    [("Customer", "CustomerBalance", "AgedReceivables"), ("Vendor", "VendorBalance", "AgedPayables")],
)
def test_ageing_and_balances_are_what_the_parties_owe(
    live: LiveCompany, day: str, entity: str, summary: str, ageing: str
) -> None:
    truth = live.truth(date.fromisoformat(day))
    owed = truth.customers if entity == "Customer" else truth.vendors
    assert by_id(run_report(live.company, summary, {"report_date": day})) == owed
    aged = run_report(live.company, ageing, {"report_date": day})
    assert {key: value for key, value in by_id(aged).items() if value} == owed
    total = rows(aged)[-1]["Summary"]["ColData"]
    assert sum(cents(one["value"]) for one in total[1:-1]) == cents(total[-1]["value"]) == sum(owed.values())


def test_an_invoice_ages_from_its_due_day_or_its_own_as_the_company_prefers() -> None:
    live = build_books(documents=0).companies[0]
    detail = {"ItemRef": {"value": "2"}, "TaxCodeRef": {"value": "5"}}
    line = {"Amount": 10, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    head = {"CustomerRef": {"value": "9"}, "TxnDate": "2026-01-01", "DueDate": "2026-02-15", "Line": [line]}
    live.write.create("Invoice", head)
    asked = {"report_date": "2026-03-01", "customer": "9"}
    cells = rows(run_report(live.company, "AgedReceivables", asked))[0]["ColData"]
    assert [one["value"] for one in cells[1:]] == ["", "10.00", "", "", "", "10.00"]
    live.company.facts.ages_by_txn_date = True
    cells = rows(run_report(live.company, "AgedReceivables", asked))[0]["ColData"]
    assert [one["value"] for one in cells[1:]] == ["", "", "10.00", "", "", "10.00"]


def test_the_detail_of_ageing_adds_up_to_its_summary(live: LiveCompany) -> None:
    detail = run_report(live.company, "AgedReceivableDetail", {"report_date": "2026-03-31"})
    open_sum = sum(cents(row["ColData"][-1]["value"]) for part in rows(detail) for row in rows(part))
    assert open_sum == sum(live.truth(YEAR_END).customers.values())


def test_the_general_ledger_runs_into_the_trial_balance(live: LiveCompany) -> None:
    ledger = run_report(live.company, "GeneralLedger", {"start_date": "2025-04-01", "end_date": "2026-03-31"})
    sums = {part["Header"]["ColData"][0]["id"]: part["Summary"]["ColData"][-2]["value"] for part in rows(ledger)}
    truth = live.truth(YEAR_END).trial_balance
    assert {key: abs(cents(value)) for key, value in sums.items() if cents(value)} == {
        key: abs(value) for key, value in truth.items()
    }
    keys = [one["MetaData"][0]["Value"] for one in ledger["Columns"]["Column"]]
    assert keys[:2] == ["tx_date", "txn_type"]


def test_columns_may_be_chosen(live: LiveCompany) -> None:
    asked = {**PERIOD, "columns": "tx_date,txn_type,debt_amt,credit_amt,klass_name"}
    report = run_report(live.company, "JournalReport", asked)
    debit = sum(cents(row["ColData"][2]["value"]) for row in rows(report))
    credit = sum(cents(row["ColData"][3]["value"]) for row in rows(report))
    assert debit == credit > 0
    assert {row["ColData"][4]["value"] for row in rows(report)} == {""}


def test_every_document_is_on_the_transaction_list(live: LiveCompany) -> None:
    report = run_report(live.company, "TransactionList", {"date_macro": "all"})
    counts = live.truth().counts
    documents = sum(counts[name] for name in counts if live.company.shelf(name).entity.is_transaction)
    assert len(rows(report)) == documents


def test_a_report_that_is_too_wide_is_not_shown(live: LiveCompany) -> None:
    with pytest.raises(ReportTooWide):
        run_report(live.company, "GeneralLedger", PERIOD, cells_max=100)


def test_no_cash_basis_and_no_unknown_report(live: LiveCompany) -> None:
    for name, query in (("TrialBalance", {"accounting_method": "Cash"}), ("MoodReport", {})):
        with pytest.raises(Refusal):
            run_report(live.company, name, query)


def _shape(report: dict[str, Any]) -> tuple[set[str], list[tuple[str, str]]]:
    columns = [(one["ColType"], one["ColTitle"]) for one in report["Columns"]["Column"]]
    return set(report), columns


@pytest.mark.parametrize(
    ("name", "relative"),
    [
        ("TrialBalance", "docs-api-reference/trialbalance.json"),
        ("ProfitAndLoss", "docs-api-reference/profitandloss.json"),
        ("AgedReceivables", "docs-reports/aragingsummary.json"),
        ("AgedPayables", "docs-reports/apagingsummary.json"),
        ("CustomerBalance", "docs-api-reference/customerbalance.json"),
        ("BalanceSheet", "docs-reports/balancesheet.json"),
    ],
)
def test_shapes_are_the_documented_ones(live: LiveCompany, name: str, relative: str) -> None:
    documented = sample_json(f"quickbooks/{relative}")[0]
    documented = documented.get("json", documented)
    ours = run_report(live.company, name, PERIOD)
    assert _shape(ours) == _shape(documented)
    optional = {"Customer", "DateMacro", "Option", "StartPeriod", "EndPeriod"}
    assert set(documented["Header"]) - optional <= set(ours["Header"])
    groups = {row.get("group") for row in rows(documented)}
    assert groups <= {row.get("group") for row in rows(ours)} | {None}
