"""What hangs on a voucher's version, and on a ledger's: rows in wire form.

This is the hot path of an import (ten rows a voucher), so rows are plain tuples in the order of the table's columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from canonical.bill import BillAllocation, BillRefKind, OpeningBill, bill_key
from canonical.ledger import Ledger
from canonical.money import Side
from canonical.tax import TaxLine
from canonical.voucher import ItemLine, Posting, Voucher
from storage.engine import Row, Transaction
from storage.tables import voucher as tables
from storage.types import scale_amount, wire_day, wire_number

LOOSE = "\x1f"
"""Starts the item key of money without a reference: the mark and the voucher, for such money is the voucher's own item.
A folded reference never contains it."""
EVE = 1
"""The day 0001-01-01 in wire form: stands for the eve of the books, which may be learned later."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The version that rows hang on.

    Attributes:
        day: its voucher's, in wire form; None stands for the eve of the books.
        counts: whether it is part of the books.
    """

    id: int
    day: int | None
    counts: bool
    known_from: int


@dataclass(slots=True)
class ChildRows:
    """Rows of the child tables, collected over a batch.

    Attributes:
        bill_ledgers: ledgers met with a bill.
    """

    tenant_id: int
    company_id: int
    postings: list[Row] = field(default_factory=list)
    bills: list[Row] = field(default_factory=list)
    items: list[Row] = field(default_factory=list)
    taxes: list[Row] = field(default_factory=list)
    banks: list[Row] = field(default_factory=list)
    costs: list[Row] = field(default_factory=list)
    bill_ledgers: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        """Number of rows collected."""
        return sum(map(len, (self.postings, self.bills, self.items, self.taxes, self.banks, self.costs)))

    def insert(self, transaction: Transaction) -> None:
        """Write them all."""
        transaction.insert(tables.posting, self.postings)
        transaction.insert(tables.bill_allocation, self.bills)
        transaction.insert(tables.item_line, self.items)
        transaction.insert(tables.tax_line, self.taxes)
        transaction.insert(tables.bank_allocation, self.banks)
        transaction.insert(tables.cost_allocation, self.costs)

    def add_voucher(self, voucher: Voucher, voucher_id: int, known_from: int) -> None:
        """Collect a voucher's rows."""
        owner = Owner(voucher_id, voucher.day.toordinal(), voucher.counts_in_books, known_from)
        nets: list[int] = []
        rests: dict[str, int] = {}
        loose: dict[str, tuple[int, int]] = {}
        for line, posting in enumerate(voucher.postings):
            net = _net(posting)
            nets.append(net)
            if posting.bills:
                net -= self._add_bills(posting, owner, line, loose)
            rests[posting.ledger_key] = rests.get(posting.ledger_key, 0) + net
            if posting.banks or posting.costs:
                self._add_banks_and_costs(posting, owner, line)
        if loose:
            self._join_loose(owner, rests, loose)
        for line, posting in enumerate(voucher.postings):
            self._add_posting(owner, line, posting.ledger_key, nets[line], rests.pop(posting.ledger_key, 0))
        for line, item in enumerate(voucher.items):
            self._add_item(item, owner, line)
        for line, tax in enumerate(voucher.taxes):
            self._add_tax(tax, owner, line)

    def add_opening(self, ledger: Ledger, ledger_id: int, known_from: int) -> None:
        """Collect what was open on a ledger when the books began: its bills, and the rest of its opening balance."""
        owner = Owner(ledger_id, None, True, known_from)
        rest = 0 if ledger.opening is None else scale_amount(ledger.opening)
        for seq, bill in enumerate(ledger.opening_bills):
            net = _net(bill)
            rest -= 0 if ledger.opening is None else net
            kind = BillRefKind.ADVANCE if bill.is_advance else BillRefKind.NEW
            first = EVE if bill.bill_date is None else bill.bill_date.toordinal()
            due = wire_day(_due_date(bill, bill.bill_date))
            if due is None and bill.is_advance and bill.credit_period is None:
                due = first
            # credit days from a date that is not known yet: side 0 leaves the item to the slow path of ageing
            side = 0 if bill.credit_period and due is None else _side(net)
            age = (first, due, side)
            item = (ledger.key, bill_key(bill.ref) or LOOSE, bill.ref, kind.value, net)
            self._add_bill(owner, (0, seq), item, _said(bill), age)
        if rest:
            seq, item = len(ledger.opening_bills), (ledger.key, LOOSE, "", BillRefKind.ON_ACCOUNT.value, rest)
            self._add_bill(owner, (0, seq), item, UNSAID, (EVE, EVE, _side(rest)), is_implied=True)
        if ledger.opening_bills:
            self.bill_ledgers.add(ledger.key)

    def _add_posting(self, owner: Owner, line: int, key: str, net: int, unreferenced: int) -> None:
        head = (self.tenant_id, owner.id, line, self.company_id, key, owner.day)
        self.postings.append((*head, net, unreferenced, owner.counts, owner.known_from, None))

    def _add_bills(self, posting: Posting, owner: Owner, line: int, loose: dict[str, tuple[int, int]]) -> int:
        """Collect a posting's allocations; return what they sum to.

        Args:
            posting: with its allocations.
            owner: the voucher's version.
            line: of the posting.
            loose: filled with the ledgers on which the voucher itself says that money is on account, and where in the
                voucher the rest of that ledger may be put.
        """
        total = 0
        self.bill_ledgers.add(posting.ledger_key)
        for seq, bill in enumerate(posting.bills):
            net = _net(bill)
            total += net
            item_key = "" if bill.kind is BillRefKind.ON_ACCOUNT else bill_key(bill.ref)
            if not item_key:
                loose.setdefault(posting.ledger_key, (line, len(posting.bills)))
            is_origin = bill.kind is not BillRefKind.AGAINST or not item_key
            age = _age(bill, owner.day or EVE, net) if is_origin else NO_AGE
            item = (posting.ledger_key, item_key or f"{LOOSE}{owner.id}", bill.ref, bill.kind.value, net)
            self._add_bill(owner, (line, seq), item, _said(bill), age)
        return total

    def _add_bill(
        self, owner: Owner, place: tuple[int, int], item: Row, said: Row, age: Row, *, is_implied: bool = False
    ) -> None:
        flags = (owner.counts, owner.day is None, is_implied)
        head = (self.tenant_id, owner.id, *place, self.company_id)
        self.bills.append((*head, *item, owner.day, *said, *age, *flags, owner.known_from, None))

    def _join_loose(self, owner: Owner, rests: dict[str, int], loose: dict[str, tuple[int, int]]) -> None:
        """Where a voucher says some money is on account, what it leaves unsaid on that ledger is the same item's."""
        for key, place in loose.items():
            rest = rests.pop(key)
            if rest:
                item = (key, f"{LOOSE}{owner.id}", "", BillRefKind.ON_ACCOUNT.value, rest)
                self._add_bill(owner, place, item, UNSAID, (owner.day, owner.day, _side(rest)), is_implied=True)

    def _add_banks_and_costs(self, posting: Posting, owner: Owner, line: int) -> None:
        for seq, bank in enumerate(posting.banks):
            days = (wire_day(bank.instrument_date), wire_day(bank.cleared_on))
            said = (bank.transaction_type, bank.instrument_number, *days, bank.reference)
            self.banks.append((self.tenant_id, owner.id, line, seq, _net(bank), *said))
        for seq, cost in enumerate(posting.costs):
            head = (self.tenant_id, owner.id, line, seq)
            self.costs.append((*head, cost.centre_key, cost.category_key, _net(cost)))

    def _add_item(self, item: ItemLine, owner: Owner, line: int) -> None:
        quantity = item.billed or item.actual
        moved = (None, "") if quantity is None else (wire_number(quantity.number), quantity.unit)
        head = (self.tenant_id, owner.id, line, item.item_key, _net(item))
        self.items.append((*head, *moved, wire_number(item.rate), item.hsn, item.ledger_key))

    def _add_tax(self, tax: TaxLine, owner: Owner, line: int) -> None:
        assessable = None if tax.assessable is None else scale_amount(tax.assessable)
        head = (self.tenant_id, owner.id, line, tax.head.value, tax.ledger_key)
        self.taxes.append((*head, scale_amount(tax.amount), wire_number(tax.rate), assessable))


class _Sided(Protocol):
    """Anything with a side and an amount."""

    @property
    def side(self) -> Side: ...

    @property
    def amount(self) -> Decimal: ...


def _net(part: _Sided) -> int:
    """Debit-positive wire amount."""
    net = scale_amount(part.amount)
    return -net if part.side is Side.CREDIT else net


def _side(net: int) -> int:
    return (net > 0) - (net < 0)


def _due_date(bill: BillAllocation | OpeningBill, bill_date: date | None) -> date | None:
    if bill.due_date is not None or bill.credit_period is None or bill_date is None:
        return bill.due_date
    return bill.credit_period.due_date(bill_date)


UNSAID: Row = (None, None, None, None)
NO_AGE: Row = (None, None, None)
"""A settlement never moves a bill's dates."""


def _said(bill: BillAllocation | OpeningBill) -> Row:
    """Dates and terms as the source gives them."""
    period = bill.credit_period
    credit = (None, None) if period is None else (period.number, period.unit.value)
    return (wire_day(bill.bill_date), wire_day(bill.due_date), *credit)


def _age(bill: BillAllocation, day: int, net: int) -> Row:
    """What an opening allocation says about its bill's age: aged from, falls due, side.

    An advance has been paid: the party's credit period, which stands in where nothing falls due, is not for it.
    """
    opened = day if bill.bill_date is None else bill.bill_date.toordinal()
    due = wire_day(_due_date(bill, date.fromordinal(opened)))
    if due is None and bill.kind is BillRefKind.ADVANCE:
        due = opened
    return opened, due, _side(net)
