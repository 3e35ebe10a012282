"""Stock of items by godown and batch, and what it is worth.

Quantities follow the vouchers: goods under one tracking number move once, with whichever of challan and invoice came
first; a physical count sets what is there; orders, memos, cancelled and optional vouchers move nothing. Value is the
sandbox's own average cost: opening stock and everything bought, by value over quantity, rounded to the paisa per item.
Tally's costing methods differ in ways nobody has published; equality with a real company is not claimed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from canonical.voucher_type import VoucherKind
from sandbox.tally.books.masters import MasterTable
from sandbox.tally.books.moves import conversion_of, to_paise, to_thousandths
from sandbox.tally.books.records import GoodsRow, Voucher
from sandbox.tally.books.references import MARK
from sandbox.world.paise import half_up

BOUGHT = frozenset({VoucherKind.PURCHASE, VoucherKind.RECEIPT_NOTE})
PLACE = tuple[int, int, str]
"""Item, godown, batch."""


@dataclass(slots=True)
class ItemStock:
    """One item on one day; quantities in thousandths, values in paise."""

    opening: int = 0
    inward: int = 0
    outward: int = 0
    adjusted: int = 0
    cost_quantity: int = 0
    cost_value: int = 0
    by_godown: dict[int, int] = field(default_factory=dict)

    @property
    def closing(self) -> int:
        """What is there."""
        return sum(self.by_godown.values())

    def worth(self, quantity: int) -> int:
        """Return what a quantity is worth at average cost."""
        return half_up(quantity * self.cost_value, self.cost_quantity) if self.cost_quantity else 0

    @property
    def value(self) -> int:
        """What the closing stock is worth."""
        return self.worth(self.closing)


@dataclass(slots=True)
class _Shelves:
    """The books while they are walked through."""

    items: dict[int, ItemStock]
    places: dict[PLACE, int]
    tracked: set[tuple[int, str]] = field(default_factory=set)


def take_stock(
    masters: MasterTable, vouchers: Iterable[Voucher], kinds: Mapping[int, VoucherKind], until: date
) -> dict[int, ItemStock]:
    """Return the stock of every item at the end of a day.

    Args:
        masters: whose items.
        vouchers: all, by day.
        kinds: what each voucher type comes down to.
        until: the day.
    """
    shelves = _open(masters)
    for voucher in vouchers:
        if voucher.day > until:
            break
        if voucher.goods and not voucher.is_cancelled and not voucher.is_optional:
            _move(shelves, voucher, kinds[voucher.type_id])
    for (item_id, godown_id, _), quantity in shelves.places.items():
        by_godown = shelves.items[item_id].by_godown
        by_godown[godown_id] = by_godown.get(godown_id, 0) + quantity
    return shelves.items


def _open(masters: MasterTable) -> _Shelves:
    items: dict[int, ItemStock] = {}
    places: dict[PLACE, int] = defaultdict(int)
    for item in list(masters.by_id.values()):
        if item.kind != "STOCKITEM":
            continue
        conversion = conversion_of(masters, item.master_id)
        opening = to_thousandths(item.tree.value("OPENINGBALANCE"), conversion)
        value = -to_paise(item.tree.value("OPENINGVALUE"))
        items[item.master_id] = ItemStock(opening=opening, cost_quantity=opening, cost_value=value)
        for batch in item.tree.all("BATCHALLOCATIONS.LIST"):
            godown = batch.first("GODOWNNAME")
            godown_id = int(godown.text[1:]) if godown is not None and godown.text[:1] == MARK else 0
            quantity = to_thousandths(batch.value("OPENINGBALANCE"), conversion)
            places[item.master_id, godown_id, batch.value("BATCHNAME")] += quantity
    return _Shelves(items, places)


def _move(shelves: _Shelves, voucher: Voucher, kind: VoucherKind) -> None:
    seen = {(row.item_id, row.tracking) for row in voucher.goods if row.tracking}
    repeated = seen & shelves.tracked
    shelves.tracked |= seen
    for row in voucher.goods:
        if row.tracking and (row.item_id, row.tracking) in repeated:
            continue
        if kind is VoucherKind.PHYSICAL_STOCK:
            _count(shelves, row)
        else:
            _shift(shelves, row, is_bought=kind in BOUGHT)


def _count(shelves: _Shelves, row: GoodsRow) -> None:
    place = (row.item_id, row.godown_id, row.batch)
    shelves.items[row.item_id].adjusted += row.quantity - shelves.places[place]
    shelves.places[place] = row.quantity


def _shift(shelves: _Shelves, row: GoodsRow, *, is_bought: bool) -> None:
    item = shelves.items[row.item_id]
    shelves.places[row.item_id, row.godown_id, row.batch] += row.quantity
    if row.quantity > 0:
        item.inward += row.quantity
    else:
        item.outward -= row.quantity
    if is_bought:
        item.cost_quantity += row.quantity
        item.cost_value += row.paise
