"""Open bills as of a day: what references the vouchers have opened and not settled, by ledger and name.

A bill is (ledger, reference), case and doubled blanks ignored. It ages from its first day, also when it is opened
again, and falls due by the terms it was first opened with. On-account amounts name no bill and are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.tally.books.company import Ledgerbook
from sandbox.tally.books.moves import ON_ACCOUNT, parse_terms, to_paise
from sandbox.tally.books.records import Master
from sandbox.tally.books.references import fold
from sandbox.tally.books.tree import Element
from sandbox.tally.books.values import parse_day
from sandbox.world.masters import due_day


@dataclass(slots=True)
class Bill:
    """A bill; ``paise`` is debit positive, ``number`` its place in the order of opening (BILLID)."""

    ledger_id: int
    ref: str
    opening: int
    paise: int
    bill_date: date
    due: date
    number: int


def bills_of(company: Ledgerbook, as_of: date) -> list[Bill]:
    """Return every bill known by the end of a day, settled ones included, in the order of opening."""
    bills: dict[tuple[int, str], Bill] = {}
    for ledger in company.masters.of_kind("LEDGER"):
        for row in ledger.tree.all("BILLALLOCATIONS.LIST"):
            _open(bills, ledger, row)
    for voucher in company.iter_counting(as_of):
        for move in voucher.bills:
            if move.kind == ON_ACCOUNT:
                continue
            key = (move.ledger_id, fold(move.ref))
            bill = bills.get(key)
            if bill is None:
                due = move.due or voucher.day
                bill = bills[key] = Bill(move.ledger_id, move.ref, 0, 0, voucher.day, due, len(bills) + 1)
            bill.paise += move.paise
    return list(bills.values())


def _open(bills: dict[tuple[int, str], Bill], ledger: Master, row: Element) -> None:
    name, paise = row.value("NAME"), -to_paise(row.value("OPENINGBALANCE"))
    first = parse_day(row.value("BILLDATE"))
    terms = parse_terms(row.value("BILLCREDITPERIOD"))
    if terms is None and row.value("ISADVANCE") != "Yes":
        terms = parse_terms(ledger.tree.value("BILLCREDITPERIOD"))
    key = (ledger.master_id, fold(name))
    if key in bills:
        bills[key].paise += paise
        bills[key].opening += paise
        return
    bills[key] = Bill(ledger.master_id, name, paise, paise, first, due_day(first, terms), len(bills) + 1)


def open_bills(company: Ledgerbook, as_of: date) -> list[Bill]:
    """Return the bills that are open at the end of a day, oldest first."""
    rows = [bill for bill in bills_of(company, as_of) if bill.paise]
    return sorted(rows, key=lambda bill: (bill.bill_date, bill.number))
