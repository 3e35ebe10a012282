"""Applying credits, refunding them, writing off, e-mailing, and looking an invoice up by an outside reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.zoho.app import sales
from sandbox.zoho.app.writing.fields import Body, amount, day, read_body, required, rows
from sandbox.zoho.books import editing, paying
from sandbox.zoho.books.company import get_record
from sandbox.zoho.books.errors import Missing
from sandbox.zoho.books.records import DocumentKind, State

if TYPE_CHECKING:
    from sandbox.zoho.app.application import Call, Reply


def apply_credits(call: Call, key: str) -> Reply:
    """Apply payments and credit notes to an invoice."""
    invoice = call.books.document(DocumentKind.INVOICE, key)
    body = read_body(call.request)
    for member, name in (("invoice_payments", "payment_id"), ("apply_creditnotes", "creditnote_id")):
        for one in rows(body, member):
            _apply(call, str(required(one, name)), invoice.id, one)
    return 200, "Credits have been applied to the invoice(s).", {}


def apply_note(call: Call, key: str) -> Reply:
    """Apply a credit note to invoices."""
    note = call.books.document(DocumentKind.CREDIT_NOTE, key)
    for one in rows(read_body(call.request), "invoices"):
        _apply(call, note.id, str(required(one, "invoice_id")), one)
    return (
        200,
        "Credits have been applied to the invoice(s).",
        {"apply_to_invoices": {"invoices": sales.invoices_credited(call.books, note)}},
    )


def apply_vendor_credit(call: Call, key: str) -> Reply:
    """Apply a vendor credit to bills."""
    credit = call.books.document(DocumentKind.VENDOR_CREDIT, key)
    for one in rows(read_body(call.request), "bills"):
        _apply(call, credit.id, str(required(one, "bill_id")), one)
    return 200, "Credits have been applied to the bill(s).", {}


def _apply(call: Call, source: str, target: str, sent: Body) -> None:
    paying.apply_credit(call.books, source, target, amount("amount_applied", required(sent, "amount_applied")))


def unapply_note(call: Call, key: str, link: str) -> Reply:
    """Take an application of a credit back."""
    if all(one.id != link for one in call.books.applied_from(key)):
        raise Missing("Credit Note")
    paying.unapply(call.books, link)
    return 200, "Credits applied to an invoice have been deleted.", {}


def refund_note(call: Call, key: str) -> Reply:
    """Give back part of a credit note."""
    books = call.books
    note = books.document(DocumentKind.CREDIT_NOTE, key)
    body = read_body(call.request)
    account = get_record(books.accounts, str(required(body, "from_account_id")), "Account")
    values = {"day": day("date", body["date"])} if body.get("date") else {}
    refund = paying.make_refund(books, note, amount("amount", required(body, "amount")), account.id, **values)
    row = next(one for one in sales.refunds_of(books, note) if one["creditnote_refund_id"] == refund.id)
    return 201, "The refund information for this credit note has been saved.", {"creditnote_refund": row}


def write_off(call: Call, key: str) -> Reply:
    """Write off what is open of an invoice."""
    editing.write_off(call.books, call.books.document(DocumentKind.INVOICE, key))
    return 200, "Invoice has been written off.", {}


def cancel_write_off(call: Call, key: str) -> Reply:
    """Take a write-off back."""
    editing.cancel_write_off(call.books, call.books.document(DocumentKind.INVOICE, key))
    return 200, "The writeoff done for this invoice has been cancelled.", {}


def email(call: Call, key: str) -> Reply:
    """E-mail an invoice: it counts as sent, and its modified time moves."""
    invoice = call.books.document(DocumentKind.INVOICE, key)
    is_first = not invoice.is_emailed
    invoice.is_emailed = True
    state = State.OPEN if invoice.state is State.DRAFT else invoice.state
    invoice.state = state
    editing.touched(call.books, invoice, "invoice")
    return 200, "Your invoice has been sent.", {"is_first_email": is_first}


def by_reference(call: Call, reference: str) -> Reply:
    """Answer the invoice with a reference number."""
    found = next((one for one in call.books.documents_of(DocumentKind.INVOICE) if one.reference == reference), None)
    if found is None:
        raise Missing("Invoice")
    return 200, "success", {"invoice": sales.invoice_detail(call.books, found)}
