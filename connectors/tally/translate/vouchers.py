"""A voucher, whole: header, documents, postings, items, taxes, e-invoice and e-way bills."""

from __future__ import annotations

from datetime import date

from canonical.errors import RuleError
from canonical.issue import IssueLevel
from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.party import Address, AddressKind
from canonical.voucher import (
    DocumentDetails,
    DocumentRef,
    EInvoice,
    EWayBill,
    UnbalancedVoucher,
    Voucher,
)
from canonical.voucher_type import VoucherKind
from connectors.tally.translate import tags
from connectors.tally.translate.context import Reading
from connectors.tally.translate.lines import tax_lines, translate_lines
from connectors.tally.translate.postings import item_nodes, translate_postings
from connectors.tally.translate.values import get_text, is_yes, parse_date, parse_moment, parse_number
from connectors.tally.tree import Node, nodes_of, text_of, texts_of


class DateMissing(RuleError):
    """A voucher without a date cannot be placed in the books."""

    default_code = "tally.voucher.date_missing"


def translate_voucher(reading: Reading) -> Voucher:
    """Build the voucher.

    Raises:
        UnbalancedVoucher: an accounting voucher whose debits and credits differ.
        DateMissing: it has no date.
        ValueUnreadable: a field does not hold what its kind promises.
    """
    node = reading.node
    type_name = get_text(node, "VOUCHERTYPENAME") or text_of(node.get("@VCHTYPE"))
    number = get_text(node, "VOUCHERNUMBER")
    day = parse_date(get_text(node, "DATE"))
    reading.label = f"{type_name} {number or '(no number)'} of {day or '(no date)'}"
    if day is None:
        raise DateMissing(f"DATE: {reading.label} has no date.", field="DATE")
    kind = _kind(reading, type_name)
    cancelled = is_yes(node, "ISCANCELLED") or node.get("@ACTION") == "Cancel"
    rows = [] if cancelled else item_nodes(node)
    postings = () if cancelled else translate_postings(reading, rows, day)
    party = get_text(node, "PARTYLEDGERNAME")
    return Voucher(
        source=reading.source,
        kind=kind,
        type_name=type_name,
        type_key=name_key(type_name),
        day=day,
        number=number,
        effective_on=parse_date(get_text(node, "EFFECTIVEDATE")),
        reference=get_text(node, "REFERENCE"),
        reference_date=parse_date(get_text(node, "REFERENCEDATE")),
        party_key=name_key(party),
        party_name=get_text(node, "PARTYNAME") or party,
        narration=get_text(node, "NARRATION"),
        is_cancelled=cancelled,
        is_optional=is_yes(node, "ISOPTIONAL"),
        is_post_dated=is_yes(node, "ISPOSTDATED"),
        is_invoice=is_yes(node, "ISINVOICE"),
        postings=postings,
        items=translate_lines(reading, rows),
        taxes=tax_lines(reading, kind, postings),
        details=_details(node),
        e_invoice=_e_invoice(node),
        e_way_bills=_e_way_bills(node) if "EWAYBILLDETAILS.LIST" in node else (),
        cost_centre_key=name_key(get_text(node, "COSTCENTRENAME")),
        entered_by=get_text(node, "ENTEREDBY"),
        altered_by=get_text(node, "ALTEREDBY"),
        source_version=_version(node),
        source_modified_at=parse_moment(get_text(node, "UPDATEDDATETIME")),
        extras=reading.extras(tags.VOUCHER, "voucher"),
    )


def note_unbalanced(reading: Reading, error: UnbalancedVoucher) -> None:
    """Say which voucher does not balance; what its type is matters most when the type's master is missing."""
    node = reading.node
    type_name = get_text(node, "VOUCHERTYPENAME")
    debit, credit = _raw_totals(reading)
    unknown = reading.masters.kind_of(type_name) is VoucherKind.OTHER
    reading.note(
        "tally.voucher.unbalanced",
        IssueLevel.REJECTED,
        error.message,
        field_name="AMOUNT",
        hint=(
            f"{type_name!r} is not a predefined voucher type and its master was not in the import: export the masters "
            "too, so that an order or challan is recognised."
            if unknown
            else "Open the voucher in Tally, correct the amounts, and export again."
        ),
        voucher_type=type_name,
        debit_total=str(debit),
        credit_total=str(credit),
    )


def _raw_totals(reading: Reading) -> tuple[object, object]:
    rows = item_nodes(reading.node)
    postings = translate_postings(reading, rows, date.min)
    debit = sum((p.amount for p in postings if p.net > 0), ZERO)
    credit = sum((p.amount for p in postings if p.net < 0), ZERO)
    return debit, credit


def _kind(reading: Reading, type_name: str) -> VoucherKind:
    masters = reading.masters
    kind = masters.kind_of(type_name)
    key = name_key(type_name)
    if kind is VoucherKind.OTHER and key not in masters.reported_types:
        masters.reported_types.add(key)
        reading.note(
            "tally.voucher_type.unknown",
            IssueLevel.WARNING,
            f"The voucher type {type_name!r} is not predefined and its master has not been read; its vouchers count in "
            "the books as they balance.",
            field_name="VOUCHERTYPENAME",
            hint="Export the masters too (Alt+E, All Masters) and import them; the vouchers are then translated again.",
            voucher_type=type_name,
        )
    return kind


def _version(node: Node) -> int | None:
    text = get_text(node, "ALTERID")
    return int(text) if text.isdecimal() else None


def _address(node: Node, list_tag: str, tag: str, kind: AddressKind, prefix: tuple[str, str, str]) -> Address | None:
    lines = [text for block in nodes_of(node.get(list_tag)) for text in texts_of(block.get(tag))]
    state, pincode, country = (get_text(node, name) for name in prefix)
    if not lines and not state and not pincode:
        return None
    return Address(kind=kind, lines=tuple(lines), state=state, pincode=pincode, country=country)


def _details(node: Node) -> DocumentDetails | None:
    registration = node.get("GSTREGISTRATION")
    own = registration if isinstance(registration, dict) else {}
    details = DocumentDetails(
        buyer_name=get_text(node, "PARTYMAILINGNAME") or get_text(node, "BASICBUYERNAME"),
        buyer_gstin=get_text(node, "PARTYGSTIN").upper(),
        buyer_gst_category=get_text(node, "GSTREGISTRATIONTYPE"),
        buyer_address=_address(
            node, "ADDRESS.LIST", "ADDRESS", AddressKind.BILLING, ("STATENAME", "PARTYPINCODE", "COUNTRYOFRESIDENCE")
        ),
        consignee_name=get_text(node, "CONSIGNEEMAILINGNAME"),
        consignee_gstin=get_text(node, "CONSIGNEEGSTIN").upper(),
        consignee_address=_address(
            node,
            "BASICBUYERADDRESS.LIST",
            "BASICBUYERADDRESS",
            AddressKind.SHIPPING,
            ("CONSIGNEESTATENAME", "CONSIGNEEPINCODE", "CONSIGNEECOUNTRYNAME"),
        ),
        company_gstin=get_text(node, "CMPGSTIN").upper() or str(own.get("@TAXREGISTRATION") or ""),
        company_registration=get_text(node, "GSTREGISTRATION"),
        company_gst_category=get_text(node, "CMPGSTREGISTRATIONTYPE"),
        company_state=get_text(node, "CMPGSTSTATE"),
        place_of_supply=get_text(node, "PLACEOFSUPPLY"),
        reverse_charge=True if is_yes(node, "ISREVERSECHARGEAPPLICABLE") else None,
        orders=_refs(node, "INVOICEORDERLIST.LIST", "BASICPURCHASEORDERNO", "BASICORDERDATE"),
        delivery_notes=_refs(node, "INVOICEDELNOTES.LIST", "BASICSHIPDELIVERYNOTE", "BASICSHIPPINGDATE"),
        terms=get_text(node, "BASICDUEDATEOFPYMT"),
        price_level=get_text(node, "PRICELEVEL"),
        dispatched_through=get_text(node, "BASICSHIPPEDBY"),
        destination=get_text(node, "BASICFINALDESTINATION"),
        lr_number=get_text(node, "BILLOFLADINGNO"),
        lr_date=parse_date(get_text(node, "BILLOFLADINGDATE")),
        vehicle_number=get_text(node, "BASICSHIPVESSELNO"),
        shipping_bill=_ref(get_text(node, "SHIPPINGBILLNO"), get_text(node, "SHIPPINGBILLDATE")),
        port_code=get_text(node, "PORTCODE"),
    )
    return None if details == _NO_DETAILS else details


_NO_DETAILS = DocumentDetails()


def _refs(node: Node, list_tag: str, number_tag: str, date_tag: str) -> tuple[DocumentRef, ...]:
    if list_tag not in node:
        return ()
    found = (_ref(get_text(row, number_tag), get_text(row, date_tag)) for row in nodes_of(node[list_tag]))
    return tuple(ref for ref in found if ref)


def _ref(number: str, day: str) -> DocumentRef | None:
    return DocumentRef(number, parse_date(day)) if number else None


def _e_invoice(node: Node) -> EInvoice | None:
    irn = get_text(node, "IRN")
    if not irn:
        return None
    return EInvoice(
        irn=irn,
        ack_number=get_text(node, "IRNACKNO"),
        ack_date=parse_date(get_text(node, "IRNACKDATE")),
        cancelled_on=parse_date(get_text(node, "IRNCANCELDATE")),
        signed_qr=get_text(node, "IRNQRCODE"),
    )


def _e_way_bills(node: Node) -> tuple[EWayBill, ...]:
    return tuple(_e_way_bill(row) for row in nodes_of(node["EWAYBILLDETAILS.LIST"]))


def _e_way_bill(row: Node) -> EWayBill:
    transport = next(iter(nodes_of(row.get("TRANSPORTDETAILS.LIST"))), {})
    distance = parse_number(get_text(transport, "DISTANCE"))
    return EWayBill(
        number=get_text(row, "BILLNUMBER"),
        bill_date=parse_date(get_text(row, "BILLDATE")),
        valid_until=parse_date(get_text(row, "VALIDUPTO")),
        transport_mode=get_text(transport, "TRANSPORTMODE"),
        vehicle_number=get_text(transport, "VEHICLENUMBER"),
        vehicle_type=get_text(transport, "VEHICLETYPE"),
        transporter_id=get_text(transport, "TRANSPORTERID"),
        transporter_name=get_text(transport, "TRANSPORTERNAME"),
        distance_km=int(distance) if distance else None,
        document_type=get_text(row, "DOCUMENTTYPE"),
        sub_type=get_text(row, "SUBTYPE"),
        from_state=get_text(row, "SHIPPEDFROMSTATE"),
        to_state=get_text(row, "SHIPPEDTOSTATE"),
    )
