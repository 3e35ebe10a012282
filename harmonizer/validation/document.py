"""What GST sees of a voucher: whose supply, between whom, where, when, with which tax on which lines.

Sales and credit notes are supplies of ours, purchases and debit notes supplies to us; a received document bears the
supplier's date. The registration that stands on the document counts, for it was true then; the master's row in force
on the day fills what the document leaves open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from canonical.company import Company
from canonical.identifiers import state as states
from canonical.money import ZERO
from canonical.party import Party
from canonical.tax import GstRegistration, TaxHead
from canonical.voucher import DocumentDetails, Voucher
from canonical.voucher_type import VoucherKind
from harmonizer.validation.categories import Category, category_of
from harmonizer.validation.supply import Direction, Side, Supply

DIRECTIONS: Mapping[VoucherKind, Direction] = {
    VoucherKind.SALES: Direction.OUTWARD,
    VoucherKind.CREDIT_NOTE: Direction.OUTWARD,
    VoucherKind.PURCHASE: Direction.INWARD,
    VoucherKind.DEBIT_NOTE: Direction.INWARD,
}
"""The kinds that are tax documents, and whose supply they are or correct."""
NOTES = frozenset({VoucherKind.CREDIT_NOTE, VoucherKind.DEBIT_NOTE})
GST_HEADS = frozenset({TaxHead.CGST, TaxHead.SGST, TaxHead.IGST, TaxHead.CESS})
HOME = frozenset({"", "india", "bharat", "in", "ind"})
"""Countries that are not abroad, folded."""
FORMER_STATES = ("25", "28")
"""Codes on old documents; no place of supply any more, but a supplier's state then."""
NO_DETAILS = DocumentDetails()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxDocument:
    """One voucher as a tax document.

    Attributes:
        day: of the document itself: the supplier's date on what we receive, else the voucher's.
        supply: between whom and where.
        charged: rupees of tax by head, net over all tax postings; heads without tax are left out.
    """

    voucher: Voucher
    direction: Direction
    is_note: bool
    day: date
    supply: Supply
    charged: Mapping[TaxHead, Decimal]

    @property
    def label(self) -> str:
        """The voucher in words, for people."""
        return label_of(self.voucher)

    @property
    def details(self) -> DocumentDetails:
        """What it says beyond its postings."""
        return self.voucher.details or NO_DETAILS

    @property
    def tax_total(self) -> Decimal:
        """GST on the document, cess included, rupees."""
        return sum(self.charged.values(), ZERO)


def label_of(voucher: Voucher) -> str:
    """Name a voucher as a person would look it up."""
    return f"{voucher.type_name} {voucher.number or '(no number)'} of {voucher.day}"


def read_supply(voucher: Voucher, company: Company, party: Party | None) -> Supply:
    """Read between whom and where a voucher of a kind in ``DIRECTIONS`` is a supply.

    Args:
        voucher: the voucher.
        company: whose books; its registrations fill what the voucher does not say of us.
        party: master of the other side, None if it is not known.
    """
    direction, details = DIRECTIONS[voucher.kind], voucher.details or NO_DETAILS
    return Supply(
        direction=direction,
        own=own_side(details, company, voucher.day),
        other=other_side(details, party, voucher.day, direction),
        place=read_place(details.place_of_supply),
        is_reverse_charge=bool(details.reverse_charge),
    )


@lru_cache(maxsize=1 << 9)
def read_place(text: str) -> str:
    """Return the code of a place of supply as a document spells it; empty if it names none we know."""
    return states.find_code(text) or "" if text else ""


def document_day(voucher: Voucher, direction: Direction) -> date:
    """The day of the document itself: the supplier's date on what we receive, where it is said."""
    if direction is Direction.INWARD and voucher.reference_date is not None:
        return voucher.reference_date
    return voucher.day


def read_document(voucher: Voucher, supply: Supply) -> TaxDocument:
    """Put a voucher and its supply together."""
    return TaxDocument(
        voucher=voucher,
        direction=supply.direction,
        is_note=voucher.kind in NOTES,
        day=document_day(voucher, supply.direction),
        supply=supply,
        charged=tax_by_head(voucher),
    )


def tax_by_head(voucher: Voucher) -> dict[TaxHead, Decimal]:
    """Sum the GST of a voucher by head; what is posted and taken back within it is no tax on it."""
    found: dict[TaxHead, Decimal] = {}
    for line in voucher.taxes:
        head = line.head
        if head in GST_HEADS:
            found[head] = found[head] + line.amount if head in found else line.amount
    if all(found.values()):
        return found
    return {head: amount for head, amount in found.items() if amount}


def own_side(details: DocumentDetails, company: Company, day: date) -> Side:
    """Our own registration on a document: named there, else the only one we have, else our address."""
    row = _own_row(details.company_gstin, company, day)
    gstin = details.company_gstin or (row.gstin if row else "")
    word = details.company_gst_category or (row.category if row else "")
    state = gstin_state(gstin) or (states.find_code(details.company_state) or "" if details.company_state else "")
    return Side(gstin=gstin, state=state or _company_state(company, row), category=category_of(word))


def _own_row(gstin: str, company: Company, day: date) -> GstRegistration | None:
    rows = [row for row in company.registrations if row.applicable_from is None or row.applicable_from <= day]
    if gstin:
        rows = [row for row in rows if row.gstin == gstin]
    elif len({row.gstin for row in rows}) > 1:
        return None
    return max(rows, key=lambda row: row.applicable_from or date.min, default=None)


def _company_state(company: Company, row: GstRegistration | None) -> str:
    if row is not None and row.state_code:
        return row.state_code
    return next((address.state_code for address in company.addresses if address.state_code), "")


def other_side(details: DocumentDetails, party: Party | None, day: date, direction: Direction) -> Side:
    """The other side's registration on a document: as it stands there, else the master's row of the day."""
    is_buyer = direction is Direction.OUTWARD
    gstin = details.buyer_gstin if is_buyer else details.supplier_gstin
    word = details.buyer_gst_category if is_buyer else details.supplier_gst_category
    address = details.buyer_address if is_buyer else details.supplier_address
    row = party.registration_on(day) if party is not None else None
    if row is not None:
        word = word or row.category
        if not gstin and category_of(word) is not Category.UNREGISTERED:
            gstin = row.gstin
    state = gstin_state(gstin) or (address.state_code if address else "") or _party_state(party, row)
    category = category_of(word)
    if category is Category.UNKNOWN and not gstin and address and address.country.strip().casefold() not in HOME:
        category = Category.OVERSEAS
    return Side(gstin=gstin, state=state, category=category)


def _party_state(party: Party | None, row: GstRegistration | None) -> str:
    if row is not None and row.state_code:
        return row.state_code
    if party is None:
        return ""
    return next((address.state_code for address in party.addresses if address.state_code), "")


def gstin_state(gstin: str) -> str:
    """The state a GSTIN begins with, empty where it begins with none (abroad, damaged)."""
    code = gstin[:2]
    state = states.BY_CODE.get(code)
    return code if (state is not None and state.is_place_of_supply) or code in FORMER_STATES else ""
