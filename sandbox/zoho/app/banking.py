"""Bank accounts and bank transactions as the API writes them."""

from __future__ import annotations

from sandbox.zoho.app.ledgers import natural
from sandbox.zoho.app.render import Json, account_name, currency, day, fill, money
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.ledger_records import Account
from sandbox.zoho.books.records import BankTransaction
from sandbox.zoho.shapes import banks


def bank_row(books: Books, account: Account, closing: int) -> Json:
    """Write a bank account's row."""
    return fill(banks.ROW, _bank_both(books, account, closing))


def bank_detail(books: Books, account: Account, closing: int) -> Json:
    """Write a bank account in full; its number is masked."""
    return fill(
        banks.DETAIL,
        _bank_both(books, account, closing),
        {"account_number": f"xxxx{account.bank_number[-4:]}" if account.bank_number else ""},
    )


def _bank_both(books: Books, account: Account, closing: int) -> Json:
    return {
        "account_id": account.id,
        "account_name": account.name,
        "account_code": account.account_code,
        "account_type": account.type,
        "is_active": account.is_active,
        "balance": money(natural(account, closing)),
        "bcy_balance": money(natural(account, closing)),
        "bank_name": account.bank_name,
        "description": account.description,
        **currency(books, books.base_currency.id),
    }


def bank_transaction_row(books: Books, moved: BankTransaction) -> Json:
    """Write a bank transaction's row, as the account it came out of (or that is a bank's) sees it."""
    into = books.accounts[moved.to_account_id]
    out_of = books.accounts[moved.from_account_id]
    account, offset, side = (out_of, into, "credit") if out_of.is_money else (into, out_of, "debit")
    return {
        "transaction_id": moved.id,
        "date": day(moved.day),
        "amount": money(moved.amount),
        "transaction_type": moved.type,
        "status": "manually_added",
        "source": "manually_added",
        "account_id": account.id,
        "account_name": account.name,
        "account_type": account.type,
        "price_precision": 2,
        "customer_id": "",
        "payee": moved.payee,
        "is_paid_via_print_check": False,
        "description": moved.description,
        "debit_or_credit": side,
        "offset_account_name": offset.name,
        "is_offsetaccount_matched": False,
        "reference_number": moved.reference,
        "imported_transaction_id": "",
        "is_rule_exist": False,
        "rule_details": {},
        **currency(books, books.base_currency.id),
    }


def bank_transaction_detail(books: Books, moved: BankTransaction) -> Json:
    """Write a bank transaction in full."""
    return {
        "transaction_id": moved.id,
        "from_account_id": moved.from_account_id,
        "from_account_name": account_name(books, moved.from_account_id),
        "to_account_id": moved.to_account_id,
        "to_account_name": account_name(books, moved.to_account_id),
        "transaction_type": moved.type,
        "payment_mode": "",
        "exchange_rate": 1,
        "date": day(moved.day),
        "customer_id": "",
        "customer_name": "",
        "vendor_id": "",
        "vendor_name": "",
        "reference_number": moved.reference,
        "description": moved.description,
        "bank_charges": 0,
        "documents": [],
        "is_inclusive_tax": False,
        "tax_id": "",
        "tax_name": "",
        "tax_percentage": "",
        "tax_amount": 0,
        "sub_total": money(moved.amount),
        "total": money(moved.amount),
        "bcy_total": money(moved.amount),
        "amount": money(moved.amount),
        "imported_transactions": [],
        "tags": [],
        "line_items": [],
        **currency(books, books.base_currency.id),
    }
