"""What a voucher says beyond its postings: parties, supply, e-invoice, e-way bills, orders, transport.

Whose address is whose: ``ADDRESS.LIST``, ``PARTYGSTIN``, ``STATENAME`` are the other party's (buyer of a sale,
supplier of a purchase); ``BASICBUYER*`` and ``CONSIGNEE*`` are where the goods go.
"""

from __future__ import annotations

import itertools
from typing import Any

from canonical.party import Address, AddressKind
from canonical.voucher import DocumentDetails, DocumentRef, EInvoice, EWayBill
from canonical.voucher_type import VoucherKind
from connectors.tally.translate.lexicon import SUPPLIER_KINDS
from connectors.tally.translate.node import Node, first_of, nodes, plain_of, text_of, texts_of
from connectors.tally.translate.places import state_code_of
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.values import is_yes

SUPPLIED_KINDS = SUPPLIER_KINDS | {VoucherKind.PAYMENT}
PARTY_FIELDS = (
    ("name", ("PARTYMAILINGNAME", "PARTYNAME", "BASICBASEPARTYNAME")),
    ("gstin", ("PARTYGSTIN",)),
    ("gst_category", ("GSTREGISTRATIONTYPE",)),
)
PLAIN_FIELDS = (
    ("company_gstin", "CMPGSTIN"),
    ("company_gst_category", "CMPGSTREGISTRATIONTYPE"),
    ("company_state", "CMPGSTSTATE"),
    ("company_registration", "GSTREGISTRATION"),
    ("place_of_supply", "PLACEOFSUPPLY"),
    ("consignee_gstin", "CONSIGNEEGSTIN"),
    ("terms", "BASICDUEDATEOFPYMT"),
    ("price_level", "PRICELEVEL"),
    ("dispatched_through", "BASICSHIPPEDBY"),
    ("destination", "BASICFINALDESTINATION"),
    ("vehicle_number", "BASICSHIPVESSELNO"),
    ("port_code", "PORTCODE"),
    ("ecommerce_gstin", "ECOMMERCEOPERATORGSTIN"),
    ("note_reason", "GSTNATUREOFRETURN"),
)


def read_details(voucher: Node, reading: Reading, kind: VoucherKind) -> DocumentDetails | None:
    """Read the document's particulars; None if it has none (most receipts, payments and journals)."""
    found: dict[str, Any] = {}
    get = voucher.get
    for field, tag in PLAIN_FIELDS:
        value = get(tag)
        if value:
            text = plain_of(value)
            if text:
                found[field] = text
    _read_party(voucher, found, "supplier" if kind in SUPPLIED_KINDS else "buyer")
    _read_consignee(voucher, found)
    _read_company(get("GSTREGISTRATION"), found)
    _read_links(voucher, reading, found)
    if text_of(get("ISREVERSECHARGEAPPLICABLE")) == "Yes":
        found["reverse_charge"] = True
    return DocumentDetails(**found) if found else None


def _read_party(voucher: Node, found: dict[str, Any], prefix: str) -> None:
    get = voucher.get
    for field, tags in PARTY_FIELDS:
        for tag in tags:
            text = plain_of(get(tag)) if tag in voucher else ""
            if text:
                found[f"{prefix}_{field}"] = text
                break
    lines = get("ADDRESS.LIST")
    state = get("STATENAME")
    if lines or state:
        found[f"{prefix}_address"] = Address(
            lines=texts_of(voucher, "ADDRESS.LIST"),
            state=plain_of(state),
            state_code=state_code_of(plain_of(state)),
            pincode=plain_of(get("PARTYPINCODE")),
            country=plain_of(get("COUNTRYOFRESIDENCE")),
        )


def _read_consignee(voucher: Node, found: dict[str, Any]) -> None:
    get = voucher.get
    name = first_of(voucher, "CONSIGNEEMAILINGNAME", "BASICBUYERNAME")
    if name:
        found["consignee_name"] = name
    if "BASICBUYERADDRESS.LIST" in voucher or "CONSIGNEESTATENAME" in voucher:
        state = plain_of(get("CONSIGNEESTATENAME"))
        found["consignee_address"] = Address(
            kind=AddressKind.SHIPPING,
            lines=texts_of(voucher, "BASICBUYERADDRESS.LIST"),
            state=state,
            state_code=state_code_of(state),
            pincode=plain_of(get("CONSIGNEEPINCODE")),
            country=plain_of(get("CONSIGNEECOUNTRYNAME")),
        )


def _read_company(registration: Any, found: dict[str, Any]) -> None:
    """TallyPrime 3 and later name the registration used, its GSTIN stands in an attribute."""
    if registration.__class__ is dict:
        gstin = text_of(registration.get("@TAXREGISTRATION"))
        if gstin:
            found.setdefault("company_gstin", gstin)


def _read_links(voucher: Node, reading: Reading, found: dict[str, Any]) -> None:
    if "INVOICEORDERLIST.LIST" in voucher or "BASICORDERREF" in voucher:
        found["orders"] = read_orders(voucher, reading)
    if "INVOICEDELNOTES.LIST" in voucher:
        found["delivery_notes"] = _refs(
            voucher.get("INVOICEDELNOTES.LIST"), reading, "BASICSHIPDELIVERYNOTE", "BASICSHIPPINGDATE"
        )
    # the invoice a credit or debit note corrects: Tally kept the tag's name from the VAT returns
    original = plain_of(voucher.get("VATPARTYTRANSRETURNNUMBER"))
    if original:
        found["original"] = DocumentRef(original, reading.date_of(voucher, "VATPARTYTRANSRETURNDATE"))
    number = first_of(voucher, "BASICSHIPDOCUMENTNO", "BILLOFLADINGNO")
    if number:
        found["lr_number"] = number
    day = reading.date_of(voucher, "BILLOFLADINGDATE") if "BILLOFLADINGDATE" in voucher else None
    if day:
        found["lr_date"] = day
    bill = plain_of(voucher.get("SHIPPINGBILLNO"))
    if bill:
        found["shipping_bill"] = DocumentRef(bill, reading.date_of(voucher, "SHIPPINGBILLDATE"))


def read_orders(voucher: Node, reading: Reading) -> tuple[DocumentRef, ...]:
    """Read the orders an invoice answers."""
    refs = _refs(voucher.get("INVOICEORDERLIST.LIST"), reading, "BASICPURCHASEORDERNO", "BASICORDERDATE")
    single = plain_of(voucher.get("BASICORDERREF"))
    return refs or ((DocumentRef(single),) if single else ())


def _refs(value: Any, reading: Reading, number_tag: str, date_tag: str) -> tuple[DocumentRef, ...]:
    found = []
    for node in nodes(value):
        number = plain_of(node.get(number_tag))
        if number:
            found.append(DocumentRef(number, reading.date_of(node, date_tag)))
    return tuple(found)


def read_e_invoice(voucher: Node, reading: Reading) -> EInvoice | None:
    """Read the portal's registration; a cancelled one keeps its number."""
    irn = plain_of(voucher.get("IRN"))
    if not irn:
        return None
    return EInvoice(
        irn=irn,
        ack_number=plain_of(voucher.get("IRNACKNO")),
        ack_date=reading.date_of(voucher, "IRNACKDATE"),
        cancelled_on=reading.date_of(voucher, "IRNCANCELDATE"),
        signed_qr=plain_of(voucher.get("IRNQRCODE")),
    )


def read_e_way_bills(voucher: Node, reading: Reading) -> tuple[EWayBill, ...]:
    """Read EWAYBILLDETAILS.LIST; a block without a number is prepared, not yet generated."""
    return tuple(
        _e_way_bill(node, reading)
        for node in nodes(voucher.get("EWAYBILLDETAILS.LIST"))
        if any(not tag.startswith("@") for tag in node)
    )


def _e_way_bill(node: Node, reading: Reading) -> EWayBill:
    transport = next(iter(nodes(node.get("TRANSPORTDETAILS.LIST"))), {})
    distance = first_of(transport, "DISTANCE", "TRANSPORTDISTANCE") or plain_of(node.get("DISTANCE"))
    return EWayBill(
        number=plain_of(node.get("BILLNUMBER")),
        bill_date=reading.date_of(node, "BILLDATE"),
        valid_until=reading.date_of(node, "VALIDUPTO"),
        transport_mode=plain_of(transport.get("TRANSPORTMODE")),
        vehicle_number=plain_of(transport.get("VEHICLENUMBER")),
        vehicle_type=plain_of(transport.get("VEHICLETYPE")),
        transporter_id=plain_of(transport.get("TRANSPORTERID")),
        transporter_name=plain_of(transport.get("TRANSPORTERNAME")),
        distance_km=_kilometres(distance),
        document_type=plain_of(node.get("DOCUMENTTYPE")),
        sub_type=plain_of(node.get("SUBTYPE")),
        from_state=plain_of(node.get("SHIPPEDFROMSTATE")),
        to_state=plain_of(node.get("SHIPPEDTOSTATE")),
    )


def _kilometres(text: str) -> int | None:
    digits = "".join(itertools.takewhile(str.isdecimal, text.strip()))
    return int(digits) if digits else None


def is_marked(voucher: Node, tag: str) -> bool:
    """Say whether a status flag of the voucher is set."""
    value = voucher.get(tag)
    return value is not None and is_yes(text_of(value))
