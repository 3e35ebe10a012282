"""Items: goods, services and what groups them; above all, which accounts their lines go to."""

from __future__ import annotations

from typing import Final

from canonical.codec import CanonicalRecord
from canonical.item import DatedPrice, Item, Quantity, StockGroup
from canonical.money import ZERO
from canonical.record import JsonValue
from connectors.quickbooks.translate.reading import Reading
from connectors.quickbooks.translate.values import Json, UnreadableValue, day_of, optional_amount, ref_id, text_of

CATEGORY: Final = "Category"
SERVICES: Final = frozenset({"Service"})


def item_key(item_id: str) -> str:
    """Key of an item: by id, because names change."""
    return f"item/{item_id}"


def read_item(node: Json, reading: Reading) -> list[CanonicalRecord]:
    """Read an item; a category becomes a stock group."""
    name = text_of(node, "FullyQualifiedName") or text_of(node, "Name")
    if not name:
        raise UnreadableValue("Name", "", "is missing.")
    reading.name(name)
    if text_of(node, "Type") == CATEGORY:
        parent = ref_id(node, "ParentRef")
        key = item_key(reading.source.key)
        return [StockGroup(source=reading.source, key=key, name=name, parent_key=item_key(parent) if parent else "")]
    item = _item(node, name, reading)
    reading.learned.learn_item(item)
    return [item]


def _item(node: Json, name: str, reading: Reading) -> Item:
    parent = ref_id(node, "ParentRef")
    return Item(
        source=reading.source,
        key=item_key(reading.source.key),
        name=name,
        group_key=item_key(parent) if parent else "",
        part_number=text_of(node, "Sku"),
        description=text_of(node, "Description"),
        base_unit=text_of(node, "UQCDisplayText"),
        is_service=text_of(node, "Type") in SERVICES,
        standard_prices=_prices(node, "UnitPrice"),
        standard_costs=_prices(node, "PurchaseCost"),
        is_active=node.get("Active", True) is not False,
        extras=_extras(node),
    )


def _prices(node: Json, member: str) -> tuple[DatedPrice, ...]:
    price = optional_amount(node, member)
    return (DatedPrice(applicable_from=None, rate=price),) if price else ()


def _extras(node: Json) -> dict[str, JsonValue]:
    """The accounts, which a document may leave out; the quantity on hand moves with every sale and stays raw."""
    accounts = {
        "income": ref_id(node, "IncomeAccountRef"),
        "expense": ref_id(node, "ExpenseAccountRef"),
        "asset": ref_id(node, "AssetAccountRef"),
    }
    started = day_of(node, "InvStartDate")
    return {
        "type": text_of(node, "Type"),
        "accounts": {name: value for name, value in accounts.items() if value},
        **({"stock_from": started.isoformat()} if started else {}),
    }


def quantity_of(node: Json) -> Quantity | None:
    """How much a line moves or charges."""
    number = optional_amount(node, "Qty")
    return Quantity(number) if number is not None and number != ZERO else None
