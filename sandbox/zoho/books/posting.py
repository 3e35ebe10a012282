"""Double entry: what every record posts, in the base currency, debit positive.

This is the truth that ledgers, the trial balance and ``/transactions/{id}/journals`` are made of. Drafts and voids post
nothing. A payment's unapplied part stands on its advance account (receivables themselves, or unearned revenue) until
the day it is applied. What a foreign document and its payment differ by goes to exchange gain or loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sandbox.zoho.books.company import Books
from sandbox.zoho.books.ledger_records import Record, Role
from sandbox.zoho.books.money import to_base
from sandbox.zoho.books.records import (
    Application,
    BankTransaction,
    ContactType,
    Document,
    DocumentKind,
    Expense,
    Journal,
    Payment,
    Refund,
    SourceKind,
    State,
)


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of double entry; ``amount`` in hundredths of the base currency."""

    account_id: str
    amount: int
    day: date
    contact_id: str = ""


def postings_of(books: Books, record: Record) -> list[Posting]:  # noqa: PLR0911 - one line per kind of record
    """Return what a record posts; always in balance."""
    match record:
        case Document():
            return _document(books, record) if record.counts else []
        case Payment():
            return list(_payment(books, record))
        case Refund():
            return _refund(books, record)
        case Expense():
            return _expense(books, record)
        case Journal():
            return _journal(record)
        case BankTransaction():
            return [
                Posting(record.to_account_id, record.amount, record.day),
                Posting(record.from_account_id, -record.amount, record.day),
            ]
        case _:
            return []


def _document(books: Books, document: Document) -> list[Posting]:
    """Post a sale as credit of its lines, a purchase as debit, a credit note the other way round."""
    sign = -1 if document.kind in {DocumentKind.INVOICE, DocumentKind.VENDOR_CREDIT} else 1
    rows = [Posting(account, sign * amount, document.day) for account, amount in _sides(books, document) if amount]
    rows = [Posting(one.account_id, to_base(one.amount, document.exchange_rate), one.day) for one in rows]
    control = books.roles[Role.RECEIVABLE if document.kind.is_sale else Role.PAYABLE]
    due = -sign * to_base(document.total, document.exchange_rate)
    off = due + sum(one.amount for one in rows)
    if off and rows:
        rows[0] = Posting(rows[0].account_id, rows[0].amount - off, document.day)
    written_off = to_base(document.written_off, document.exchange_rate)
    rows.append(Posting(control, due, document.day, document.contact_id))
    if written_off and document.written_off_on is not None:
        rows.append(Posting(books.roles[Role.BAD_DEBT], written_off, document.written_off_on))
        rows.append(Posting(control, -written_off, document.written_off_on, document.contact_id))
    return rows


def _sides(books: Books, document: Document) -> Iterator[tuple[str, int]]:
    """Yield what stands opposite the contact: lines, taxes, discount, adjustment, rounding, deducted tax."""
    for line in document.lines:
        yield line.account_id, line.amount
    for row in document.tax_rows:
        tax = books.taxes[row.tax_id]
        yield (tax.output_account_id if document.kind.is_sale else tax.input_account_id), row.amount
    yield document.discount_account_id or books.roles[Role.DISCOUNT], -document.discount
    yield books.roles[Role.OTHER_CHARGES], document.adjustment
    yield document.rounding_account_id or books.roles[Role.OTHER_CHARGES], document.round_off
    yield books.roles[Role.TDS_PAYABLE], -document.tds


def _payment(books: Books, payment: Payment) -> Iterator[Posting]:
    is_customer = payment.type is ContactType.CUSTOMER
    sign = 1 if is_customer else -1
    rate = payment.exchange_rate
    charges = to_base(payment.bank_charges, rate)
    gross = to_base(payment.amount, rate)
    # What the bank takes comes off a receipt and on top of a payment.
    yield Posting(payment.account_id, sign * gross - charges, payment.day)
    if charges:
        yield Posting(payment.bank_charges_account_id or books.roles[Role.BANK_FEES], charges, payment.day)
    yield Posting(payment.advance_account_id, -sign * gross, payment.day, payment.contact_id)
    for application in books.applied_from(payment.id):
        yield from _applied(books, payment, application, sign)


def _applied(books: Books, payment: Payment, application: Application, sign: int) -> Iterator[Posting]:
    """Move the applied part from the advance account to the control account, on the later of the two days."""
    control = books.roles[Role.RECEIVABLE if payment.type is ContactType.CUSTOMER else Role.PAYABLE]
    target = books.documents.get(application.target_id)
    day = max(payment.day, application.day)
    arrived = to_base(application.amount, payment.exchange_rate)
    owed = to_base(application.amount, target.exchange_rate) if target is not None else arrived
    if payment.advance_account_id != control or owed != arrived:
        yield Posting(payment.advance_account_id, sign * arrived, day, payment.contact_id)
        yield Posting(control, -sign * owed, day, payment.contact_id)
        if owed != arrived:
            yield Posting(books.roles[Role.EXCHANGE], sign * (owed - arrived), day)
    if application.withheld:
        withheld = to_base(application.withheld, target.exchange_rate if target is not None else payment.exchange_rate)
        account = payment.tax_account_id or books.roles[Role.TDS_RECEIVABLE]
        yield Posting(account, sign * withheld, payment.day)
        yield Posting(control, -sign * withheld, payment.day, payment.contact_id)


def _refund(books: Books, refund: Refund) -> list[Posting]:
    """Give money back: the contact's credit shrinks and so does the bank; from a vendor it grows."""
    source: Document | Payment | None = books.documents.get(refund.source_id) or books.payments.get(refund.source_id)
    if isinstance(source, Payment):
        is_customer, account = source.type is ContactType.CUSTOMER, source.advance_account_id
    else:
        is_customer = source is None or source.kind.is_sale
        account = books.roles[Role.RECEIVABLE if is_customer else Role.PAYABLE]
    worth = to_base(refund.amount, source.exchange_rate) if source is not None else refund.amount
    amount = worth if is_customer else -worth
    return [
        Posting(account, amount, refund.day, refund.contact_id),
        Posting(refund.account_id, -amount, refund.day),
    ]


def _expense(books: Books, expense: Expense) -> list[Posting]:
    rows = [Posting(expense.account_id, expense.amount, expense.day)]
    if expense.tax and expense.tax_id:
        tax = books.taxes[expense.tax_id]
        members = [books.taxes[one] for one in tax.members] or [tax]
        left = expense.tax
        for place, member in enumerate(members, 1):
            part = left if place == len(members) else expense.tax // len(members)
            left -= part
            rows.append(Posting(member.input_account_id, part, expense.day))
    return [*rows, Posting(expense.paid_through_id, -expense.total, expense.day)]


def _journal(journal: Journal) -> list[Posting]:
    if journal.state is not State.OPEN:
        return []
    return [Posting(line.account_id, line.amount, journal.day, line.contact_id) for line in journal.lines]


def iter_records(books: Books) -> Iterator[Record]:
    """Yield every record that may post."""
    yield from books.documents.values()
    yield from books.payments.values()
    yield from books.refunds.values()
    yield from books.expenses.values()
    yield from books.journals.values()
    yield from books.bank_transactions.values()


def iter_openings(books: Books) -> Iterator[Posting]:
    """Yield the opening balances; what they lack to balance stands on the adjustment account."""
    day, total = books.facts.begins, 0
    for account in books.accounts.values():
        if account.opening:
            total += account.opening
            yield Posting(account.id, account.opening, day)
    for contact in books.contacts.values():
        if contact.opening:
            is_customer = contact.type is ContactType.CUSTOMER
            amount = contact.opening if is_customer else -contact.opening
            total += amount
            control = books.roles[Role.RECEIVABLE if is_customer else Role.PAYABLE]
            yield Posting(control, amount, day, contact.id)
    if total:
        yield Posting(books.roles[Role.OFFSET], -total, day)


def applied_kind(books: Books, source_id: str) -> SourceKind:
    """Say what a source of applications is."""
    if source_id in books.payments:
        return SourceKind.PAYMENT
    return SourceKind.JOURNAL if source_id in books.journals else SourceKind.CREDIT
