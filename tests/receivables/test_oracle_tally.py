"""Our open bills against Tally's own Bills Receivable and Bills Payable, on a real capture, to the paisa.

The capture holds one financial year's vouchers; the reports, taken on 31 July 2026, also list bills of other years,
which we cannot know. Inside the year the two must agree exactly: every bill, its party, amount, date, due date, age.

The vouchers are read here with a few lines of lxml on purpose: nothing of the connector takes part.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

import pytest
from lxml import etree

from canonical.bill import BillRefKind
from canonical.receivable import AgeingBasis, BillEntry, Direction
from receivables.open_items import fold_open_items
from tests.support.samples import sample

AS_OF = date(2026, 7, 31)
KINDS = {
    "New Ref": BillRefKind.NEW,
    "Agst Ref": BillRefKind.AGAINST,
    "Advance": BillRefKind.ADVANCE,
    "On Account": BillRefKind.ON_ACCOUNT,
}


class ReportRow(NamedTuple):
    """One row of a Tally bills report; ``net`` debit-positive (Tally writes debits negative)."""

    party: str
    ref: str
    net: Decimal
    bill_date: date
    due_date: date
    overdue_days: int


def tally_day(text: str) -> date:
    return datetime.strptime(text, "%d-%b-%y").date()  # noqa: DTZ007 - a business date has no zone


def read_report(name: str) -> list[ReportRow]:
    """Rows are a BILLFIXED and the three siblings after it."""
    envelope = etree.parse(sample(f"tally/{name}")).getroot()
    children = list(envelope)
    starts = [i for i, child in enumerate(children) if child.tag == "BILLFIXED"]
    return [_report_row(children[a:b]) for a, b in pairwise([*starts, len(children)])]


def _report_row(block: list[etree._Element]) -> ReportRow:
    cells = {cell.tag: (cell.text or "").strip() for element in block for cell in element.iter()}
    return ReportRow(
        party=cells["BILLPARTY"],
        ref=cells["BILLREF"],
        net=-Decimal(cells["BILLCL"]),
        bill_date=tally_day(cells["BILLDATE"]),
        due_date=tally_day(cells["BILLDUE"]),
        overdue_days=int(cells["BILLOVERDUE"] or 0),
    )


def read_capture() -> list[BillEntry]:
    parser = etree.XMLParser(recover=True)
    root = etree.parse(sample("tally/bridge_unit_a_vouchers_wildcard_live.xml"), parser).getroot()
    return [entry for voucher in root.iter("VOUCHER") for entry in _entries(voucher)]


def _entries(voucher: etree._Element) -> list[BillEntry]:
    """Every bill allocation of the voucher's ledger entries ; the day book may name them either way."""
    if "Yes" in (voucher.findtext("ISCANCELLED"), voucher.findtext("ISOPTIONAL")):
        return []
    lines = voucher.findall("ALLLEDGERENTRIES.LIST") or voucher.findall("LEDGERENTRIES.LIST")
    return [
        BillEntry(
            party_key=(line.findtext("LEDGERNAME") or "").strip(),
            kind=KINDS[bill.findtext("BILLTYPE") or ""],
            ref=(bill.findtext("NAME") or "").strip(),
            net=-Decimal((bill.findtext("AMOUNT") or "").strip()),
            effective_on=date.fromisoformat((voucher.findtext("DATE") or "").strip()),
            document=voucher.findtext("VOUCHERNUMBER") or "",
            source_key=voucher.findtext("GUID") or "",
        )
        for line in lines
        for bill in line.findall("BILLALLOCATIONS.LIST")
        if bill.findtext("BILLTYPE")
    ]


def ours(entries: list[BillEntry]) -> list[ReportRow]:
    items = fold_open_items(entries, as_of=AS_OF)
    assert not [item.flags for item in items if item.flags]
    return sorted(
        ReportRow(item.party_key, item.ref, item.net, item.bill_date, item.due_date, item.age_days(AS_OF))
        for item in items
    )


def in_the_year(rows: list[ReportRow], entries: list[BillEntry]) -> list[ReportRow]:
    days = [entry.effective_on for entry in entries]
    return sorted(row for row in rows if min(days) <= row.bill_date <= max(days))


def test_the_capture_is_the_one_we_know() -> None:
    entries = read_capture()
    nets = {kind: sum((-e.net for e in entries if e.kind is kind), Decimal(0)) for kind in BillRefKind}
    counts = {kind: sum(e.kind is kind for e in entries) for kind in BillRefKind}
    assert (counts[BillRefKind.NEW], nets[BillRefKind.NEW]) == (28, Decimal("463032.00"))
    assert (counts[BillRefKind.AGAINST], nets[BillRefKind.AGAINST]) == (24, Decimal("-390662.60"))


def test_the_reports_are_the_ones_we_know() -> None:
    receivable, payable = (
        read_report("bridge_bills_receivable_aarav.xml"),
        read_report("bridge_bills_payable_aarav.xml"),
    )
    assert (len(receivable), sum(row.net for row in receivable)) == (22, Decimal("469474.80"))
    assert (len(payable), sum(row.net for row in payable)) == (21, Decimal("-566227.40"))


def test_every_open_bill_of_the_year_is_tallys_to_the_paisa() -> None:
    entries = read_capture()
    reports = read_report("bridge_bills_receivable_aarav.xml") + read_report("bridge_bills_payable_aarav.xml")
    expected = in_the_year(reports, entries)
    assert len(expected) == 21
    assert ours(entries) == expected


def test_tally_splits_the_two_reports_by_the_sign_of_the_bill_as_direction_does() -> None:
    entries = read_capture()
    items = fold_open_items(entries, as_of=AS_OF)
    for direction, name in ((Direction.RECEIVABLE, "receivable"), (Direction.PAYABLE, "payable")):
        expected = in_the_year(read_report(f"bridge_bills_{name}_aarav.xml"), entries)
        owed = sorted(item.ref for item in items if item.is_owed(direction))
        assert owed == sorted(row.ref for row in expected)


@pytest.mark.parametrize(("ref", "due_days", "overdue"), [("CREDIT-30", 30, 61), ("BWOFF-TEST", 0, 0)])
def test_tally_counts_overdue_days_as_we_do(ref: str, due_days: int, overdue: int) -> None:
    """A company made to show ageing: one bill with 30 days of credit, one due on the day of the report."""
    row = next(row for row in read_report("bridge_bills_receivable_ageing_lab.xml") if row.ref == ref)
    entry = BillEntry(
        party_key=row.party,
        kind=BillRefKind.NEW,
        ref=row.ref,
        net=row.net,
        effective_on=row.bill_date,
        due_date=row.due_date,
    )
    (item,) = fold_open_items([entry], as_of=AS_OF)
    assert (row.due_date - row.bill_date).days == due_days
    assert item.age_days(AS_OF, AgeingBasis.DUE) == row.overdue_days == overdue
