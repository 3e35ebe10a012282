"""A voucher: one document of the books, with postings that balance by construction.

An accounting voucher whose debits and credits differ cannot be built (``UnbalancedVoucher``); the connector turns
that into an ``Issue`` and the raw record stays. Orders, challans, stock and memo vouchers may carry one-sided
postings: they never count in the books.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from canonical.bill import BillAllocation
from canonical.errors import RuleError
from canonical.item import Batch, Quantity
from canonical.money import ZERO, Side, signed
from canonical.party import Address
from canonical.record import JsonValue, SourceRef
from canonical.tax import SupplyNature, TaxLine, TaxRate
from canonical.voucher_type import VoucherKind


class UnbalancedVoucher(RuleError):
    """Debits and credits of an accounting voucher differ."""

    default_code = "canonical.voucher.unbalanced"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignAmount:
    """The same amount in the document's foreign currency."""

    currency: str
    amount: Decimal
    rate: Decimal | None = None
    """Rupees for one unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAllocation:
    """The instrument behind a bank posting.

    Attributes:
        cleared_on: reconciled with the bank statement; None while outstanding.
        transaction_type: ``Cheque``, ``e-Fund Transfer`` ... as the source says.
        reference: UTR or transaction id.
    """

    side: Side
    amount: Decimal
    transaction_type: str = ""
    transfer_mode: str = ""
    instrument_number: str = ""
    instrument_date: date | None = None
    cleared_on: date | None = None
    reference: str = ""
    favouring: str = ""
    bank: str = ""
    ifsc: str = ""
    account_number: str = ""
    unique_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostAllocation:
    """Part of a posting booked to a cost centre."""

    centre_key: str
    side: Side
    amount: Decimal
    category_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One ledger entry. The position in ``Voucher.postings`` is its line number: one ledger may occur twice.

    Attributes:
        ledger_key: what the ledger is found by (``canonical.ledger.name_key`` of the name for Tally).
        ledger_name: as the document spells it.
        amount: rupees, not negative; ``side`` says which side.
        is_party: the source marks the line as the party's.
        flag_side: the source's own debit/credit flag, kept as evidence where it may disagree with the sign.
        from_item: index of the item line this posting was derived from.
    """

    ledger_key: str
    ledger_name: str
    side: Side
    amount: Decimal
    is_party: bool = False
    bills: tuple[BillAllocation, ...] = ()
    banks: tuple[BankAllocation, ...] = ()
    costs: tuple[CostAllocation, ...] = ()
    foreign: ForeignAmount | None = None
    flag_side: Side | None = None
    from_item: int | None = None
    narration: str = ""
    extras: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def net(self) -> Decimal:
        """Debit-positive amount, for sums."""
        return signed(self.side, self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """Goods or services on a document.

    Attributes:
        amount: rupees, not negative, before tax; ``side`` as posted (sales: credit).
        actual: moved; ``billed``: charged. Free quantity is actual less billed.
        rate: rupees per ``rate_unit``.
        discount_percent: as shown on the line.
    """

    item_key: str
    item_name: str
    side: Side
    amount: Decimal
    description: str = ""
    actual: Quantity | None = None
    billed: Quantity | None = None
    rate: Decimal | None = None
    rate_unit: str = ""
    discount_percent: Decimal | None = None
    hsn: str = ""
    hsn_description: str = ""
    nature: SupplyNature = SupplyNature.UNKNOWN
    is_service: bool = False
    rates: tuple[TaxRate, ...] = ()
    mrp: Decimal | None = None
    batches: tuple[Batch, ...] = ()
    ledger_key: str = ""
    """The income or expense ledger, where one line has one."""
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EInvoice:
    """Registration of the document with the Invoice Registration Portal."""

    irn: str
    ack_number: str = ""
    ack_date: date | None = None
    cancelled_on: date | None = None
    signed_qr: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EWayBill:
    """Permission to move goods; ``number`` is empty until it is generated."""

    number: str = ""
    bill_date: date | None = None
    valid_until: date | None = None
    transport_mode: str = ""
    vehicle_number: str = ""
    vehicle_type: str = ""
    transporter_id: str = ""
    transporter_name: str = ""
    distance_km: int | None = None
    document_type: str = ""
    sub_type: str = ""
    from_state: str = ""
    to_state: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A number and date of a related document: order, delivery note, original invoice."""

    number: str
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDetails:
    """What a tax document says about parties, supply and transport, beyond its postings.

    The other side is the buyer on sales and credit notes, the supplier on purchases and debit notes; our own
    registration stands in ``company_*`` on both.
    """

    buyer_name: str = ""
    buyer_gstin: str = ""
    buyer_gst_category: str = ""
    buyer_address: Address | None = None
    supplier_name: str = ""
    supplier_gstin: str = ""
    supplier_gst_category: str = ""
    supplier_address: Address | None = None
    consignee_name: str = ""
    consignee_gstin: str = ""
    consignee_address: Address | None = None
    company_gstin: str = ""
    company_registration: str = ""
    company_gst_category: str = ""
    company_state: str = ""
    place_of_supply: str = ""
    reverse_charge: bool | None = None
    ecommerce_gstin: str = ""
    supply_type: str = ""
    note_reason: str = ""
    original: DocumentRef | None = None
    orders: tuple[DocumentRef, ...] = ()
    delivery_notes: tuple[DocumentRef, ...] = ()
    terms: str = ""
    price_level: str = ""
    dispatched_through: str = ""
    destination: str = ""
    lr_number: str = ""
    lr_date: date | None = None
    vehicle_number: str = ""
    shipping_bill: DocumentRef | None = None
    port_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """One document of the books.

    Attributes:
        source: address of the raw record.
        kind: what it does; ``type_name`` is the company's own word.
        number: as printed; unique only within type and year, if at all.
        reference: the other side's number (supplier's bill number).
        party_key: ledger key of the party, empty if none (journals often have none).
        is_cancelled: kept for its number; carries no postings.
        is_optional: provisional, outside the books until made regular.
        is_post_dated: enters the books on its date, not before.
        currency: of the document; amounts are rupees, foreign amounts stand on the postings.
        source_version: the source's change counter (Tally: ALTERID), if it has one.

    Raises:
        UnbalancedVoucher: accounting kind, postings given, debit total differs from credit total.
    """

    source: SourceRef
    kind: VoucherKind
    type_name: str
    day: date
    number: str = ""
    type_key: str = ""
    effective_on: date | None = None
    reference: str = ""
    reference_date: date | None = None
    party_key: str = ""
    party_name: str = ""
    narration: str = ""
    is_cancelled: bool = False
    is_optional: bool = False
    is_post_dated: bool = False
    is_invoice: bool = False
    currency: str = "INR"
    postings: tuple[Posting, ...] = ()
    items: tuple[ItemLine, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    details: DocumentDetails | None = None
    e_invoice: EInvoice | None = None
    e_way_bills: tuple[EWayBill, ...] = ()
    cost_centre_key: str = ""
    entered_by: str = ""
    altered_by: str = ""
    source_version: int | None = None
    source_modified_at: datetime | None = None
    extras: Mapping[str, JsonValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.kind.is_accounting or not self.postings:
            return
        difference = self.balance
        if difference:
            raise UnbalancedVoucher(
                f"{self.type_name} {self.number or '(no number)'} of {self.day}: debits {self.debit_total} and "
                f"credits {self.credit_total} differ by {difference}.",
                difference=str(difference),
            )

    @property
    def debit_total(self) -> Decimal:
        """Sum of the debit postings, rupees."""
        return sum((p.amount for p in self.postings if p.side is Side.DEBIT), ZERO)

    @property
    def credit_total(self) -> Decimal:
        """Sum of the credit postings, rupees."""
        return sum((p.amount for p in self.postings if p.side is Side.CREDIT), ZERO)

    @property
    def balance(self) -> Decimal:
        """Debits less credits; zero for every accounting voucher."""
        return sum((p.net for p in self.postings), ZERO)

    @property
    def counts_in_books(self) -> bool:
        """Whether the postings are part of the books (post-dated ones from their date on).

        Orders, challans, stock and memo kinds, cancelled and optional vouchers do not count (facts: tally 8.4).
        """
        return self.kind.is_accounting and not self.is_cancelled and not self.is_optional
