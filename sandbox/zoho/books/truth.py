"""What the books come to: the trial balance, what is open of every document, where every contact stands, counts.

Amounts are hundredths of the base currency, debit positive, unless a document's own currency is said.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sandbox.zoho.books.company import Books
from sandbox.zoho.books.ledger_records import Record, Role
from sandbox.zoho.books.posting import Posting, iter_openings, iter_records, postings_of
from sandbox.zoho.books.records import DocumentKind
from sandbox.zoho.books.settling import balance, opening_left, position, status


@dataclass(slots=True, kw_only=True)
class AccountTruth:
    """One line of the trial balance."""

    account_id: str
    name: str
    opening: int = 0
    debit: int = 0
    credit: int = 0

    @property
    def closing(self) -> int:
        """Opening plus debits less credits."""
        return self.opening + self.debit - self.credit


def trial_balance(books: Books, as_of: date | None = None) -> dict[str, AccountTruth]:
    """Add everything up to a day, or everything, by account identifier."""
    rows = {one.id: AccountTruth(account_id=one.id, name=one.name) for one in books.accounts.values()}
    for posting in iter_openings(books):
        rows[posting.account_id].opening += posting.amount
    for record in iter_records(books):
        for posting in postings_of(books, record):
            if as_of is not None and posting.day > as_of:
                continue
            row = rows[posting.account_id]
            if posting.amount > 0:
                row.debit += posting.amount
            else:
                row.credit -= posting.amount
    return rows


def ledger(books: Books, account_id: str) -> list[tuple[Record | None, Posting]]:
    """Return the lines of an account, openings first, then by day; openings have no record."""
    opened: list[tuple[Record | None, Posting]] = [
        (None, one) for one in iter_openings(books) if one.account_id == account_id
    ]
    moved = [
        (record, one)
        for record in iter_records(books)
        for one in postings_of(books, record)
        if one.account_id == account_id
    ]
    moved.sort(key=lambda pair: (pair[1].day, pair[0].created, pair[0].id))
    return [*opened, *moved]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTruth:
    """Where a contact stands, in its own currency; ``control`` is its part of the control account, in the base."""

    outstanding: int
    credits: int
    control: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything a copy of the organisation must come to.

    Attributes:
        outstanding: open part of every document that counts, by identifier, in its own currency; of credits the
            unused part.
        openings: open part of opening balances by contact, negative for credits.
        statuses: shown status of every document, by identifier.
        counts: how many records each list has.
    """

    trial_balance: dict[str, AccountTruth]
    outstanding: dict[str, int]
    openings: dict[str, int]
    contacts: dict[str, ContactTruth]
    statuses: dict[str, str]
    counts: dict[str, int]


def truth_of(books: Books, as_of: date | None = None) -> Truth:
    """Add the books up; ``as_of`` bounds the trial balance only."""
    today = books.today()
    control = _control_by_contact(books)
    contacts = {}
    for contact in books.contacts.values():
        at = position(books, contact)
        contacts[contact.id] = ContactTruth(
            outstanding=at.outstanding, credits=at.credits, control=control.get(contact.id, 0)
        )
    return Truth(
        trial_balance=trial_balance(books, as_of),
        outstanding={one.id: balance(books, one) for one in books.documents.values() if one.counts},
        openings={one.id: opening_left(books, one) for one in books.contacts.values() if one.opening},
        contacts=contacts,
        statuses={one.id: status(books, one, today) for one in books.documents.values()},
        counts=count_records(books),
    )


def _control_by_contact(books: Books) -> dict[str, int]:
    """Add up what stands on receivables, payables and advances by contact."""
    controls = {books.roles[role] for role in (Role.RECEIVABLE, Role.PAYABLE, Role.UNEARNED, Role.PREPAID)}
    found: Counter[str] = Counter()
    rows = list(iter_openings(books))
    for record in iter_records(books):
        rows.extend(postings_of(books, record))
    for posting in rows:
        if posting.account_id in controls and posting.contact_id:
            found[posting.contact_id] += posting.amount
    return dict(found)


LIST_OF_KIND = {
    DocumentKind.INVOICE: "invoices",
    DocumentKind.CREDIT_NOTE: "creditnotes",
    DocumentKind.BILL: "bills",
    DocumentKind.VENDOR_CREDIT: "vendorcredits",
    DocumentKind.ESTIMATE: "estimates",
    DocumentKind.SALES_ORDER: "salesorders",
    DocumentKind.PURCHASE_ORDER: "purchaseorders",
}


def count_records(books: Books) -> dict[str, int]:
    """Count the records of every list."""
    kinds = Counter(one.kind for one in books.documents.values())
    payments = Counter(one.type.value for one in books.payments.values())
    return {
        **{name: kinds[kind] for kind, name in LIST_OF_KIND.items()},
        "contacts": len(books.contacts),
        "items": len(books.items),
        "customerpayments": payments["customer"],
        "vendorpayments": payments["vendor"],
        "expenses": len(books.expenses),
        "journals": len(books.journals),
        "chartofaccounts": len(books.accounts),
        "bankaccounts": sum(one.is_money for one in books.accounts.values()),
        "banktransactions": len(books.bank_transactions),
    }
