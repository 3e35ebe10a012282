"""Invoices, credit notes, quotes and sales orders as the API writes them.

Drafts and voids keep their balance equal to their total, as recorded; only the status tells them apart.
"""

from __future__ import annotations

from sandbox.zoho.app.contacts import TREATMENTS
from sandbox.zoho.app.lines import write_lines, write_taxes
from sandbox.zoho.app.render import (
    Json,
    contact_name,
    currency,
    custom,
    day,
    fill,
    moment,
    moments,
    money,
    number,
    short_address,
    user,
)
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.ledger_records import Role
from sandbox.zoho.books.money import to_base
from sandbox.zoho.books.records import Document, DocumentKind, Refund, SourceKind, State
from sandbox.zoho.books.settling import balance, paid_by, position, refunded, status, used, withheld_of
from sandbox.zoho.books.states import NAMES
from sandbox.zoho.shapes import credit_notes, estimates, invoices, sales_orders


def invoice_row(books: Books, document: Document) -> Json:
    """Write an invoice's row."""
    contact = books.contacts[document.contact_id]
    return fill(
        invoices.ROW,
        _both(books, document),
        {
            "invoice_id": document.id,
            "invoice_number": document.number,
            "issued_date": "" if document.state is State.DRAFT else day(document.day),
            "due_days": _due_days(books, document),
            "company_name": contact.company_name,
            "email": contact.email,
            "phone": contact.phone,
            "country": contact.billing.country,
            "billing_address": short_address(contact.billing, "zipcode"),
            "shipping_address": dict.fromkeys(invoices.ROW["shipping_address"], ""),
            "created_by": books.facts.user,
            "updated_time": moment(document.modified),
            "invoice_source": "Client",
            "transaction_type": "renewal",
            "last_payment_date": last_payment(books, document),
            "write_off_amount": money(document.written_off),
            "invoice_url": "" if document.state is State.DRAFT else f"https://books.example/invoice/{document.id}",
            "is_emailed": document.is_emailed,
            **moments(document),
        },
    )


def invoice_detail(books: Books, document: Document) -> Json:
    """Write an invoice in full."""
    contact = books.contacts[document.contact_id]
    at = position(books, contact)
    return fill(
        invoices.DETAIL,
        _both(books, document),
        _worked_out(books, document),
        _gst(books, document),
        {
            "invoice_id": document.id,
            "invoice_number": document.number,
            "type": "debit_note" if document.is_debit_note else "invoice",
            "issued_date": "" if document.state is State.DRAFT else day(document.day),
            "payment_terms": contact.terms_days,
            "payment_terms_label": f"Net {contact.terms_days}" if contact.terms_days else "Due On Receipt",
            "payment_made": money(paid_by(books, document.id, SourceKind.PAYMENT)),
            "credits_applied": money(
                paid_by(books, document.id, SourceKind.CREDIT) + paid_by(books, document.id, SourceKind.JOURNAL)
            ),
            "tax_amount_withheld": money(withheld_of(books, document.id)),
            "write_off_amount": money(document.written_off),
            "account_id": books.roles[Role.RECEIVABLE],
            "account_name": Role.RECEIVABLE.value,
            "contact": {
                "customer_balance": money(at.outstanding),
                "credit_limit": money(contact.credit_limit),
                "unused_customer_credits": money(at.credits),
                "is_credit_limit_migration_completed": True,
            },
            "contact_number": contact.number,
            "invoice_source": "Client",
            "last_payment_date": last_payment(books, document),
            "created_date": day(document.created.date()),
            "einvoice_details": _einvoice(document),
            "billing_address": short_address(contact.billing),
        },
    )


def credit_note_row(books: Books, document: Document) -> Json:
    """Write a credit note's row."""
    applied = [books.documents.get(one.target_id) for one in books.applied_from(document.id)]
    return fill(
        credit_notes.ROW,
        _both(books, document),
        {
            "creditnote_id": document.id,
            "creditnote_number": document.number,
            "issued_date": day(document.day),
            "applied_invoices": ", ".join(one.number for one in applied if one is not None),
        },
    )


def credit_note_detail(books: Books, document: Document) -> Json:
    """Write a credit note in full."""
    contact = books.contacts[document.contact_id]
    return fill(
        credit_notes.DETAIL,
        _both(books, document),
        _worked_out(books, document),
        _gst(books, document),
        {
            "creditnote_id": document.id,
            "creditnote_number": document.number,
            "invoice_id": document.from_id,
            "invoices_credited": invoices_credited(books, document),
            "total_credits_used": money(used(books, document.id)),
            "total_refunded_amount": money(refunded(books, document.id)),
            "creditnote_refunds": refunds_of(books, document),
            "billing_address": short_address(contact.billing),
        },
    )


def invoices_credited(books: Books, document: Document) -> list[Json]:
    """Write what a credit note was applied to."""
    rows = []
    for one in books.applied_from(document.id):
        target = books.documents.get(one.target_id)
        rows.append(
            {
                "creditnote_id": document.id,
                "creditnote_invoice_id": one.id,
                "creditnote_number": document.number,
                "invoice_id": one.target_id,
                "invoice_number": target.number if target is not None else OPENING_NAME,
                "date": day(one.day),
                "credited_date": day(one.day),
                "amount": money(one.amount),
                "credited_amount": money(one.amount),
            }
        )
    return rows


OPENING_NAME = "Customer opening balance"
"""Recorded: what stands for an invoice's number where a payment settles the opening balance."""


def refunds_of(books: Books, document: Document) -> list[Json]:
    """Write what was given back of a credit note."""
    return [_refund(books, document, one) for one in books.refunds.values() if one.source_id == document.id]


def _refund(books: Books, document: Document, refund: Refund) -> Json:
    return {
        "creditnote_refund_id": refund.id,
        "creditnote_id": document.id,
        "creditnote_number": document.number,
        "customer_name": contact_name(books, document.contact_id),
        "date": day(refund.day),
        "refund_mode": refund.mode,
        "reference_number": refund.reference,
        "description": refund.description,
        "amount_bcy": money(to_base(refund.amount, document.exchange_rate)),
        "amount_fcy": money(refund.amount),
        "from_account_id": refund.account_id,
    }


def estimate_row(books: Books, document: Document) -> Json:
    """Write a quote's row."""
    return fill(estimates.ROW, _both(books, document), _quote(document))


def estimate_detail(books: Books, document: Document) -> Json:
    """Write a quote in full."""
    return fill(
        estimates.DETAIL, _both(books, document), _worked_out(books, document), _gst(books, document), _quote(document)
    )


def _quote(document: Document) -> Json:
    return {"estimate_id": document.id, "estimate_number": document.number, "expiry_date": day(document.due)}


ORDER_ROW = (
    *("salesorder_id", "salesorder_number", "customer_id", "customer_name", "status", "order_status", "date"),
    *("invoiced_status", "paid_status", "shipped_status", "current_sub_status", "reference_number", "shipment_date"),
    *("currency_id", "currency_code", "total", "sub_total", "bcy_total", "created_time", "last_modified_time"),
    *("is_emailed", "has_attachment", "custom_fields"),
)


def sales_order_row(books: Books, document: Document) -> Json:
    """Write a sales order's row."""
    whole = sales_order_detail(books, document)
    return {"has_attachment": False, **{name: whole[name] for name in ORDER_ROW if name in whole}}


def sales_order_detail(books: Books, document: Document) -> Json:
    """Write a sales order in full."""
    state = status(books, document, books.today())
    return fill(
        sales_orders.DETAIL,
        _both(books, document),
        _worked_out(books, document),
        _gst(books, document),
        {
            "salesorder_id": document.id,
            "salesorder_number": document.number,
            "shipment_date": "",
            "order_status": state,
            "invoiced_status": "not_invoiced",
            "paid_status": "unpaid",
            "shipped_status": "pending",
        },
    )


def _both(books: Books, document: Document) -> Json:
    shown = status(books, document, books.today())
    return {
        "customer_id": document.contact_id,
        "customer_name": contact_name(books, document.contact_id),
        "status": shown,
        "current_sub_status": shown,
        "reference_number": document.reference,
        "date": day(document.day),
        "due_date": day(document.due),
        "total": money(document.total),
        "balance": money(balance(books, document)),
        "exchange_rate": number(document.exchange_rate),
        "adjustment": money(document.adjustment),
        "is_emailed": document.is_emailed,
        **currency(books, document.currency_id),
        **moments(document),
        **custom(document),
    }


def _worked_out(books: Books, document: Document) -> Json:
    rate = document.exchange_rate
    return {
        "line_items": write_lines(books, document),
        "taxes": write_taxes(books, document),
        "sub_total": money(document.sub_total),
        "tax_total": money(document.tax_total),
        "total_taxable_amount": money(sum(line.amount for line in document.lines if line.tax_id)),
        "discount": money(document.discount),
        "discount_total": money(document.discount),
        "discount_type": "entity_level" if document.discount else "item_level",
        "is_discount_before_tax": not document.discount,
        "discount_account_id": document.discount_account_id,
        "roundoff_value": money(document.round_off),
        "transaction_rounding_type": "round_to_dollar" if document.round_off else "no_rounding",
        "bcy_sub_total": money(to_base(document.sub_total, rate)),
        "bcy_tax_total": money(to_base(document.tax_total, rate)),
        "bcy_discount_total": money(to_base(document.discount, rate)),
        "bcy_adjustment": money(to_base(document.adjustment, rate)),
        "bcy_total": money(to_base(document.total, rate)),
        "notes": document.notes,
        **user(books),
    }


def _gst(books: Books, document: Document) -> Json:
    return {
        "gst_no": document.gst_no,
        "gst_treatment": document.gst_treatment,
        "gst_treatment_formatted": TREATMENTS.get(document.gst_treatment, ""),
        "tax_treatment": document.gst_treatment,
        "contact_category": document.gst_treatment,
        "place_of_supply": document.place_of_supply,
        "place_of_supply_formatted": NAMES.get(document.place_of_supply, ""),
        "tax_specification": "inter" if document.is_inter else "intra",
        "tax_reg_no": books.facts.gst_no,
        "is_taxable": bool(document.tax_rows),
        "is_pre_gst": False,
        "is_reverse_charge_applied": False,
        "gst_return_details": {"return_period": "", "status": ""},
    }


def _einvoice(document: Document) -> Json:
    if not document.irn:
        return {}
    return {"inv_ref_num": document.irn, "status": "Pushed", "ack_date": day(document.day), "ack_number": ""}


def _due_days(books: Books, document: Document) -> str:
    if document.state is not State.OPEN or balance(books, document) <= 0:
        return ""
    left = (document.due - books.today()).days
    return f"Overdue by {-left} days" if left < 0 else f"Due in {left} days" if left else "Due Today"


def last_payment(books: Books, document: Document) -> str:
    """Write the day of the last payment applied to a document."""
    days = [one.day for one in books.applied_onto(document.id) if one.kind is SourceKind.PAYMENT]
    return day(max(days, default=None))


DETAILS = {
    DocumentKind.INVOICE: invoice_detail,
    DocumentKind.CREDIT_NOTE: credit_note_detail,
    DocumentKind.ESTIMATE: estimate_detail,
    DocumentKind.SALES_ORDER: sales_order_detail,
}
