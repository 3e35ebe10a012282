"""The reports by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from sandbox.quickbooks.company import Company
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.reports.parties import aged_detail, aged_summary, balance_summary
from sandbox.quickbooks.reports.registers import general_ledger, journal_report, transaction_list
from sandbox.quickbooks.reports.request import ReportRequest, read_request
from sandbox.quickbooks.reports.statements import balance_sheet, profit_and_loss
from sandbox.quickbooks.reports.trial_balance import account_list, trial_balance
from sandbox.quickbooks.shelf import Document

REPORTS: dict[str, Callable[[ReportRequest], Document]] = {
    "TrialBalance": trial_balance,
    "ProfitAndLoss": profit_and_loss,
    "BalanceSheet": balance_sheet,
    "GeneralLedger": general_ledger,
    "JournalReport": journal_report,
    "TransactionList": transaction_list,
    "AccountList": account_list,
    "AgedReceivables": partial(aged_summary, entity="Customer"),
    "AgedReceivableDetail": partial(aged_detail, entity="Customer"),
    "AgedPayables": partial(aged_summary, entity="Vendor"),
    "AgedPayableDetail": partial(aged_detail, entity="Vendor"),
    "CustomerBalance": partial(balance_summary, entity="Customer"),
    "VendorBalance": partial(balance_summary, entity="Vendor"),
}


def run_report(company: Company, name: str, query: Mapping[str, str], cells_max: int = 0) -> Document:
    """Run a report.

    Raises:
        Refusal: there is no such report, or it cannot be had as asked.
        ReportTooWide: it is larger than the server shows.
    """
    run = REPORTS.get(name)
    if run is None:
        raise Refusal.unsupported(f"report {name}")
    return run(read_request(company, name, query, cells_max))
