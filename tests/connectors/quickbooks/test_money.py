"""Payments, deposits, transfers and journals; allocations both ways, exchange differences."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from canonical.bill import BillRefKind
from canonical.ledger import Ledger
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from tests.connectors.quickbooks.support import (
    BANK,
    CARD,
    EQUITY,
    EXCHANGE,
    PAYABLE,
    RECEIVABLE,
    SALES,
    SUPPLIES,
    UNDEPOSITED,
    Books,
    Row,
    account,
    books,
    bought,
    document,
    sale,
    settling,
    sold,
    spent,
)
from tests.connectors.quickbooks.test_trade import led


def received(identity: str, total: Any, *lines: Row, customer: str = "1", **members: Any) -> Row:
    return document(identity, CustomerRef={"value": customer}, TotalAmt=total, Line=list(lines), **members)


def paid(identity: str, total: Any, *lines: Row, **members: Any) -> Row:
    how = {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": BANK}}} | members
    return document(identity, VendorRef={"value": "1"}, TotalAmt=total, Line=list(lines), **how)


def test_a_payment_settles_what_it_names_and_the_rest_waits() -> None:
    made = books()
    made.document("invoices", sale("1", 60, sold(60)))
    row = received(
        "2",
        100,
        settling("Invoice", "1", 60),
        UnappliedAmt=40,
        PaymentRefNum="UTR1",
        PaymentMethodRef={"value": "1", "name": "Check"},
    )
    voucher = made.document("payments", row)
    assert made.balances() == {led(SALES): -60, led(UNDEPOSITED): 100, "customer/1": -40}
    assert made.pending() == {"Payment id 2": -40}
    assert [bill.kind for posting in voucher.postings for bill in posting.bills] == [
        BillRefKind.AGAINST,
        BillRefKind.ADVANCE,
    ]
    assert (voucher.kind, voucher.reference) == (VoucherKind.RECEIPT, "UTR1")
    assert voucher.postings[0].banks[0].transaction_type == "Check"


def test_a_payment_into_a_bank_does_not_wait_for_a_deposit() -> None:
    made = books()
    made.document("payments", received("2", 100, UnappliedAmt=100, DepositToAccountRef={"value": BANK}))
    assert made.balances() == {led(BANK): 100, "customer/1": -100}


def test_a_credit_is_used_by_a_payment_of_nothing() -> None:
    made = books()
    made.document("invoices", sale("71", 100, sold(100)))
    made.document("credit_memos", sale("73", 130, sold(130)))
    made.document(
        "payments", received("74", 0, settling("Invoice", "71", 100), settling("CreditMemo", "73", 100), UnappliedAmt=0)
    )
    assert made.pending() == {"CreditMemo id 73": -30}
    assert made.under(RECEIVABLE) == -30
    assert not made.issues


def test_money_and_a_credit_together_pay_an_invoice() -> None:
    made = books()
    made.document("invoices", sale("71", 100, sold(100)))
    made.document("credit_memos", sale("73", 30, sold(30)))
    made.document(
        "payments", received("74", 70, settling("Invoice", "71", 100), settling("CreditMemo", "73", 30), UnappliedAmt=0)
    )
    assert made.pending() == {}
    assert made.balances() == {led(SALES): -70, led(UNDEPOSITED): 70}


def test_what_a_journal_line_gives_or_takes_follows_from_what_is_left() -> None:
    for owes, total, stated in ((True, 50, 0), (False, 0, 0)):
        made = books()
        side, other = ("Debit", "Credit") if owes else ("Credit", "Debit")
        lines = [journal_line(side, RECEIVABLE, 50, customer="1"), journal_line(other, EQUITY, 50)]
        made.document("journal_entries", document("9", Line=lines, TotalAmt=0))
        applied = [settling("JournalEntry", "9", 50)]
        if not owes:
            made.document("invoices", sale("1", 50, sold(50)))
            applied.append(settling("Invoice", "1", 50))
        made.document("payments", received("10", total, *applied, UnappliedAmt=stated))
        assert made.pending() == {}, owes
        assert made.under(RECEIVABLE) == 0


def test_an_unapplied_amount_that_its_lines_contradict_is_said() -> None:
    made = books()
    made.document("payments", received("2", 100, settling("Invoice", "1", 60), UnappliedAmt=10))
    assert [issue.code for issue in made.issues] == ["quickbooks.payment.unapplied_differs"]
    assert made.under(RECEIVABLE) == -100


@pytest.mark.parametrize("is_card", [False, True])
def test_a_bill_payment_relieves_the_bill(is_card: bool) -> None:
    made = books()
    made.document("bills", bought("25", "103.55", spent("103.55")))
    card = {"PayType": "CreditCard", "CreditCardPayment": {"CCAccountRef": {"value": CARD}}} if is_card else {}
    made.document("bill_payments", paid("118", "103.55", settling("Bill", "25", "103.55"), **card))
    assert made.balances() == {led(SUPPLIES): Decimal("103.55"), led(CARD if is_card else BANK): Decimal("-103.55")}
    assert made.pending() == {}


def test_a_vendor_credit_pays_part_of_a_bill() -> None:
    made = books()
    made.document("bills", bought("25", 100, spent(100)))
    made.document("vendor_credits", bought("26", 30, spent(30)))
    made.document("bill_payments", paid("27", 70, settling("Bill", "25", 100), settling("VendorCredit", "26", 30)))
    assert made.pending() == {}
    assert made.under(PAYABLE) == 0


def test_a_deposit_moves_what_was_received_and_is_no_receipt_of_it() -> None:
    made = books()
    made.document("payments", received("2", 100, UnappliedAmt=100))
    lines = [
        settling("Payment", "2", 100),
        {"Amount": 20, "DetailType": "DepositLineDetail", "DepositLineDetail": {"AccountRef": {"value": EQUITY}}},
    ]
    back = {"CashBack": {"AccountRef": {"value": SUPPLIES}, "Amount": 15}}
    made.document("deposits", document("3", DepositToAccountRef={"value": BANK}, TotalAmt=105, Line=lines, **back))
    assert made.balances() == {"customer/1": -100, led(BANK): 105, led(SUPPLIES): 15, led(EQUITY): -20}


def test_a_deposit_of_payments_alone_is_a_contra() -> None:
    row = document("3", DepositToAccountRef={"value": BANK}, TotalAmt=100, Line=[settling("Payment", "2", 100)])
    assert books().document("deposits", row).kind is VoucherKind.CONTRA


def test_a_deposit_line_can_be_a_customer_s() -> None:
    made = books()
    detail = {"AccountRef": {"value": RECEIVABLE}, "Entity": {"value": "1", "type": "CUSTOMER".title()}}
    lines = [{"Amount": 40, "DetailType": "DepositLineDetail", "DepositLineDetail": detail}]
    made.document("deposits", document("3", DepositToAccountRef={"value": BANK}, TotalAmt=40, Line=lines))
    assert made.pending() == {"Deposit id 3": -40}
    assert made.balances() == {led(BANK): 40, "customer/1": -40}


def test_a_transfer_moves_between_our_own() -> None:
    made = books()
    row = document("4", FromAccountRef={"value": BANK}, ToAccountRef={"value": CARD}, Amount="12.34")
    assert made.document("transfers", row).kind is VoucherKind.CONTRA
    assert made.balances() == {led(BANK): Decimal("-12.34"), led(CARD): Decimal("12.34")}


def journal_line(side: str, account_id: str, amount: Any, customer: str = "") -> Row:
    detail: Row = {"PostingType": side, "AccountRef": {"value": account_id}}
    if customer:
        detail["Entity"] = {"Type": "Customer", "EntityRef": {"value": customer}}
    return {"Amount": amount, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


def test_a_journal_is_posted_as_it_stands_and_a_party_s_line_is_a_bill() -> None:
    made = books()
    lines = [journal_line("Debit", RECEIVABLE, 70, customer="1"), journal_line("Credit", EQUITY, 70)]
    made.document("journal_entries", document("9", Line=lines, TotalAmt=0))
    assert made.balances() == {"customer/1": 70, led(EQUITY): -70}
    assert made.pending() == {"JournalEntry id 9": 70}


@pytest.mark.parametrize("second", [journal_line("Credit", EQUITY, 60), journal_line("Neither", EQUITY, 70)])
def test_a_journal_that_does_not_balance_is_rejected(second: Row) -> None:
    made = books()
    assert not made.read("journal_entries", document("9", Line=[journal_line("Debit", BANK, 70), second]))
    assert made.issues[0].code in ("quickbooks.document.unbalanced", "quickbooks.document.unreadable")


def test_a_control_account_without_a_name_has_a_ledger_of_its_own() -> None:
    made = books()
    lines = [journal_line("Debit", RECEIVABLE, 70), journal_line("Credit", EQUITY, 70)]
    made.document("journal_entries", document("9", Line=lines))
    assert made.balances() == {f"account/{RECEIVABLE}/nobody": 70, led(EQUITY): -70}
    assert made.under(RECEIVABLE) == 70


def in_dollars(made: Books, invoice_rate: str = "80", payment_rate: str = "83") -> None:
    """An invoice of 100 dollars, paid when a dollar costs more."""
    dollars = {"CurrencyRef": {"value": "USD"}}
    made.document("invoices", sale("1", 100, sold(100), customer="2", ExchangeRate=invoice_rate, **dollars))
    row = received(
        "2", 100, settling("Invoice", "1", 100), customer="2", ExchangeRate=payment_rate, UnappliedAmt=0, **dollars
    )
    made.document("payments", row | {"DepositToAccountRef": {"value": BANK}}, {"Invoice id 1": invoice_rate})


def test_a_payment_in_foreign_currency_relieves_the_invoice_at_its_own_rate() -> None:
    made = books()
    in_dollars(made)
    assert made.balances() == {led(SALES): -8000, led(BANK): 8300, led(EXCHANGE): -300}
    assert made.pending() == {}


def test_amounts_in_foreign_currency_stand_beside_those_of_the_books() -> None:
    made = books()
    row = sale(
        "1",
        "0.03",
        sold("0.01"),
        sold("0.01"),
        sold("0.01"),
        customer="2",
        CurrencyRef={"value": "USD"},
        ExchangeRate="83.3333",
        HomeTotalAmt="2.50",
    )
    voucher = made.document("invoices", row)
    assert voucher.balance == 0
    assert voucher.debit_total == Decimal("2.50")
    foreign = voucher.postings[0].foreign
    assert foreign is not None
    assert (foreign.currency, foreign.amount, foreign.rate) == ("USD", Decimal("0.03"), Decimal("83.3333"))


def test_without_an_account_for_exchange_differences_the_payment_is_not_guessed() -> None:
    made = Books()
    lists: list[tuple[str, Row]] = [
        ("preferences", {"Id": "1", "CurrencyPrefs": {"HomeCurrency": {"value": "INR"}}}),
        ("companies", {"Id": "1", "CompanyName": "K"}),
        ("ledgers", account(BANK, "Bank", "Bank")),
        ("ledgers", account(RECEIVABLE, "A/R", "Accounts Receivable")),
    ]
    for stream, row in lists:
        made.read(stream, row)
    row = received(
        "2",
        100,
        settling("Invoice", "1", 100),
        customer="2",
        ExchangeRate=83,
        CurrencyRef={"value": "USD"},
        DepositToAccountRef={"value": BANK},
    )
    refused = made.read("payments", row, {"Invoice id 1": "80"})
    assert not any(isinstance(record, Voucher) for record in refused)
    assert "quickbooks.payment.exchange_account_missing" in {issue.code for issue in made.issues}
    row = received("3", 50, customer="2", DepositToAccountRef={"value": BANK})
    taken = made.read("payments", row)
    ledgers = {record.key for record in (*refused, *taken) if isinstance(record, Ledger)}
    (voucher,) = [record for record in taken if isinstance(record, Voucher)]
    assert {one.ledger_key for one in voucher.postings} == ledgers | {f"account/{BANK}"}, (
        "the refused one named it first"
    )


def test_a_party_on_another_control_account_has_a_second_ledger_there() -> None:
    made = books()
    made.read("ledgers", account("184", "Receivables abroad", "Accounts Receivable", CurrencyRef={"value": "USD"}))
    made.document("invoices", sale("1", 10, sold(10), ARAccountRef={"value": "184"}))
    assert made.balances() == {"customer/1@184": 10, led(SALES): -10}
    assert (made.under("184"), made.under(RECEIVABLE)) == (Decimal(10), Decimal(0))
