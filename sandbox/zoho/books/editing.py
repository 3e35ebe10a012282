"""Business edits of masters and documents: make, alter, mark, void, delete, write off.

Every edit checks what Zoho Books checks, stamps what it stamps and tells the listeners. A contact's own modified time
does not move when its balance changes; a document's does when something is applied to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

from sandbox.zoho.books.company import NOUNS, Books, get_record
from sandbox.zoho.books.errors import INVALID_VALUE, NAME_TAKEN, BooksRefused, Missing
from sandbox.zoho.books.ledger_records import Record
from sandbox.zoho.books.money import add_up
from sandbox.zoho.books.records import Contact, ContactType, Document, DocumentKind, Item, Line, State
from sandbox.zoho.books.settling import balance, refunded, settled, used

R = TypeVar("R", bound=Record)

PATTERNS = {
    DocumentKind.INVOICE: "INV-{:06d}",
    DocumentKind.CREDIT_NOTE: "CN-{:05d}",
    DocumentKind.BILL: "BILL-{:05d}",
    DocumentKind.VENDOR_CREDIT: "DN-{:05d}",
    DocumentKind.ESTIMATE: "QT-{:06d}",
    DocumentKind.SALES_ORDER: "SO-{:05d}",
    DocumentKind.PURCHASE_ORDER: "PO-{:05d}",
}
"""The numbers Zoho gives where none is sent; ``{}`` counts from 1."""


def make_contact(books: Books, name: str, kind: ContactType, **values: Any) -> Contact:
    """Add a contact.

    Raises:
        BooksRefused: an active contact has the name already.
    """
    check_name(books, name)
    contact = Contact(
        name=name,
        type=kind,
        number=books.next_number(kind.value, "CUS-{}" if kind is ContactType.CUSTOMER else "VEN-{}"),
        opening_id=books.new_id(),
        **{"currency_id": books.base_currency.id, **values},
        **stamp(books),
    )
    books.contacts[contact.id] = contact
    books.opening_owners[contact.opening_id] = contact.id
    books.told("contact", "created", contact.id)
    return contact


def check_name(books: Books, name: str, but: str = "") -> None:
    """Refuse a name that another active contact bears.

    Raises:
        BooksRefused: 3062.
    """
    for one in books.contacts.values():
        if one.is_active and one.id != but and one.name.casefold() == name.casefold():
            message = f'The customer "{name}" already exists. Please specify a different name.'
            raise BooksRefused(message, zoho_code=NAME_TAKEN)


def alter_contact(books: Books, key: str, **values: Any) -> Contact:
    """Change a contact's own fields."""
    contact = get_record(books.contacts, key, "Contact")
    if "name" in values:
        check_name(books, values["name"], but=key)
    return _altered(books, contact, "contact", values)


def delete_contact(books: Books, key: str) -> None:
    """Delete a contact for good.

    Raises:
        BooksRefused: something was made with it.
    """
    contact = get_record(books.contacts, key, "Contact")
    if books.records_of(key) or contact.opening:
        # The sentence is the real one's in sense; its code is unverified.
        raise BooksRefused("Contacts involved in transactions cannot be deleted.")
    del books.contacts[key]
    books.told("contact", "deleted", key)


def make_item(books: Books, name: str, rate: int, **values: Any) -> Item:
    """Add an item."""
    item = Item(
        name=name,
        rate=rate,
        **{"account_id": _income(books), "purchase_account_id": _cost(books), **values},
        **stamp(books),
    )
    books.items[item.id] = item
    books.told("item", "created", item.id)
    return item


def _income(books: Books) -> str:
    return next(one.id for one in books.accounts.values() if one.type == "income")


def _cost(books: Books) -> str:
    return next(one.id for one in books.accounts.values() if one.type == "cost_of_goods_sold")


def alter_item(books: Books, key: str, **values: Any) -> Item:
    """Change an item."""
    return _altered(books, get_record(books.items, key, "Item"), "item", values)


def delete_item(books: Books, key: str) -> None:
    """Delete an item for good.

    Raises:
        BooksRefused: a document names it.
    """
    get_record(books.items, key, "Item")
    if any(line.item_id == key for document in books.documents.values() for line in document.lines):
        raise BooksRefused("Items which are a part of other transactions cannot be deleted.")
    del books.items[key]
    books.told("item", "deleted", key)


def make_document(books: Books, kind: DocumentKind, contact_id: str, lines: Iterable[Line], **values: Any) -> Document:
    """Make a document; it counts at once unless ``state`` says draft.

    Args:
        books: where.
        kind: which.
        contact_id: with whom.
        lines: what; their amounts are worked out here.
        values: other fields of the document; the day is today and the number the next if they are not given.

    Raises:
        BooksRefused: there is no such contact, or the period is locked.
    """
    contact = get_record(books.contacts, contact_id, "Contact")
    day: date = values.pop("day", None) or books.today()
    books.check_open(day)
    document = Document(
        kind=kind,
        contact_id=contact_id,
        day=day,
        due=values.pop("due", None) or day + timedelta(days=contact.terms_days),
        number=values.pop("number", "") or books.next_number(kind.value, PATTERNS[kind]),
        lines=list(lines),
        **{**_inherited(books, contact), **values},
        **stamp(books),
    )
    if not document.lines:
        raise BooksRefused("Please add at least one line item.", zoho_code=INVALID_VALUE)
    _add_up(books, document)
    books.documents[document.id] = document
    books.file_under(contact_id, document)
    books.told(kind.value, "created", document.id)
    return document


def _inherited(books: Books, contact: Contact) -> dict[str, Any]:
    currency = books.currencies[contact.currency_id]
    return {
        "currency_id": currency.id,
        "exchange_rate": currency.rate,
        "place_of_supply": contact.place,
        "gst_treatment": contact.gst_treatment,
        "gst_no": contact.gst_no,
        "is_inter": contact.place != books.facts.place or contact.gst_treatment in {"business_sez", "overseas"},
    }


def _add_up(books: Books, document: Document) -> None:
    tds = books.tds_taxes.get(document.tds_tax_id)
    add_up(document, books.taxes.__getitem__, tds.percent if tds is not None else 0)


def alter_document(books: Books, document: Document, lines: Iterable[Line] | None = None, **values: Any) -> Document:
    """Change a document; ``lines``, if given, replace all it has.

    Raises:
        BooksRefused: the period is locked, or the document would be worth less than what was applied to it.
    """
    books.check_open(document.day, values.get("day", document.day))
    changed = replace(document, **values)
    if lines is not None:
        # What rounded the old lines does not round the new ones.
        changed.lines, changed.round_off = list(lines), 0
    changed.lines = [replace(line) for line in changed.lines]
    _add_up(books, changed)
    taken = settled(books, document.id) + document.written_off
    if document.kind.is_credit:
        taken = used(books, document.id) + refunded(books, document.id)
    if changed.total < taken:
        raise BooksRefused("The amount entered is less than the amount already applied.")
    for name in ("lines", "round_off", "tax_rows", "sub_total", "tax_total", "total", "tds", *values):
        setattr(document, name, getattr(changed, name))
    return touched(books, document, document.kind.value)


def mark_document(books: Books, document: Document, state: State) -> Document:
    """Mark a document sent (open), draft or void; what was applied to it, or from it, is taken off by a void.

    Raises:
        BooksRefused: the period is locked, or a draft would carry payments.
    """
    books.check_open(document.day)
    links = books.applied_onto(document.id) + books.applied_from(document.id)
    if state is not State.OPEN and refunded(books, document.id):
        raise BooksRefused(f"{NOUNS[document.kind]} with refunds cannot be changed.")
    if state is State.DRAFT and links:
        raise BooksRefused(f"{NOUNS[document.kind]} with payments or credits cannot be converted to draft.")
    for application in links:
        books.unlink(application)
        _touch_other_end(books, application.source_id, application.target_id, document.id)
    document.state = state
    return touched(books, document, document.kind.value)


def _touch_other_end(books: Books, source_id: str, target_id: str, but: str) -> None:
    for key in (source_id, target_id):
        other = books.documents.get(key) or books.payments.get(key)
        if other is not None and key != but:
            other.modified = books.now()


def delete_document(books: Books, document: Document) -> None:
    """Delete a document for good.

    Raises:
        BooksRefused: something is applied to it or from it, or the period is locked.
    """
    books.check_open(document.day)
    refunds = any(one.source_id == document.id for one in books.refunds.values())
    if books.applied_onto(document.id) or books.applied_from(document.id) or refunds:
        noun = NOUNS[document.kind]
        raise BooksRefused(f"{noun} for which payments or credits have been applied cannot be deleted.")
    del books.documents[document.id]
    books.forget(document.contact_id, document)
    books.told(document.kind.value, "deleted", document.id)


def write_off(books: Books, document: Document, day: date | None = None) -> Document:
    """Write off what is open of an invoice.

    Raises:
        BooksRefused: it is no open invoice.
    """
    left = balance(books, document)
    if document.kind is not DocumentKind.INVOICE or not document.counts or left <= 0:
        raise BooksRefused("Only open invoices can be written off.")
    document.written_off += left
    document.written_off_on = day or books.today()
    return touched(books, document, document.kind.value)


def cancel_write_off(books: Books, document: Document) -> Document:
    """Take a write-off back."""
    document.written_off, document.written_off_on = 0, None
    return touched(books, document, document.kind.value)


def make_line(books: Books, item: Item | None = None, **values: Any) -> Line:
    """Form a line, from an item if one is given."""
    account = values.pop("account_id", "") or (item.account_id if item is not None else _income(books))
    defaults: dict[str, Any] = {}
    if item is not None:
        defaults = {
            "item_id": item.id,
            "name": item.name,
            "rate": item.rate,
            "hsn": item.hsn,
            "unit": item.unit,
            "product_type": item.product_type,
            "description": item.description,
        }
    return Line(id=books.new_id(), account_id=account, **{"rate": 0, **defaults, **values})


def tax_for(books: Books, percent: int, *, is_inter: bool) -> str:
    """Return the tax or group for a rate: a group of CGST and SGST inside the state, one IGST beyond it."""
    if not percent:
        return ""
    for tax in books.taxes.values():
        fits = tax.head == "igst" if is_inter else bool(tax.members)
        if fits and tax.percent == percent:
            return tax.id
    raise Missing("Tax")


def stamp(books: Books) -> dict[str, Any]:
    """Return the identifier and moments of a new record."""
    now = books.now()
    return {"id": books.new_id(), "created": now, "modified": now}


def touched(books: Books, record: R, module: str) -> R:
    """Stamp a changed record and tell the listeners."""
    record.modified = books.now()
    books.told(module, "edited", record.id)
    return record


def _altered(books: Books, record: R, module: str, values: dict[str, Any]) -> R:
    for name, value in values.items():
        setattr(record, name, value)
    return touched(books, record, module)
