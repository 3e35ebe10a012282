"""Business edits without a document to settle: expenses, manual journals, money moved between accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sandbox.zoho.books.company import Books, get_record
from sandbox.zoho.books.editing import stamp, touched
from sandbox.zoho.books.errors import INVALID_VALUE, BooksRefused
from sandbox.zoho.books.records import BankTransaction, Expense, Journal, JournalLine, State


def make_expense(books: Books, account_id: str, paid_through_id: str, amount: int, **values: Any) -> Expense:
    """Record a cost paid at once."""
    day: date = values.pop("day", None) or books.today()
    books.check_open(day)
    expense = Expense(
        day=day,
        account_id=account_id,
        paid_through_id=paid_through_id,
        amount=amount,
        line_id=books.new_id(),
        **values,
        **stamp(books),
    )
    books.expenses[expense.id] = expense
    books.file_under(expense.vendor_id, expense)
    books.told("expense", "created", expense.id)
    return expense


def alter_expense(books: Books, expense: Expense, **values: Any) -> Expense:
    """Change an expense."""
    books.check_open(expense.day, values.get("day", expense.day))
    for name, value in values.items():
        setattr(expense, name, value)
    touched(books, expense, "expense")
    return expense


def delete_expense(books: Books, key: str) -> None:
    """Delete an expense for good."""
    expense = get_record(books.expenses, key, "Expense")
    books.check_open(expense.day)
    del books.expenses[key]
    books.forget(expense.vendor_id, expense)
    books.told("expense", "deleted", key)


def make_journal(books: Books, lines: Iterable[JournalLine], **values: Any) -> Journal:
    """Write a manual journal.

    Raises:
        BooksRefused: its debits and credits differ, or the period is locked.
    """
    rows = _checked(list(lines))
    day: date = values.pop("day", None) or books.today()
    books.check_open(day)
    number = values.pop("number", "") or books.next_number("journals")
    journal = Journal(number=number, day=day, lines=rows, **values, **stamp(books))
    books.journals[journal.id] = journal
    for line in rows:
        books.file_under(line.contact_id, journal)
    books.told("journal", "created", journal.id)
    return journal


def _checked(rows: list[JournalLine]) -> list[JournalLine]:
    if len(rows) < 2 or sum(row.amount for row in rows) != 0:  # noqa: PLR2004 - double entry
        raise BooksRefused("The debits and credits of the journal must be equal.", zoho_code=INVALID_VALUE)
    return rows


def journal_line(
    books: Books, account_id: str, amount: int, contact_id: str = "", description: str = ""
) -> JournalLine:
    """Form a line of a journal, debit positive."""
    return JournalLine(
        id=books.new_id(), account_id=account_id, amount=amount, contact_id=contact_id, description=description
    )


def alter_journal(books: Books, journal: Journal, lines: Iterable[JournalLine] | None = None, **values: Any) -> Journal:
    """Change a journal.

    Raises:
        BooksRefused: its debits and credits differ, it is applied, or the period is locked.
    """
    books.check_open(journal.day, values.get("day", journal.day))
    if lines is not None:
        rows = _checked(list(lines))
        _check_unapplied(books, journal)
        for line in journal.lines:
            books.forget(line.contact_id, journal)
        journal.lines = rows
        for line in rows:
            books.file_under(line.contact_id, journal)
    for name, value in values.items():
        setattr(journal, name, value)
    touched(books, journal, "journal")
    return journal


def _check_unapplied(books: Books, journal: Journal) -> None:
    if books.applied_from(journal.id):
        raise BooksRefused("Journals whose credits have been applied cannot be changed.")


def delete_journal(books: Books, key: str) -> None:
    """Delete a journal for good.

    Raises:
        BooksRefused: its credits are applied, or the period is locked.
    """
    journal = get_record(books.journals, key, "Journal")
    books.check_open(journal.day)
    _check_unapplied(books, journal)
    del books.journals[key]
    for line in journal.lines:
        books.forget(line.contact_id, journal)
    books.told("journal", "deleted", key)


def publish_journal(books: Books, journal: Journal) -> Journal:
    """Let a draft count."""
    journal.state = State.OPEN
    touched(books, journal, "journal")
    return journal


def move_money(
    books: Books, kind: str, from_account_id: str, to_account_id: str, amount: int, **values: Any
) -> BankTransaction:
    """Move money between two accounts without a document."""
    day: date = values.pop("day", None) or books.today()
    books.check_open(day)
    moved = BankTransaction(
        type=kind,
        day=day,
        amount=amount,
        from_account_id=from_account_id,
        to_account_id=to_account_id,
        **values,
        **stamp(books),
    )
    books.bank_transactions[moved.id] = moved
    books.told("banktransaction", "created", moved.id)
    return moved


def delete_money_move(books: Books, key: str) -> None:
    """Delete a bank transaction for good."""
    moved = get_record(books.bank_transactions, key, "Transaction")
    books.check_open(moved.day)
    del books.bank_transactions[key]
    books.told("banktransaction", "deleted", key)
