"""The lists there are: paths, keys, scopes, default order, and what each may be filtered and sorted by.

Default orders and report names are recorded (June 2026); filters and columns are those of the official description of
July 2026, less what the sandbox has no field for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.zoho.app import banking, contacts, items, ledgers, payments, purchases, sales, settings
from sandbox.zoho.app.listing import Get, ListSpec
from sandbox.zoho.app.render import account_name, contact_name
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.records import Contact, ContactType, Document, DocumentKind, Payment
from sandbox.zoho.books.settling import balance, position, status, unused


def attr(name: str) -> Get:
    """Get an attribute."""
    return lambda _books, record: getattr(record, name)


def _contact(_books: Books, record: Any) -> str:
    return contact_name(_books, record.contact_id)


def _account(name: str) -> Get:
    return lambda books, record: account_name(books, getattr(record, name))


CREATED, MODIFIED = attr("created"), attr("modified")
TIMES = {"created_time": CREATED, "last_modified_time": MODIFIED}


def _created_day(_books: Books, record: Any) -> Any:
    return record.created.date()


def _fold(word: str) -> str:
    return word.replace("_", "").replace("-", "").casefold()


def _document_status(books: Books, document: Document, word: str) -> bool:
    shown = status(books, document, books.today())
    if _fold(word) == "unpaid":
        return document.counts and balance(books, document) > 0
    if _fold(word) == "all":
        return True
    return _fold(shown) == _fold(word)


def _tds_or_status(books: Books, document: Document, word: str) -> bool:
    return bool(document.tds) if word == "TDSInvoices" else _document_status(books, document, word)


def _equals(name: str) -> Callable[[Books, Any, str], bool]:
    return lambda _books, record, word: str(getattr(record, name)) == word


def _has_item(_books: Books, document: Document, word: str) -> bool:
    return any(line.item_id == word for line in document.lines)


def _balance(books: Books, document: Document) -> int:
    return balance(books, document)


def _of_kind(kind: DocumentKind) -> Callable[[Books], Any]:
    return lambda books: books.documents_of(kind)


def _document_list(
    path: str,
    kind: DocumentKind,
    noun: str,
    scope: str,
    row: Callable[[Books, Any], Any],
    *,
    report: str,
    number: str,
    party: str,
    singular: str = "",
    key: str = "",
    modified: bool = True,
    sorts: Mapping[str, Get] | None = None,
    **more: Any,
) -> ListSpec:
    usual: dict[str, Get] = {
        number: attr("number"),
        f"{party}_name": _contact,
        "date": attr("day"),
        "due_date": attr("due"),
        "total": attr("total"),
        "balance": _balance,
        "reference_number": attr("reference"),
        **TIMES,
    }
    return ListSpec(
        path=path,
        key=key or path,
        singular=singular or path[:-1],
        noun=noun,
        scope=scope,
        records=_of_kind(kind),
        row=row,
        report_name=report,
        texts={number: attr("number"), "reference_number": attr("reference"), f"{party}_name": _contact},
        numbers={"total": attr("total"), "balance": _balance},
        dates={"date": attr("day"), "due_date": attr("due"), "created_date": _created_day},
        choices={"status": _document_status, f"{party}_id": _equals("contact_id"), "item_id": _has_item},
        filter_by={"Status": _tds_or_status},
        searched=(number, "reference_number", f"{party}_name"),
        sorts=usual if sorts is None else sorts,
        modified=modified,
        **more,
    )


def _payment_list(path: str, kind: ContactType, **more: Any) -> ListSpec:
    party = kind.value
    return ListSpec(
        path=path,
        key=path,
        scope=path,
        records=lambda books: (one for one in books.payments.values() if one.type is kind),
        noun="Payment",
        applied_filter="PaymentMode.All",
        sort_column="date",
        texts={
            "reference_number": attr("reference"),
            "payment_mode": attr("mode"),
            "payment_number": attr("number"),
            f"{party}_name": _contact,
        },
        numbers={"amount": attr("amount")},
        dates={"date": attr("day")},
        choices={f"{party}_id": _equals("contact_id")},
        filter_by={"PaymentMode": lambda _books, one, word: _fold(one.mode.replace(" ", "")) == _fold(word)},
        searched=("payment_number", "reference_number", f"{party}_name"),
        **more,
    )


def _owed(books: Books, contact: Contact) -> int:
    return position(books, contact).outstanding


def _contact_invoices(books: Books, contact: Contact, word: str) -> bool:
    open_ = [one for one in books.records_of(contact.id) if isinstance(one, Document) and one.counts]
    open_ = [one for one in open_ if not one.kind.is_credit and balance(books, one) > 0]
    return any(word != "OverDue" or one.due < books.today() for one in open_)


def _activity(_books: Books, record: Any, word: str) -> bool:
    return bool(record.is_active) is (word == "Active") if word in {"Active", "Inactive"} else True


def _unused(books: Books, payment: Payment) -> int:
    return unused(books, payment)


CONTACTS = ListSpec(
    path="contacts",
    key="contacts",
    singular="contact",
    noun="Contact",
    scope="contacts",
    records=lambda books: books.contacts.values(),
    row=contacts.row,
    report_name="Contacts",
    sort_column="contact_name",
    sort_order="A",
    texts={
        "contact_name": attr("name"),
        "company_name": attr("company_name"),
        "email": attr("email"),
        "phone": attr("phone"),
    },
    choices={"contact_type": _equals("type")},
    filter_by={"Status": _activity, "Invoice": _contact_invoices},
    searched=("contact_name", "company_name", "email"),
    sorts={"contact_name": lambda _books, one: one.name.casefold(), "outstanding_receivable_amount": _owed, **TIMES},
)
ITEMS = ListSpec(
    path="items",
    key="items",
    singular="item",
    noun="Item",
    scope="settings",
    records=lambda books: books.items.values(),
    row=items.row,
    report_name="Items",
    sort_column="name",
    sort_order="A",
    texts={"name": attr("name"), "description": attr("description")},
    numbers={"rate": attr("rate")},
    choices={"account_id": _equals("account_id")},
    filter_by={"Status": _activity},
    searched=("name", "description"),
    sorts={"name": lambda _books, one: one.name.casefold(), "rate": attr("rate")},
)
INVOICES = _document_list(
    "invoices",
    DocumentKind.INVOICE,
    "Invoice",
    "invoices",
    sales.invoice_row,
    report="Invoices",
    number="invoice_number",
    party="customer",
    sorts={
        "customer_name": _contact,
        "invoice_number": attr("number"),
        "date": attr("day"),
        "due_date": attr("due"),
        "total": attr("total"),
        "balance": _balance,
        "created_time": CREATED,
    },
    context={"seller_app_sales_channels": ""},
)
CREDIT_NOTES = _document_list(
    "creditnotes",
    DocumentKind.CREDIT_NOTE,
    "Credit Note",
    "creditnotes",
    sales.credit_note_row,
    report="Credit Notes",
    number="creditnote_number",
    party="customer",
)
CUSTOMER_PAYMENTS = _payment_list(
    "customerpayments",
    ContactType.CUSTOMER,
    singular="payment",
    row=payments.customer_row,
    report_name="Payments Received",
    sorts={"date": attr("day"), "amount": attr("amount"), "customer_name": _contact, "created_time": CREATED},
)
BILLS = _document_list(
    "bills",
    DocumentKind.BILL,
    "Bill",
    "bills",
    purchases.bill_row,
    report="Bills",
    number="bill_number",
    party="vendor",
)
VENDOR_PAYMENTS = _payment_list(
    "vendorpayments",
    ContactType.VENDOR,
    singular="vendorpayment",
    row=payments.vendor_row,
    report_name="Payments Made",
    modified=True,
    sorts={
        "date": attr("day"),
        "amount": attr("amount"),
        "balance": _unused,
        "vendor_name": _contact,
        "reference_number": attr("reference"),
    },
)
VENDOR_CREDITS = _document_list(
    "vendorcredits",
    DocumentKind.VENDOR_CREDIT,
    "Vendor Credit",
    "debitnotes",
    purchases.vendor_credit_row,
    report="Vendor Credits",
    number="vendor_credit_number",
    party="vendor",
    singular="vendor_credit",
)
EXPENSES = ListSpec(
    path="expenses",
    key="expenses",
    singular="expense",
    noun="Expense",
    scope="expenses",
    records=lambda books: books.expenses.values(),
    row=ledgers.expense_row,
    report_name="Expenses",
    texts={
        "description": attr("description"),
        "reference_number": attr("reference"),
        "account_name": _account("account_id"),
    },
    numbers={"amount": attr("amount")},
    dates={"date": attr("day")},
    choices={
        "vendor_id": _equals("vendor_id"),
        "customer_id": _equals("customer_id"),
        "paid_through_account_id": _equals("paid_through_id"),
    },
    searched=("description", "reference_number"),
    sorts={
        "date": attr("day"),
        "account_name": _account("account_id"),
        "total": attr("total"),
        "bcy_total": attr("total"),
        "reference_number": attr("reference"),
        "created_time": CREATED,
    },
)
JOURNALS = ListSpec(
    path="journals",
    key="journals",
    singular="journal",
    noun="Journal",
    scope="accountants",
    records=lambda books: books.journals.values(),
    row=ledgers.journal_row,
    report_name="Manual Journals",
    applied_filter="JournalDate.All",
    sort_column="journal_date",
    texts={"entry_number": attr("number"), "reference_number": attr("reference"), "notes": attr("notes")},
    numbers={"total": attr("total")},
    dates={"date": attr("day")},
    choices={
        "customer_id": lambda _books, one, word: any(line.contact_id == word for line in one.lines),
        "vendor_id": lambda _books, one, word: any(line.contact_id == word for line in one.lines),
        "account_id": lambda _books, one, word: any(line.account_id == word for line in one.lines),
        "status": lambda _books, one, word: ("published" if one.state == "open" else one.state) == word,
        "journal_ids": lambda _books, one, word: one.id in word.split(","),
    },
    searched=("entry_number", "reference_number", "notes"),
    sorts={
        "journal_date": attr("day"),
        "entry_number": attr("number"),
        "reference_number": attr("reference"),
        "total": attr("total"),
        **TIMES,
    },
    modified=True,
)
ACCOUNTS = ListSpec(
    path="chartofaccounts",
    key="chartofaccounts",
    singular="chart_of_account",
    noun="Account",
    scope="accountants",
    records=lambda books: books.accounts.values(),
    row=ledgers.account_row,
    report_name="List Chart Of Accounts",
    applied_filter="AccountType.Active",
    sort_column="account_type",
    sort_order="A",
    texts={"account_name": attr("name"), "account_code": attr("account_code")},
    choices={"account_id": _equals("id")},
    filter_by={"AccountType": _activity},
    sorts={"account_name": attr("name"), "account_type": attr("type"), "account_code": attr("account_code")},
    modified=True,
    per_page=5000,
)
BANK_ACCOUNTS = ListSpec(
    path="bankaccounts",
    key="bankaccounts",
    singular="bankaccount",
    noun="Bank Account",
    scope="banking",
    records=lambda books: (one for one in books.accounts.values() if one.is_money),
    row=lambda books, one: banking.bank_row(books, one, 0),
    report_name="Bank Accounts",
    sort_column="account_name",
    sort_order="A",
    sorts={"account_name": attr("name"), "account_type": attr("type"), "account_code": attr("account_code")},
    filter_by={"Status": _activity},
    has_custom_fields=False,
)
BANK_TRANSACTIONS = ListSpec(
    path="banktransactions",
    key="banktransactions",
    singular="banktransaction",
    noun="Transaction",
    scope="banking",
    records=lambda books: books.bank_transactions.values(),
    row=banking.bank_transaction_row,
    report_name="Bank Transactions",
    sort_column="date",
    texts={"reference_number": attr("reference")},
    numbers={"amount": attr("amount")},
    dates={"date": attr("day")},
    choices={
        "account_id": lambda _books, one, word: word in {one.from_account_id, one.to_account_id},
        "transaction_type": _equals("type"),
    },
    searched=("reference_number",),
    sorts={"date": attr("day")},
)
TAXES = ListSpec(
    path="settings/taxes",
    key="taxes",
    singular="tax",
    noun="Tax",
    scope="settings",
    records=lambda books: books.taxes.values(),
    row=settings.tax_row,
    report_name="Taxes",
    applied_filter="Taxes.Active",
    sort_column="tax_name",
    sort_order="A",
    sorts={"tax_name": attr("name"), "tax_percentage": attr("percent")},
    filter_by={"Taxes": _activity},
    has_custom_fields=False,
)
CURRENCIES = ListSpec(
    path="settings/currencies",
    key="currencies",
    singular="currency",
    noun="Currency",
    scope="settings",
    records=lambda books: books.currencies.values(),
    row=settings.currency_row,
    report_name="Currencies",
    sort_column="",
)
ESTIMATES = _document_list(
    "estimates",
    DocumentKind.ESTIMATE,
    "Quote",
    "estimates",
    sales.estimate_row,
    report="Quotes",
    number="estimate_number",
    party="customer",
)
SALES_ORDERS = _document_list(
    "salesorders",
    DocumentKind.SALES_ORDER,
    "Sales Order",
    "salesorders",
    sales.sales_order_row,
    report="Sales Orders",
    number="salesorder_number",
    party="customer",
)
PURCHASE_ORDERS = _document_list(
    "purchaseorders",
    DocumentKind.PURCHASE_ORDER,
    "Purchase Order",
    "purchaseorders",
    purchases.purchase_order_row,
    report="Purchase Orders",
    number="purchaseorder_number",
    party="vendor",
    ignores_order=True,
)
LISTS = (
    *(CONTACTS, ITEMS, INVOICES, CREDIT_NOTES, CUSTOMER_PAYMENTS, BILLS, VENDOR_PAYMENTS, VENDOR_CREDITS, EXPENSES),
    *(JOURNALS, ACCOUNTS, BANK_ACCOUNTS, BANK_TRANSACTIONS, TAXES, CURRENCIES, ESTIMATES, SALES_ORDERS),
    PURCHASE_ORDERS,
)
