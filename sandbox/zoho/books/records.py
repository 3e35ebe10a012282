"""The records of an organisation: contacts, items, documents, payments, and what is applied to what.

They are mutable and plain: ``editing`` changes them, ``settling`` and ``posting`` derive from them. Amounts are
hundredths of the record's currency, positive; quantities are thousandths; rates of tax and discounts are hundredths of
a percent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sandbox.zoho.books.ledger_records import ONE, Record


class ContactType(StrEnum):
    """Zoho keeps a firm that both buys and sells as two contacts."""

    CUSTOMER = "customer"
    VENDOR = "vendor"


@dataclass(slots=True, kw_only=True)
class Address:
    """Where a contact is."""

    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = "India"


@dataclass(slots=True, kw_only=True)
class Contact(Record):
    """A party.

    Attributes:
        place: two-letter code of its state.
        opening: owed by a customer, or to a vendor, before the books began; negative the other way.
        opening_id: the pseudo-invoice that payments of the opening balance point at; in no list.
    """

    name: str
    type: ContactType
    company_name: str = ""
    legal_name: str = ""
    gst_treatment: str = "business_gst"
    gst_no: str = ""
    pan_no: str = ""
    place: str = ""
    terms_days: int = 0
    currency_id: str = ""
    email: str = ""
    phone: str = ""
    person: str = ""
    credit_limit: int = 0
    billing: Address = field(default_factory=Address)
    is_active: bool = True
    notes: str = ""
    opening: int = 0
    opening_id: str = ""
    number: str = ""
    is_tds_registered: bool = False


@dataclass(slots=True, kw_only=True)
class Item(Record):
    """Something sold or bought."""

    name: str
    rate: int
    purchase_rate: int = 0
    unit: str = ""
    hsn: str = ""
    tax_percent: int = 0
    is_taxable: bool = True
    description: str = ""
    sku: str = ""
    product_type: str = "goods"
    account_id: str = ""
    purchase_account_id: str = ""
    is_active: bool = True


class DocumentKind(StrEnum):
    """Documents with lines; the value is Zoho's own ``entity_type``."""

    INVOICE = "invoice"
    CREDIT_NOTE = "creditnote"
    BILL = "bill"
    VENDOR_CREDIT = "vendor_credit"
    ESTIMATE = "estimate"
    SALES_ORDER = "salesorder"
    PURCHASE_ORDER = "purchaseorder"

    @property
    def is_sale(self) -> bool:
        """Whether it is with a customer."""
        return self not in {DocumentKind.BILL, DocumentKind.VENDOR_CREDIT, DocumentKind.PURCHASE_ORDER}

    @property
    def posts(self) -> bool:
        """Whether it reaches the ledger."""
        return self in {
            DocumentKind.INVOICE,
            DocumentKind.CREDIT_NOTE,
            DocumentKind.BILL,
            DocumentKind.VENDOR_CREDIT,
        }

    @property
    def is_credit(self) -> bool:
        """Whether it settles others rather than being settled."""
        return self in {DocumentKind.CREDIT_NOTE, DocumentKind.VENDOR_CREDIT}


class State(StrEnum):
    """What was done with a document; the shown status also depends on what is applied and on the day."""

    DRAFT = "draft"
    OPEN = "open"
    VOID = "void"
    ACCEPTED = "accepted"
    INVOICED = "invoiced"
    BILLED = "billed"


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of a document; ``tax_id`` is a tax or a group, empty without tax."""

    id: str
    account_id: str
    rate: int
    quantity: int = 1000
    amount: int = 0
    """Rate times quantity less the discounts, half up."""
    item_id: str = ""
    name: str = ""
    description: str = ""
    discount: int = 0
    less: int = 0
    """A discount as an amount."""
    tax_id: str = ""
    hsn: str = ""
    product_type: str = "goods"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class TaxRow:
    """Tax of one kind on a document or a line."""

    tax_id: str
    amount: int


@dataclass(slots=True, kw_only=True)
class Document(Record):
    """An invoice, credit note, bill, vendor credit, quote or order.

    Attributes:
        tax_rows: by tax, rounded once for the whole document (entity level).
        discount: after tax, on the whole document.
        round_off: what takes the total to whole rupees.
        tds: deducted at source from a bill: the total is net of it.
        written_off: of an invoice.
        irn: of the e-invoice.
        from_id: the invoice or bill a credit was made from.
    """

    kind: DocumentKind
    number: str
    contact_id: str
    day: date
    due: date
    state: State = State.OPEN
    lines: list[Line] = field(default_factory=list)
    reference: str = ""
    notes: str = ""
    currency_id: str = ""
    exchange_rate: Decimal = ONE
    place_of_supply: str = ""
    gst_treatment: str = ""
    gst_no: str = ""
    is_inter: bool = False
    is_debit_note: bool = False
    tax_rows: list[TaxRow] = field(default_factory=list)
    sub_total: int = 0
    tax_total: int = 0
    discount: int = 0
    discount_account_id: str = ""
    adjustment: int = 0
    round_off: int = 0
    rounding_account_id: str = ""
    tds_tax_id: str = ""
    tds: int = 0
    total: int = 0
    written_off: int = 0
    written_off_on: date | None = None
    irn: str = ""
    from_id: str = ""
    is_emailed: bool = False

    @property
    def counts(self) -> bool:
        """Whether it stands in the ledger."""
        return self.kind.posts and self.state not in {State.DRAFT, State.VOID}


@dataclass(slots=True, kw_only=True)
class Payment(Record):
    """Money from a customer or to a vendor.

    Attributes:
        amount: as it left the payer, bank charges included.
        advance_account_id: where the part stands that is applied to nothing.
    """

    type: ContactType
    number: str
    contact_id: str
    day: date
    amount: int
    mode: str
    account_id: str
    advance_account_id: str
    reference: str = ""
    description: str = ""
    currency_id: str = ""
    exchange_rate: Decimal = ONE
    bank_charges: int = 0
    bank_charges_account_id: str = ""
    tax_account_id: str = ""
    is_matched: bool = False


class SourceKind(StrEnum):
    """What can be applied to a document that is open."""

    PAYMENT = "payment"
    CREDIT = "credit"
    JOURNAL = "journal"


@dataclass(slots=True, kw_only=True)
class Application:
    """Part of a payment, a credit or a journal line that settles a document (or an opening balance).

    Attributes:
        source_id: the payment, credit note, vendor credit or journal.
        target_id: the invoice or bill, or a contact's ``opening_id``.
        withheld: tax the customer kept back with it.
    """

    id: str
    kind: SourceKind
    source_id: str
    target_id: str
    contact_id: str
    amount: int
    day: date
    withheld: int = 0


@dataclass(slots=True, kw_only=True)
class Refund(Record):
    """Money given back: of a credit note, vendor credit, customer payment or vendor payment."""

    source_id: str
    contact_id: str
    day: date
    amount: int
    account_id: str
    mode: str = "Cash"
    reference: str = ""
    description: str = ""


@dataclass(slots=True, kw_only=True)
class Expense(Record):
    """A cost paid at once."""

    day: date
    account_id: str
    paid_through_id: str
    amount: int
    reference: str = ""
    description: str = ""
    vendor_id: str = ""
    customer_id: str = ""
    tax_id: str = ""
    tax: int = 0
    line_id: str = ""

    @property
    def total(self) -> int:
        """The amount with its tax."""
        return self.amount + self.tax


@dataclass(slots=True, kw_only=True)
class JournalLine:
    """One line of a manual journal, debit positive; ``contact_id`` on receivable and payable accounts."""

    id: str
    account_id: str
    amount: int
    contact_id: str = ""
    description: str = ""


@dataclass(slots=True, kw_only=True)
class Journal(Record):
    """A manual journal."""

    number: str
    day: date
    lines: list[JournalLine]
    reference: str = ""
    notes: str = ""
    state: State = State.OPEN

    @property
    def total(self) -> int:
        """The sum of its debits."""
        return sum(line.amount for line in self.lines if line.amount > 0)


@dataclass(slots=True, kw_only=True)
class BankTransaction(Record):
    """Money moved without a document: between own accounts, or from and to another account.

    Attributes:
        type: ``transfer_fund``, ``deposit``, ``owner_contribution``, ``owner_drawings``, ``other_income`` ...
    """

    type: str
    day: date
    amount: int
    from_account_id: str
    to_account_id: str
    reference: str = ""
    description: str = ""
    payee: str = ""
