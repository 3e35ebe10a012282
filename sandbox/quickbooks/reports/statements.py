"""ProfitAndLoss and BalanceSheet: sections of accounts, sub-accounts nested under the account they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.quickbooks.reports.figures import balances, closing_balances, in_chart_order
from sandbox.quickbooks.reports.request import ReportRequest, fiscal_year_start, months_of
from sandbox.quickbooks.reports.shape import cell, column, data, money, report, section, total_line
from sandbox.quickbooks.shelf import Document, Record

_PROFIT_GROUPS = {
    "Income": ("Income", "Income", -1),
    "Cost of Goods Sold": ("COGS", "Cost of Goods Sold", 1),
    "Expense": ("Expenses", "Expenses", 1),
    "Other Income": ("OtherIncome", "Other Income", -1),
    "Other Expense": ("OtherExpenses", "Other Expenses", 1),
}
_ASSETS = (
    (
        "CurrentAssets",
        "Current Assets",
        (
            ("BankAccounts", "Bank Accounts", "Bank"),
            ("AR", "Accounts Receivable", "Accounts Receivable"),
            ("OtherCurrentAssets", "Other Current Assets", "Other Current Asset"),
        ),
    ),
    ("FixedAssets", "Fixed Assets", (("FixedAssets", "Fixed Assets", "Fixed Asset"),)),
    ("OtherAssets", "Other Assets", (("OtherAssets", "Other Assets", "Other Asset"),)),
)
_LIABILITIES = (
    (
        "CurrentLiabilities",
        "Current Liabilities",
        (
            ("AP", "Accounts Payable", "Accounts Payable"),
            ("CreditCards", "Credit Cards", "Credit Card"),
            ("OtherCurrentLiabilities", "Other Current Liabilities", "Other Current Liability"),
        ),
    ),
    (
        "LongTermLiabilities",
        "Long-Term Liabilities",
        (("LongTermLiabilities", "Long-Term Liabilities", "Long Term Liability"),),
    ),
)
Sums = list[int]


@dataclass(slots=True)
class _Sheet:
    """Balances in one or several columns, and the rows made of them."""

    request: ReportRequest
    columns: list[dict[str, int]]

    def accounts(self, kind: str) -> list[Record]:
        """Return the accounts of a type that have a figure, or have one under them."""
        company = self.request.company
        keys = {key for sums in self.columns for key, cents in sums.items() if cents}
        for key in list(keys):
            keys |= set(_above(company.get("Account", key), self.request))
        return [one for one in in_chart_order(company, list(keys)) if one.document["AccountType"] == kind]

    def figures(self, key: str, sign: int) -> Sums:
        """Return one account's figures, in its natural sign."""
        return [sign * sums.get(key, 0) for sums in self.columns]

    def tree(self, records: list[Record], sign: int, parent: str = "") -> tuple[list[Document], Sums]:
        """Return rows and sums of the accounts under a parent."""
        rows: list[Document] = []
        whole = [0] * len(self.columns)
        for record in records:
            if record.document.get("ParentRef", {}).get("value", "") != parent:
                continue
            own = self.figures(record.key, sign)
            inner, below = self.tree(records, sign, record.key)
            name = cell(record.document["Name"], record.key)
            both = [one + other for one, other in zip(own, below, strict=True)]
            head = [name, *map(money, own)]
            total = [cell(f"Total {record.document['Name']}"), *map(money, both)]
            rows.append(section(head, inner, total) if inner else data(head))
            whole = [one + other for one, other in zip(whole, both, strict=True)]
        return rows, whole

    def block(self, kinds: Iterable[str], group: str, title: str, sign: int) -> tuple[Document | None, Sums]:
        """Return a section of account types; None if it has no figure."""
        rows: list[Document] = []
        whole = [0] * len(self.columns)
        for kind in kinds:
            inner, below = self.tree(self.accounts(kind), sign)
            rows += inner
            whole = _plus(whole, below)
        if not rows:
            return None, whole
        head = [cell(title), *([cell("")] * len(self.columns))]
        return section(head, rows, [cell(f"Total {title}"), *map(money, whole)], group), whole


def profit_and_loss(request: ReportRequest) -> Document:
    """Income and expense of the period."""
    periods = months_of(request.start, request.end) if request.by_month else [(request.start, request.end)]
    sheet = _Sheet(request, [balances(request.company, *period) for period in periods])
    if request.by_month:
        sheet.columns.append(balances(request.company, request.start, request.end))
    rows: list[Document] = []
    sums: dict[str, Sums] = {}
    for kind, (group, title, sign) in _PROFIT_GROUPS.items():
        block, sums[group] = sheet.block((kind,), group, title, sign)
        rows += [block] if block else []
        if group == "COGS":
            gross = _minus(sums["Income"], sums["COGS"])
            rows.append(total_line("Gross Profit", gross, "GrossProfit"))
        elif group == "Expenses":
            operating = _minus(gross, sums["Expenses"])
            rows.append(total_line("Net Operating Income", operating, "NetOperatingIncome"))
    other = _minus(sums["OtherIncome"], sums["OtherExpenses"])
    rows.append(total_line("Net Other Income", other, "NetOtherIncome"))
    rows.append(total_line("Net Income", _plus(operating, other), "NetIncome"))
    titles = [f"{start:%b %Y}" for start, _ in periods] if request.by_month else []
    columns = [column("Account", "", "account"), *(column("Money", one, one) for one in titles)]
    by = {"SummarizeColumnsBy": "Month" if request.by_month else "Total"}
    return report(request, [*columns, column("Money", "Total", "total")], rows, extra=by)


def balance_sheet(request: ReportRequest) -> Document:
    """Assets, liabilities and equity at the end of the period; the year's profit is a row of equity."""
    company = request.company
    closing = closing_balances(company, request.end)
    year = balances(company, fiscal_year_start(request.end, company.facts.fiscal_month), request.end)
    sheet = _Sheet(request, [closing])
    profit = -sum(cents for key, cents in year.items() if not _is_sheet(request, key))
    assets, assets_sum = _side(sheet, _ASSETS, 1)
    owed, owed_sum = _side(sheet, _LIABILITIES, -1)
    equity_rows, equity_sum = sheet.tree(sheet.accounts("Equity"), -1)
    equity_rows.append({**data([cell("Net Income"), money(profit)]), "group": "NetIncome"})
    equity = [equity_sum[0] + profit]
    below = [
        section(_head("Liabilities"), owed, [cell("Total Liabilities"), *map(money, owed_sum)], "Liabilities"),
        section(_head("Equity"), equity_rows, [cell("Total Equity"), *map(money, equity)], "Equity"),
    ]
    total = [cell("TOTAL LIABILITIES AND EQUITY"), *map(money, _plus(owed_sum, equity))]
    rows = [
        section(_head("ASSETS"), assets, [cell("TOTAL ASSETS"), *map(money, assets_sum)], "TotalAssets"),
        section(_head("LIABILITIES AND EQUITY"), below, total, "TotalLiabilitiesAndEquity"),
    ]
    columns = [column("Account", "", "account"), column("Money", "Total", "total")]
    return report(request, columns, rows, extra={"SummarizeColumnsBy": "Total"})


_Blocks = tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...]


def _side(sheet: _Sheet, blocks: _Blocks, sign: int) -> tuple[list[Document], Sums]:
    rows: list[Document] = []
    whole = [0]
    for group, title, kinds in blocks:
        inner = []
        sums = [0]
        for kind_group, kind_title, kind in kinds:
            block, below = sheet.block((kind,), kind_group, kind_title, sign)
            inner += [block] if block else []
            sums = _plus(sums, below)
        if inner and len(kinds) > 1:
            rows.append(section(_head(title), inner, [cell(f"Total {title}"), *map(money, sums)], group))
        else:
            rows += inner
        whole = _plus(whole, sums)
    return rows, whole


def _above(record: Record, request: ReportRequest) -> list[str]:
    keys = []
    parent = record.document.get("ParentRef")
    while parent:
        keys.append(parent["value"])
        parent = request.company.get("Account", parent["value"]).document.get("ParentRef")
    return keys


def _is_sheet(request: ReportRequest, key: str) -> bool:
    return request.company.get("Account", key).document["Classification"] in {"Asset", "Liability", "Equity"}


def _head(title: str) -> list[Document]:
    return [cell(title), cell("")]


def _plus(one: Sums, other: Sums) -> Sums:
    return [first + second for first, second in zip(one, other, strict=True)]


def _minus(one: Sums, other: Sums) -> Sums:
    return [first - second for first, second in zip(one, other, strict=True)]
