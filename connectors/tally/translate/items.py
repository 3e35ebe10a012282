"""Stock items and the dated GST and HSN details that items, groups and ledgers carry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from canonical.item import Batch, DatedPrice, Item
from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.tax import DatedTaxDetail, SupplyNature, TaxHead, TaxRate
from connectors.tally.translate import tags
from connectors.tally.translate.masters import aliases, master_name, parent_key
from connectors.tally.translate.values import (
    debit_positive,
    get_text,
    is_yes,
    parse_date,
    parse_number,
    parse_quantity,
    parse_rate,
)
from connectors.tally.tree import Node, nodes_of, text_of

if TYPE_CHECKING:
    from connectors.tally.translate.context import Reading

NATURES: dict[str, SupplyNature] = {
    "taxable": SupplyNature.TAXABLE,
    "exempt": SupplyNature.EXEMPT,
    "exempted": SupplyNature.EXEMPT,
    "nil rated": SupplyNature.NIL_RATED,
    "non-gst": SupplyNature.NON_GST,
    "zero rated": SupplyNature.ZERO_RATED,
}
RATE_HEADS: dict[str, TaxHead] = {
    "cgst": TaxHead.CGST,
    "central tax": TaxHead.CGST,
    "sgst/utgst": TaxHead.SGST,
    "state tax": TaxHead.SGST,
    "igst": TaxHead.IGST,
    "integrated tax": TaxHead.IGST,
    "cess": TaxHead.CESS,
    "state cess": TaxHead.STATE_CESS,
}


def tax_rates(node: Node) -> tuple[TaxRate, ...]:
    """Rates by duty head, because their order in the export varies; heads without a rate are left out."""
    rates = []
    for row in nodes_of(node.get("RATEDETAILS.LIST")):
        head = RATE_HEADS.get(get_text(row, "GSTRATEDUTYHEAD").casefold())
        rate, unit = parse_number(get_text(row, "GSTRATE")), parse_number(get_text(row, "GSTRATEPERUNIT"))
        if head and (rate is not None or unit):
            rates.append(TaxRate(head, rate, unit, get_text(row, "GSTRATEVALUATIONTYPE")))
    return tuple(rates)


def tax_details(node: Node) -> tuple[DatedTaxDetail, ...]:
    """GST details and, since 3.0 apart from them, HSN details; joined by their starting date."""
    hsn = {
        parse_date(get_text(row, "APPLICABLEFROM")): row
        for row in nodes_of(node.get("HSNDETAILS.LIST"))
        if get_text(row, "HSNCODE") or get_text(row, "HSN")
    }
    found = []
    for row in nodes_of(node.get("GSTDETAILS.LIST")):
        start = parse_date(get_text(row, "APPLICABLEFROM"))
        found.append(_detail(start, row, hsn.pop(start, row)))
    found.extend(_detail(start, {}, row) for start, row in hsn.items())
    told = [detail for detail in found if detail.hsn or detail.rates or detail.nature is not SupplyNature.UNKNOWN]
    return tuple(sorted(told, key=lambda detail: detail.applicable_from or date.min))


def _detail(start: date | None, gst: Node, hsn: Node) -> DatedTaxDetail:
    states = nodes_of(gst.get("STATEWISEDETAILS.LIST"))
    return DatedTaxDetail(
        applicable_from=start,
        hsn=get_text(hsn, "HSNCODE") or get_text(hsn, "HSN"),
        hsn_description=get_text(hsn, "HSN") if get_text(hsn, "HSNCODE") else "",
        nature=NATURES.get(get_text(gst, "TAXABILITY").casefold(), SupplyNature.UNKNOWN),
        reverse_charge=is_yes(gst, "ISREVERSECHARGEAPPLICABLE"),
        ineligible_itc=is_yes(gst, "GSTINELIGIBLEITC"),
        rates=tax_rates(states[0]) if states else (),
    )


def translate_item(reading: Reading) -> Item:
    """A stock item, with its opening stock by batch."""
    node = reading.node
    name = master_name(node)
    rate = parse_rate(get_text(node, "OPENINGRATE"))
    return Item(
        source=reading.source,
        key=name_key(name),
        name=name,
        group_key=parent_key(node),
        category_key=name_key(get_text(node, "CATEGORY")),
        aliases=aliases(node, name),
        part_number=text_of(next(iter(nodes_of(node.get("MAILINGNAME.LIST"))), {}).get("MAILINGNAME")),
        description=get_text(node, "DESCRIPTION"),
        base_unit=get_text(node, "BASEUNITS"),
        alternate_unit=get_text(node, "ADDITIONALUNITS"),
        conversion=parse_number(get_text(node, "CONVERSION")),
        denominator=parse_number(get_text(node, "DENOMINATOR")),
        is_service=get_text(node, "GSTTYPEOFSUPPLY") == "Services",
        is_batch_wise=is_yes(node, "ISBATCHWISEON"),
        has_expiry=is_yes(node, "ISPERISHABLEON"),
        costing_method=get_text(node, "COSTINGMETHOD"),
        tax_details=tax_details(node),
        opening_quantity=parse_quantity(get_text(node, "OPENINGBALANCE")),
        opening_value=debit_positive(get_text(node, "OPENINGVALUE")),
        opening_rate=rate[0] if rate else None,
        opening_batches=tuple(_opening_batch(row) for row in nodes_of(node.get("BATCHALLOCATIONS.LIST"))),
        standard_prices=_prices(node, "STANDARDPRICELIST.LIST"),
        standard_costs=_prices(node, "STANDARDCOSTLIST.LIST"),
        mrp=_mrp(node),
        extras=reading.extras(tags.STOCK_ITEM, "stock item"),
    )


def _opening_batch(row: Node) -> Batch:
    rate = parse_rate(get_text(row, "OPENINGRATE"))
    return Batch(
        name=get_text(row, "BATCHNAME"),
        godown_key=name_key(get_text(row, "GODOWNNAME")),
        quantity=parse_quantity(get_text(row, "OPENINGBALANCE")),
        amount=debit_positive(get_text(row, "OPENINGVALUE")),
        rate=rate[0] if rate else None,
        manufactured_on=parse_date(get_text(row, "MFDON")),
        expiry_text=get_text(row, "EXPIRYPERIOD"),
    )


def _prices(node: Node, tag: str) -> tuple[DatedPrice, ...]:
    found = []
    for row in nodes_of(node.get(tag)):
        rate = parse_rate(get_text(row, "RATE"))
        if rate and rate[0] != ZERO:
            found.append(DatedPrice(parse_date(get_text(row, "DATE")), rate[0], rate[1]))
    return tuple(found)


def _mrp(node: Node) -> Decimal | None:
    for dated in nodes_of(node.get("MRPDETAILS.LIST")):
        for row in nodes_of(dated.get("MRPRATEDETAILS.LIST")) or [dated]:
            if rate := parse_rate(get_text(row, "MRPRATE")):
                return rate[0]
    return None
