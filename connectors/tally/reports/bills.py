"""Bills Receivable and Bills Payable: one block of siblings per open bill.

They are scoped by the sign of the bill, not by group (a supplier's advance is receivable), and leave out money on
account. A report does not say its day; this one betrays it, because the overdue days it prints are counted from the due
date to the day of the report (0 means due that day; empty means not yet due).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from canonical.errors import SourceMalformed
from canonical.money import ZERO
from canonical.proof import ReportKind, ReportLine
from canonical.record import JsonValue
from connectors.tally.reports.rows import Sheet
from connectors.tally.tree import text_of

HEAD = "BILLFIXED"
Block = dict[str, JsonValue]


def read_bills(sheet: Sheet) -> tuple[ReportLine, ...]:
    """Read the open bills.

    Raises:
        SourceMalformed: an amount or date cannot be read, or a bill has no closing amount.
    """
    return tuple(_line(block, sheet) for block in _blocks(sheet))


def kind_of(lines: tuple[ReportLine, ...]) -> ReportKind:
    """Tell receivable from payable by the sign of what is listed."""
    total = sum((line.net for line in lines), ZERO)
    return ReportKind.BILLS_RECEIVABLE if total >= 0 else ReportKind.BILLS_PAYABLE


def betrayed_day(sheet: Sheet) -> date | None:
    """The day the overdue days of all overdue bills point to; None if none does or they disagree.

    Raises:
        SourceMalformed: a date cannot be read.
    """
    days = {
        due + timedelta(days=int(overdue))
        for block in _blocks(sheet)
        if (overdue := text_of(block.get("BILLOVERDUE"))).isdecimal()
        and (due := sheet.day(text_of(block.get("BILLDUE"))))
    }
    return days.pop() if len(days) == 1 else None


def _line(block: Block, sheet: Sheet) -> ReportLine:
    fixed = block[HEAD] if isinstance(block[HEAD], dict) else {}
    ref = text_of(fixed.get("BILLREF"))
    if "BILLCL" not in block:
        raise SourceMalformed(
            f"{sheet.label} lists the bill {ref!r} without its pending amount (BILLCL).",
            code="tally.report.amount",
            file=sheet.label,
        )
    return ReportLine(
        name=text_of(fixed.get("BILLPARTY")),
        ref=ref,
        bill_date=sheet.day(text_of(fixed.get("BILLDATE"))),
        due_date=sheet.day(text_of(block.get("BILLDUE"))),
        net=-sheet.amount(text_of(block["BILLCL"])),
    )


def _blocks(sheet: Sheet) -> Iterator[Block]:
    block: Block = {}
    for tag, tree in sheet.rows:
        if tag == HEAD and block:
            yield block
            block = {}
        if tag == HEAD or block:
            block[tag] = tree
    if block:
        yield block
