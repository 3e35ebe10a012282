"""What a document says of parties, transport and registration beyond its postings."""

from __future__ import annotations

from typing import Any

from canonical.party import Address
from canonical.voucher import DocumentDetails, DocumentRef, EInvoice, EWayBill
from canonical.voucher_type import VoucherKind
from connectors.busy.staging import AddressRow, VoucherRow
from connectors.busy.translate.lexicon import SUPPLIER_KINDS
from connectors.busy.translate.parties import addresses_of


def read_details(row: VoucherRow, kind: VoucherKind) -> DocumentDetails | None:
    """The other side as printed on the document, and how goods travelled; None if nothing is said."""
    told: dict[str, Any] = _other_side(row.billing, kind in SUPPLIER_KINDS) if row.billing else {}
    if row.original_number:
        told["original"] = DocumentRef(row.original_number, row.original_day)
    told |= {
        "dispatched_through": row.transport,
        "destination": row.station,
        "lr_number": row.lr_number,
        "lr_date": row.lr_day if row.lr_number else None,
        "vehicle_number": row.vehicle,
    }
    details = DocumentDetails(**told)
    return details if details != DocumentDetails() else None


def _other_side(billing: AddressRow, is_supplier: bool) -> dict[str, Any]:
    word = "supplier" if is_supplier else "buyer"
    address: Address | None = next(iter(addresses_of(billing)), None)
    return {
        f"{word}_name": billing.name.strip(),
        f"{word}_gstin": billing.gstin.strip().upper(),
        f"{word}_gst_category": billing.dealer_type,
        f"{word}_address": address,
    }


def read_e_invoice(row: VoucherRow) -> EInvoice | None:
    """The registration with the portal, if the export names an IRN."""
    return EInvoice(irn=row.irn, ack_number=row.ack_number, ack_date=row.ack_day) if row.irn else None


def read_e_way_bills(row: VoucherRow) -> tuple[EWayBill, ...]:
    """The e-way bill, if there is one; ``0`` means none."""
    number = row.e_way_bill.strip()
    return (EWayBill(number=number, vehicle_number=row.vehicle),) if number.strip("0") else ()
