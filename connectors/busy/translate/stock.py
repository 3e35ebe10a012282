"""Items, units, item groups and material centres."""

from __future__ import annotations

import dataclasses
from typing import Any

from canonical.item import Batch, Godown, Item, Quantity, StockGroup, Unit
from canonical.ledger import name_key
from canonical.tax import DatedTaxDetail
from connectors.busy.staging import ItemRow, MasterType, NamedMaster, UnitRow
from connectors.busy.streams import CENTRES, ITEM_GROUPS, ITEMS, UNITS
from connectors.busy.translate.learned import (
    RANK,
    YEAR,
    codes_with,
    extent_of,
    extras_of,
    has_earlier_opening,
    source_of,
    year_of,
)
from connectors.busy.translate.reading import Reading
from connectors.busy.translate.routes import UnreadableField

_TREES: dict[int, str] = {MasterType.ITEM_GROUP: ITEM_GROUPS, MasterType.MATERIAL_CENTRE: CENTRES}


def read_unit(row: UnitRow, reading: Reading) -> Unit:
    """Read a unit.

    Raises:
        UnreadableField: it has no name.
    """
    if not row.name.strip():
        raise UnreadableField("Name", row.name, "name of a unit")
    reading.label = f"unit {row.name}"
    key = reading.learned.own_key(UNITS, reading.year, row.code, row.name)
    reading.learned.learn_code(UNITS, reading.year, row.code, key, row.name.strip())
    formal = row.print_name if row.print_name != row.name else ""
    source = source_of(None, UNITS, reading.source)
    return Unit(source=source, key=key, symbol=row.name.strip(), formal_name=formal, uqc=row.uqc)


def read_tree(row: NamedMaster, reading: Reading) -> list[StockGroup | Godown]:
    """Read an item group or material centre; other masters say nothing that the books need."""
    stream = _TREES.get(row.master_type)
    if stream is None:
        return []
    learned = reading.learned
    reading.label = f"master {row.name}"
    key = learned.own_key(stream, reading.year, row.code, row.name)
    known = learned.trees.get((stream, key))
    parent = learned.key_of(stream, reading.year, row.parent_code, row.parent_name) if row.parent_name else ""
    told: dict[str, Any] = {
        "source": source_of(known, stream, reading.source),
        "key": key,
        "name": row.name.strip(),
        "parent_key": parent if parent != key else "",
        "extras": {**codes_with(known, reading.year, row.code), **dict(row.extras)},
    }
    made = StockGroup(**told) if stream == ITEM_GROUPS else Godown(**told)
    learned.learn_code(stream, reading.year, row.code, key, made.name)
    learned.trees[stream, key] = made
    return [made]


def read_item(row: ItemRow, reading: Reading) -> list[Item]:
    """Read an item; nothing where more is known of it already.

    Raises:
        UnreadableField: it has no name.
    """
    if not row.name.strip():
        raise UnreadableField("Name", row.name, "name of an item")
    learned = reading.learned
    reading.label = f"item {row.name}"
    key = learned.own_key(ITEMS, reading.year, row.code, row.name)
    known = learned.items.get(key)
    learned.learn_code(ITEMS, reading.year, row.code, key, row.name.strip())
    if extent_of(known) > RANK[reading.extent]:
        return []
    item = _item(row, reading, key, known)
    if has_earlier_opening(known, reading.year):
        item = dataclasses.replace(
            item,
            opening_quantity=known.opening_quantity,
            opening_value=known.opening_value,
            opening_batches=known.opening_batches,
            extras={**item.extras, YEAR: year_of(known)},
        )
    learned.items[key] = item
    return [item]


def _item(row: ItemRow, reading: Reading, key: str, known: Item | None) -> Item:
    unit = row.unit or reading.learned.name_of(UNITS, _key(reading, UNITS, row.unit_code))
    other = row.alternate_unit or reading.learned.name_of(UNITS, _key(reading, UNITS, row.alternate_unit_code))
    extras = {
        **extras_of(known, reading.year, row.code, reading.extent),
        **({"tax_category": row.tax_category} if row.tax_category else {}),
        **dict(row.extras),
    }
    quantity = None
    if row.opening_quantity is not None:
        quantity = Quantity(row.opening_quantity, unit, row.opening_alternate, other if row.opening_alternate else "")
    return Item(
        source=source_of(known, ITEMS, reading.source),
        key=key,
        name=row.name.strip(),
        group_key=_key(reading, ITEM_GROUPS, row.group_code, row.group_name),
        aliases=(row.alias,) if row.alias else (),
        description=row.print_name if row.print_name.strip() != row.name.strip() else "",
        base_unit=unit,
        alternate_unit=other if other != unit else "",
        conversion=row.conversion if other and other != unit else None,
        tax_details=(DatedTaxDetail(hsn=row.hsn),) if row.hsn else (),
        opening_quantity=quantity,
        opening_value=row.opening_value or None,
        opening_batches=tuple(
            Batch(
                godown_key=_key(reading, CENTRES, stock.centre_code, stock.centre),
                quantity=Quantity(stock.quantity, unit),
                amount=stock.value,
            )
            for stock in row.openings
        ),
        mrp=row.mrp,
        is_active=row.is_active,
        extras=extras,
    )


def _key(reading: Reading, stream: str, code: str, name: str = "") -> str:
    if not code and not name:
        return ""
    return reading.learned.key_of(stream, reading.year, code, name) or name_key(name)
