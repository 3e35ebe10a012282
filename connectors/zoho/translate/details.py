"""What documents say beyond their entries: lines of goods and services, GST details, the e-invoice."""

from __future__ import annotations

from decimal import Decimal

from canonical.item import Quantity
from canonical.money import Side
from canonical.party import AddressKind
from canonical.tax import SupplyNature, TaxRate
from canonical.voucher import DocumentDetails, DocumentRef, EInvoice, ItemLine
from connectors.zoho.translate.learned import head_of
from connectors.zoho.translate.node import (
    Node,
    amount_of,
    find_day,
    find_number,
    is_true,
    kept,
    node_of,
    nodes_of,
    text_of,
)
from connectors.zoho.translate.parties import read_address, state_code
from connectors.zoho.translate.postings import Entries

DOCUMENT_KEPT = (
    "status",
    "currency_code",
    "exchange_rate",
    "balance",
    "location_id",
    "location_name",
    "branch_id",
    "branch_name",
    "salesperson_name",
    "invoice_source",
    "source",
    "custom_field_hash",
    "gst_return_details",
    "tds_section",
    "tds_tax_name",
    "tax_rounding",
    "payment_mode",
    "settlement_status",
    "sales_channel",
    "tax_specification",
    "journal_type",
)
"""Fields of documents without a canonical place. The balance is Zoho's own and moves with payments."""
_TREATMENTS = {"overseas": "EXP", "business_sez": "SEZ", "sez_developer": "SEZ", "deemed_export": "DE"}
"""Supply types that follow from the party's treatment."""


def read_lines(node: Node, entries: Entries, side: Side) -> tuple[ItemLine, ...]:
    """Read the lines of a document, in the books' currency."""
    return tuple(_line(row, entries, side) for row in nodes_of(node, "line_items") if text_of(row, "item_id", "name"))


def _line(row: Node, entries: Entries, side: Side) -> ItemLine:
    amount = entries.base(amount_of(row, "item_total"))
    unit, number = text_of(row, "unit"), find_number(row, "quantity")
    quantity = Quantity(number, unit) if number is not None else None
    rate = find_number(row, "rate")
    return ItemLine(
        item_key=text_of(row, "item_id"),
        item_name=text_of(row, "name", "description"),
        side=side if amount >= 0 else side.opposite,
        amount=abs(amount),
        description=text_of(row, "description"),
        actual=quantity,
        billed=quantity,
        rate=rate * entries.rate if rate is not None else None,
        rate_unit=unit,
        discount_percent=_percent(text_of(row, "discount")),
        hsn=text_of(row, "hsn_or_sac"),
        nature=SupplyNature.TAXABLE if find_number(row, "tax_percentage") else SupplyNature.UNKNOWN,
        is_service=text_of(row, "product_type") == "service",
        rates=_rates(row),
        ledger_key=text_of(row, "account_id"),
        extras=kept(row, ("itc_eligibility", "tax_name", "tds_tax_name", "project_name", "sku", "tax_exemption_code")),
    )


def _percent(text: str) -> Decimal | None:
    """A discount that is written as a percentage; one that is an amount is in the line's total already."""
    number = text.removesuffix("%").strip()
    return Decimal(number) if text.endswith("%") and number.replace(".", "", 1).isdecimal() else None


def _rates(row: Node) -> tuple[TaxRate, ...]:
    rows = nodes_of(row, "line_item_taxes")
    if not rows and text_of(row, "tax_name"):
        return (TaxRate(head_of("", text_of(row, "tax_name")), find_number(row, "tax_percentage")),)
    return tuple(
        TaxRate(
            head_of(text_of(tax, "tax_specific_type"), text_of(tax, "tax_name")),
            find_number(tax, "tax_percentage") or (find_number(row, "tax_percentage") if len(rows) == 1 else None),
        )
        for tax in rows
    )


def read_details(node: Node, name: str, *, is_purchase: bool) -> DocumentDetails:
    """Read parties, place of supply and related documents."""
    gstin = text_of(node, "gst_no", "tax_reg_no").upper()
    category = text_of(node, "gst_treatment", "tax_treatment")
    billing = read_address(node_of(node, "billing_address"), AddressKind.BILLING)
    shipping = read_address(node_of(node, "shipping_address"), AddressKind.SHIPPING)
    place = text_of(node, "destination_of_supply" if is_purchase else "place_of_supply", "place_of_supply")
    original = text_of(node_of(node, "reference_invoice"), "invoice_number")
    order = text_of(node, "salesorder_number", "purchaseorder_number")
    ours = text_of(node, "merchant_gst_no")
    return DocumentDetails(
        buyer_name="" if is_purchase else name,
        buyer_gstin="" if is_purchase else gstin,
        buyer_gst_category="" if is_purchase else category,
        buyer_address=None if is_purchase else billing,
        supplier_name=name if is_purchase else "",
        supplier_gstin=gstin if is_purchase else "",
        supplier_gst_category=category if is_purchase else "",
        supplier_address=billing if is_purchase else None,
        consignee_address=None if is_purchase else shipping,
        company_gstin=ours,
        place_of_supply=state_code(place) or place,
        reverse_charge=True if is_true(node, "is_reverse_charge_applied") else None,
        ecommerce_gstin=text_of(node, "ecomm_operator_gst_no"),
        supply_type=_TREATMENTS.get(category, ""),
        note_reason=text_of(node, "reason_for_debit_note") if text_of(node, "type") == "debit_note" else "",
        original=DocumentRef(original) if original else None,
        orders=(DocumentRef(order),) if order else (),
        terms=text_of(node, "payment_terms_label"),
    )


def read_e_invoice(node: Node) -> EInvoice | None:
    """Read the registration with the portal; the names of its fields are those that integrations read."""
    told = node_of(node, "einvoice_details")
    irn = text_of(told, "inv_ref_num", "irn")
    if not irn:
        return None
    return EInvoice(
        irn=irn,
        ack_number=text_of(told, "ack_number", "ack_no"),
        ack_date=find_day(told, "ack_date"),
        cancelled_on=find_day(told, "cancelled_date"),
        signed_qr=text_of(told, "signed_qr_code"),
    )
