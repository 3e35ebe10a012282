"""Answers to GET that are more than a list or a detail, and the two makers of those."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.zoho.app import banking, items, ledgers, payments, purchases, sales, settings
from sandbox.zoho.app.catalogue import INVOICES
from sandbox.zoho.app.listing import ListSpec, page_asked, parse_day
from sandbox.zoho.app.options import Options
from sandbox.zoho.app.render import Json, day, money, number
from sandbox.zoho.books.company import Books, get_record
from sandbox.zoho.books.errors import Missing
from sandbox.zoho.books.ledger_records import Account, Record
from sandbox.zoho.books.records import ContactType, DocumentKind, Refund, SourceKind
from sandbox.zoho.books.settling import balance
from sandbox.zoho.books.truth import trial_balance

if TYPE_CHECKING:
    from sandbox.zoho.app.application import Answer, Call, Reply

SUCCESS = "success"


def list_page(spec: ListSpec, options: Options) -> Answer:
    """Make what answers a list."""

    def answer(call: Call) -> Reply:
        if spec is INVOICES and call.request.param("response_option") not in {"", "0"}:
            return 200, SUCCESS, _with_sums(spec, call)
        if spec.path == "bankaccounts" or (spec.path == "chartofaccounts" and _wants_balances(call)):
            return 200, SUCCESS, _with_balances(spec, call)
        body = call.lister.page(spec, call.books, call.request)
        if spec.path == "vendorcredits" and options.vendor_credit_key != spec.key:
            body[options.vendor_credit_key] = body.pop(spec.key)
        return 200, SUCCESS, body

    return answer


def _wants_balances(call: Call) -> bool:
    return call.request.param("showbalance").casefold() == "true"


def _closings(books: Books) -> dict[str, int]:
    return books.kept("closings", lambda: {key: row.closing for key, row in trial_balance(books).items()})


def _with_balances(spec: ListSpec, call: Call) -> Json:
    """Answer accounts with their balances, which the rows themselves do not know."""
    closings = _closings(call.books)
    write = banking.bank_row if spec.path == "bankaccounts" else ledgers.account_row
    found, _ = call.lister.find(spec, call.books, call.request)
    body = call.lister.page(spec, call.books, call.request)
    page, size = page_asked(call.request, spec.per_page)
    shown: list[Account] = found[(page - 1) * size : page * size]
    body[spec.key] = [write(call.books, one, closings[one.id]) for one in shown]
    return body


def _with_sums(spec: ListSpec, call: Call) -> Json:
    """Answer with the count and the sums of totals and balances (1 to 4; 2 and 3 without rows).

    The names of the members are not in the description; ``total`` is the count, ``sum_columns`` the sums.
    """
    option = call.request.param("response_option")
    found, _ = call.lister.find(spec, call.books, call.request)
    body = call.lister.page(spec, call.books, call.request)
    context = body["page_context"]
    context["response_option"] = int(option) if option.isdigit() else 0
    if option in {"1", "2", "3"}:
        context["total"] = len(found)
    if option in {"1", "3", "4"}:
        context["sum_columns"] = [
            {"column_name": "total", "total": money(sum(one.total for one in found))},
            {"column_name": "balance", "total": money(sum(balance(call.books, one) for one in found))},
        ]
    if option in {"2", "3"}:
        body[spec.key] = []
    return body


def detail(key: str, find: Callable[[Books, str], Any], write: Callable[[Books, Any], Json]) -> Answer:
    """Make what answers a detail."""

    def answer(call: Call, **segments: str) -> Reply:
        return 200, SUCCESS, {key: write(call.books, find(call.books, segments["key"]))}

    return answer


def organizations(call: Call) -> Reply:
    """List the organisations of the login; the one list without a page context."""
    return 200, SUCCESS, {"organizations": [settings.organization_row(one) for one in call.app.books.organisations]}


def organization(call: Call, organization_id: str) -> Reply:
    """Answer one organisation."""
    books = call.app.books.get(organization_id)
    if books is None:
        raise Missing("Organization")
    return 200, SUCCESS, {"organization": settings.organization_detail(books)}


def opening_balances(call: Call) -> Reply:
    """Answer the opening balances."""
    return 200, SUCCESS, {"opening_balance": settings.opening_balances(call.books)}


def users(call: Call) -> Reply:
    """List the users: one."""
    context = {
        "page": 1,
        "per_page": 200,
        "has_more_page": False,
        "report_name": "Users",
        "sort_column": "name",
        "sort_order": "A",
    }
    return 200, SUCCESS, {"users": [settings.user_row(call.books)], "page_context": context}


def current_user(call: Call) -> Reply:
    """Answer who is asking."""
    return 200, SUCCESS, {"user": settings.user_row(call.books)}


def item_details(call: Call) -> Reply:
    """Answer many items in full at once; unknown ones are left out."""
    keys = call.request.param("item_ids").split(",")
    found = [call.books.items[key] for key in keys if key in call.books.items]
    return 200, SUCCESS, {"items": [items.short(call.books, one) for one in found]}


def bank_account(call: Call, key: str) -> Reply:
    """Answer a bank account in full."""
    account = get_record(call.books.accounts, key, "Bank Account")
    if not account.is_money:
        raise Missing("Bank Account")
    closing = _closings(call.books)[key]
    return 200, SUCCESS, {"bankaccount": banking.bank_detail(call.books, account, closing)}


def account_transactions(call: Call) -> Reply:
    """Answer the ledger of an account, page by page."""
    account = get_record(call.books.accounts, call.request.param("account_id"), "Account")
    books = call.books
    rows = books.kept(("ledger", account.id), lambda: ledgers.account_transactions(books, account))
    start, end = call.request.param("date_start"), call.request.param("date_end")
    if start:
        rows = [row for row in rows if row["transaction_date"] >= parse_day("date_start", start).isoformat()]
    if end:
        rows = [row for row in rows if row["transaction_date"] <= parse_day("date_end", end).isoformat()]
    page, size = page_asked(call.request, 200)
    context = {
        "page": page,
        "per_page": size,
        "has_more_page": page * size < len(rows),
        "report_name": "Account Transactions",
        "applied_filter": "",
        "sort_column": "transaction_date",
        "sort_order": "A",
    }
    return 200, SUCCESS, {"transactions": rows[(page - 1) * size : page * size], "page_context": context}


def double_entry(call: Call, key: str) -> Reply:
    """Answer what a document posts."""
    books = call.books
    tables: tuple[dict[str, Any], ...] = (
        *(books.documents, books.payments, books.expenses, books.journals),
        *(books.refunds, books.bank_transactions),
    )
    record: Record | None = next((table[key] for table in tables if key in table), None)
    if record is None:
        raise Missing("Transaction")
    return 200, SUCCESS, {"journal": ledgers.double_entry(books, record)}


def invoice_payments(call: Call, key: str) -> Reply:
    """List the payments applied to an invoice."""
    books = call.books
    books.document(DocumentKind.INVOICE, key)
    rows = []
    for one in books.applied_onto(key):
        if one.kind is SourceKind.PAYMENT:
            payment = books.payments[one.source_id]
            rows.append(
                {
                    "payment_id": payment.id,
                    "payment_number": payment.number,
                    "invoice_id": key,
                    "invoice_payment_id": one.id,
                    "payment_mode": payment.mode,
                    "description": payment.description,
                    "date": day(payment.day),
                    "reference_number": payment.reference,
                    "exchange_rate": number(payment.exchange_rate),
                    "amount": money(one.amount),
                    "tax_amount_withheld": money(one.withheld),
                    "is_single_invoice_payment": len(books.applied_from(payment.id)) == 1,
                }
            )
    return 200, SUCCESS, {"payments": rows}


def credits_applied(call: Call, key: str) -> Reply:
    """List the credit notes applied to an invoice."""
    books = call.books
    books.document(DocumentKind.INVOICE, key)
    rows = [
        {
            "creditnote_id": one.source_id,
            "creditnotes_invoice_id": one.id,
            "creditnotes_number": books.documents[one.source_id].number,
            "credited_date": day(one.day),
            "amount_applied": money(one.amount),
        }
        for one in books.applied_onto(key)
        if one.kind is SourceKind.CREDIT
    ]
    return 200, SUCCESS, {"credits": rows}


def invoices_credited(call: Call, key: str) -> Reply:
    """List what a credit note was applied to."""
    note = call.books.document(DocumentKind.CREDIT_NOTE, key)
    return 200, SUCCESS, {"invoices_credited": sales.invoices_credited(call.books, note)}


def note_refunds(call: Call, key: str) -> Reply:
    """List what was given back of a credit note."""
    note = call.books.document(DocumentKind.CREDIT_NOTE, key)
    rows = sales.refunds_of(call.books, note)
    context = {"page": 1, "per_page": 200, "has_more_page": False, "report_name": "Refunds"}
    context |= {"sort_column": "date", "sort_order": "D"}
    return 200, SUCCESS, {"creditnote_refunds": rows, "page_context": context}


def payment_refund(call: Call, key: str, refund: str) -> Reply:
    """Answer one refund of a payment, in the list the description has it in."""
    payment = get_record(call.books.payments, key, "Payment")
    body = payments.refund_detail(call.books, payment, _refund_of(call.books, key, refund))
    name = "payment_refunds" if payment.type is ContactType.CUSTOMER else "vendorpayment_refund"
    return 200, SUCCESS, {name: [body]}


def vendor_credit_refund(call: Call, key: str, refund: str) -> Reply:
    """Answer one refund of a vendor credit."""
    document = call.books.document(DocumentKind.VENDOR_CREDIT, key)
    body = purchases.refund_detail(call.books, document, _refund_of(call.books, key, refund))
    return 200, SUCCESS, {"vendor_credit_refund": body}


def _refund_of(books: Books, source: str, key: str) -> Refund:
    refund = get_record(books.refunds, key, "Refund")
    if refund.source_id != source:
        raise Missing("Refund")
    return refund
