"""Ageing and balances of customers and vendors, summaries and details.

The product nets credits and unapplied payments into ageing, in the bucket of their own day. Amounts count from the due
day unless the company's preferences say the document's day.
"""

from __future__ import annotations

from collections import defaultdict

from sandbox.quickbooks.reports.figures import OpenItem, open_items
from sandbox.quickbooks.reports.names import type_name
from sandbox.quickbooks.reports.request import ReportRequest
from sandbox.quickbooks.reports.shape import cell, column, data, money, report, section, total_line
from sandbox.quickbooks.shelf import Document
from sandbox.world.paise import render_paise

_DETAIL = {
    "tx_date": ("Date", "Date"),
    "txn_type": ("String", "Transaction Type"),
    "doc_num": ("String", "Num"),
    "cust_name": ("String", "Customer"),
    "vend_name": ("String", "Vendor"),
    "due_date": ("Date", "Due Date"),
    "subt_amount": ("Money", "Amount"),
    "subt_open_bal": ("Money", "Open Balance"),
}


def aged_summary(request: ReportRequest, entity: str) -> Document:
    """Age what each customer owes (or vendor is owed)."""
    titles = _bucket_titles(request)
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * (len(titles) + 1))
    for item in _items(request, entity):
        row = sums[item.party]
        row[_bucket(request, item)] += item.cents
        row[-1] += item.cents
    rows = [{"ColData": [cell(name, key), *map(money, sums[key])]} for name, key in _named(request, entity, list(sums))]
    if rows:
        whole = [sum(row[position] for row in sums.values()) for position in range(len(titles) + 1)]
        rows.append(total_line("TOTAL", whole, "GrandTotal"))
    columns = [column(entity, ""), *(column("Money", title) for title in titles), column("Money", "Total")]
    return report(request, columns, rows, has_period=False)


def aged_detail(request: ReportRequest, entity: str) -> Document:
    """List every open document by bucket, oldest bucket first."""
    party_key = "cust_name" if entity == "Customer" else "vend_name"
    usual = ("tx_date", "txn_type", "doc_num", party_key, "due_date", "subt_amount", "subt_open_bal")
    keys = request.columns or usual
    buckets: dict[int, list[OpenItem]] = defaultdict(list)
    for item in _items(request, entity):
        buckets[_bucket(request, item)].append(item)
    rows = []
    for position in sorted(buckets, reverse=True):
        items = sorted(buckets[position], key=lambda one: (one.record.day or request.day, one.record.number))
        title = "Current" if position == 0 else f"{_bucket_titles(request)[position]} days past due"
        inner = [data([_detail_cell(request, entity, item, key) for key in keys]) for item in items]
        whole = sum(item.cents for item in items)
        summary = [
            cell(f"Total for {title}"),
            *(money(whole) if key == "subt_open_bal" else cell("") for key in keys[1:]),
        ]
        rows.append(section([cell(title), *([cell("")] * (len(keys) - 1))], inner, summary))
    columns = [column(*_DETAIL.get(key, ("String", key)), key) for key in keys]
    return report(request, columns, rows, has_period=False)


def balance_summary(request: ReportRequest, entity: str) -> Document:
    """State what each customer owes (or vendor is owed) as of the report date."""
    sums: dict[str, int] = defaultdict(int)
    for item in _items(request, entity):
        sums[item.party] += item.cents
    named = [(name, key) for name, key in _named(request, entity, list(sums)) if sums[key]]
    rows: list[Document] = [{"ColData": [cell(name, key), {"value": render_paise(sums[key])}]} for name, key in named]
    if rows:
        rows.append(total_line("TOTAL", [sum(sums.values())], "GrandTotal"))
    return report(request, [column(entity, ""), column("Money", "Total")], rows, has_period=False)


def _items(request: ReportRequest, entity: str) -> list[OpenItem]:
    wanted = request.customer if entity == "Customer" else request.vendor
    chosen = {key for key in wanted.split(",") if key}
    return [item for item in open_items(request.company, entity, request.day) if not chosen or item.party in chosen]


def _named(request: ReportRequest, entity: str, keys: list[str]) -> list[tuple[str, str]]:
    names = []
    for key in keys:
        document = request.company.get(entity, key).document
        names.append((str(document.get("FullyQualifiedName") or document["DisplayName"]), key))
    return sorted(names, key=lambda pair: pair[0].casefold())


def _bucket_titles(request: ReportRequest) -> list[str]:
    days, count = request.aging_days, request.aging_periods
    middle = [f"{days * number + 1} - {days * (number + 1)}" for number in range(count - 1)]
    return ["Current", *middle, f"{days * (count - 1) + 1} and over"]


def _bucket(request: ReportRequest, item: OpenItem) -> int:
    late = (request.day - item.due).days
    if late <= 0:
        return 0
    return min(request.aging_periods, (late - 1) // request.aging_days + 1)


def _detail_cell(request: ReportRequest, entity: str, item: OpenItem, key: str) -> Document:
    document = item.record.document
    if key in {"cust_name", "vend_name"}:
        name, party = _named(request, entity, [item.party])[0]
        return cell(name, party)
    if key == "txn_type":
        return cell(type_name(item.record), item.record.key)
    if key == "subt_open_bal":
        return money(item.cents)
    texts = {
        "tx_date": document["TxnDate"],
        "doc_num": str(document.get("DocNumber", "")),
        "due_date": item.due.isoformat(),
        "subt_amount": f"{document['TotalAmt']:.2f}",
    }
    return cell(texts.get(key, ""))
