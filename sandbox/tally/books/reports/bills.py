"""Bills receivable and payable: one block per open bill, by the sign of what is open and not by group."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.tally.books.bills import Bill, open_bills
from sandbox.tally.books.reports.blocks import Block, print_day, tally_amount
from sandbox.tally.books.reports.request import ReportRequest


def bills_receivable(request: ReportRequest) -> Iterator[Block]:
    """Write bills with a debit left, a supplier's advance among them."""
    for bill in open_bills(request.company, request.period.end):
        if bill.paise > 0:
            yield from _bill(request, bill)


def bills_payable(request: ReportRequest) -> Iterator[Block]:
    """Write bills with a credit left, a customer's advance among them."""
    for bill in open_bills(request.company, request.period.end):
        if bill.paise < 0:
            yield from _bill(request, bill)


def _bill(request: ReportRequest, bill: Bill) -> Iterator[Block]:
    """Overdue days count from the due date to the period's end; due that day is 0, not yet due is empty."""
    overdue = (request.period.end - bill.due).days
    yield (
        "BILLFIXED",
        [
            ("BILLDATE", print_day(bill.bill_date)),
            ("BILLREF", bill.ref),
            ("BILLPARTY", request.company.masters.by_id[bill.ledger_id].name),
        ],
    )
    yield ("BILLCL", tally_amount(bill.paise))
    yield ("BILLDUE", print_day(bill.due))
    yield ("BILLOVERDUE", str(overdue) if overdue >= 0 else "")
