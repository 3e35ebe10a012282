"""The ageing reports of receivables, which the official description does not have but public clients read.

Parameters and shapes are those clients use (``invoiceaging[].group_list[]``, ``ar_aging_summary[0]``); no other report
is here, because no public record shows what another looks like.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from sandbox.zoho.app.listing import page_asked, parse_day
from sandbox.zoho.app.render import Json, contact_name, currency, day, money
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.money import to_base
from sandbox.zoho.books.records import Contact, ContactType, Document, DocumentKind
from sandbox.zoho.books.settling import balance, opening_left, status

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.zoho.app.application import Call, Reply

PAGE = 500
Open = tuple[Document | None, Contact, int, date]
"""A document (none for an opening balance), whose, what is open in the base currency, and the day it falls due."""


def ageing_details(call: Call) -> Reply:
    """Answer what every customer owes, document by document, with its age."""
    at = _report_date(call)
    rows = [_row(call.books, one, at) for one in _open_items(call, at)]
    page, size = page_asked(call.request, PAGE)
    shown = rows[(page - 1) * size : page * size]
    context: Json = {"page": page, "per_page": size, "has_more_page": page * size < len(rows)}
    return 200, "success", {"invoiceaging": [{"group_list": shown}], "page_context": context}


def ageing_summary(call: Call) -> Reply:
    """Answer what every customer owes, by how long it is overdue."""
    at = _report_date(call)
    width, columns = _whole(call, "interval_range", 15), _whole(call, "number_of_columns", 4)
    sums: dict[str, list[int]] = {}
    for _, contact, left, due in _open_items(call, at):
        buckets = sums.setdefault(contact.id, [0] * (columns + 1))
        age = (at - due).days
        buckets[0 if age <= 0 else min(columns, (age - 1) // width + 1)] += left
    rows = [_summary(call.books, key, buckets) for key, buckets in sums.items()]
    return 200, "success", {"ar_aging_summary": [{"invoiceagingsummary": rows}]}


REPORTS: dict[str, Callable[[Call], Reply]] = {"aragingdetails": ageing_details, "aragingsummary": ageing_summary}


def _report_date(call: Call) -> date:
    asked = call.request.param("report_date")
    return parse_day("report_date", asked) if asked else call.books.today()


def _whole(call: Call, name: str, usual: int) -> int:
    asked = call.request.param(name)
    return int(asked) if asked.isdigit() and int(asked) else usual


def _open_items(call: Call, at: date) -> Iterator[Open]:
    """Yield what is open today of everything dated up to the report's day."""
    books = call.books
    with_credits = call.request.param("include_credit_notes") == "true"
    for contact in books.contacts.values():
        left = opening_left(books, contact) if contact.type is ContactType.CUSTOMER else 0
        if left > 0:
            yield None, contact, left, books.facts.begins
    for document in books.documents.values():
        if not document.counts or document.day > at:
            continue
        left = to_base(balance(books, document), document.exchange_rate)
        contact = books.contacts[document.contact_id]
        if left and document.kind is DocumentKind.INVOICE:
            yield document, contact, left, document.due
        elif left and document.kind is DocumentKind.CREDIT_NOTE and with_credits:
            yield document, contact, -left, document.day


def _row(books: Books, one: Open, at: date) -> Json:
    document, contact, left, due = one
    made_on = document.day if document is not None else books.facts.begins
    total = to_base(document.total, document.exchange_rate) if document is not None else contact.opening
    return {
        "date": day(made_on),
        "due_date": day(due),
        "transaction_id": document.id if document is not None else contact.opening_id,
        "transaction_number": document.number if document is not None else "Customer opening balance",
        "type": document.kind.value if document is not None else "customer_opening_balance",
        "status": status(books, document, at) if document is not None else "open",
        "customer_id": contact.id,
        "customer_name": contact.name,
        "age": max(0, (at - due).days),
        "amount": money(total),
        "balance": money(left),
    }


def _summary(books: Books, contact_id: str, buckets: list[int]) -> Json:
    contact = books.contacts[contact_id]
    return {
        "customer_id": contact_id,
        "customer_name": contact_name(books, contact_id),
        **currency(books, contact.currency_id),
        "current": money(buckets[0]),
        "intervals": [{"total": money(one)} for one in buckets[1:]],
        "total": money(sum(buckets)),
    }
