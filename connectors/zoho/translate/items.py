"""Items: goods and services with HSN, GST rates and prices."""

from __future__ import annotations

from canonical.item import DatedPrice, Item
from canonical.tax import DatedTaxDetail, SupplyNature, TaxRate
from connectors.zoho.translate.learned import head_of
from connectors.zoho.translate.node import Node, UnreadableField, find_amount, find_number, kept, nodes_of, text_of
from connectors.zoho.translate.reading import Reading

_KEPT = (
    "source",
    "item_type",
    "account_name",
    "purchase_account_name",
    "purchase_description",
    "vendor_name",
    "brand",
    "manufacturer",
)


def read_item(node: Node, reading: Reading) -> Item:
    """Read an item.

    Raises:
        UnreadableField: it has no id or no name, or a price that is no number.
    """
    key, name = text_of(node, "item_id"), text_of(node, "name", "item_name")
    if not key or not name:
        raise UnreadableField("name", name, "a name and an id")
    reading.label = f"item {name}"
    unit = text_of(node, "unit")
    rate, cost = find_amount(node, "rate"), find_amount(node, "purchase_rate")
    return Item(
        source=reading.source,
        key=key,
        name=name,
        part_number=text_of(node, "sku"),
        description=text_of(node, "description"),
        base_unit=unit,
        is_service=text_of(node, "product_type") == "service",
        tax_details=_tax_details(node),
        standard_prices=(DatedPrice(None, rate, unit),) if rate else (),
        standard_costs=(DatedPrice(None, cost, unit),) if cost else (),
        is_active=text_of(node, "status") != "inactive",
        extras=kept(node, _KEPT),
    )


def _tax_details(node: Node) -> tuple[DatedTaxDetail, ...]:
    rates = tuple(
        TaxRate(
            head_of(text_of(row, "tax_specific_type"), text_of(row, "tax_name")), find_number(row, "tax_percentage")
        )
        for row in nodes_of(node, "item_tax_preferences")
    )
    if not rates and text_of(node, "tax_name"):
        rates = (TaxRate(head_of("", text_of(node, "tax_name")), find_number(node, "tax_percentage")),)
    hsn = text_of(node, "hsn_or_sac")
    if not hsn and not rates and node.get("is_taxable") is None:
        return ()
    is_exempt = node.get("is_taxable") is False
    nature = SupplyNature.EXEMPT if is_exempt else SupplyNature.TAXABLE if rates else SupplyNature.UNKNOWN
    return (DatedTaxDetail(hsn=hsn, nature=nature, rates=rates),)
