"""Units, stock groups and categories, items, godowns."""

from __future__ import annotations

from decimal import Decimal

from canonical.item import Batch, DatedPrice, Godown, Item, Quantity, StockGroup, Unit
from canonical.ledger import name_key
from connectors.tally.translate.extras import extras_of
from connectors.tally.translate.lines import read_expiry
from connectors.tally.translate.names import aliases_of, name_of, parent_of
from connectors.tally.translate.node import Node, first_of, key_of, nodes, plain_of, text_of, texts_of
from connectors.tally.translate.quantities import find_quantity
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.tags import GODOWN, STOCK_GROUP, STOCK_ITEM, UNIT
from connectors.tally.translate.taxes import read_tax_details
from connectors.tally.translate.values import is_yes, parse_integer


def read_unit(node: Node, reading: Reading, name: str) -> Unit:
    """Read a unit of measure and learn it; a compound one joins two simple ones."""
    symbol = name_of(node, name)
    reading.label = f"Unit {symbol}"
    dated = [plain_of(row.get("REPORTINGUQCNAME")) for row in nodes(node.get("REPORTINGUQCDETAILS.LIST"))]
    code = next((text for text in reversed(dated) if text), "") or plain_of(node.get("GSTREPUOM"))
    is_simple = text_of(node.get("ISSIMPLEUNIT")) != "No"
    unit = Unit(
        source=reading.source,
        key=name_key(symbol),
        symbol=symbol,
        formal_name=plain_of(node.get("ORIGINALNAME")),
        uqc=code.partition("-")[0].strip(),
        decimal_places=parse_integer(text_of(node.get("DECIMALPLACES"))) or 0,
        is_simple=is_simple,
        base_key="" if is_simple else key_of(text_of(node.get("BASEUNITS"))),
        tail_key="" if is_simple else key_of(text_of(node.get("ADDITIONALUNITS"))),
        conversion=None if is_simple else reading.number_of(node, "CONVERSION"),
        extras=extras_of(node, UNIT, reading, "unit"),
    )
    reading.learned.add_unit(unit)
    return unit


def read_stock_group(node: Node, reading: Reading, name: str, *, is_category: bool = False) -> StockGroup:
    """Read a node of the stock tree or, as a category, of the second classification."""
    name = name_of(node, name)
    reading.label = f"Stock {'category' if is_category else 'group'} {name}"
    return StockGroup(
        source=reading.source,
        key=name_key(name),
        name=name,
        parent_key=name_key(parent_of(node)),
        is_category=is_category,
        tax_details=read_tax_details(node, reading),
        extras=extras_of(node, STOCK_GROUP, reading, "stock category" if is_category else "stock group"),
    )


def read_godown(node: Node, reading: Reading, name: str) -> Godown:
    """Read a place where stock is kept."""
    name = name_of(node, name)
    reading.label = f"Godown {name}"
    return Godown(
        source=reading.source,
        key=name_key(name),
        name=name,
        parent_key=name_key(parent_of(node)),
        is_external=is_yes(text_of(node.get("ISEXTERNAL"))),
        address_lines=texts_of(node, "ADDRESS.LIST"),
        extras=extras_of(node, GODOWN, reading, "godown"),
    )


def read_stock_item(node: Node, reading: Reading, name: str) -> Item:
    """Read a stock item. Its opening value is debit-positive, as the stock in hand it is."""
    name = name_of(node, name)
    reading.label = f"Stock item {name}"
    extras = extras_of(node, STOCK_ITEM, reading, "stock item")
    opening = reading.amount_of(node, "OPENINGVALUE")
    rate = reading.rate_of(node, "OPENINGRATE")
    quantity = node.get("OPENINGBALANCE")
    return Item(
        source=reading.source,
        key=name_key(name),
        name=name,
        group_key=name_key(parent_of(node)),
        category_key=key_of(text_of(node.get("CATEGORY"))),
        aliases=aliases_of(node, name),
        part_number=_part_number(node),
        description=plain_of(node.get("DESCRIPTION")),
        base_unit=_unit_of(node, "BASEUNITS"),
        alternate_unit=_unit_of(node, "ADDITIONALUNITS"),
        conversion=reading.number_of(node, "CONVERSION"),
        denominator=reading.number_of(node, "DENOMINATOR"),
        is_service=text_of(node.get("GSTTYPEOFSUPPLY")) == "Services",
        is_batch_wise=is_yes(text_of(node.get("ISBATCHWISEON"))),
        has_expiry=is_yes(text_of(node.get("ISPERISHABLEON"))),
        costing_method=plain_of(node.get("COSTINGMETHOD")),
        tax_details=read_tax_details(node, reading),
        opening_quantity=find_quantity(quantity, reading, "OPENINGBALANCE", extras) if quantity else None,
        opening_value=opening.net if opening else None,
        opening_rate=rate.number if rate else None,
        opening_batches=tuple(_opening_batch(row, reading) for row in nodes(node.get("BATCHALLOCATIONS.LIST"))),
        mrp=_mrp(node, reading),
        standard_prices=(*_dated_rates(node, "STANDARDPRICELIST.LIST", reading), *_price_levels(node, reading)),
        standard_costs=tuple(_dated_rates(node, "STANDARDCOSTLIST.LIST", reading)),
        extras=extras,
    )


def _unit_of(node: Node, tag: str) -> str:
    text = plain_of(node.get(tag))
    return text if key_of(text) else ""


def _part_number(node: Node) -> str:
    """Some books keep it in PARTNO, others as the item's mailing name."""
    listed = texts_of(node, "MAILINGNAME.LIST")
    return plain_of(node.get("PARTNO")) or (listed[0] if listed else "")


def _opening_batch(row: Node, reading: Reading) -> Batch:
    amount = reading.amount_of(row, "OPENINGVALUE")
    rate = reading.rate_of(row, "OPENINGRATE")
    made_on = reading.date_of(row, "MFDON")
    expires_on, expiry_text = read_expiry(row, reading, made_on)
    quantity: Quantity | None = find_quantity(row.get("OPENINGBALANCE"), reading, "OPENINGBALANCE", {})
    return Batch(
        name=plain_of(row.get("BATCHNAME")),
        godown_key=key_of(text_of(row.get("GODOWNNAME"))),
        quantity=quantity,
        amount=amount.net if amount else None,
        rate=rate.number if rate else None,
        manufactured_on=made_on,
        expires_on=expires_on,
        expiry_text=expiry_text,
    )


def _mrp(node: Node, reading: Reading) -> Decimal | None:
    """Return the latest maximum retail price."""
    found = None
    for row in nodes(node.get("MRPDETAILS.LIST")):
        for detail in nodes(row.get("MRPRATEDETAILS.LIST")) or [row]:
            rate = reading.rate_of(detail, "MRPRATE")
            if rate is not None and rate.number:
                found = rate.number
    return found


def _dated_rates(node: Node, tag: str, reading: Reading) -> list[DatedPrice]:
    found = []
    for row in nodes(node.get(tag)):
        rate = reading.rate_of(row, "RATE")
        if rate is not None and rate.number is not None:
            found.append(DatedPrice(reading.date_of(row, "DATE"), rate.number, rate.unit))
    return found


def _price_levels(node: Node, reading: Reading) -> list[DatedPrice]:
    """Prices by level (Wholesale, Retail): a level holds slabs of quantity, the first slab is the price."""
    found = []
    for row in nodes(node.get("FULLPRICELIST.LIST")):
        level = first_of(row, "PRICELEVEL")
        for slab in nodes(row.get("PRICELEVELLIST.LIST"))[:1]:
            rate = reading.rate_of(slab, "RATE")
            if rate is not None and rate.number is not None:
                found.append(DatedPrice(reading.date_of(row, "DATE"), rate.number, rate.unit, level))
    return found
