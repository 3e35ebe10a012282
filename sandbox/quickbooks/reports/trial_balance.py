"""TrialBalance and AccountList."""

from __future__ import annotations

from sandbox.quickbooks.reports.figures import closing_balances, in_chart_order
from sandbox.quickbooks.reports.request import ReportRequest
from sandbox.quickbooks.reports.shape import cell, column, data, money, report, total_line
from sandbox.quickbooks.shelf import Document


def trial_balance(request: ReportRequest) -> Document:
    """Every account with a balance at the end of the period, debit or credit."""
    company = request.company
    closing = closing_balances(company, request.end)
    rows: list[Document] = []
    debit = credit = 0
    for account in in_chart_order(company, list(closing)):
        cents = closing[account.key]
        debit, credit = debit + max(cents, 0), credit + max(-cents, 0)
        name = cell(account.document["FullyQualifiedName"], account.key)
        rows.append({"ColData": [name, money(max(cents, 0)), money(max(-cents, 0))]})
    if rows:
        rows.append(total_line("TOTAL", (debit, credit), "GrandTotal"))
    columns = [column("Account", ""), column("Money", "Debit"), column("Money", "Credit")]
    return report(request, columns, rows)


def account_list(request: ReportRequest) -> Document:
    """The chart of accounts."""
    company = request.company
    active = [one.key for one in company.records("Account") if one.document["Active"]]
    rows = [
        data([cell(one.document["FullyQualifiedName"], one.key), cell(one.document["AccountType"])])
        for one in in_chart_order(company, active)
    ]
    columns = [column("account_name", "Account"), column("account_type", "Type")]
    return report(request, columns, rows, has_period=False)
