"""Contacts as the API writes them. Their modified time says nothing of their balance."""

from __future__ import annotations

from sandbox.zoho.app.render import Json, currency, custom, day, fill, moments, money, user
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.records import Contact, ContactType
from sandbox.zoho.books.settling import opening_left, position
from sandbox.zoho.books.states import NAMES
from sandbox.zoho.shapes import contacts as shapes

TREATMENTS = {
    "business_gst": "Registered Business - Regular",
    "business_registered_composition": "Registered Business - Composition",
    "business_none": "Unregistered Business",
    "business_sez": "Special Economic Zone",
    "consumer": "Consumer",
    "overseas": "Overseas",
}


def row(books: Books, contact: Contact) -> Json:
    """Write a contact's row."""
    return fill(shapes.ROW, _both(books, contact), {"customer_name": contact.name, "vendor_name": contact.name})


def detail(books: Books, contact: Contact) -> Json:
    """Write a contact in full."""
    is_customer = contact.type is ContactType.CUSTOMER
    left = opening_left(books, contact)
    summary = _summary(books, contact)
    return fill(
        shapes.DETAIL,
        _both(books, contact),
        user(books),
        {
            "has_transaction": bool(books.records_of(contact.id)),
            "credit_limit": money(contact.credit_limit),
            "legal_name": contact.legal_name,
            "tax_reg_label": "GSTIN" if contact.gst_no else "",
            "contact_category": contact.gst_treatment,
            "tax_treatment": contact.gst_treatment,
            "is_bcy_only_contact": books.currencies[contact.currency_id].is_base,
            "opening_balance_amount": money(contact.opening),
            "opening_balance_amount_bcy": money(contact.opening) if contact.opening else "",
            "opening_balances": [_opening(books, contact)] if contact.opening else [],
            "outstanding_ob_receivable_amount": money(max(0, left)) if is_customer else 0,
            "outstanding_ob_payable_amount": 0 if is_customer else money(max(0, left)),
            "billing_address": {**shapes.DETAIL["billing_address"], **_address(contact)},
            "contact_persons": [_person(contact)] if contact.person else [],
            "customer_currency_summaries": [summary] if is_customer else [],
            "vendor_currency_summaries": [] if is_customer else [summary],
            "notes": contact.notes,
            "created_date": day(contact.created.date()),
        },
    )


def _both(books: Books, contact: Contact) -> Json:
    return {
        "contact_id": contact.id,
        "contact_name": contact.name,
        "company_name": contact.company_name,
        "contact_type": contact.type.value,
        "contact_number": contact.number,
        "status": "active" if contact.is_active else "inactive",
        "source": "user",
        "language_code": "en",
        "payment_terms": contact.terms_days,
        "payment_terms_label": f"Net {contact.terms_days}" if contact.terms_days else "Due On Receipt",
        "first_name": contact.person.partition(" ")[0],
        "last_name": contact.person.partition(" ")[2],
        "email": contact.email,
        "phone": contact.phone,
        "mobile": contact.phone,
        "gst_no": contact.gst_no,
        "gst_treatment": contact.gst_treatment,
        "place_of_contact": contact.place,
        "place_of_contact_formatted": NAMES.get(contact.place, ""),
        "pan_no": contact.pan_no,
        "is_taxable": True,
        "price_precision": 2,
        **currency(books, contact.currency_id),
        **_standing(books, contact),
        **moments(contact),
        **custom(contact),
    }


def _standing(books: Books, contact: Contact) -> Json:
    at = position(books, contact)
    side, other = ("receivable", "payable") if contact.type is ContactType.CUSTOMER else ("payable", "receivable")
    return {
        f"outstanding_{side}_amount": money(at.outstanding),
        f"outstanding_{side}_amount_bcy": money(at.outstanding_base),
        f"unused_credits_{side}_amount": money(at.credits),
        f"unused_credits_{side}_amount_bcy": money(at.credits_base),
        f"outstanding_{other}_amount": 0,
        f"outstanding_{other}_amount_bcy": 0,
        f"unused_credits_{other}_amount": 0,
        f"unused_credits_{other}_amount_bcy": 0,
    }


def _summary(books: Books, contact: Contact) -> Json:
    at = position(books, contact)
    side = "receivable" if contact.type is ContactType.CUSTOMER else "payable"
    return {
        **currency(books, contact.currency_id),
        "price_precision": 2,
        "is_base_currency": books.currencies[contact.currency_id].is_base,
        f"outstanding_{side}_amount": money(at.outstanding),
        f"unused_credits_{side}_amount": money(at.credits),
    }


def _opening(books: Books, contact: Contact) -> Json:
    return {
        "opening_balance_id": contact.opening_id,
        "opening_balance_amount": money(contact.opening),
        "exchange_rate": 1,
        "date": day(books.facts.begins),
        "location_id": "",
        "location_name": "",
    }


def _address(contact: Contact) -> Json:
    address = contact.billing
    return {
        "address": address.street,
        "city": address.city,
        "state": address.state,
        "state_code": contact.place,
        "zip": address.zip,
        "country": address.country,
        "country_code": "IN" if address.country == "India" else "",
        "phone": contact.phone,
    }


def _person(contact: Contact) -> Json:
    first, _, last = contact.person.partition(" ")
    return {
        **shapes.PERSON,
        "contact_person_id": f"{contact.id[:-1]}9",
        "salutation": "",
        "first_name": first,
        "last_name": last,
        "email": contact.email,
        "phone": contact.phone,
        "mobile": contact.phone,
        "is_primary_contact": True,
    }
