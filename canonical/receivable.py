"""What the store hands to the receivables engine, and what ageing gives back.

A ``BillEntry`` is one dated movement of one party's balance: a bill allocation, an opening bill, or the part of a
posting that no bill was named for. The sum of a party's entries *is* its ledger balance; everything the engine does
afterwards only sorts the same money.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from canonical.bill import BillRefKind
from canonical.dates import CreditPeriod
from canonical.errors import RuleError
from canonical.money import ZERO


class Direction(StrEnum):
    """Which open money is looked at."""

    RECEIVABLE = "receivable"
    PAYABLE = "payable"

    def amount(self, net: Decimal) -> Decimal:
        """Turn a debit-positive net into this report's sign, and back: it is its own inverse."""
        return net if self is Direction.RECEIVABLE else -net


class AgeingBasis(StrEnum):
    """The date ages are counted from."""

    DUE = "due"
    BILL = "bill"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillEntry:
    """One movement on one party ledger.

    Attributes:
        party_key: ledger key.
        kind: on account for a posting (or part of one) that names no bill.
        ref: bill reference as spelt; empty on account.
        net: debit-positive rupees.
        effective_on: the voucher's date; for an opening bill, the day before the books begin.
        bill_date: the date the source ages the bill from, if it says so.
        due_date: if the source says so.
        credit_period: of this allocation, else of the ledger.
        recorded_at: when we learned it (UTC).
        voided_at: when we learned that it no longer holds; None while it does.
        document: number of the voucher, for people.
        source_key: the voucher's source key, for tracing; empty for opening entries.
        is_opening: from the opening bills or the unreferenced opening balance.
    """

    party_key: str
    kind: BillRefKind
    ref: str
    net: Decimal
    effective_on: date
    bill_date: date | None = None
    due_date: date | None = None
    credit_period: CreditPeriod | None = None
    recorded_at: datetime | None = None
    voided_at: datetime | None = None
    document: str = ""
    source_key: str = ""
    is_opening: bool = False


class ItemKey(NamedTuple):
    """The identity of one open item, stable from one report to the next.

    A bill is found by (party, folded reference, financial year of its bill date): a party that uses INV/001 every
    year has one bill a year. Money under a reference that has no bill, or more money than the bill, has year 0.
    Money without a reference is found by its voucher.

    Attributes:
        party_key: ledger key.
        bill: ``bill_key`` of the reference; empty for money on account.
        year: year the financial year starts in; 0 where no bill stands behind the reference.
        voucher: source key of the voucher, for money on account only; empty otherwise.
    """

    party_key: str
    bill: str = ""
    year: int = 0
    voucher: str = ""


class AllocationKind(StrEnum):
    """Who says that this money pays that bill, in the order they are believed."""

    USER = "user"
    CASH_APPLICATION = "cash_application"
    FIFO = "fifo"
    """Virtual: worked out while reading, never stored, never sent back to the books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A decision, made here and not in the source's books, that a credit item pays a debit item of the same party.

    It has two clocks as well: it is *effective* from the later of the two documents' dates (not from the day somebody
    clicked), and it is *known* from ``recorded_at`` until ``voided_at``. It never changes a party's balance.

    Attributes:
        key: its identity in the store; ties are broken by it.
        credit: the item with the credit (a receipt, an advance, a credit note; a bill of a supplier).
        debit: the item with the debit.
        amount: rupees, positive.
        recorded_at: when it was decided (UTC).
        voided_at: when it was taken back; None while it holds.
    """

    key: str
    credit: ItemKey
    debit: ItemKey
    amount: Decimal
    recorded_at: datetime
    kind: AllocationKind = AllocationKind.USER
    voided_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise AllocationError(f"An allocation moves a positive amount; got {self.amount}.")
        if self.credit.party_key != self.debit.party_key:
            raise AllocationError(
                f"An allocation stays within one party: {self.credit.party_key!r} cannot pay {self.debit.party_key!r}."
            )
        if self.credit == self.debit:
            raise AllocationError("An item cannot pay itself.")
        if self.kind is AllocationKind.FIFO:
            raise AllocationError("First-in-first-out rows are worked out while reading; they are never stored.")


class AllocationError(RuleError):
    """An allocation that no item could take."""

    default_code = "receivables.allocation.invalid"


class BucketError(RuleError):
    """Bucket limits are not rising positive day counts."""

    default_code = "receivables.buckets.invalid"


@dataclass(frozen=True, slots=True)
class Buckets:
    """Ageing buckets by their last day: (30, 60, 90) means not due, 1-30, 31-60, 61-90, over 90.

    Age is as_of less the basis date; an age of zero or less is not due.
    """

    limits: tuple[int, ...] = (30, 60, 90)

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.limits, self.limits[1:], strict=False))
        if not self.limits or self.limits[0] < 1 or not rising:
            raise BucketError(f"Bucket limits must be rising positive days such as 30,60,90; got {self.limits}.")

    @property
    def labels(self) -> tuple[str, ...]:
        """One label per bucket, the open-ended last included, ``not due`` not included.

        >>> Buckets((30, 60)).labels
        ('1-30', '31-60', '> 60')
        """
        starts = (1, *(limit + 1 for limit in self.limits[:-1]))
        closed = tuple(f"{a}-{b}" for a, b in zip(starts, self.limits, strict=True))
        return (*closed, f"> {self.limits[-1]}")

    def index(self, age_days: int) -> int | None:
        """Return the bucket of an age, None for not due."""
        if age_days <= 0:
            return None
        return next((i for i, limit in enumerate(self.limits) if age_days <= limit), len(self.limits))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeingRow:
    """One party's open money, sorted by age.

    Amounts are rupees in the report's direction: for receivables a debit is positive, for payables a credit is.

    Attributes:
        not_due: open bills that are not overdue.
        buckets: one amount per label of ``Buckets``.
        unapplied: advances, on-account money and over-settled bills; zero or negative in the normal case.
    """

    party_key: str
    party_name: str
    not_due: Decimal
    buckets: tuple[Decimal, ...]
    unapplied: Decimal

    @property
    def overdue(self) -> Decimal:
        """Sum of the buckets."""
        return sum(self.buckets, ZERO)

    @property
    def outstanding(self) -> Decimal:
        """Open bills, due or not, before unapplied credits."""
        return self.not_due + self.overdue

    @property
    def net(self) -> Decimal:
        """Equals the party's ledger balance in the report's direction."""
        return self.outstanding + self.unapplied
