"""BUSY's own figures that came with the data: balances and pending bills of an export with ``ClosingBalDate``.

They are partial: accounts without a balance are left out of the export, and those of income and expense were seen
without one, so what is not listed says nothing. No other report of BUSY is read: for all else there is no oracle.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from canonical.errors import SourceMalformed
from canonical.money import ZERO
from canonical.proof import ReportKind, ReportLine, SourceReport
from connectors.busy.files.closing import BALANCES, PAYABLE, RECEIVABLE
from connectors.busy.translate.node import Node, day, required_amount, text
from connectors.busy.translate.routes import UnreadableField

_KINDS = {
    BALANCES: ReportKind.TRIAL_BALANCE,
    RECEIVABLE: ReportKind.BILLS_RECEIVABLE,
    PAYABLE: ReportKind.BILLS_PAYABLE,
}


def read_report(body: Mapping[str, Any], places: int, origin: str) -> SourceReport:
    """Turn a record of the stream ``reports`` into an oracle.

    Raises:
        SourceMalformed: a figure in it cannot be read.
    """
    word, told = str(body.get("report", "")), body.get("as_of")
    as_of = date.fromisoformat(told) if isinstance(told, str) and told else None
    kind = _KINDS.get(word, ReportKind.OTHER)
    try:
        lines = tuple(_line(row, places, kind) for row in body.get("rows") or ())
    except UnreadableField as error:
        raise SourceMalformed(f"{origin}: {error}.", code="busy.report.unreadable", file=origin) from error
    return SourceReport(
        kind=kind,
        lines=tuple(line for line in lines if line.net != ZERO),
        as_of=as_of,
        oracle=f"file:{origin.partition('#')[0]} ({word.replace('-', ' ')} of {as_of})",
        note="" if kind is not ReportKind.OTHER else "nothing in the books is kept in a form that compares with it",
        is_partial=True,
    )


def _line(row: Node, places: int, kind: ReportKind) -> ReportLine:
    name = text(row, "Name").strip()
    if kind is ReportKind.TRIAL_BALANCE:
        return ReportLine(name=name, net=-required_amount(row, "OPBal", places))
    return ReportLine(
        name=name,
        net=-required_amount(row, "Value1", places),
        ref=text(row, "RefNo"),
        bill_date=day(row, "Date"),
        due_date=day(row, "DueDate"),
    )
