"""Journals, expenses, accounts, bank accounts and bank transactions as the API writes them."""

from __future__ import annotations

from sandbox.zoho.app.lines import tax_of
from sandbox.zoho.app.render import Json, account_name, contact_name, currency, custom, day, fill, moments, money, user
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.ledger_records import Account, Record
from sandbox.zoho.books.posting import Posting, postings_of
from sandbox.zoho.books.records import (
    BankTransaction,
    ContactType,
    Document,
    Expense,
    Journal,
    JournalLine,
    Payment,
    Refund,
    State,
)
from sandbox.zoho.books.settling import journal_credit
from sandbox.zoho.books.truth import ledger
from sandbox.zoho.shapes import accounts, expenses, journals

DEBIT_TYPES = frozenset(
    {"other_asset", "other_current_asset", "cash", "bank", "fixed_asset", "stock", "accounts_receivable"}
    | {"expense", "cost_of_goods_sold", "other_expense", "input_tax", "payment_clearing"}
)
RECENT = 10
"""How many movements an account's detail carries."""


def journal_row(books: Books, journal: Journal) -> Json:
    """Write a journal's row."""
    return fill(journals.ROW, _journal_both(books, journal))


def journal_detail(books: Books, journal: Journal) -> Json:
    """Write a journal in full."""
    contacts = {one.contact_id for one in journal.lines if one.contact_id}
    credits_ = {key: journal_credit(books, journal, books.contacts[key]) for key in contacts}
    receivable = sum(amount for key, amount in credits_.items() if books.contacts[key].type is ContactType.CUSTOMER)
    return fill(
        journals.DETAIL,
        _journal_both(books, journal),
        currency(books, books.base_currency.id),
        {
            "fiscal_year": journal.day.year if journal.day.month > 3 else journal.day.year - 1,  # noqa: PLR2004 - March
            "exchange_rate": 1,
            "line_items": [_line(books, one, place) for place, one in enumerate(journal.lines, 1)],
            "line_item_total": money(journal.total),
            "available_receivables_credits": money(receivable),
            "available_payables_credits": money(sum(credits_.values()) - receivable),
            "invoices_credited": _credited(books, journal, ContactType.CUSTOMER),
            "bills_credited": _credited(books, journal, ContactType.VENDOR),
            **moments(journal),
        },
    )


def _journal_both(books: Books, journal: Journal) -> Json:
    return {
        "journal_id": journal.id,
        "journal_date": day(journal.day),
        "entry_number": journal.number,
        "journal_number_suffix": journal.number,
        "reference_number": journal.reference,
        "currency_id": books.base_currency.id,
        "status": "published" if journal.state is State.OPEN else journal.state.value,
        "notes": journal.notes,
        "total": money(journal.total),
        "bcy_total": money(journal.total),
        "last_modified_time": moments(journal)["last_modified_time"],
        "created_by_id": books.user_id,
        "created_by_name": books.facts.user,
    }


def _line(books: Books, line: JournalLine, place: int) -> Json:
    return fill(
        journals.LINE,
        {
            "line_id": line.id,
            "account_id": line.account_id,
            "account_name": account_name(books, line.account_id),
            "customer_id": line.contact_id,
            "customer_name": contact_name(books, line.contact_id),
            "item_order": place,
            "description": line.description,
            "debit_or_credit": "debit" if line.amount > 0 else "credit",
            "amount": money(abs(line.amount)),
            "bcy_amount": money(abs(line.amount)),
        },
    )


def _credited(books: Books, journal: Journal, kind: ContactType) -> list[Json]:
    noun = "invoice" if kind is ContactType.CUSTOMER else "bill"
    rows = []
    for one in books.applied_from(journal.id):
        target = books.documents.get(one.target_id)
        if books.contacts[one.contact_id].type is kind:
            rows.append(
                {
                    f"journal_{noun}_id": one.id,
                    f"{noun}_id": one.target_id,
                    f"{noun}_number": target.number if target is not None else "",
                    "date": day(one.day),
                    "amount": money(one.amount),
                }
            )
    return rows


def expense_row(books: Books, expense: Expense) -> Json:
    """Write an expense's row."""
    return fill(
        expenses.ROW,
        _expense_both(books, expense),
        {"total_without_tax": money(expense.amount), "bcy_total_without_tax": money(expense.amount)},
    )


def expense_detail(books: Books, expense: Expense) -> Json:
    """Write an expense in full."""
    line = {
        "line_item_id": expense.line_id,
        "account_id": expense.account_id,
        "account_name": account_name(books, expense.account_id),
        "description": expense.description,
        "tax_amount": money(expense.tax),
        "item_total": money(expense.amount),
        "amount": money(expense.amount),
        "item_order": 1,
        **tax_of(books, expense.tax_id),
    }
    return fill(
        expenses.DETAIL,
        _expense_both(books, expense),
        user(books),
        {
            "account_id": expense.account_id,
            "paid_through_account_id": expense.paid_through_id,
            "expense_item_id": expense.line_id,
            "tax_amount": money(expense.tax),
            "sub_total": money(expense.amount),
            "amount": money(expense.amount),
            "line_items": [fill(expenses.LINE, line)],
            **tax_of(books, expense.tax_id),
        },
    )


def _expense_both(books: Books, expense: Expense) -> Json:
    return {
        "expense_id": expense.id,
        "date": day(expense.day),
        "account_name": account_name(books, expense.account_id),
        "paid_through_account_name": account_name(books, expense.paid_through_id),
        "description": expense.description,
        "reference_number": expense.reference,
        "customer_id": expense.customer_id,
        "customer_name": contact_name(books, expense.customer_id),
        "vendor_id": expense.vendor_id,
        "vendor_name": contact_name(books, expense.vendor_id),
        "status": "nonbillable",
        "total": money(expense.total),
        "bcy_total": money(expense.total),
        "exchange_rate": 1,
        **currency(books, books.base_currency.id),
        **moments(expense),
        **custom(expense),
    }


def account_row(_books: Books, account: Account, closing: int | None = None) -> Json:
    """Write an account's row; ``closing`` (debit positive) only when the client asked for balances."""
    values = _account_both(account)
    if closing is not None:
        values["current_balance"] = money(natural(account, closing))
    return fill(accounts.ROW, values)


def account_detail(books: Books, account: Account) -> Json:
    """Write an account in full, with its recent movements."""
    rows = ledger(books, account.id)
    closing = sum(posting.amount for _, posting in rows)
    moved = [(record, posting) for record, posting in rows if record is not None]
    return fill(
        accounts.DETAIL,
        _account_both(account),
        {
            "is_involved_in_transaction": bool(rows),
            "closing_balance": money(natural(account, closing)),
            "isdebit": account.type in DEBIT_TYPES,
            "status": "active" if account.is_active else "inactive",
            "transactions": [_movement(books, record, posting) for record, posting in moved[-RECENT:]],
        },
    )


def _account_both(account: Account) -> Json:
    return {
        "account_id": account.id,
        "account_name": account.name,
        "account_code": account.account_code,
        "account_type": account.type,
        "description": account.description,
        "is_user_created": account.is_user_created,
        "is_system_account": account.is_system,
        "is_active": account.is_active,
        **moments(account),
    }


def natural(account: Account, closing: int) -> int:
    """Turn a debit balance into the side the account's type grows on, as the product shows it."""
    return closing if account.type in DEBIT_TYPES else -closing


def _movement(books: Books, record: Record, posting: Posting) -> Json:
    side, other = ("debit", "credit") if posting.amount > 0 else ("credit", "debit")
    amount = money(abs(posting.amount))
    return fill(
        accounts.MOVEMENT,
        {
            "date": day(posting.day),
            "transaction_id": record.id,
            "entity_type": entity_type(record),
            "reference_number": getattr(record, "reference", ""),
            "customer_id": posting.contact_id,
            "customer_name": contact_name(books, posting.contact_id),
            side: amount,
            f"fcy_{side}": amount,
            other: "",
            f"fcy_{other}": "",
        },
    )


def entity_type(record: Record) -> str:  # noqa: PLR0911 - one line per kind of record
    """Return what kind of record it is, in Zoho's word."""
    match record:
        case Document():
            return record.kind.value
        case Payment():
            return "customer_payment" if record.type is ContactType.CUSTOMER else "vendor_payment"
        case Expense():
            return "expense"
        case Journal():
            return "journal"
        case Refund():
            return "creditnote_refund"
        case BankTransaction():
            return record.type
        case _:
            return ""


def account_transactions(books: Books, account: Account) -> list[Json]:
    """Write the ledger of an account, one row per posting."""
    return [
        {
            "categorized_transaction_id": record.id,
            "transaction_id": record.id,
            "transaction_type": entity_type(record),
            "transaction_status": "",
            "transaction_source": "",
            "transaction_date": day(posting.day),
            "account_id": account.id,
            "customer_id": posting.contact_id,
            "payee": contact_name(books, posting.contact_id),
            "description": "",
            "entry_number": getattr(record, "number", ""),
            "currency_id": books.base_currency.id,
            "currency_code": books.base_currency.iso,
            "debit_or_credit": "debit" if posting.amount > 0 else "credit",
            "offset_account_name": "",
            "reference_number": getattr(record, "reference", ""),
            "reconcile_status": "",
            "debit_amount": money(posting.amount) if posting.amount > 0 else "",
            "credit_amount": money(-posting.amount) if posting.amount < 0 else "",
        }
        for record, posting in ledger(books, account.id)
        if record is not None
    ]


def double_entry(books: Books, record: Record) -> Json:
    """Write what a record posts, as ``/transactions/{id}/journals`` does."""
    rows = [one for one in postings_of(books, record) if one.amount]
    lines = []
    for place, posting in enumerate(rows, 1):
        line = JournalLine(
            id=f"{record.id}-{place}",
            account_id=posting.account_id,
            amount=posting.amount,
            contact_id=posting.contact_id,
        )
        lines.append(_line(books, line, place))
    debit = sum(one.amount for one in rows if one.amount > 0)
    return {
        "journal_id": record.id,
        "entry_number": getattr(record, "number", ""),
        "reference_number": getattr(record, "reference", ""),
        "notes": "",
        "journal_date": day(getattr(record, "day", None)),
        "journal_type": "both",
        "exchange_rate": 1,
        "line_items": lines,
        "line_item_total": money(debit),
        "total": money(debit),
        "bcy_total": money(debit),
        "price_precision": 2,
        "taxes": [],
        "status": "published",
        "custom_fields": [],
        "tags": [],
        **currency(books, books.base_currency.id),
        **moments(record),
    }
