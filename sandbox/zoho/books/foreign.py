"""A customer abroad, invoiced in dollars and paying at other rates than invoiced: what the world has none of."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sandbox.world.chart import Account as Name
from sandbox.zoho.books import editing, paying
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.records import Address, ContactType, DocumentKind

FIRST_WEEK, WEEKS_APART = 6, 9
INVOICES = (125_000, 480_000, 96_500)
"""Cents."""
RATES = (Decimal("83.20"), Decimal("84.50"), Decimal("85.10"))


def trade_abroad(books: Books) -> None:
    """Invoice three times in dollars: one is paid in full at a better rate, one in part, one not at all."""
    dollar = next(one for one in books.currencies.values() if one.iso == "USD")
    customer = editing.make_contact(
        books,
        "Baltic Trading House OU",
        ContactType.CUSTOMER,
        gst_treatment="overseas",
        currency_id=dollar.id,
        terms_days=60,
        billing=Address(street="Harbour Street 4", city="Tallinn", country="Estonia"),
    )
    account = books.account_named(Name.SALES_INTERSTATE).id
    bank = books.account_named(Name.BANK).id
    for place, (cents, rate) in enumerate(zip(INVOICES, RATES, strict=True)):
        day = books.facts.begins + timedelta(weeks=FIRST_WEEK + place * WEEKS_APART)
        line = editing.make_line(books, None, account_id=account, rate=cents, name="Export of goods")
        number = f"EXP/{place + 1:03d}"
        invoice = editing.make_document(
            books, DocumentKind.INVOICE, customer.id, [line], day=day, number=number, exchange_rate=rate
        )
        if place < len(INVOICES) - 1:
            paid = cents if place == 0 else cents // 2
            share = paying.Share(target_id=invoice.id, amount=paid)
            later = rate + Decimal("0.75")
            paying.make_payment(
                books, customer.id, paid, bank, [share], day=day + timedelta(days=40), exchange_rate=later, mode="Wire"
            )
