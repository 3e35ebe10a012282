"""Open bills as of a day: what references the vouchers have opened and not settled, by ledger and name.

A bill is (ledger, reference), case and doubled blanks ignored. It ages from its first day, also when it is opened
again, and falls due by the terms it was first opened with. What settles a bill takes its date from it, never gives it
one, even if it is dated before. Of two openings on one day the voucher entered first counts, within one voucher the
terms that end first (neither is measured). On-account amounts name no bill and are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.tally.books.bill_terms import OPENING_TYPES
from sandbox.tally.books.company import Ledgerbook
from sandbox.tally.books.moves import ON_ACCOUNT, parse_terms, to_paise
from sandbox.tally.books.records import Master
from sandbox.tally.books.references import fold
from sandbox.tally.books.tree import Element
from sandbox.tally.books.values import parse_day
from sandbox.world.masters import due_day

Rank = tuple[bool, date, int, date]
"""Orders what may give a bill its dates: settlements last, then by day, voucher (0 for the ledger's own), due date."""


@dataclass(slots=True)
class Bill:
    """A bill; ``paise`` is debit positive, ``number`` its place in the order of opening (BILLID)."""

    ledger_id: int
    ref: str
    opening: int
    paise: int
    number: int
    rank: Rank

    @property
    def bill_date(self) -> date:
        """The day it ages from."""
        return self.rank[1]

    @property
    def due(self) -> date:
        """The day it falls due."""
        return self.rank[3]


def bills_of(company: Ledgerbook, as_of: date) -> list[Bill]:
    """Return every bill known by the end of a day, settled ones included, in the order of opening."""
    bills: dict[tuple[int, str], Bill] = {}
    for ledger in company.masters.of_kind("LEDGER"):
        for row in ledger.tree.all("BILLALLOCATIONS.LIST"):
            paise = -to_paise(row.value("OPENINGBALANCE"))
            bill = _found(bills, ledger.master_id, row.value("NAME"), _opening_rank(ledger, row))
            bill.opening += paise
            bill.paise += paise
    for voucher in company.iter_counting(as_of):
        for move in voucher.bills:
            if move.kind != ON_ACCOUNT:
                settles = move.kind not in OPENING_TYPES
                rank = (settles, voucher.day, voucher.master_id, move.due or voucher.day)
                _found(bills, move.ledger_id, move.ref, rank).paise += move.paise
    return list(bills.values())


def _found(bills: dict[tuple[int, str], Bill], ledger_id: int, ref: str, rank: Rank) -> Bill:
    """Return the bill of a reference, made on first sight, with the dates of whatever opened it first."""
    key = (ledger_id, fold(ref))
    bill = bills.get(key)
    if bill is None:
        bill = bills[key] = Bill(ledger_id, ref, 0, 0, len(bills) + 1, rank)
    elif rank < bill.rank:
        bill.rank = rank
    return bill


def _opening_rank(ledger: Master, row: Element) -> Rank:
    first = parse_day(row.value("BILLDATE"))
    terms = parse_terms(row.value("BILLCREDITPERIOD"))
    if terms is None and row.value("ISADVANCE") != "Yes":
        terms = parse_terms(ledger.tree.value("BILLCREDITPERIOD"))
    return (False, first, 0, due_day(first, terms))


def open_bills(company: Ledgerbook, as_of: date) -> list[Bill]:
    """Return the bills that are open at the end of a day, oldest first."""
    rows = [bill for bill in bills_of(company, as_of) if bill.paise]
    return sorted(rows, key=lambda bill: (bill.bill_date, bill.number))
