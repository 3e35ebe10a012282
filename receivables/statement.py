"""What is sent to a party: its statement of account, and the list of what is open.

Two forms exist and must not be mixed up. The *statement* shows every movement of a period, opening to closing balance.
The *outstanding list* shows only what is still open at the end. Both come from the same entries, and the footer of the
first is the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from canonical.bill import natural_order
from canonical.dates import Period
from canonical.money import ZERO
from canonical.receivable import AgeingBasis, BillEntry, Direction, ItemKey
from receivables.item import ItemFlag, ItemKind, OpenItem, item_order
from receivables.open_items import visible_entries, voucher_key
from receivables.reference import entry_order


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One voucher on the statement; what it did to several bills stands in ``entries``.

    Attributes:
        refs: the references it names, in the order of the entries, each once.
        net: debit-positive rupees of the movement.
        balance: debit-positive running balance after it.
    """

    day: date
    document: str
    source_key: str
    refs: tuple[str, ...]
    net: Decimal
    balance: Decimal
    entries: tuple[BillEntry, ...]

    @property
    def debit(self) -> Decimal:
        """The movement if it is a debit, else zero."""
        return max(self.net, ZERO)

    @property
    def credit(self) -> Decimal:
        """The movement if it is a credit, else zero."""
        return max(-self.net, ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A party's account over a period, as known at a time.

    Attributes:
        opening: debit-positive balance on the evening before the period.
        lines: movements, by date and document.
        closing: ``opening`` plus all movements; the party's ledger balance on the last day.
    """

    party_key: str
    period: Period
    opening: Decimal
    lines: tuple[StatementLine, ...]
    closing: Decimal

    @property
    def debit_total(self) -> Decimal:
        """Sum of the debit column."""
        return sum((line.debit for line in self.lines), ZERO)

    @property
    def credit_total(self) -> Decimal:
        """Sum of the credit column."""
        return sum((line.credit for line in self.lines), ZERO)


def party_statement(
    entries: Iterable[BillEntry], party_key: str, period: Period, *, known_at: datetime | None = None
) -> Statement:
    """Return a party's statement; entries of other parties are ignored."""
    visible = [entry for entry in visible_entries(entries, period.end, known_at) if entry.party_key == party_key]
    opening = sum((entry.net for entry in visible if entry.effective_on < period.start), ZERO)
    moving = sorted((entry for entry in visible if entry.effective_on >= period.start), key=_line_order)
    lines: list[StatementLine] = []
    balance = opening
    for _, group in groupby(moving, key=_line_key):
        line = _line(tuple(group), balance)
        balance = line.balance
        lines.append(line)
    return Statement(party_key=party_key, period=period, opening=opening, lines=tuple(lines), closing=balance)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutstandingRow:
    """One open item as people read it; amounts are rupees in the report's direction.

    Attributes:
        original: what it was opened with.
        settled: how much of that is gone; negative if it grew.
        pending: what is open; negative for unapplied money.
        overdue_days: days past the due date, zero while not due and for unapplied money.
        age_days: days since the bill date.
    """

    key: ItemKey
    party_name: str
    kind: ItemKind
    ref: str
    document: str
    bill_date: date
    due_date: date
    original: Decimal
    pending: Decimal
    overdue_days: int
    age_days: int
    flags: tuple[ItemFlag, ...]

    @property
    def settled(self) -> Decimal:
        """Original less pending."""
        return self.original - self.pending

    @property
    def is_unapplied(self) -> bool:
        """Money that waits for a bill, not a bill that waits for money."""
        return self.pending < 0


def outstanding_rows(
    items: Iterable[OpenItem],
    *,
    as_of: date,
    direction: Direction = Direction.RECEIVABLE,
    party_names: Mapping[str, str] | None = None,
) -> tuple[OutstandingRow, ...]:
    """Return the bill-wise list: by party name, what is owed oldest due first, then unapplied money."""
    names = party_names or {}
    ordered = sorted(
        items,
        key=lambda item: (
            names.get(item.party_key, item.party_key).casefold(),
            item.party_key,
            not item.is_owed(direction),
            item_order(item),
        ),
    )
    return tuple(_outstanding(item, names.get(item.party_key, item.party_key), as_of, direction) for item in ordered)


def _outstanding(item: OpenItem, party_name: str, as_of: date, direction: Direction) -> OutstandingRow:
    overdue = item.age_days(as_of, AgeingBasis.DUE) if item.is_owed(direction) else 0
    return OutstandingRow(
        key=item.key,
        party_name=party_name,
        kind=item.kind,
        ref=item.ref,
        document=item.document,
        bill_date=item.bill_date,
        due_date=item.due_date,
        original=direction.amount(item.original),
        pending=direction.amount(item.net),
        overdue_days=max(overdue, 0),
        age_days=item.age_days(as_of, AgeingBasis.BILL),
        flags=item.flags,
    )


def _line_key(entry: BillEntry) -> tuple[date, str, str]:
    return entry.effective_on, entry.document, voucher_key(entry)


def _line_order(entry: BillEntry) -> tuple[object, ...]:
    """By date; opening first; on one day by number as people count (R9 before R10)."""
    return entry.effective_on, not entry.is_opening, natural_order(entry.document), _line_key(entry), entry_order(entry)


def _line(entries: tuple[BillEntry, ...], before: Decimal) -> StatementLine:
    net = sum((entry.net for entry in entries), ZERO)
    first = entries[0]
    return StatementLine(
        day=first.effective_on,
        document=first.document,
        source_key=first.source_key,
        refs=tuple(dict.fromkeys(entry.ref for entry in entries if entry.ref)),
        net=net,
        balance=before + net,
        entries=entries,
    )
