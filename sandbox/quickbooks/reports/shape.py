"""The JSON shape of a report: header, columns, rows of three kinds; every value is text."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.quickbooks.reports.request import ReportRequest
from sandbox.quickbooks.shelf import Document
from sandbox.quickbooks.times import render_time
from sandbox.world.paise import render_paise


def report(
    request: ReportRequest,
    columns: Sequence[Document],
    rows: Sequence[Document],
    *,
    has_period: bool = True,
    extra: Document | None = None,
) -> Document:
    """Put a report together."""
    request.check_size(len(columns) * _count(rows))
    options = [{"Name": "NoReportData", "Value": str(not rows).lower()}]
    if not has_period:
        options.insert(0, {"Name": "report_date", "Value": request.day.isoformat()})
    header: Document = {"Time": render_time(request.company.clock()), "ReportName": request.name}
    if request.macro:
        header["DateMacro"] = request.macro
    if has_period:
        header |= {"ReportBasis": "Accrual", "StartPeriod": request.start.isoformat()}
    header |= {"EndPeriod": (request.end if has_period else request.day).isoformat()}
    header |= {"Currency": request.company.facts.edition.currency, **(extra or {}), "Option": options}
    return {"Header": header, "Columns": {"Column": list(columns)}, "Rows": {"Row": list(rows)} if rows else {}}


def column(kind: str, title: str, key: str = "") -> Document:
    """Describe a column; ``key`` is what clients should go by, titles are localised."""
    shown: Document = {"ColTitle": title, "ColType": kind}
    if key:
        shown["MetaData"] = [{"Name": "ColKey", "Value": key}]
    return shown


def cell(value: str, key: str = "") -> Document:
    """One cell; ``key`` is the id of what it names."""
    return {"value": value, "id": key} if key else {"value": value}


def money(cents: int) -> Document:
    """A cell of money, empty for nothing."""
    return {"value": render_paise(cents) if cents else ""}


def data(cells: Sequence[Document]) -> Document:
    """A row of data."""
    return {"ColData": list(cells), "type": "Data"}


def section(
    head: Sequence[Document], rows: Sequence[Document], summary: Sequence[Document], group: str = ""
) -> Document:
    """A section with its header and summary."""
    shown: Document = {"Header": {"ColData": list(head)}}
    if rows:
        shown["Rows"] = {"Row": list(rows)}
    shown |= {"Summary": {"ColData": list(summary)}, "type": "Section"}
    if group:
        shown["group"] = group
    return shown


def total_line(title: str, sums: Sequence[int], group: str) -> Document:
    """A section that is only a total; zero is written out."""
    cells = [{"value": title}, *({"value": render_paise(cents)} for cents in sums)]
    return {"Summary": {"ColData": cells}, "type": "Section", "group": group}


def _count(rows: Sequence[Document]) -> int:
    return sum(1 + _count(row.get("Rows", {}).get("Row", ())) for row in rows)
