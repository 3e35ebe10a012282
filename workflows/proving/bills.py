"""Bills receivable and payable against our open bills: every bill's amount, its date and its due date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from canonical.bill import bill_key
from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.proof import ControlKind, ControlTotal, ReportKind, ReportLine, SourceReport
from canonical.receivable import Direction
from storage.reports.bills import OpenBill
from storage.reports.party_ledger import PartyLedger
from workflows.proving.chart import Chart

BillId = tuple[str, str]
"""Ledger key and folded reference: the same reference of two parties is two bills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillSum:
    """What is pending under one reference, debit-positive rupees, with the dates it has."""

    name: str
    net: Decimal
    bill_date: date | None = None
    due_date: date | None = None


def our_bills(pending: Iterable[OpenBill]) -> dict[BillId, BillSum]:
    """Our open bills by identity; money on account is none."""
    found: dict[BillId, BillSum] = {}
    for bill in pending:
        if bill.ref:
            key = (bill.party_key, bill_key(bill.ref))
            line = ReportLine(
                name=bill.party_name, ref=bill.ref, net=bill.net, bill_date=bill.bill_date, due_date=bill.due_date
            )
            found[key] = _add(found.get(key), line)
    return found


def bills(
    report: SourceReport, ours: Mapping[BillId, BillSum], chart: Chart, parties: Mapping[str, PartyLedger]
) -> Iterator[ControlTotal]:
    """Compare pending bills by party and reference, both ways: theirs we lack, and ours they lack.

    Tally scopes these reports by the sign of the bill, not by group: a supplier's advance is receivable. When money
    that runs against its party falls due is not documented, so there only the date is compared. Of a partial report the
    bills it lists are compared, and nothing else.
    """
    sign = 1 if report.kind is ReportKind.BILLS_RECEIVABLE else -1
    theirs: dict[BillId, BillSum] = {}
    for line in report.lines:
        key = (chart.find(line.name) or name_key(line.name), bill_key(line.ref))
        theirs[key] = _add(theirs.get(key), line)
    open_here = {key: bill for key, bill in ours.items() if bill.net * sign > 0}
    for key in sorted(theirs.keys() if report.is_partial else theirs.keys() | open_here.keys()):
        party = parties.get(key[0])
        is_owed = party is None or party.direction in (None, _DIRECTIONS[report.kind])
        yield from _bill(report, open_here.get(key), theirs.get(key), has_due_date=is_owed)
    if not report.is_partial:
        yield _sum(report, open_here.values(), theirs.values())


_DIRECTIONS = {ReportKind.BILLS_RECEIVABLE: Direction.RECEIVABLE, ReportKind.BILLS_PAYABLE: Direction.PAYABLE}


def _bill(
    report: SourceReport, ours: BillSum | None, theirs: BillSum | None, *, has_due_date: bool
) -> Iterator[ControlTotal]:
    name = (theirs or ours or _NONE).name
    yield ControlTotal(
        kind=ControlKind.BILL,
        name=f"{report.kind.words}: {name}",
        ours=ours.net if ours else ZERO,
        theirs=theirs.net if theirs else ZERO,
        oracle=report.oracle,
        as_of=report.as_of,
        reason="" if ours and theirs else "the source does not list it" if ours else "not open in our books",
    )
    if ours is None or theirs is None:
        return
    for word, mine, said in (
        ("date", ours.bill_date, theirs.bill_date),
        ("due date", ours.due_date, theirs.due_date),
    ):
        if mine is not None and said is not None and (has_due_date or word == "date"):
            yield ControlTotal(
                kind=ControlKind.BILL_DATE,
                name=f"{report.kind.words}: days our {word} of {name} is after the source's",
                ours=Decimal((mine - said).days),
                theirs=ZERO,
                oracle=report.oracle,
                as_of=report.as_of,
                reason="" if mine == said else f"ours {mine}, theirs {said}",
            )


_NONE = BillSum(name="", net=ZERO)


def _sum(report: SourceReport, ours: Iterable[BillSum], theirs: Iterable[BillSum]) -> ControlTotal:
    return ControlTotal(
        kind=ControlKind.BILL,
        name=f"{report.kind.words}: all bills",
        ours=sum((bill.net for bill in ours), ZERO),
        theirs=sum((bill.net for bill in theirs), ZERO),
        oracle=report.oracle,
        as_of=report.as_of,
    )


def _add(held: BillSum | None, line: ReportLine) -> BillSum:
    """A reference may stand in several rows; the dates are the first one's."""
    if held is None:
        return BillSum(name=f"{line.name}, {line.ref}", net=line.net, bill_date=line.bill_date, due_date=line.due_date)
    return BillSum(name=held.name, net=held.net + line.net, bill_date=held.bill_date, due_date=held.due_date)
