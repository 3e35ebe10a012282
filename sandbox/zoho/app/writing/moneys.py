"""Writing payments, expenses and journals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.zoho.app import ledgers, payments
from sandbox.zoho.app.listing import invalid
from sandbox.zoho.app.render import Json
from sandbox.zoho.app.writing.fields import Body, Field, amount, day, rate, read_body, required, rows, take, text
from sandbox.zoho.app.writing.masters import contact_of, merged
from sandbox.zoho.app.writing.upsert import find_unique, unique_value
from sandbox.zoho.books import paying, recording
from sandbox.zoho.books.company import Books, get_record
from sandbox.zoho.books.errors import Missing
from sandbox.zoho.books.records import ContactType, Expense, JournalLine, Payment, State

if TYPE_CHECKING:
    from sandbox.zoho.app.application import Call, Reply

PAYMENT_FIELDS: dict[str, Field] = {
    "date": ("day", day),
    "payment_mode": ("mode", text),
    "reference_number": ("reference", text),
    "description": ("description", text),
    "exchange_rate": ("exchange_rate", rate),
    "bank_charges": ("bank_charges", amount),
    "amount": ("amount", amount),
    "tax_account_id": ("tax_account_id", text),
}
EXPENSE_FIELDS: dict[str, Field] = {
    "date": ("day", day),
    "amount": ("amount", amount),
    "account_id": ("account_id", text),
    "paid_through_account_id": ("paid_through_id", text),
    "reference_number": ("reference", text),
    "description": ("description", text),
    "vendor_id": ("vendor_id", text),
    "customer_id": ("customer_id", text),
}
JOURNAL_FIELDS: dict[str, Field] = {
    "journal_date": ("day", day),
    "reference_number": ("reference", text),
    "notes": ("notes", text),
}


@dataclass(frozen=True, slots=True)
class PaymentWriter:
    """Payments of one side."""

    side: ContactType

    @property
    def is_customer(self) -> bool:
        """Whether they come from customers."""
        return self.side is ContactType.CUSTOMER

    def _body(self, books: Books, payment: Payment) -> Json:
        if self.is_customer:
            return {"payment": payments.customer_detail(books, payment)}
        return {"vendorpayment": payments.vendor_detail(books, payment)}

    def find(self, books: Books, key: str) -> Payment:
        """Return a payment of this side.

        Raises:
            Missing: there is none.
        """
        found = get_record(books.payments, key, "Payment")
        if found.type is not self.side:
            raise Missing("Payment")
        return found

    def _all(self, books: Books) -> list[Payment]:
        return [one for one in books.payments.values() if one.type is self.side]

    def read(self, call: Call, key: str) -> Reply:
        """Answer a payment in full."""
        return 200, "success", self._body(call.books, self.find(call.books, key))

    def create(self, call: Call) -> Reply:
        """Record a payment."""
        return self._create(call, read_body(call.request), {})

    def _create(self, call: Call, body: Body, unique: dict[str, str]) -> Reply:
        books = call.books
        contact = contact_of(books, body, "customer_id" if self.is_customer else "vendor_id")
        values = take(body, PAYMENT_FIELDS)
        values["custom"] = {**values.get("custom", {}), **unique}
        worth = values.pop("amount", None)
        if worth is None:
            raise invalid("amount")
        payment = paying.make_payment(
            books, contact.id, worth, self._account(books, body), self._shares(body) or [], **values
        )
        who = "from the customer has been recorded" if self.is_customer else "made to the vendor has been recorded"
        return 201, f"The payment {who}", self._body(books, payment)

    def _account(self, books: Books, body: Body) -> str:
        key = body.get("account_id" if self.is_customer else "paid_through_account_id")
        if key:
            return get_record(books.accounts, str(key), "Account").id
        return next(one.id for one in books.accounts.values() if one.type == "cash")

    def _shares(self, body: Body) -> list[paying.Share] | None:
        member, key = ("invoices", "invoice_id") if self.is_customer else ("bills", "bill_id")
        if member not in body:
            return None
        return [
            paying.Share(
                target_id=str(required(one, key)),
                amount=amount("amount_applied", one.get("amount_applied", 0)),
                withheld=amount("tax_amount_withheld", one.get("tax_amount_withheld") or 0),
            )
            for one in rows(body, member)
        ]

    def update(self, call: Call, key: str) -> Reply:
        """Change a payment; what it is applied to is replaced if it is sent."""
        return self._update(call, self.find(call.books, key), read_body(call.request))

    def _update(self, call: Call, payment: Payment, body: Body) -> Reply:
        values = merged(payment, take(body, PAYMENT_FIELDS))
        if body.get("account_id" if self.is_customer else "paid_through_account_id"):
            values["account_id"] = self._account(call.books, body)
        paying.alter_payment(call.books, payment, self._shares(body), **values)
        who = "received from the customer" if self.is_customer else "made to the vendor"
        return 200, f"The details of the payment {who} have been updated", self._body(call.books, payment)

    def upsert(self, call: Call) -> Reply:
        """Record a payment or change the one that bears the unique value."""
        found = find_unique(call.request, self._all(call.books), "Payment")
        body = read_body(call.request)
        if found is None:
            return self._create(call, body, unique_value(call.request))
        return self._update(call, found, body)

    def delete(self, call: Call, key: str) -> Reply:
        """Delete a payment."""
        paying.delete_payment(call.books, self.find(call.books, key))
        return 200, "The payment has been deleted.", {}


@dataclass(frozen=True, slots=True)
class ExpenseWriter:
    """Expenses."""

    def _body(self, books: Books, expense: Expense) -> Json:
        return {"expense": ledgers.expense_detail(books, expense)}

    def read(self, call: Call, key: str) -> Reply:
        """Answer an expense in full."""
        return 200, "success", self._body(call.books, get_record(call.books.expenses, key, "Expense"))

    def create(self, call: Call) -> Reply:
        """Record an expense."""
        return self._create(call, read_body(call.request), {})

    def _create(self, call: Call, body: Body, unique: dict[str, str]) -> Reply:
        values = _expense_values(call.books, body)
        values["custom"] = {**values.get("custom", {}), **unique}
        account = values.pop("account_id", "") or str(required(body, "account_id"))
        through = values.pop("paid_through_id", "") or str(required(body, "paid_through_account_id"))
        worth = values.pop("amount", None)
        if worth is None:
            raise invalid("amount")
        expense = recording.make_expense(call.books, account, through, worth, **values)
        return 201, "The expense has been recorded.", self._body(call.books, expense)

    def update(self, call: Call, key: str) -> Reply:
        """Change an expense."""
        return self._update(call, get_record(call.books.expenses, key, "Expense"), read_body(call.request))

    def _update(self, call: Call, expense: Expense, body: Body) -> Reply:
        values = merged(expense, _expense_values(call.books, body))
        recording.alter_expense(call.books, expense, **values)
        return 200, "Expense information has been updated.", self._body(call.books, expense)

    def upsert(self, call: Call) -> Reply:
        """Record an expense or change the one that bears the unique value."""
        found = find_unique(call.request, call.books.expenses.values(), "Expense")
        body = read_body(call.request)
        if found is None:
            return self._create(call, body, unique_value(call.request))
        return self._update(call, found, body)

    def delete(self, call: Call, key: str) -> Reply:
        """Delete an expense."""
        recording.delete_expense(call.books, key)
        return 200, "The expense has been deleted.", {}


def _expense_values(books: Books, body: Body) -> dict[str, Any]:
    values = take(body, EXPENSE_FIELDS)
    for name in ("account_id", "paid_through_id"):
        if values.get(name):
            get_record(books.accounts, values[name], "Account")
    return values


@dataclass(frozen=True, slots=True)
class JournalWriter:
    """Manual journals."""

    def read(self, call: Call, key: str) -> Reply:
        """Answer a journal in full."""
        journal = get_record(call.books.journals, key, "Journal")
        return 200, "success", {"journal": ledgers.journal_detail(call.books, journal)}

    def create(self, call: Call) -> Reply:
        """Write a journal; published unless it says draft."""
        body = read_body(call.request)
        values = take(body, JOURNAL_FIELDS)
        state = State.DRAFT if body.get("status") == "draft" else State.OPEN
        journal = recording.make_journal(call.books, self._lines(call.books, body), state=state, **values)
        message = "The journal entry has been created."
        return 201, message, {"journal": ledgers.journal_detail(call.books, journal)}

    def update(self, call: Call, key: str) -> Reply:
        """Change a journal; its lines are replaced if they are sent."""
        journal = get_record(call.books.journals, key, "Journal")
        body = read_body(call.request)
        lines = self._lines(call.books, body) if "line_items" in body else None
        recording.alter_journal(call.books, journal, lines, **merged(journal, take(body, JOURNAL_FIELDS)))
        message = "The journal entry has been updated."
        return 200, message, {"journal": ledgers.journal_detail(call.books, journal)}

    def delete(self, call: Call, key: str) -> Reply:
        """Delete a journal."""
        recording.delete_journal(call.books, key)
        return 200, "The selected journal entry has been deleted.", {}

    def _lines(self, books: Books, body: Body) -> list[JournalLine]:
        lines = []
        for sent in rows(body, "line_items"):
            account = get_record(books.accounts, str(required(sent, "account_id")), "Account")
            sign = 1 if sent.get("debit_or_credit") == "debit" else -1
            worth = sign * amount("amount", required(sent, "amount"))
            contact = str(sent.get("customer_id") or "")
            if contact:
                get_record(books.contacts, contact, "Contact")
            lines.append(recording.journal_line(books, account.id, worth, contact, str(sent.get("description") or "")))
        return lines
