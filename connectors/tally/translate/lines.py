"""Item lines of vouchers: quantities, rates, batches, GST details.

Where they stand: ``ALLINVENTORYENTRIES.LIST`` (older exports ``INVENTORYENTRIES.LIST``) in the invoice view,
``INVENTORYENTRIESIN``/``OUT`` in stock journals, ``INVENTORYALLOCATIONS.LIST`` under a ledger entry in the
accounting view. The first two repeat each other in gateway answers, so only the first non-empty one is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from canonical.issue import IssueLevel
from canonical.item import Batch, Quantity
from canonical.money import ZERO, Side
from canonical.tax import SupplyNature, TaxRate
from canonical.voucher import ItemLine
from connectors.tally.translate.allocations import net_of, required_amount
from connectors.tally.translate.extras import extras_of
from connectors.tally.translate.lexicon import DUTY_HEADS, TAXABILITY
from connectors.tally.translate.node import (
    Node,
    first_of,
    key_of,
    nodes,
    plain_of,
    serial_text,
    term_text,
    text_of,
    texts_of,
)
from connectors.tally.translate.quantities import find_quantity
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.tags import BATCH, ITEM_LINE
from connectors.tally.translate.values import UnreadableValue, is_yes, parse_number, parse_serial

DEFAULT_BATCH = "Primary Batch"
"""What Tally calls the batch of an item that keeps none."""
ITEM_LISTS = ("ALLINVENTORYENTRIES.LIST", "INVENTORYENTRIES.LIST")
RATE_TAGS = ("GSTRATEDUTYHEAD", "GSTRATE", "GSTRATEPERUNIT", "GSTRATEVALUATIONTYPE")
STOCK_LISTS = (("INVENTORYENTRIESIN.LIST", Side.DEBIT), ("INVENTORYENTRIESOUT.LIST", Side.CREDIT))


def find_item_nodes(voucher: Node, ledger_nodes: Sequence[Node] = ()) -> list[tuple[Node, Side | None]]:
    """Return the item elements of a voucher in order, with the side their list implies.

    The gateway repeats every goods line in ALLINVENTORYENTRIES, also those that stand in the in and out lists of a
    stock journal or under a ledger entry; there they say more, so there they are read.

    Args:
        voucher: the element.
        ledger_nodes: its ledger entries; lines below them are left to the caller.
    """
    moved: list[tuple[Node, Side | None]] = [
        (node, side) for tag, side in STOCK_LISTS for node in nodes(voucher.get(tag)) if "STOCKITEMNAME" in node
    ]
    for tag in ITEM_LISTS:
        found = [node for node in nodes(voucher.get(tag)) if "STOCKITEMNAME" in node]
        if found and len(found) == len(moved):
            return moved
        if found:
            nested = sum(len(nodes(entry.get("INVENTORYALLOCATIONS.LIST"))) for entry in ledger_nodes)
            return [] if nested == len(found) else [(node, None) for node in found]
    return moved


def read_item(node: Node, reading: Reading, *, implied_side: Side | None = None, ledger_key: str = "") -> ItemLine:
    """Read one item line. A line without an amount (orders, free goods) counts zero rupees.

    Raises:
        UnreadableValue: the line's amount cannot be read.
    """
    get = node.get
    name = text_of(get("STOCKITEMNAME"))
    amount = required_amount(node, "AMOUNT", reading, f"item {name}")
    magnitude = amount.magnitude if amount else ZERO
    side = amount.side if amount and magnitude else (implied_side or _flagged_side(node))
    extras = extras_of(node, ITEM_LINE, reading, "item line")
    batch_nodes = get("BATCHALLOCATIONS.LIST")
    batches = read_batches(batch_nodes, reading, name, extras) if batch_nodes else ()
    if batches:
        _check_batches(node, batches, net_of(side, magnitude), reading, name)
    rate = reading.rate_of(node, "RATE") if "RATE" in node else None
    if rate is not None and rate.number is None:
        extras["RATE"] = text_of(get("RATE"))
    details = get("RATEDETAILS.LIST")
    actual, billed = get("ACTUALQTY"), get("BILLEDQTY")
    return ItemLine(
        item_key=key_of(name),
        item_name=name,
        side=side,
        amount=magnitude,
        description="\n".join(texts_of(node, "BASICUSERDESCRIPTION.LIST"))
        if "BASICUSERDESCRIPTION.LIST" in node
        else "",
        actual=find_quantity(actual, reading, "ACTUALQTY", extras) if actual else None,
        billed=find_quantity(billed, reading, "BILLEDQTY", extras) if billed else None,
        rate=rate.number if rate else None,
        rate_unit=rate.unit if rate else "",
        discount_percent=reading.number_of(node, "DISCOUNT") if "DISCOUNT" in node else None,
        hsn=first_of(node, "GSTHSNNAME", "GSTHSNSACCODE"),
        hsn_description=plain_of(get("GSTHSNDESCRIPTION")),
        nature=TAXABILITY.get(text_of(get("GSTOVRDNTAXABILITY")), SupplyNature.UNKNOWN),
        is_service=text_of(get("GSTOVRDNTYPEOFSUPPLY")) == "Services",
        rates=read_rates(details, reading) if details else (),
        mrp=_mrp(node, reading),
        batches=batches,
        ledger_key=ledger_key or _only_ledger(get("ACCOUNTINGALLOCATIONS.LIST")),
        extras=extras,
    )


def _flagged_side(node: Node) -> Side:
    return Side.DEBIT if is_yes(text_of(node.get("ISDEEMEDPOSITIVE"))) else Side.CREDIT


def _only_ledger(value: Any) -> str:
    """Return the income or expense ledger where one line has exactly one."""
    if value.__class__ is dict:
        return key_of(text_of(value.get("LEDGERNAME")))
    keys = {key_of(text_of(node.get("LEDGERNAME"))) for node in nodes(value)}
    return keys.pop() if len(keys) == 1 else ""


def _mrp(node: Node, reading: Reading) -> Decimal | None:
    rate = reading.rate_of(node, "MRPRATE") if "MRPRATE" in node else None
    return rate.number if rate else None


def read_rates(value: Any, reading: Reading) -> tuple[TaxRate, ...]:
    """Read RATEDETAILS.LIST by duty head, never by position; heads without a figure are left out."""
    rows = [tuple([node.get(tag) for tag in RATE_TAGS]) for node in nodes(value)]
    try:
        return _rates(tuple(rows))
    except TypeError:  # values with attributes are dicts and cannot be a cache key
        rows = [tuple([text_of(cell) for cell in row]) for row in rows]
        return read_rates([dict(zip(RATE_TAGS, row, strict=True)) for row in rows], reading)
    except UnreadableValue as error:
        reading.note(
            "tally.number.unreadable",
            IssueLevel.WARNING,
            f"{reading.label}: the tax rate {error.text!r} cannot be read; the rates of this line were left out.",
            field="RATEDETAILS.LIST/GSTRATE",
        )
        return ()


@lru_cache(maxsize=1 << 12)
def _rates(rows: tuple[tuple[str | None, ...], ...]) -> tuple[TaxRate, ...]:
    """Cached whole: a company has a handful of rate tables, each line repeats one."""
    found = []
    for head_text, rate_text, unit_text, valuation in rows:
        head = DUTY_HEADS.get(text_of(head_text))
        rate, per_unit = parse_number(text_of(rate_text)), parse_number(text_of(unit_text))
        if head is not None and (rate or per_unit):
            found.append(TaxRate(head, rate or None, per_unit or None, plain_of(valuation)))
    return tuple(found)


def read_batches(value: Any, reading: Reading, item: str, extras: dict[str, Any]) -> tuple[Batch, ...]:
    """Read BATCHALLOCATIONS.LIST; tags without a field go to the line's extras by batch position."""
    found = []
    for index, node in enumerate(nodes(value)):
        found.append(_batch(node, reading, item, extras))
        rest = extras_of(node, BATCH, reading, "batch")
        if rest:
            extras.setdefault("batch", {})[str(index)] = rest
    return tuple(found)


def _batch(node: Node, reading: Reading, item: str, extras: dict[str, Any]) -> Batch:
    get = node.get
    amount = required_amount(node, "AMOUNT", reading, f"batch of item {item}")
    name = plain_of(get("BATCHNAME"))
    actual, billed = get("ACTUALQTY"), get("BILLEDQTY")
    rate = reading.rate_of(node, "BATCHRATE") if "BATCHRATE" in node else None
    made_on = reading.date_of(node, "MFDON") if "MFDON" in node else None
    expires_on, expiry_text = read_expiry(node, reading, made_on) if "EXPIRYPERIOD" in node else (None, "")
    return Batch(
        name="" if name == DEFAULT_BATCH else name,
        godown_key=key_of(text_of(get("GODOWNNAME"))),
        quantity=find_quantity(actual, reading, "ACTUALQTY", extras) if actual else None,
        billed=find_quantity(billed, reading, "BILLEDQTY", extras) if billed else None,
        amount=amount.net if amount else None,
        rate=rate.number if rate else None,
        manufactured_on=made_on,
        expires_on=expires_on,
        expiry_text=expiry_text,
        mrp=_mrp(node, reading),
        order_number=plain_of(get("ORDERNO")),
        tracking_number=plain_of(get("TRACKINGNUMBER")),
        destination_godown_key=key_of(text_of(get("DESTINATIONGODOWNNAME"))),
    )


def read_expiry(node: Node, reading: Reading, made_on: date | None) -> tuple[date | None, str]:
    """Read EXPIRYPERIOD: a date, a period counted from the day of manufacture, or a bare day serial."""
    value = node.get("EXPIRYPERIOD")
    text = term_text(value)
    if not text:
        return parse_serial(serial_text(value)), ""
    return reading.terms_of(node, "EXPIRYPERIOD", made_on)[1], text


def _check_batches(node: Node, batches: tuple[Batch, ...], net: Decimal, reading: Reading, item: str) -> None:
    """Σ batches = line, for amounts and quantities; a difference means the export lost a batch or two roundings met."""
    amounts = [batch.amount for batch in batches if batch.amount is not None]
    if len(amounts) == len(batches) and sum(amounts, ZERO) != net:
        _say_batches(reading, item, "amounts", sum(amounts, ZERO), net)
    line = find_quantity(node.get("ACTUALQTY"), reading, "ACTUALQTY", {}) if len(batches) > 1 else None
    total = _sum_quantities(batch.quantity for batch in batches) if line else None
    if line and total is not None and total != (line.number, line.unit):
        _say_batches(reading, item, "quantities", total[0], line.number)


def _sum_quantities(quantities: Iterable[Quantity | None]) -> tuple[Decimal, str] | None:
    found = list(quantities)
    units = {quantity.unit for quantity in found if quantity}
    if len(units) != 1 or None in found:
        return None
    return sum((quantity.number for quantity in found if quantity), ZERO), units.pop()


def _say_batches(reading: Reading, item: str, what: str, total: Decimal, line: Decimal) -> None:
    reading.note(
        "tally.item.batch_sum",
        IssueLevel.WARNING,
        f"{reading.label}: the {what} of the batches of {item!r} sum to {total}, the line says {line}.",
        field="BATCHALLOCATIONS.LIST",
        hint="The line counts. Open the voucher in Tally and check the batches.",
        item=item,
        difference=str(total - line),
    )
