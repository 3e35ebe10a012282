"""An open item: money of one party that is still waiting, and everything that made it so.

Why: an accountant does not believe a pending amount, he believes the vouchers behind it. Each item therefore carries
its ``parts``, the share of every entry that went into it; over all items of a party, closed ones included, the parts
of an entry add up to the entry. Where next: ``open_items.py`` makes them, ``allocation.py`` applies money to them,
``ageing.py`` sorts them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from canonical.bill import natural_order
from canonical.issue import Issue, IssueLevel
from canonical.money import render_inr
from canonical.receivable import AgeingBasis, AllocationKind, BillEntry, Direction, ItemKey


class ItemKind(StrEnum):
    """What an open item is, in an accountant's words."""

    BILL = "bill"
    CREDIT_NOTE = "credit_note"
    """A reference opened against us: a customer's credit note."""
    DEBIT_NOTE = "debit_note"
    """A reference opened in our favour with a supplier."""
    ADVANCE = "advance"
    ON_ACCOUNT = "on_account"
    """Money nobody has matched."""
    JOURNAL = "journal"
    """Owed, but no bill was named: a debit on account, aged from its voucher."""
    OPENING = "opening"
    """The part of the opening balance that no opening bill explains."""
    UNMATCHED = "unmatched"
    """Settles a reference under which there is no bill."""
    EXCESS = "excess"
    """What is left of a settlement after its bill was closed."""


class ItemFlag(StrEnum):
    """What a person should look at."""

    NO_BILL = "no_bill"
    OVER_ALLOCATED = "over_allocated"
    AMBIGUOUS_REFERENCE = "ambiguous_reference"
    AGE_UNKNOWN = "age_unknown"


class Part(NamedTuple):
    """The share of one entry in one item; ``net`` is debit-positive rupees and never more than the entry's."""

    entry: BillEntry
    net: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Money of one item applied to another of the same party.

    Attributes:
        amount: rupees, positive: the credit item rises towards zero by it, the debit item falls.
        effective_on: the later of the two documents' dates.
        allocation_key: the stored allocation behind it; empty for virtual rows.
    """

    credit: ItemKey
    debit: ItemKey
    amount: Decimal
    effective_on: date
    kind: AllocationKind
    allocation_key: str = ""

    @property
    def is_virtual(self) -> bool:
        """Worked out while reading; the books know nothing of it."""
        return self.kind is AllocationKind.FIFO


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """Money of one party under one reference, or of one voucher without a reference.

    Attributes:
        key: see ``ItemKey``.
        ref: the reference as its bill spells it; empty on account.
        document: number of the voucher that opened it.
        effective_on: date of that voucher: from then on the item exists.
        bill_date: what it ages from by bill date. A re-opened bill keeps its first date.
        due_date: what it ages from by due date: as the bill says, else bill date plus credit period, else bill date.
        original: debit-positive rupees it was opened with; for money without a bill, what it came with.
        net: debit-positive rupees still pending, after ``applied``.
        entries: the entries behind it, oldest first; ``parts`` says how much of each.
        shares: how much of each entry is in this item; empty where every entry is in it whole (nearly always).
        applied: allocations made here, and virtual ones; what the books themselves allocate is in ``entries``.
    """

    key: ItemKey
    kind: ItemKind
    ref: str
    document: str
    effective_on: date
    bill_date: date
    due_date: date
    original: Decimal
    net: Decimal
    entries: tuple[BillEntry, ...]
    shares: tuple[Decimal, ...] = ()
    flags: tuple[ItemFlag, ...] = ()
    applied: tuple[Application, ...] = ()

    @property
    def party_key(self) -> str:
        """Ledger key of the party."""
        return self.key.party_key

    @property
    def parts(self) -> tuple[Part, ...]:
        """The entries behind it with their shares, oldest first; their sum is ``net`` before ``applied``."""
        if not self.shares:
            return tuple(Part(entry, entry.net) for entry in self.entries)
        return tuple(map(Part, self.entries, self.shares))

    def age_days(self, as_of: date, basis: AgeingBasis = AgeingBasis.DUE) -> int:
        """Days from the basis date to ``as_of``; zero or less is not due."""
        return (as_of - (self.due_date if basis is AgeingBasis.DUE else self.bill_date)).days

    def is_owed(self, direction: Direction) -> bool:
        """Whether it is aged in this direction; otherwise it is unapplied money."""
        return direction.amount(self.net) > 0

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The flags as issues, in words."""
        return tuple(_issue(self, flag) for flag in self.flags)


def item_order(item: OpenItem) -> tuple[str, date, date, tuple[tuple[int, int, str], ...], ItemKey]:
    """Sort key: party, then due date, bill date, natural order of the reference, identity.

    Within a party this is the order in which unapplied money pays bills (oldest due first).
    """
    return item.key.party_key, item.due_date, item.bill_date, natural_order(item.ref or item.document), item.key


_SENTENCES: dict[ItemFlag, tuple[IssueLevel, str, str]] = {
    ItemFlag.NO_BILL: (
        IssueLevel.WARNING,
        "settles {ref!r}, but no bill of that reference is in the books by then",
        "Correct the reference, or load the opening bills.",
    ),
    ItemFlag.OVER_ALLOCATED: (
        IssueLevel.WARNING,
        "is more than was pending on {ref!r}; the excess is kept as unapplied money",
        "Allocate the excess to another bill, or refund it.",
    ),
    ItemFlag.AMBIGUOUS_REFERENCE: (
        IssueLevel.WARNING,
        "shares the reference {ref!r} with a bill of another financial year; settlements closed the older one first",
        "Give bills a reference that names the year.",
    ),
    ItemFlag.AGE_UNKNOWN: (
        IssueLevel.INFO,
        "is opening balance without a bill; its age is counted from the day before the books begin",
        "Enter the opening bills of this party.",
    ),
}


def _issue(item: OpenItem, flag: ItemFlag) -> Issue:
    level, sentence, hint = _SENTENCES[flag]
    name = item.ref or item.document or "Opening balance"
    return Issue(
        code=f"receivables.item.{flag.value}",
        level=level,
        message=f"{render_inr(abs(item.net))} of {name} {sentence.format(ref=item.ref)}.",
        where=f"{item.party_key}, {name} of {item.bill_date}",
        hint=hint,
        facts={"party_key": item.party_key, "ref": item.ref, "net": f"{item.net:f}"},
    )
