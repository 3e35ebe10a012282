"""Payments received and made as the API writes them.

Recorded: the detail of a payment received has no last modified time but ``updated_time``; ``applied_invoices`` of its
row is empty even when it is applied; an opening balance is paid through a pseudo-invoice that no list shows.
"""

from __future__ import annotations

from sandbox.zoho.app.render import Json, account_name, contact_name, currency, custom, day, fill, moment, money, number
from sandbox.zoho.app.sales import OPENING_NAME
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.ledger_records import Role
from sandbox.zoho.books.money import to_base
from sandbox.zoho.books.records import Application, ContactType, Payment, Refund
from sandbox.zoho.books.settling import balance, opening_left, refunded, unused, unused_base
from sandbox.zoho.shapes import payments as received
from sandbox.zoho.shapes import vendor_payments as made


def customer_row(books: Books, payment: Payment) -> Json:
    """Write the row of a payment received."""
    return fill(
        received.ROW,
        _customer_both(books, payment),
        {
            "payment_mode_formatted": payment.mode,
            "invoice_numbers": ", ".join(_number(books, one) for one in books.applied_from(payment.id)),
            "bcy_amount": money(to_base(payment.amount, payment.exchange_rate)),
            "unused_amount": money(unused(books, payment)),
            "bcy_unused_amount": money(unused_base(books, payment)),
            "bcy_refunded_amount": money(to_base(refunded(books, payment.id), payment.exchange_rate)),
            "applied_invoices": [],
            "payment_type": "Invoice Payment" if books.applied_from(payment.id) else "Customer Advance",
            "created_time": moment(payment.created),
            "last_modified_time": moment(payment.modified),
        },
    )


def customer_detail(books: Books, payment: Payment) -> Json:
    """Write a payment received in full."""
    contact = books.contacts[payment.contact_id]
    whole = fill(
        received.DETAIL,
        _customer_both(books, payment),
        currency(books, payment.currency_id),
        {
            "payment_number_suffix": payment.number,
            "created_by": books.facts.user,
            "created_time": moment(payment.created),
            "updated_time": moment(payment.modified),
            "contact_number": contact.number,
            "gst_no": contact.gst_no,
            "gst_treatment": contact.gst_treatment,
            "tax_treatment": contact.gst_treatment,
            "place_of_supply": contact.place,
            "account_type": books.accounts[payment.account_id].type,
            "customer_advance_account_id": payment.advance_account_id,
            "customer_advance_account_name": account_name(books, payment.advance_account_id),
            "exchange_rate": number(payment.exchange_rate),
            "unused_amount": money(unused(books, payment)),
            "bank_charges": money(payment.bank_charges),
            "bank_charges_account_id": payment.bank_charges_account_id,
            "bank_charges_account_name": account_name(books, payment.bank_charges_account_id),
            "invoices": [_invoice(books, one) for one in books.applied_from(payment.id)],
            "payment_refunds": _refunds(books, payment),
            "imported_transactions": [_imported(payment)] if payment.is_matched else [],
        },
    )
    whole.pop("last_modified_time", None)
    return whole


def _customer_both(books: Books, payment: Payment) -> Json:
    return {
        "payment_id": payment.id,
        "payment_number": payment.number,
        "customer_id": payment.contact_id,
        "customer_name": contact_name(books, payment.contact_id),
        "date": day(payment.day),
        "payment_mode": payment.mode,
        "amount": money(payment.amount),
        "account_id": payment.account_id,
        "account_name": account_name(books, payment.account_id),
        "description": payment.description,
        "reference_number": payment.reference,
        "tax_account_id": payment.tax_account_id,
        "tax_account_name": account_name(books, payment.tax_account_id),
        "tax_amount_withheld": money(sum(one.withheld for one in books.applied_from(payment.id))),
        "payment_status": "paid",
        **custom(payment),
    }


def _number(books: Books, one: Application) -> str:
    target = books.documents.get(one.target_id)
    return target.number if target is not None else OPENING_NAME


def _target(books: Books, one: Application) -> Json:
    """Write the document, or the opening balance, behind an application."""
    target = books.documents.get(one.target_id)
    if target is not None:
        total, left, made_on, due = target.total, balance(books, target), target.day, target.due
    else:
        contact = books.contacts[one.contact_id]
        total, left = contact.opening, opening_left(books, contact)
        made_on = due = books.facts.begins
    return {
        "total": money(total),
        "balance": money(left),
        "date": day(made_on),
        "due_date": day(due),
        "amount_applied": money(one.amount),
        "apply_date": day(one.day),
        "tax_amount_withheld": money(one.withheld),
        "price_precision": 2,
    }


def _invoice(books: Books, one: Application) -> Json:
    values = {"invoice_payment_id": one.id, "invoice_id": one.target_id, "invoice_number": _number(books, one)}
    return fill(received.ALLOCATION, values, _target(books, one))


def _refunds(books: Books, payment: Payment) -> list[Json]:
    prefix = "payment" if payment.type is ContactType.CUSTOMER else "vendorpayment"
    return [
        {
            f"{prefix}_refund_id": one.id,
            f"{prefix}_id": payment.id,
            "date": day(one.day),
            "refund_mode": one.mode,
            "reference_number": one.reference,
            "description": one.description,
            "amount_bcy": money(to_base(one.amount, payment.exchange_rate)),
            "amount_fcy": money(one.amount),
        }
        for one in books.refunds.values()
        if one.source_id == payment.id
    ]


def refund_detail(books: Books, payment: Payment, refund: Refund) -> Json:
    """Write one refund; documented: one of a payment made names its account, one of a payment received does not."""
    whole = {
        "date": day(refund.day),
        "refund_mode": refund.mode,
        "reference_number": refund.reference,
        "exchange_rate": number(payment.exchange_rate),
        "amount": money(refund.amount),
        "description": refund.description,
    }
    if payment.type is ContactType.CUSTOMER:
        return {"payment_refund_id": refund.id, "payment_id": payment.id, "payment_form": refund.mode, **whole}
    account = {"to_account_id": refund.account_id, "to_account_name": account_name(books, refund.account_id)}
    return {"vendorpayment_refund_id": refund.id, "vendorpayment_id": payment.id, **account, **whole}


def _imported(payment: Payment) -> Json:
    return {
        "imported_transaction_id": f"{payment.id[:-1]}8",
        "date": day(payment.day),
        "amount": money(payment.amount),
        "payee": "",
        "description": payment.description,
        "reference_number": payment.reference,
        "status": "categorized",
        "account_id": payment.account_id,
    }


def vendor_row(books: Books, payment: Payment) -> Json:
    """Write the row of a payment made; its ``balance`` is what is applied to nothing."""
    return fill(
        made.ROW,
        _vendor_both(books, payment),
        {
            "bill_numbers": ", ".join(_bill_number(books, one) for one in books.applied_from(payment.id)),
            "bcy_amount": money(to_base(payment.amount, payment.exchange_rate)),
            "bcy_balance": money(unused_base(books, payment)),
        },
    )


def vendor_detail(books: Books, payment: Payment) -> Json:
    """Write a payment made in full."""
    return fill(
        made.DETAIL,
        _vendor_both(books, payment),
        {
            "payment_number_suffix": payment.number,
            "created_by_id": books.user_id,
            "created_by_name": books.facts.user,
            "paid_through_account_type": books.accounts[payment.account_id].type,
            "offset_account_id": books.roles[Role.PAYABLE],
            "offset_account_name": Role.PAYABLE.value,
            "bank_charges": money(payment.bank_charges),
            "bank_charges_account_id": payment.bank_charges_account_id,
            "bank_charges_account_name": account_name(books, payment.bank_charges_account_id),
            "bills": [_bill(books, one) for one in books.applied_from(payment.id)],
            "vendorpayment_refunds": _refunds(books, payment),
            "imported_transactions": [_imported(payment)] if payment.is_matched else [],
            "comments": [],
        },
    )


def _vendor_both(books: Books, payment: Payment) -> Json:
    return {
        "payment_id": payment.id,
        "payment_number": payment.number,
        "vendor_id": payment.contact_id,
        "vendor_name": contact_name(books, payment.contact_id),
        "status": "paid",
        "date": day(payment.day),
        "payment_mode": payment.mode,
        "amount": money(payment.amount),
        "balance": money(unused(books, payment)),
        "paid_through_account_id": payment.account_id,
        "paid_through_account_name": account_name(books, payment.account_id),
        "description": payment.description,
        "reference_number": payment.reference,
        "exchange_rate": number(payment.exchange_rate),
        "created_time": moment(payment.created),
        "last_modified_time": moment(payment.modified),
        **currency(books, payment.currency_id),
        **custom(payment),
    }


def _bill_number(books: Books, one: Application) -> str:
    target = books.documents.get(one.target_id)
    return target.number if target is not None else "Vendor opening balance"


def _bill(books: Books, one: Application) -> Json:
    values = {
        "bill_payment_id": one.id,
        "bill_id": one.target_id,
        "bill_number": _bill_number(books, one),
        "is_opening_balance": one.target_id not in books.documents,
    }
    return fill(made.ALLOCATION, values, _target(books, one))
