"""Bills, vendor credits and purchase orders as the API writes them. A bill's total is net of tax deducted at source."""

from __future__ import annotations

from sandbox.zoho.app.contacts import TREATMENTS
from sandbox.zoho.app.lines import write_lines, write_taxes
from sandbox.zoho.app.render import (
    Json,
    account_name,
    contact_name,
    currency,
    custom,
    day,
    fill,
    moments,
    money,
    number,
    percent,
    short_address,
    user,
)
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.money import to_base
from sandbox.zoho.books.records import Application, Document, DocumentKind, Refund, SourceKind, State
from sandbox.zoho.books.settling import balance, paid_by, refunded, status, used
from sandbox.zoho.books.states import NAMES
from sandbox.zoho.shapes import bills, purchase_orders


def bill_row(books: Books, document: Document) -> Json:
    """Write a bill's row."""
    return fill(
        bills.ROW,
        _both(books, document),
        {
            "bill_id": document.id,
            "bill_number": document.number,
            "due_days": _due_days(books, document),
            "tds_total": money(document.tds),
            "balance_due": money(balance(books, document)),
            "created_by": books.facts.user,
            "last_modified_by": books.facts.user,
            "is_opening_balance": "",
        },
    )


def bill_detail(books: Books, document: Document) -> Json:
    """Write a bill in full."""
    contact = books.contacts[document.contact_id]
    links = books.applied_onto(document.id)
    return fill(
        bills.DETAIL,
        _both(books, document),
        _worked_out(books, document),
        _supply(books, document),
        _tds(books, document),
        {
            "bill_id": document.id,
            "bill_number": document.number,
            "payment_terms": contact.terms_days,
            "payment_terms_label": f"Net {contact.terms_days}",
            "payment_made": money(paid_by(books, document.id, SourceKind.PAYMENT)),
            "vendor_credits_applied": money(paid_by(books, document.id, SourceKind.CREDIT)),
            "payments": [_payment(books, one) for one in links if one.kind is SourceKind.PAYMENT],
            "vendor_credits": [_credit(books, one) for one in links if one.kind is SourceKind.CREDIT],
            "journal_credits": [_journal(books, one) for one in links if one.kind is SourceKind.JOURNAL],
            "billing_address": short_address(contact.billing),
            "last_modified_id": books.user_id,
        },
    )


def vendor_credit_row(books: Books, document: Document) -> Json:
    """Write a vendor credit's row."""
    return {
        "vendor_credit_id": document.id,
        "vendor_credit_number": document.number,
        "has_attachment": False,
        "tags": [],
        **_both(books, document),
    }


def vendor_credit_detail(books: Books, document: Document) -> Json:
    """Write a vendor credit in full."""
    return {
        **vendor_credit_row(books, document),
        **_worked_out(books, document),
        **_supply(books, document),
        "total_credits_used": money(used(books, document.id)),
        "total_refunded_amount": money(refunded(books, document.id)),
        "bills_credited": [_credited(books, one) for one in books.applied_from(document.id)],
        "vendor_credit_refunds": _refunds(books, document),
        "is_reverse_charge_applied": False,
        "price_precision": 2,
        "documents": [],
        "comments": [],
    }


def purchase_order_row(books: Books, document: Document) -> Json:
    """Write a purchase order's row."""
    return fill(purchase_orders.ROW, _both(books, document), _order(document))


def purchase_order_detail(books: Books, document: Document) -> Json:
    """Write a purchase order in full."""
    return fill(
        purchase_orders.DETAIL,
        _both(books, document),
        _worked_out(books, document),
        _supply(books, document),
        _order(document),
    )


def _order(document: Document) -> Json:
    return {
        "purchaseorder_id": document.id,
        "purchaseorder_number": document.number,
        "billed_status": "",
        "delivery_date": "",
    }


def _both(books: Books, document: Document) -> Json:
    shown = status(books, document, books.today())
    return {
        "vendor_id": document.contact_id,
        "vendor_name": contact_name(books, document.contact_id),
        "status": shown,
        "current_sub_status": shown,
        "reference_number": document.reference,
        "date": day(document.day),
        "due_date": day(document.due),
        "total": money(document.total),
        "balance": money(balance(books, document)),
        "exchange_rate": number(document.exchange_rate),
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
        "discount": money(document.discount),
        "discount_amount": money(document.discount),
        "adjustment": money(document.adjustment + document.round_off),
        "adjustment_description": "Rounding" if document.round_off else "Adjustment",
        "bcy_total": money(to_base(document.total, rate)),
        "notes": document.notes,
        **user(books),
    }


def _supply(books: Books, document: Document) -> Json:
    facts = books.facts
    return {
        "gst_no": document.gst_no,
        "gst_treatment": document.gst_treatment,
        "gst_treatment_formatted": TREATMENTS.get(document.gst_treatment, ""),
        "tax_treatment": document.gst_treatment,
        "contact_category": document.gst_treatment,
        "source_of_supply": document.place_of_supply,
        "source_of_supply_formatted": NAMES.get(document.place_of_supply, ""),
        "destination_of_supply": facts.place,
        "destination_of_supply_formatted": NAMES.get(facts.place, ""),
        "gst_return_details": {"return_period": "", "status": ""},
    }


def _tds(books: Books, document: Document) -> Json:
    tds = books.tds_taxes.get(document.tds_tax_id)
    if tds is None:
        return {"tds_amount": 0, "tds_percent": "", "tds_section": "", "tds_tax_id": "", "tds_summary": []}
    return {
        "tds_calculation_type": "tds_entity_level",
        "is_tds_amount_in_percent": True,
        "tds_percent": f"{tds.percent / 100:.2f}",
        "tds_amount": money(document.tds),
        "tds_tax_id": tds.id,
        "tds_tax_name": tds.name,
        "tds_section": tds.section,
        "tds_summary": [
            {
                "tds_tax_id": tds.id,
                "tds_name": tds.name,
                "tds_percentage": percent(tds.percent),
                "tds_amount": money(document.tds),
            }
        ],
    }


def _payment(books: Books, one: Application) -> Json:
    payment = books.payments[one.source_id]
    return {
        "payment_id": payment.id,
        "bill_id": one.target_id,
        "bill_payment_id": one.id,
        "payment_mode": payment.mode,
        "payment_number": payment.number,
        "description": payment.description,
        "date": day(payment.day),
        "reference_number": payment.reference,
        "exchange_rate": number(payment.exchange_rate),
        "amount": money(one.amount),
        "paid_through_account_id": payment.account_id,
    }


def _credit(books: Books, one: Application) -> Json:
    credit = books.documents[one.source_id]
    return {
        "vendor_credit_id": credit.id,
        "vendor_credit_bill_id": one.id,
        "vendor_credit_number": credit.number,
        "date": day(one.day),
        "amount": money(one.amount),
    }


def _journal(books: Books, one: Application) -> Json:
    journal = books.journals[one.source_id]
    return {
        "journal_id": journal.id,
        "journal_bill_id": one.id,
        "entry_number": journal.number,
        "date": day(one.day),
        "amount": money(one.amount),
    }


def _credited(books: Books, one: Application) -> Json:
    target = books.documents.get(one.target_id)
    return {
        "bill_id": one.target_id,
        "vendor_credit_bill_id": one.id,
        "bill_number": target.number if target is not None else "Vendor opening balance",
        "date": day(one.day),
        "amount": money(one.amount),
    }


def _refunds(books: Books, document: Document) -> list[Json]:
    return [
        {
            "vendor_credit_refund_id": one.id,
            "vendor_credit_id": document.id,
            "date": day(one.day),
            "refund_mode": one.mode,
            "reference_number": one.reference,
            "description": one.description,
            "amount_bcy": money(one.amount),
            "amount_fcy": money(one.amount),
        }
        for one in books.refunds.values()
        if one.source_id == document.id
    ]


def _due_days(books: Books, document: Document) -> str:
    if document.state is not State.OPEN or balance(books, document) <= 0:
        return ""
    left = (document.due - books.today()).days
    return f"Overdue by {-left} days" if left < 0 else f"Due in {left} days" if left else "Due Today"


DETAILS = {
    DocumentKind.BILL: bill_detail,
    DocumentKind.VENDOR_CREDIT: vendor_credit_detail,
    DocumentKind.PURCHASE_ORDER: purchase_order_detail,
}


def refund_detail(books: Books, document: Document, refund: Refund) -> Json:
    """Write one refund of a vendor credit; documented: it names its account, the list of them does not."""
    return {
        "vendor_credit_refund_id": refund.id,
        "vendor_credit_id": document.id,
        "date": day(refund.day),
        "refund_mode": refund.mode,
        "reference_number": refund.reference,
        "exchange_rate": number(document.exchange_rate),
        "amount": money(refund.amount),
        "description": refund.description,
        "account_id": refund.account_id,
        "account_name": account_name(books, refund.account_id),
        "imported_transactions": [],
    }
