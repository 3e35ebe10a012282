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
from itertools import chain

from canonical.bill import BillRefKind, bill_key
from canonical.money import ZERO
from canonical.receivable import BillEntry, Direction, ItemKey
from receivables.item import ItemFlag, ItemKind, OpenItem, Part, item_order
from receivables.reference import entry_order, reference_items, terms

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
    bills, loose = _by_reference(visible_entries(entries, as_of, known_at))
    items = chain(
        chain.from_iterable(reference_items(*key, _sorted(rows), direction) for key, rows in bills.items()),
        (_loose_item(*key, _sorted(rows), direction) for key, rows in loose.items()),
    )
    return tuple(sorted((item for item in items if keep_closed or item.net), key=item_order))


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


Grouped = dict[tuple[str, str], list[BillEntry]]
"""By party and folded reference, or by party and voucher."""


def _by_reference(entries: list[BillEntry]) -> tuple[Grouped, Grouped]:
    bills: Grouped = {}
    loose: Grouped = {}
    folded: dict[str, str] = {"": ""}
    for entry in entries:
        ref = entry.ref
        if ref not in folded:
            folded[ref] = bill_key(ref)
        bill = "" if entry.kind is BillRefKind.ON_ACCOUNT else folded[ref]
        group, key = (bills, bill) if bill else (loose, _voucher(entry))
        group.setdefault((entry.party_key, key), []).append(entry)
    return bills, loose


def _sorted(rows: list[BillEntry]) -> list[BillEntry]:
    if len(rows) > 1:
        rows.sort(key=entry_order)
    return rows


def _voucher(entry: BillEntry) -> str:
    if entry.is_opening:
        return OPENING_VOUCHER
    return entry.source_key or f"{entry.document}@{entry.effective_on}"


def _loose_item(party_key: str, voucher: str, rows: list[BillEntry], direction: Direction) -> OpenItem:
    """What one voucher left on account, or the opening balance without a bill."""
    first = rows[0]
    net = sum((row.net for row in rows), ZERO)
    bill_date, due_date = terms(first)
    return OpenItem(
        key=ItemKey(party_key=party_key, voucher=voucher),
        kind=_loose_kind(first, is_owed=direction.amount(net) > 0),
        ref="",
        document=first.document,
        effective_on=first.effective_on,
        bill_date=bill_date,
        due_date=due_date,
        original=net,
        net=net,
        parts=tuple(Part(row, row.net) for row in rows),
        flags=(ItemFlag.AGE_UNKNOWN,) if first.is_opening and first.bill_date is None else (),
    )


def _loose_kind(first: BillEntry, *, is_owed: bool) -> ItemKind:
    if first.is_opening:
        return ItemKind.OPENING
    return ItemKind.JOURNAL if is_owed else ItemKind.ON_ACCOUNT
