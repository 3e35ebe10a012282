"""Business edits of money: payments and what they are applied to, credits, refunds, expenses, journals, transfers.

Deleting a payment or taking an application back opens the document again and moves its modified time; the contact's
never moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox.zoho.books.company import Books, get_record
from sandbox.zoho.books.editing import stamp, touched
from sandbox.zoho.books.errors import INVALID_VALUE, BooksRefused, Missing
from sandbox.zoho.books.ledger_records import Role
from sandbox.zoho.books.posting import applied_kind
from sandbox.zoho.books.records import (
    Application,
    Contact,
    ContactType,
    Document,
    Payment,
    Refund,
    SourceKind,
)
from sandbox.zoho.books.settling import balance, journal_credit, opening_left, refunded, unused


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Part of a payment for one document or opening balance."""

    target_id: str
    amount: int
    withheld: int = 0


def make_payment(
    books: Books, contact_id: str, amount: int, account_id: str, shares: Iterable[Share] = (), **values: Any
) -> Payment:
    """Record money from a customer or to a vendor; what no share takes stays unused.

    Raises:
        BooksRefused: a share is more than its document or the payment has, or the period is locked.
    """
    contact = get_record(books.contacts, contact_id, "Contact")
    is_customer = contact.type is ContactType.CUSTOMER
    shares = list(shares)
    day: date = values.pop("day", None) or books.today()
    books.check_open(day)
    check_shares(books, contact, shares, amount)
    currency = books.currencies[contact.currency_id]
    control = books.roles[Role.RECEIVABLE if is_customer else Role.PAYABLE]
    payment = Payment(
        type=contact.type,
        contact_id=contact_id,
        amount=amount,
        account_id=account_id,
        day=day,
        number=values.pop("number", "") or books.next_number(f"payments of a {contact.type}"),
        **{
            "mode": "cash" if is_customer else "Cash",
            "advance_account_id": control,
            "currency_id": currency.id,
            "exchange_rate": currency.rate,
            **values,
        },
        **stamp(books),
    )
    books.payments[payment.id] = payment
    books.file_under(contact_id, payment)
    for share in shares:
        apply(books, payment.id, share, day=day)
    books.told(module_of(payment), "created", payment.id)
    return payment


def module_of(payment: Payment) -> str:
    """Return what webhooks call a payment's module."""
    return "customerpayment" if payment.type is ContactType.CUSTOMER else "vendorpayment"


def check_shares(books: Books, contact: Contact, shares: list[Share], amount: int) -> None:
    """Refuse shares that are more than what is open, or than the payment.

    Raises:
        BooksRefused: they are.
    """
    if amount <= 0:
        raise BooksRefused("Please enter a valid amount.", zoho_code=INVALID_VALUE)
    if sum(share.amount for share in shares) > amount:
        raise BooksRefused("The amount applied is more than the amount received.")
    for share in shares:
        if share.amount < 0 or share.withheld < 0:
            raise BooksRefused("Please enter a valid amount.", zoho_code=INVALID_VALUE)
        if share.amount + share.withheld > open_of(books, contact, share.target_id):
            raise BooksRefused("The amount entered is more than the balance due for the selected invoices.")


def open_of(books: Books, contact: Contact, target_id: str) -> int:
    """Return what is open of a document or of the contact's opening balance.

    Raises:
        BooksRefused: it is not the contact's, or does not count.
    """
    if target_id == contact.opening_id:
        return max(0, opening_left(books, contact))
    document = books.documents.get(target_id)
    if document is None:
        raise Missing("Invoice" if contact.type is ContactType.CUSTOMER else "Bill")
    if document.contact_id != contact.id or not document.counts or document.kind.is_credit:
        raise BooksRefused("The selected transaction cannot be paid.")
    return balance(books, document)


def apply(books: Books, source_id: str, share: Share, day: date | None = None) -> Application:
    """Apply part of a payment, credit or journal to a document; it is checked by ``apply_credit`` or the caller."""
    kind = applied_kind(books, source_id)
    target = books.documents.get(share.target_id)
    contact_id = target.contact_id if target is not None else _whose_opening(books, share.target_id).id
    application = Application(
        id=books.new_id(),
        kind=kind,
        source_id=source_id,
        target_id=share.target_id,
        contact_id=contact_id,
        amount=share.amount,
        withheld=share.withheld,
        day=day or books.today(),
    )
    books.link(application)
    _mark_ends(books, application, but=source_id if kind is SourceKind.PAYMENT else "")
    return application


def _whose_opening(books: Books, opening_id: str) -> Contact:
    return get_record(books.contacts, books.opening_owners.get(opening_id, ""), "Invoice")


def _mark_ends(books: Books, application: Application, but: str = "") -> None:
    now = books.now()
    document = books.documents.get(application.target_id)
    if document is not None:
        document.modified = now
    key = application.source_id
    source = books.documents.get(key) or books.payments.get(key) or books.journals.get(key)
    if source is not None and source.id != but:
        source.modified = now
    books.version += 1


def apply_credit(books: Books, source_id: str, target_id: str, amount: int, day: date | None = None) -> Application:
    """Apply what a payment, credit or journal has left to a document.

    Raises:
        BooksRefused: it has less, or less is open.
    """
    target = books.documents.get(target_id)
    contact = get_record(books.contacts, target.contact_id, "Contact") if target else _whose_opening(books, target_id)
    if amount <= 0 or amount > min(left_of(books, source_id, contact), open_of(books, contact, target_id)):
        raise BooksRefused("The amount entered is more than the balance due or the credits available.")
    application = apply(books, source_id, Share(target_id=target_id, amount=amount), day)
    _tell_ends(books, application)
    return application


def left_of(books: Books, source_id: str, contact: Contact) -> int:
    """Return what a payment, credit or journal has left for a contact.

    Raises:
        Missing: there is no such source, or it is another contact's.
    """
    document, payment = books.documents.get(source_id), books.payments.get(source_id)
    journal = books.journals.get(source_id)
    if document is not None and document.contact_id == contact.id and document.counts and document.kind.is_credit:
        return balance(books, document)
    if payment is not None and payment.contact_id == contact.id:
        return unused(books, payment)
    if journal is not None:
        return journal_credit(books, journal, contact)
    raise Missing("Credit Note")


def unapply(books: Books, application_id: str) -> None:
    """Take an application back.

    Raises:
        Missing: there is none.
    """
    application = books.applications.get(application_id)
    if application is None:
        raise Missing("Payment")
    books.unlink(application)
    _mark_ends(books, application)
    _tell_ends(books, application)


def _tell_ends(books: Books, application: Application) -> None:
    for key in (application.source_id, application.target_id):
        document = books.documents.get(key)
        if document is not None:
            books.told(document.kind.value, "edited", key)


def alter_payment(books: Books, payment: Payment, shares: Iterable[Share] | None = None, **values: Any) -> Payment:
    """Change a payment; ``shares``, if given, replace what it was applied to.

    Raises:
        BooksRefused: as for a new one; nothing is changed then.
    """
    books.check_open(payment.day, values.get("day", payment.day))
    contact = get_record(books.contacts, payment.contact_id, "Contact")
    before = books.applied_from(payment.id)
    wanted = list(shares) if shares is not None else None
    for application in before if wanted is not None else []:
        books.unlink(application)
    amount = values.get("amount", payment.amount)
    kept = sum(one.amount for one in before) if wanted is None else sum(share.amount for share in wanted)
    if amount < kept + refunded(books, payment.id):
        raise BooksRefused("The amount applied is more than the amount received.")
    try:
        check_shares(books, contact, wanted or [], amount)
    except BooksRefused:
        for application in before if wanted is not None else []:
            books.link(application)
        raise
    for name, value in values.items():
        setattr(payment, name, value)
    for application in before if wanted is not None else []:
        _mark_ends(books, application)
    for share in wanted or []:
        apply(books, payment.id, share, payment.day)
    touched(books, payment, module_of(payment))
    return payment


def delete_payment(books: Books, payment: Payment) -> None:
    """Delete a payment for good; what it paid is open again.

    Raises:
        BooksRefused: part of it was given back, or the period is locked.
    """
    books.check_open(payment.day)
    if any(one.source_id == payment.id for one in books.refunds.values()):
        raise BooksRefused("Payments with refunds cannot be deleted.")
    for application in books.applied_from(payment.id):
        books.unlink(application)
        _mark_ends(books, application)
    del books.payments[payment.id]
    books.forget(payment.contact_id, payment)
    books.told(module_of(payment), "deleted", payment.id)


def make_refund(books: Books, source: Document | Payment, amount: int, account_id: str, **values: Any) -> Refund:
    """Give back part of a credit note, vendor credit or payment.

    Raises:
        BooksRefused: it has less left.
    """
    left = balance(books, source) if isinstance(source, Document) else unused(books, source)
    day: date = values.pop("day", None) or books.today()
    books.check_open(day)
    if amount <= 0 or amount > left:
        raise BooksRefused("The refund amount is more than the balance.")
    refund = Refund(
        source_id=source.id,
        contact_id=source.contact_id,
        day=day,
        amount=amount,
        account_id=account_id,
        **values,
        **stamp(books),
    )
    books.refunds[refund.id] = refund
    books.file_under(source.contact_id, refund)
    touched(books, source, source.kind.value if isinstance(source, Document) else module_of(source))
    return refund


def delete_refund(books: Books, key: str) -> None:
    """Take a refund back."""
    refund = get_record(books.refunds, key, "Refund")
    books.check_open(refund.day)
    del books.refunds[key]
    books.forget(refund.contact_id, refund)
    source = books.documents.get(refund.source_id) or books.payments.get(refund.source_id)
    if source is not None:
        source.modified = books.now()
    books.version += 1
