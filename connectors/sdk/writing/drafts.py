"""What can be written over a product's API, in words that both products and the people who give commands use.

What a draft leaves at its default is not sent: a new object gets the product's own default, an old one keeps what it
has. Money is in the currency of the books.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NAMED_BY_ID = "id:"
"""Begins a reference by the product's identifier instead of by name or number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDraft:
    """A customer.

    Attributes:
        name: as lists show it; one name, one customer.
        gst_treatment: the product's own word (``business_gst``, ``GST_REG_REG``).
        place: state of the customer, the product's own code.
        terms_days: after which invoices fall due.
    """

    name: str = ""
    company_name: str = ""
    email: str = ""
    phone: str = ""
    gstin: str = ""
    gst_treatment: str = ""
    place: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    terms_days: int | None = None
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDraft:
    """Something sold.

    Attributes:
        kind: ``goods`` or ``service``.
        account: income account, by name or ``id:...``.
    """

    name: str = ""
    description: str = ""
    rate: Decimal | None = None
    unit: str = ""
    sku: str = ""
    hsn: str = ""
    kind: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """A line of an invoice.

    Attributes:
        item: by name or ``id:...``.
        tax: tax, group or code, by name or ``id:...``; empty: none.
    """

    item: str
    quantity: Decimal = Decimal(1)
    rate: Decimal
    description: str = ""
    tax: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDraft:
    """An invoice.

    Attributes:
        customer: by name or ``id:...``.
        day: of the invoice.
        due: day it falls due.
        number: empty: the product gives the next one.
        reference: of the customer's order.
        notes: for the customer to read.
        lines: at least one for a new invoice; an old one's are not changed.
        total: what it comes to with tax, as whoever gives the command has worked it out; a new invoice needs it.
        status: ``draft``: it does not count in the books yet; else it does.
    """

    customer: str = ""
    day: date | None = None
    due: date | None = None
    number: str = ""
    reference: str = ""
    notes: str = ""
    lines: tuple[LineDraft, ...] = ()
    total: Decimal | None = None
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationDraft:
    """What a payment settles.

    Attributes:
        invoice: by number or ``id:...``.
        amount: of the money received.
        withheld: tax the customer kept back and that settles the invoice too.
    """

    invoice: str
    amount: Decimal
    withheld: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDraft:
    """Money received from a customer.

    Attributes:
        customer: by name or ``id:...``.
        amount: received; what no allocation takes stays with the customer as an advance.
        mode: how it was paid, the product's own word.
        account: where it went, by name or ``id:...``; empty: the product's usual one.
    """

    customer: str = ""
    day: date | None = None
    amount: Decimal | None = None
    mode: str = ""
    reference: str = ""
    notes: str = ""
    account: str = ""
    allocations: tuple[AllocationDraft, ...] = ()


Draft = CustomerDraft | ItemDraft | InvoiceDraft | PaymentDraft
