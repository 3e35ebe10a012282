"""How many vouchers of each type and how many masters there are, as Tally counts them.

Three shapes: a census we ask for as a collection grouped by voucher type (rows ``OBJECT``), the counters that Tally
keeps on the company (``NUMLEDGERS``, ``NUMGROUPS``, ``NUMSTOCKITEMS``; Tally's own, equal to the rows of the master
collections), and the report Statistics. Of the last no capture was at hand when this was written; one public program
reads it as ``STATNAME`` and ``STATVALUE``/``STATDIRECT``, which is what is read here. Whether its figures include
cancelled and optional vouchers is not documented; the proof finds out by comparing.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from canonical.errors import SourceMalformed
from canonical.proof import ReportLine
from canonical.record import JsonValue
from connectors.tally.reports.rows import Sheet
from connectors.tally.tree import nodes_of, text_of

COUNTED_TYPE, COUNT = "VOUCHERTYPENAME", "VOUCHERCOUNT"
"""Tags of the census: what its rows are grouped by, and how many there are of each."""
COMPANY_COUNTERS = {"NUMLEDGERS": "ledgers", "NUMGROUPS": "groups", "NUMSTOCKITEMS": "stock items"}


def read_census(sheet: Sheet) -> tuple[ReportLine, ...]:
    """Read the vouchers by type.

    Raises:
        SourceMalformed: a count is no whole number.
    """
    return tuple(
        ReportLine(name=text_of(node.get(COUNTED_TYPE)), net=_count(text_of(node.get(COUNT)), sheet))
        for tag, tree in sheet.rows
        if tag == "OBJECT"
        for node in nodes_of(tree)
        if text_of(node.get(COUNTED_TYPE))
    )


def read_company_counters(sheet: Sheet) -> tuple[ReportLine, ...]:
    """Read the number of masters that the company's own counters give.

    Raises:
        SourceMalformed: a count is no whole number.
    """
    return tuple(
        ReportLine(name=title, net=_count(text, sheet))
        for tag, tree in sheet.rows
        if tag == "COMPANY"
        for node in nodes_of(tree)
        for counter, title in COMPANY_COUNTERS.items()
        if (text := text_of(node.get(counter)))
    )


def read_statistics(sheet: Sheet) -> tuple[ReportLine, ...]:
    """Read the names and their direct counts; the proof tells voucher types from kinds of masters by the names.

    Raises:
        SourceMalformed: a count is no whole number.
    """
    return tuple(ReportLine(name=name, net=_count(text, sheet)) for name, text in _statistics(sheet) if text)


def _statistics(sheet: Sheet) -> Iterator[tuple[str, str]]:
    name = ""
    for tag, tree in sheet.rows:
        if tag == "STATNAME":
            name = text_of(tree)
        elif tag == "STATVALUE" and name:
            yield name, _direct(tree)
            name = ""


def _direct(tree: JsonValue) -> str:
    return text_of(tree.get("STATDIRECT")) if isinstance(tree, dict) else text_of(tree)


def _count(text: str, sheet: Sheet) -> Decimal:
    if text.isdecimal():
        return Decimal(int(text))
    raise SourceMalformed(
        f"{sheet.label} has the count {text[:40]!r}; a whole number is expected.",
        code="tally.report.count",
        file=sheet.label,
    )
