"""One reference of one party: from its entries to a bill, or to several, or to money that waits for one.

Nearly every reference is one bill and a plain sum says what is pending. Two cases need a walk through the entries in
order of date: a reference used again in another financial year (numbering starts afresh every April, and some
companies do not print the year), and a settlement larger than its bill. The walk is what an accountant does with a
pencil: the oldest open bill is paid first, a returned payment re-opens what was paid last, what is left over waits.
"""

from __future__ import annotations

import dataclasses
import itertools
import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from canonical.bill import BillRefKind
from canonical.dates import FY_FIRST_MONTH
from canonical.money import ZERO
from canonical.receivable import BillEntry, Direction, ItemKey
from receivables.item import ItemFlag, ItemKind, OpenItem, Part

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


BY_DATE = operator.attrgetter("effective_on")


def put_in_order(rows: list[BillEntry]) -> None:
    """Sort entries in place, the same way whatever order they came in."""
    if len(rows) > 1:
        rows.sort(key=BY_DATE)
        if any(a.effective_on == b.effective_on for a, b in itertools.pairwise(rows)):
            rows.sort(key=entry_order)


def entry_order(entry: BillEntry) -> tuple[object, ...]:
    """Sort key: by date, openings before settlements on one day, then by everything else, so that it is total."""
    return (
        entry.effective_on,
        entry.kind is BillRefKind.AGAINST,
        entry.source_key,
        entry.document,
        entry.ref,
        entry.net,
        entry.kind,
        entry.bill_date or date.min,
        entry.due_date or date.min,
        repr(entry.credit_period) if entry.credit_period else "",
        entry.recorded_at or LONG_AGO,
        entry.voided_at or LONG_AGO,
    )


def reference_items(party_key: str, bill: str, rows: list[BillEntry], direction: Direction) -> tuple[OpenItem, ...]:
    """Turn the entries under one reference into items, settled ones included.

    Args:
        party_key: ledger key.
        bill: the reference, folded.
        rows: its entries, at least one; sorted in place.
        direction: decides the words.
    """
    put_in_order(rows)
    origins = [row for row in rows if row.kind is not BillRefKind.AGAINST]
    opened = _net(origins)
    net = opened if len(origins) == len(rows) else _net(rows)
    is_one_year = len(origins) == 1 or len({bill_year(row) for row in origins}) == 1
    if is_one_year and opened and (not net or (net > 0) == (opened > 0)):
        key = ItemKey(party_key, bill, bill_year(origins[0]))
        return (_bill_item(key, origins, rows, opened, net, direction),)
    walk = _Walk()
    for row in rows:
        walk.take(row)
    return tuple(walk.items(party_key, bill, direction))


def _net(rows: list[BillEntry]) -> Decimal:
    return rows[0].net if len(rows) == 1 else sum([row.net for row in rows], ZERO)


def bill_year(entry: BillEntry) -> int:
    """Start of the financial year the entry's bill belongs to."""
    day = entry.bill_date or entry.effective_on
    return day.year if day.month >= FY_FIRST_MONTH else day.year - 1


def terms(entry: BillEntry) -> tuple[date, date]:
    """Bill date and due date as the entry gives them; a bill without terms is due on its date."""
    bill_date = entry.bill_date or entry.effective_on
    if entry.due_date is not None:
        return bill_date, entry.due_date
    return bill_date, bill_date if entry.credit_period is None else entry.credit_period.due_date(bill_date)


@dataclass(slots=True)
class _Bill:
    """A bill during the walk: what it has, and which settlements it swallowed."""

    year: int
    origins: list[BillEntry] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    net: Decimal = ZERO
    is_ambiguous: bool = False

    def add(self, row: BillEntry, net: Decimal) -> None:
        self.parts.append(Part(row, net))
        self.net += net


@dataclass(slots=True)
class _Walk:
    """Entries of one reference, one after the other.

    Attributes:
        bills: by financial year, oldest first.
        waiting: money under the reference that no bill could take.
        paid: which bill was paid how much (debit-positive), last payment last; a returned payment undoes from the end.
    """

    bills: dict[int, _Bill] = field(default_factory=dict)
    waiting: list[Part] = field(default_factory=list)
    paid: list[tuple[_Bill, Decimal]] = field(default_factory=list)

    def take(self, row: BillEntry) -> None:
        if row.kind is BillRefKind.AGAINST:
            self._apply(row, row.net)
        else:
            self._open(row)

    def _apply(self, row: BillEntry, net: Decimal) -> None:
        rest = self._cancel_waiting(row, net)
        rest = self._settle(row, rest)
        rest = self._reopen(row, rest)
        self._keep(row, rest)

    def _open(self, row: BillEntry) -> None:
        year = bill_year(row)
        bill = self.bills.setdefault(year, _Bill(year))
        bill.origins.append(row)
        bill.add(row, row.net)
        waiting, self.waiting = self.waiting, []
        for part in waiting:
            self._apply(part.entry, part.net)

    def _cancel_waiting(self, row: BillEntry, rest: Decimal) -> Decimal:
        """Money that waits is the last thing that happened under the reference: a return takes it first."""
        waiting = sum((part.net for part in self.waiting), ZERO)
        taken = _limited(rest, waiting)
        if taken:
            self.waiting.append(Part(row, taken))
        return rest - taken

    def _settle(self, row: BillEntry, rest: Decimal) -> Decimal:
        """Pay the oldest open bill first; say so where more than one could have been meant."""
        open_bills = [bill for bill in self._oldest_first() if _limited(rest, bill.net)]
        for bill in open_bills:
            bill.is_ambiguous |= len(open_bills) > 1
            taken = _limited(rest, bill.net)
            if taken:
                bill.add(row, taken)
                self.paid.append((bill, taken))
            rest -= taken
        return rest

    def _reopen(self, row: BillEntry, rest: Decimal) -> Decimal:
        """Undo the last payments first; the bill keeps its dates."""
        while rest and self.paid and _limited(rest, self.paid[-1][1]):
            bill, paid = self.paid.pop()
            taken = _limited(rest, paid)
            bill.add(row, taken)
            if paid + taken:
                self.paid.append((bill, paid + taken))
            rest -= taken
        return rest

    def _keep(self, row: BillEntry, rest: Decimal) -> None:
        """More on the same side raises the latest bill; on the other side it waits."""
        if not rest:
            return
        same_side = [bill for bill in self._oldest_first() if (bill.net > 0) == (rest > 0) and bill.net]
        if same_side:
            same_side[-1].add(row, rest)
        else:
            self.waiting.append(Part(row, rest))

    def _oldest_first(self) -> list[_Bill]:
        return [self.bills[year] for year in sorted(self.bills)]

    def items(self, party_key: str, bill_ref: str, direction: Direction) -> Iterator[OpenItem]:
        for bill in self._oldest_first():
            key = ItemKey(party_key, bill_ref, bill.year)
            rows = [part.entry for part in bill.parts]
            item = _bill_item(key, bill.origins, rows, _net(bill.origins), bill.net, direction)
            flags = (ItemFlag.AMBIGUOUS_REFERENCE,) if bill.is_ambiguous else ()
            yield dataclasses.replace(item, shares=tuple(part.net for part in bill.parts), flags=flags)
        if self.waiting:
            key = ItemKey(party_key, bill_ref)
            yield _waiting_item(key, self.waiting, has_bill=bool(self.bills))


def _limited(rest: Decimal, net: Decimal) -> Decimal:
    """How much of ``rest`` an opposite ``net`` can take: same sign as ``rest``, never past zero of either."""
    if not rest or not net or (rest > 0) == (net > 0):
        return ZERO
    return rest if abs(rest) <= abs(net) else -net


def _bill_item(  # noqa: PLR0917 - private, every argument positional in its two calls
    key: ItemKey,
    origins: list[BillEntry],
    rows: list[BillEntry],
    opened: Decimal,
    net: Decimal,
    direction: Direction,
) -> OpenItem:
    first = origins[0] if len(origins) == 1 else min(origins, key=_opening_order)
    bill_date, due_date = terms(first)
    return OpenItem(
        key=key,
        kind=_opened_kind(first, opened, direction),
        ref=first.ref,
        document=first.document,
        effective_on=origins[0].effective_on,
        bill_date=bill_date,
        due_date=due_date,
        original=opened,
        net=net,
        entries=tuple(rows),
    )


def _opening_order(entry: BillEntry) -> tuple[date, str, date]:
    """A bill opened in parts has the dates of the earliest day, its first voucher, the terms that end first."""
    bill_date, due_date = terms(entry)
    return bill_date, entry.source_key, due_date


def _opened_kind(first: BillEntry, opened: Decimal, direction: Direction) -> ItemKind:
    if first.kind is BillRefKind.ADVANCE:
        return ItemKind.ADVANCE
    if direction.amount(opened) >= 0:
        return ItemKind.BILL
    return ItemKind.CREDIT_NOTE if direction is Direction.RECEIVABLE else ItemKind.DEBIT_NOTE


def _waiting_item(key: ItemKey, parts: list[Part], *, has_bill: bool) -> OpenItem:
    net = sum((part.net for part in parts), ZERO)
    behind = [part.entry for part in parts if (part.net > 0) == (net > 0)]
    first = behind[0] if behind else parts[0].entry
    bill_date, due_date = terms(first)
    return OpenItem(
        key=key,
        kind=ItemKind.EXCESS if has_bill else ItemKind.UNMATCHED,
        ref=first.ref,
        document=first.document,
        effective_on=first.effective_on,
        bill_date=first.effective_on if has_bill else bill_date,
        due_date=first.effective_on if has_bill else due_date,
        original=net,
        net=net,
        entries=tuple(part.entry for part in parts),
        shares=tuple(part.net for part in parts),
        flags=(ItemFlag.OVER_ALLOCATED if has_bill else ItemFlag.NO_BILL,),
    )
