"""Tally's own reports, exported as XML, read as oracles: trial balance, bills receivable, bills payable.

The rows of a report are parallel siblings in document order: a name, then its amounts (which may be missing for a
heading). So they are
paired by adjacency. Signs are Tally's: negative is debit. A report does not say its date; the bills reports betray
it, because the
overdue days they print are counted from the due date to the day of the report (0 means due that day; empty means not
yet due).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from canonical.errors import SourceMalformed
from canonical.money import ZERO, parse_amount
from canonical.proof import ReportKind, ReportLine, SourceReport
from canonical.record import JsonValue
from connectors.tally.tree import Node, text_of

Row = tuple[str, JsonValue]
_CENTURY_PIVOT = 70
"""Two-digit years from 70 on are of the last century; books of the 1970s are not imported."""


def parse_report(rows: Iterable[Row], label: str) -> SourceReport | None:
    """Turn the rows of a report file into an oracle.

    Args:
        rows: (tag, tree or text) in document order, as ``FileFacts.report_rows`` holds them.
        label: file name, for the oracle's name and for errors.

    Returns:
        The report; None if it is of a kind we cannot prove against (stock summary, cash flow).

    Raises:
        SourceMalformed: an amount or date cannot be read.
    """
    listed = list(rows)
    tags = {tag for tag, _ in listed}
    if "BILLFIXED" in tags:
        return _bills(listed, label)
    if any(tag == "DSPACCINFO" and _has_closing(tree) for tag, tree in listed):
        return SourceReport(
            kind=ReportKind.TRIAL_BALANCE, lines=tuple(_balances(listed, label)), oracle=f"file:{label} (trial balance)"
        )
    return None


def _bills(rows: list[Row], label: str) -> SourceReport:
    lines: list[ReportLine] = []
    as_of: set[date] = set()
    for block in _blocks(rows, "BILLFIXED"):
        fixed = block["BILLFIXED"] if isinstance(block["BILLFIXED"], dict) else {}
        due = _date(text_of(block.get("BILLDUE")), label)
        overdue = text_of(block.get("BILLOVERDUE"))
        if due and overdue:
            as_of.add(due + timedelta(days=int(overdue)))
        lines.append(
            ReportLine(
                name=text_of(fixed.get("BILLPARTY")),
                ref=text_of(fixed.get("BILLREF")),
                bill_date=_date(text_of(fixed.get("BILLDATE")), label),
                due_date=due,
                net=-_amount(text_of(block.get("BILLCL")), label),
            )
        )
    total = sum((line.net for line in lines), ZERO)
    kind = ReportKind.BILLS_RECEIVABLE if total >= 0 else ReportKind.BILLS_PAYABLE
    return SourceReport(
        kind=kind,
        lines=tuple(lines),
        as_of=as_of.pop() if len(as_of) == 1 else None,
        oracle=f"file:{label} ({kind.value.replace('_', ' ')})",
    )


def _balances(rows: list[Row], label: str) -> Iterator[ReportLine]:
    name = ""
    for tag, tree in rows:
        if tag == "DSPACCNAME" and isinstance(tree, dict):
            name = text_of(tree.get("DSPDISPNAME"))
        elif tag == "DSPACCINFO" and isinstance(tree, dict) and name:
            closing = _column(tree, "DSPCLDRAMT", label) + _column(tree, "DSPCLCRAMT", label)
            yield ReportLine(name=name, net=-closing)
            name = ""


def _column(tree: Node, tag: str, label: str) -> Decimal:
    held = tree.get(tag)
    text = text_of(held.get(f"{tag}A")) if isinstance(held, dict) and f"{tag}A" in held else text_of(held)
    return _amount(text, label)


def _has_closing(tree: JsonValue) -> bool:
    return isinstance(tree, dict) and ("DSPCLDRAMT" in tree or "DSPCLCRAMT" in tree)


def _blocks(rows: list[Row], head: str) -> Iterator[dict[str, JsonValue]]:
    block: dict[str, JsonValue] = {}
    for tag, tree in rows:
        if tag == head and block:
            yield block
            block = {}
        if tag == head or block:
            block[tag] = tree
    if block:
        yield block


def _amount(text: str, label: str) -> Decimal:
    return parse_amount(text) if text and _is_number(text, label) else ZERO


def _is_number(text: str, label: str) -> bool:
    if text.lstrip("-").replace(".", "", 1).isdecimal():
        return True
    raise SourceMalformed(
        f"{label} has the amount {text!r}; a report exported as XML writes plain digits.",
        code="tally.report.amount",
        file=label,
    )


def _date(text: str, label: str) -> date | None:
    """Read ``2-Apr-24`` or ``2-Apr-2024``; month names are English in every capture."""
    if not text:
        return None
    day, month, year = [*text.split("-"), "", ""][:3]
    if len(year) == 2:  # noqa: PLR2004 - two-digit year
        year = f"{19 if int(year) >= _CENTURY_PIVOT else 20}{year}"
    try:
        return datetime.strptime(f"{day}-{month}-{year} +0000", "%d-%b-%Y %z").date()
    except ValueError as error:
        raise SourceMalformed(
            f"{label} has the date {text!r}; expected a form such as 2-Apr-24.", code="tally.report.date", file=label
        ) from error
