"""What hangs on a voucher's version, and on a ledger's: rows in wire form.

This is the hot path of an import (ten rows a voucher), so rows are plain tuples in the order of the table's columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from canonical.bill import BillAllocation, BillRefKind, OpeningBill, bill_key
from canonical.dates import CreditPeriod
from canonical.ledger import Ledger
from canonical.money import Side
from canonical.voucher import ItemLine, Posting, TaxLine, Voucher
from canonical.voucher_type import VoucherKind
from storage.engine import Row, Transaction
from storage.tables import voucher as tables
from storage.types import scale_amount, wire_day, wire_number

TRADE = frozenset({VoucherKind.SALES, VoucherKind.PURCHASE, VoucherKind.CREDIT_NOTE, VoucherKind.DEBIT_NOTE})
"""Documents whose party line is a customer or supplier; a receipt marks its bank as a party line too."""


@dataclass(slots=True)
class ChildRows:
    """Rows of the child tables, collected over a batch."""

    tenant_id: int
    company_id: int
    postings: list[Row] = field(default_factory=list)
    bills: list[Row] = field(default_factory=list)
    items: list[Row] = field(default_factory=list)
    taxes: list[Row] = field(default_factory=list)
    banks: list[Row] = field(default_factory=list)
    costs: list[Row] = field(default_factory=list)
    traits: set[tuple[str, str]] = field(default_factory=set)

    @property
    def count(self) -> int:
        """Number of rows collected, traits not counted."""
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
        day, counts = voucher.day.toordinal(), voucher.counts_in_books
        for line, posting in enumerate(voucher.postings):
            net = scale_amount(posting.amount)
            if posting.side is Side.CREDIT:
                net = -net
            key = posting.ledger_key
            rest = net - self._add_bills(posting, voucher_id, line, day, counts, known_from) if posting.bills else net
            self.postings.append(
                (self.tenant_id, voucher_id, line, self.company_id, key, day, net, rest, counts, known_from, None)
            )
            if posting.banks or posting.costs:
                self._add_banks_and_costs(posting, voucher_id, line)
        for line, item in enumerate(voucher.items):
            self.items.append(self._item(item, voucher_id, line))
        for line, tax in enumerate(voucher.taxes):
            self.taxes.append(self._tax(tax, voucher_id, line))
        self._note_traits(voucher)

    def add_opening(self, ledger: Ledger, ledger_id: int, known_from: int) -> None:
        """Collect a ledger's opening bills; their day is the eve of the books, whenever the books turn out to begin."""
        for seq, bill in enumerate(ledger.opening_bills):
            period = bill.credit_period
            self.bills.append(
                (self.tenant_id, ledger_id, 0, seq, self.company_id, ledger.key, bill_key(bill.ref), bill.ref)
                + ((BillRefKind.ADVANCE if bill.is_advance else BillRefKind.NEW).value, _net(bill), None)
                + (wire_day(bill.bill_date), wire_day(_due_date(bill, bill.bill_date)))
                + (*_credit(period), True, True, known_from, None)
            )
        if ledger.opening_bills:
            self.traits.add((ledger.key, "bills"))

    def _add_bills(self, posting: Posting, voucher_id: int, line: int, day: int, counts: bool, known_from: int) -> int:
        """Collect a posting's allocations; return what they sum to."""
        total = 0
        for seq, bill in enumerate(posting.bills):
            net = _net(bill)
            total += net
            on_account = bill.kind is BillRefKind.ON_ACCOUNT
            item_key = f"\x1f{voucher_id}.{line}.{seq}" if on_account else bill_key(bill.ref)
            due = _due_date(bill, bill.bill_date or date.fromordinal(day))
            self.bills.append(
                (self.tenant_id, voucher_id, line, seq, self.company_id, posting.ledger_key, item_key, bill.ref)
                + (bill.kind.value, net, day, wire_day(bill.bill_date), wire_day(due))
                + (*_credit(bill.credit_period), counts, False, known_from, None)
            )
        return total

    def _add_banks_and_costs(self, posting: Posting, voucher_id: int, line: int) -> None:
        for seq, bank in enumerate(posting.banks):
            self.banks.append(
                (self.tenant_id, voucher_id, line, seq, _net(bank), bank.transaction_type, bank.instrument_number)
                + (wire_day(bank.instrument_date), wire_day(bank.cleared_on), bank.reference)
            )
        for seq, cost in enumerate(posting.costs):
            self.costs.append((self.tenant_id, voucher_id, line, seq, cost.centre_key, cost.category_key, _net(cost)))

    def _item(self, item: ItemLine, voucher_id: int, line: int) -> Row:
        quantity = item.billed or item.actual
        return (
            self.tenant_id,
            voucher_id,
            line,
            item.item_key,
            _net(item),
            wire_number(quantity.number) if quantity else None,
            quantity.unit if quantity else "",
            wire_number(item.rate),
            item.hsn,
            item.ledger_key,
        )

    def _tax(self, tax: TaxLine, voucher_id: int, line: int) -> Row:
        assessable = None if tax.assessable is None else scale_amount(tax.assessable)
        return (
            self.tenant_id,
            voucher_id,
            line,
            tax.head.value,
            tax.ledger_key,
            scale_amount(tax.amount),
            wire_number(tax.rate),
            assessable,
        )

    def _note_traits(self, voucher: Voucher) -> None:
        """Collect what the voucher shows about its ledgers, for the time their masters are not known."""
        trade, contra = voucher.kind in TRADE, voucher.kind is VoucherKind.CONTRA
        for posting in voucher.postings:
            if posting.bills:
                self.traits.add((posting.ledger_key, "bills"))
            if trade and posting.is_party:
                self.traits.add((posting.ledger_key, "party"))
            if contra or posting.banks:
                self.traits.add((posting.ledger_key, "bank"))


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


def _due_date(bill: BillAllocation | OpeningBill, bill_date: date | None) -> date | None:
    if bill.due_date is not None or bill.credit_period is None or bill_date is None:
        return bill.due_date
    return bill.credit_period.due_date(bill_date)


def _credit(period: CreditPeriod | None) -> tuple[int | None, str | None]:
    return (None, None) if period is None else (period.number, period.unit.value)
