"""Control totals of a set of vouchers: the figures an import says and a proof compares."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from canonical.bill import BillRefKind
from canonical.money import ZERO
from canonical.voucher import Voucher


@dataclass(slots=True)
class TypeTotals:
    """Vouchers of one type (the company's own word).

    Attributes:
        count: all of them, cancelled ones included.
        cancelled: of these.
        balanced: those with postings whose debits equal their credits.
        unbalanced: those with postings that do not (challans and orders may).
        debit: sum of debit postings over all that carry postings, rupees.
        books_debit: over those that count in the books.
    """

    count: int = 0
    cancelled: int = 0
    balanced: int = 0
    unbalanced: int = 0
    debit: Decimal = ZERO
    books_debit: Decimal = ZERO


@dataclass(slots=True)
class BillTotals:
    """Bill allocations of one kind: how many, and their debit-positive sum in rupees."""

    count: int = 0
    net: Decimal = ZERO


@dataclass(slots=True)
class VoucherTotals:
    """Totals by voucher type and by kind of bill reference."""

    types: dict[str, TypeTotals] = field(default_factory=dict)
    bills: dict[BillRefKind, BillTotals] = field(default_factory=dict)

    def add(self, voucher: Voucher) -> None:
        """Count one voucher."""
        totals = self.types.setdefault(voucher.type_name, TypeTotals())
        totals.count += 1
        totals.cancelled += voucher.is_cancelled
        if voucher.postings:
            balanced = not voucher.balance
            totals.balanced += balanced
            totals.unbalanced += not balanced
            totals.debit += voucher.debit_total
            if voucher.counts_in_books:
                totals.books_debit += voucher.debit_total
        for posting in voucher.postings:
            for bill in posting.bills:
                held = self.bills.setdefault(bill.kind, BillTotals())
                held.count += 1
                held.net += bill.net

    def add_refused(self, type_name: str, debit: Decimal) -> None:
        """Count a voucher that was refused because it does not balance."""
        totals = self.types.setdefault(type_name, TypeTotals())
        totals.count += 1
        totals.unbalanced += 1
        totals.debit += debit

    def total(self, name: str) -> Decimal:
        """Sum one amount over all types: ``debit`` or ``books_debit``."""
        return sum((getattr(totals, name) for totals in self.types.values()), ZERO)

    def number(self, name: str) -> int:
        """Sum one count over all types."""
        return sum(getattr(totals, name) for totals in self.types.values())
