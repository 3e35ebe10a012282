"""The streams as data: where each list is, what identifies a row, and what Zoho lets us ask of it.

Which lists filter by ``last_modified_time`` is documented unevenly and unknown parameters are ignored in silence, so
every answer to a filtered question is checked row by row (``listing.py``); what a list cannot filter is walked whole,
which costs one call per 200 rows, and only rows that are new or differ are read in full.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Increment(StrEnum):
    """How a list tells what changed."""

    FILTER = "filter"
    """By the parameter ``last_modified_time``, which finds what was modified after a moment."""
    NEWEST_FIRST = "newest_first"
    """Sorted by modification, newest first, up to the bookmark."""
    WHOLE = "whole"
    """Not at all: it is walked to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSpec:
    """One list of Zoho Books.

    Attributes:
        path: below the API's root; a record in full is at ``path/id``, if the stream has ``detail``.
        rows: keys the list of rows may stand under.
        detail: keys the object may stand under in the detail; empty where the list says everything.
        key: field of the row's id.
        number: fields of what people know it by.
        day: field of its business date; empty if it has none.
        modified: field of its last modification; empty if it has none.
        increment: how the list tells what changed.
        params: always asked.
        sort: column to walk the whole list by, oldest first; empty where it cannot be sorted so.
        scope: module of the sign-in's scopes that shows it.
        is_optional: a refusal (module switched off, or a scope missing for what is not in the books) leaves the stream
            out with an issue.
        is_base: nothing can be understood without it; a refusal ends the sync.
        is_booked: an optional stream whose records are in the books; without its scope they are not whole.
        is_document: its records are vouchers.
        balance: fields that may move without the modified time; they are part of what is compared.
    """

    path: str
    rows: tuple[str, ...]
    detail: tuple[str, ...] = ()
    key: str
    number: tuple[str, ...] = ()
    day: str = ""
    modified: str = "last_modified_time"
    increment: Increment = Increment.WHOLE
    params: dict[str, str] = field(default_factory=dict)
    sort: str = ""
    scope: str = ""
    is_optional: bool = False
    is_base: bool = False
    is_booked: bool = False
    is_document: bool = False
    balance: tuple[str, ...] = ()


_CREATED = "created_time"
STREAMS: dict[str, StreamSpec] = {
    "opening_balances": StreamSpec(
        path="settings/openingbalances",
        rows=("opening_balance",),
        key="opening_balance_id",
        modified="",
        scope="settings",
        is_optional=True,
        is_booked=True,
    ),
    "currencies": StreamSpec(
        path="settings/currencies", rows=("currencies",), key="currency_id", modified="", scope="settings", is_base=True
    ),
    "taxes": StreamSpec(
        path="settings/taxes",
        rows=("taxes",),
        key="tax_id",
        params={"filter_by": "Taxes.All"},
        modified="",
        scope="settings",
        is_base=True,
    ),
    "companies": StreamSpec(
        path="organizations",
        rows=("organizations",),
        key="organization_id",
        modified="",
        scope="settings",
        is_base=True,
    ),
    "chartofaccounts": StreamSpec(
        path="chartofaccounts",
        rows=("chartofaccounts",),
        key="account_id",
        number=("account_name",),
        params={"filter_by": "AccountType.All", "showbalance": "true"},
        scope="accountants",
        is_base=True,
    ),
    "bankaccounts": StreamSpec(
        path="bankaccounts",
        rows=("bankaccounts",),
        key="account_id",
        number=("account_name",),
        modified="",
        scope="banking",
        is_optional=True,
    ),
    "contacts": StreamSpec(
        path="contacts",
        rows=("contacts",),
        detail=("contact",),
        key="contact_id",
        number=("contact_name",),
        params={"filter_by": "Status.All"},
        sort=_CREATED,
        scope="contacts",
    ),
    "items": StreamSpec(
        path="items",
        rows=("items",),
        detail=("item",),
        key="item_id",
        number=("name", "item_name"),
        params={"filter_by": "Status.All"},
        scope="settings",
    ),
    "invoices": StreamSpec(
        path="invoices",
        rows=("invoices",),
        detail=("invoice",),
        key="invoice_id",
        number=("invoice_number",),
        day="date",
        increment=Increment.FILTER,
        sort=_CREATED,
        scope="invoices",
        is_document=True,
        balance=("status", "total", "balance"),
    ),
    "creditnotes": StreamSpec(
        path="creditnotes",
        rows=("creditnotes",),
        detail=("creditnote",),
        key="creditnote_id",
        number=("creditnote_number",),
        day="date",
        increment=Increment.FILTER,
        sort=_CREATED,
        scope="creditnotes",
        is_document=True,
        balance=("status", "total", "balance"),
    ),
    "bills": StreamSpec(
        path="bills",
        rows=("bills",),
        detail=("bill",),
        key="bill_id",
        number=("bill_number",),
        day="date",
        increment=Increment.FILTER,
        sort=_CREATED,
        scope="bills",
        is_document=True,
        balance=("status", "total", "balance"),
    ),
    "vendorcredits": StreamSpec(
        path="vendorcredits",
        rows=("vendor_credits", "vendorcredits"),
        detail=("vendor_credit",),
        key="vendor_credit_id",
        number=("vendor_credit_number",),
        day="date",
        increment=Increment.FILTER,
        sort="last_modified_time",
        scope="debitnotes",
        is_document=True,
        balance=("status", "total", "balance"),
    ),
    "customerpayments": StreamSpec(
        path="customerpayments",
        rows=("customerpayments",),
        detail=("payment",),
        key="payment_id",
        number=("payment_number",),
        day="date",
        sort="date",
        scope="customerpayments",
        is_document=True,
        balance=("amount", "unused_amount", "payment_status", "invoice_numbers"),
    ),
    "vendorpayments": StreamSpec(
        path="vendorpayments",
        rows=("vendorpayments",),
        detail=("vendorpayment",),
        key="payment_id",
        number=("payment_number",),
        day="date",
        increment=Increment.FILTER,
        sort="date",
        scope="vendorpayments",
        is_document=True,
        balance=("amount", "balance", "status", "bill_numbers"),
    ),
    "expenses": StreamSpec(
        path="expenses",
        rows=("expenses",),
        detail=("expense",),
        key="expense_id",
        number=("reference_number",),
        day="date",
        sort=_CREATED,
        scope="expenses",
        is_document=True,
        balance=("total", "status"),
    ),
    "journals": StreamSpec(
        path="journals",
        rows=("journals",),
        detail=("journal",),
        key="journal_id",
        number=("entry_number",),
        day="journal_date",
        increment=Increment.NEWEST_FIRST,
        sort="journal_date",
        scope="accountants",
        is_document=True,
        balance=("total", "status"),
    ),
    "banktransactions": StreamSpec(
        path="banktransactions",
        rows=("banktransactions",),
        key="transaction_id",
        number=("reference_number",),
        day="date",
        modified="",
        params={"filter_by": "Status.All"},
        sort="date",
        scope="banking",
        is_optional=True,
        is_booked=True,
        is_document=True,
        balance=("amount", "status", "offset_account_name", "transaction_type", "description"),
    ),
    "estimates": StreamSpec(
        path="estimates",
        rows=("estimates",),
        detail=("estimate",),
        key="estimate_id",
        number=("estimate_number",),
        day="date",
        increment=Increment.FILTER,
        sort=_CREATED,
        scope="estimates",
        is_optional=True,
        is_document=True,
        balance=("status", "total"),
    ),
    "salesorders": StreamSpec(
        path="salesorders",
        rows=("salesorders",),
        detail=("salesorder",),
        key="salesorder_id",
        number=("salesorder_number",),
        day="date",
        increment=Increment.FILTER,
        sort=_CREATED,
        scope="salesorders",
        is_optional=True,
        is_document=True,
        balance=("status", "total"),
    ),
    "purchaseorders": StreamSpec(
        path="purchaseorders",
        rows=("purchaseorders",),
        detail=("purchaseorder",),
        key="purchaseorder_id",
        number=("purchaseorder_number",),
        day="date",
        increment=Increment.FILTER,
        sort=_CREATED,
        scope="purchaseorders",
        is_optional=True,
        is_document=True,
        balance=("status", "total"),
    ),
    "users": StreamSpec(
        path="users", rows=("users",), key="user_id", number=("name",), modified="", scope="settings", is_optional=True
    ),
}
"""In the order they are read and translated: what completes the company first, masters before documents."""
DOCUMENTS: tuple[str, ...] = tuple(name for name, spec in STREAMS.items() if spec.is_document)
MASTERS_COUNTED: Mapping[str, str] = {"contacts": "contacts", "items": "items"}
DOCUMENTS_COUNTED: Mapping[str, str] = {
    "invoices": "invoices and customer debit notes",
    "creditnotes": "credit notes",
    "bills": "bills",
    "vendorcredits": "vendor credits",
    "customerpayments": "payments received",
    "vendorpayments": "payments made",
    "expenses": "expenses",
    "journals": "manual journals",
    "estimates": "estimates",
    "salesorders": "sales orders",
    "purchaseorders": "purchase orders",
}
"""Streams whose records become one record of the books each, and what people call them."""
COUNTED: tuple[str, ...] = (*MASTERS_COUNTED, *DOCUMENTS_COUNTED)
REPORTS = "reports"
"""Stream of Zoho's own balances; see ``reports.py``."""
OWN_BANK_TYPES = frozenset(
    {
        "transfer_fund",
        "deposit",
        "owner_contribution",
        "owner_drawings",
        "interest_income",
        "other_income",
        "expense_refund",
        "sales_without_invoices",
        "tax_refund",
        "card_payment",
    }
)
"""Types of bank transactions that are documents of their own; the others belong to documents of other streams."""
