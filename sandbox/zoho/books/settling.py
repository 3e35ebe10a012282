"""What is still open: balances and statuses of documents, what payments and credits have left, what contacts owe.

Rules checked against recorded replies: drafts and voids keep their balance equal to their total and do not count in
their contact's outstanding; credits are shown beside the outstanding, not taken off it; an opening balance is owed
without any invoice that a list would show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.zoho.books.company import Books
from sandbox.zoho.books.ledger_records import Role
from sandbox.zoho.books.money import to_base
from sandbox.zoho.books.records import Contact, ContactType, Document, DocumentKind, Journal, Payment, SourceKind, State


def settled(books: Books, target_id: str) -> int:
    """Return what was applied to a document or opening balance, tax withheld included."""
    return sum(one.amount + one.withheld for one in books.applied_onto(target_id))


def used(books: Books, source_id: str) -> int:
    """Return how much of a payment or credit was applied."""
    return sum(one.amount for one in books.applied_from(source_id))


def refunded(books: Books, source_id: str) -> int:
    """Return how much of a payment or credit was given back."""
    return sum(one.amount for one in books.refunds.values() if one.source_id == source_id)


def balance(books: Books, document: Document) -> int:
    """Return what is open of a document, in its currency; of a credit, what is unused."""
    if document.kind.is_credit:
        return document.total - used(books, document.id) - refunded(books, document.id)
    return document.total - settled(books, document.id) - document.written_off


def unused(books: Books, payment: Payment) -> int:
    """Return what of a payment is applied to nothing."""
    return payment.amount - used(books, payment.id) - refunded(books, payment.id)


def balance_base(books: Books, document: Document) -> int:
    """Return what is open of a document in the base currency: every part turned by itself, as it was posted."""
    rate = document.exchange_rate
    if document.kind.is_credit:
        parts = [one.amount for one in books.applied_from(document.id)]
        parts += [one.amount for one in books.refunds.values() if one.source_id == document.id]
    else:
        parts = [part for one in books.applied_onto(document.id) for part in (one.amount, one.withheld)]
        parts.append(document.written_off)
    return to_base(document.total, rate) - sum(to_base(part, rate) for part in parts)


def unused_base(books: Books, payment: Payment) -> int:
    """Return what of a payment is applied to nothing, in the base currency, likewise."""
    parts = [one.amount for one in books.applied_from(payment.id)]
    parts += [one.amount for one in books.refunds.values() if one.source_id == payment.id]
    rate = payment.exchange_rate
    return to_base(payment.amount, rate) - sum(to_base(part, rate) for part in parts)


def opening_left(books: Books, contact: Contact) -> int:
    """Return what is open of a contact's opening balance; negative if it was a credit."""
    return contact.opening - settled(books, contact.opening_id)


def status(books: Books, document: Document, today: date) -> str:
    """Return the status as lists show it."""
    if document.state in {State.DRAFT, State.VOID}:
        return document.state.value
    match document.kind:
        case DocumentKind.INVOICE | DocumentKind.BILL:
            return _status_of_open_item(books, document, today)
        case DocumentKind.CREDIT_NOTE | DocumentKind.VENDOR_CREDIT:
            return "open" if balance(books, document) else "closed"
        case DocumentKind.ESTIMATE:
            return "sent" if document.state is State.OPEN else document.state.value
        case _:
            return document.state.value


def _status_of_open_item(books: Books, document: Document, today: date) -> str:
    left = balance(books, document)
    if left <= 0:
        return "paid"
    if document.due < today:
        return "overdue"
    if left < document.total:
        return "partially_paid"
    return "sent" if document.kind is DocumentKind.INVOICE else "open"


def journal_credit(books: Books, journal: Journal, contact: Contact) -> int:
    """Return how much a journal holds in a contact's favour and is not applied yet.

    A credit on receivables for a customer, a debit on payables for a vendor.
    """
    given = max(0, -_on_control(books, journal, contact))
    return given - sum(one.amount for one in books.applied_from(journal.id) if one.contact_id == contact.id)


def journal_charge(books: Books, journal: Journal, contact: Contact) -> int:
    """Return how much a journal charges a contact."""
    return max(0, _on_control(books, journal, contact))


def _on_control(books: Books, journal: Journal, contact: Contact) -> int:
    """Return a journal's sum on the contact's control account, positive where the contact's debt grows."""
    if journal.state is not State.OPEN:
        return 0
    is_customer = contact.type is ContactType.CUSTOMER
    control = books.roles[Role.RECEIVABLE if is_customer else Role.PAYABLE]
    moved = sum(one.amount for one in journal.lines if one.contact_id == contact.id and one.account_id == control)
    return moved if is_customer else -moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a contact stands, in its currency and in the base currency."""

    outstanding: int
    credits: int
    outstanding_base: int
    credits_base: int


def position(books: Books, contact: Contact) -> Position:
    """Return what a customer owes (or a vendor is owed) and which credits stand beside it."""
    return books.kept(("position", contact.id), lambda: _add_up(books, contact))


def _add_up(books: Books, contact: Contact) -> Position:
    open_, credits_, open_base, credits_base = 0, 0, 0, 0
    left = opening_left(books, contact)
    if left >= 0:
        open_, open_base = left, left
    else:
        credits_, credits_base = -left, -left
    for record in books.records_of(contact.id):
        match record:
            case Document() if record.counts and record.kind.is_credit:
                credits_ += balance(books, record)
                credits_base += balance_base(books, record)
            case Document() if record.counts:
                open_ += balance(books, record)
                open_base += balance_base(books, record)
            case Payment():
                credits_ += unused(books, record)
                credits_base += unused_base(books, record)
            case Journal():
                credit, charge = journal_credit(books, record, contact), journal_charge(books, record, contact)
                credits_, credits_base = credits_ + credit, credits_base + credit
                open_, open_base = open_ + charge, open_base + charge
            case _:
                continue
    return Position(outstanding=open_, credits=credits_, outstanding_base=open_base, credits_base=credits_base)


def paid_by(books: Books, target_id: str, kind: SourceKind) -> int:
    """Return what payments, credits or journals settled of a document, without tax withheld."""
    return sum(one.amount for one in books.applied_onto(target_id) if one.kind is kind)


def withheld_of(books: Books, target_id: str) -> int:
    """Return the tax withheld on a document."""
    return sum(one.withheld for one in books.applied_onto(target_id))
