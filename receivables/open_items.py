"""Fold bill entries into open items, as of a day and as known at a time.

The law: over any entries, any ``as_of`` and any ``known_at``, the open items of a party add up to its ledger balance.
Nothing is netted silently, nothing is dropped, and the order in which entries arrive does not matter.

Rules, in short (worked figures in ``docs/receivables.md``):

* an entry counts if it is effective by ``as_of``, recorded by ``known_at`` and not voided by then;
* a bill is (party, reference folded, financial year of its bill date); new ref and advance open it, against ref
  settles or re-opens it and never moves its dates;
* more settlement than bill closes the bill, and the excess is an item of its own;
* money under a reference without a bill is an item of its own, and so is every voucher's money on account.

Where next: ``reference.py`` folds one reference, ``allocation.py`` applies money to what is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from canonical.bill import BillRefKind, bill_key
from canonical.money import ZERO
from canonical.receivable import BillEntry, Direction, ItemKey
from receivables.item import ItemFlag, ItemKind, OpenItem, item_order
from receivables.reference import put_in_order, reference_items, terms

OPENING_VOUCHER = "opening"
"""Stands for the voucher of the opening balance, which has none."""


def fold_open_items(
    entries: Iterable[BillEntry],
    *,
    as_of: date,
    known_at: datetime | None = None,
    direction: Direction = Direction.RECEIVABLE,
    keep_closed: bool = False,
) -> tuple[OpenItem, ...]:
    """Return what is open, by party, oldest due first.

    Args:
        entries: of any number of parties, in any order.
        as_of: accounting date; entries effective later do not exist.
        known_at: knowledge date (UTC); None means all we know now.
        direction: decides the words only (what is a bill, what is a note), never an amount.
        keep_closed: also return items that are settled to exactly zero.
    """
    by_party: dict[str, list[BillEntry]] = {}
    for entry in visible_entries(entries, as_of, known_at):
        by_party.setdefault(entry.party_key, []).append(entry)
    items: list[OpenItem] = []
    for party_key in sorted(by_party):
        items += _fold_party(party_key, by_party.pop(party_key), direction, keep_closed=keep_closed)
    return tuple(items)


def visible_entries(entries: Iterable[BillEntry], as_of: date, known_at: datetime | None) -> list[BillEntry]:
    """Return the entries that count: effective by ``as_of``, known and not voided by ``known_at``."""
    if known_at is None:
        return [entry for entry in entries if entry.effective_on <= as_of and entry.voided_at is None]
    return [
        entry
        for entry in entries
        if entry.effective_on <= as_of
        and (entry.recorded_at is None or entry.recorded_at <= known_at)
        and (entry.voided_at is None or entry.voided_at > known_at)
    ]


def _fold_party(party_key: str, entries: list[BillEntry], direction: Direction, *, keep_closed: bool) -> list[OpenItem]:
    """Fold one party: its temporary lists are gone before the next one's are made."""
    bills: dict[str, list[BillEntry]] = {}
    loose: dict[str, list[BillEntry]] = {}
    for entry in entries:
        bill = "" if entry.kind is BillRefKind.ON_ACCOUNT else bill_key(entry.ref)
        if bill:
            bills.setdefault(bill, []).append(entry)
        else:
            loose.setdefault(voucher_key(entry), []).append(entry)
    items = [item for bill, rows in bills.items() for item in reference_items(party_key, bill, rows, direction)]
    items += [_loose_item(party_key, voucher, rows, direction) for voucher, rows in loose.items()]
    return sorted([item for item in items if keep_closed or item.net], key=item_order)


def voucher_key(entry: BillEntry) -> str:
    """What tells this entry's voucher from others of the party."""
    if entry.is_opening:
        return OPENING_VOUCHER
    return entry.source_key or f"{entry.document}@{entry.effective_on}"


def _loose_item(party_key: str, voucher: str, rows: list[BillEntry], direction: Direction) -> OpenItem:
    """What one voucher left on account, or the opening balance without a bill."""
    put_in_order(rows)
    first = rows[0]
    net = first.net if len(rows) == 1 else sum([row.net for row in rows], ZERO)
    bill_date, due_date = terms(first)
    return OpenItem(
        key=ItemKey(party_key, voucher=voucher),
        kind=_loose_kind(first, is_owed=direction.amount(net) > 0),
        ref="",
        document=first.document,
        effective_on=first.effective_on,
        bill_date=bill_date,
        due_date=due_date,
        original=net,
        net=net,
        entries=tuple(rows),
        flags=(ItemFlag.AGE_UNKNOWN,) if first.is_opening and first.bill_date is None else (),
    )


def _loose_kind(first: BillEntry, *, is_owed: bool) -> ItemKind:
    if first.is_opening:
        return ItemKind.OPENING
    return ItemKind.JOURNAL if is_owed else ItemKind.ON_ACCOUNT
