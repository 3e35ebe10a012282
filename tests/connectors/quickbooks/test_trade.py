"""Documents of trade, by QuickBooks' rules; the figures are worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from canonical.bill import BillRefKind
from canonical.issue import IssueLevel
from canonical.money import ZERO
from canonical.tax import TaxHead
from canonical.voucher_type import VoucherKind
from tests.connectors.quickbooks.support import (
    BANK,
    CARD,
    DISCOUNTS,
    LISTS,
    PAYABLE,
    RECEIVABLE,
    SALES,
    STOCK,
    SUPPLIES,
    TAX,
    UNDEPOSITED,
    Row,
    books,
    bought,
    discount,
    document,
    sale,
    sold,
    spent,
    taxed,
)


def led(identity: str) -> str:
    return f"account/{identity}"


def test_an_invoice_debits_its_customer_and_credits_each_line_and_each_tax() -> None:
    made = books()
    lines = [
        sold(1000, "5", Qty=4, UnitPrice=250),
        sold("500.5"),
        discount(100),
        {"Amount": 1500.5, "DetailType": "SubTotalLineDetail"},
    ]
    more: Row = {"DueDate": "2026-05-20", "TransactionLocationType": "29", "PrivateNote": "By road"}
    changed: Row = {"MetaData": {"LastUpdatedTime": "2026-04-20T08:00:00-07:00"}}
    row = sale("130", "1650.5", *lines, **taxed(("11", 125), ("12", 125)), **more, **changed)
    voucher = made.document("invoices", row)
    assert made.balances() == {
        "customer/1": Decimal("1650.5"),
        led(SALES): Decimal("-1500.5"),
        led(DISCOUNTS): Decimal(100),
        led(TAX): Decimal(-250),
    }
    assert (voucher.kind, voucher.number, voucher.party_name) == (VoucherKind.SALES, "KE-130", "Asha Stores")
    assert [(tax.head, tax.amount) for tax in voucher.taxes] == [
        (TaxHead.CGST, Decimal(125)),
        (TaxHead.SGST, Decimal(125)),
    ]
    (bill,) = voucher.postings[0].bills
    assert (bill.kind, bill.ref, bill.net, str(bill.due_date)) == (
        BillRefKind.NEW,
        "Invoice id 130",
        Decimal("1650.5"),
        "2026-05-20",
    )
    assert voucher.details is not None
    assert voucher.details.place_of_supply == "Karnataka"
    assert (voucher.items[0].item_name, voucher.items[0].rate) == ("Tea chest", Decimal(250))
    assert str(voucher.source_modified_at) == "2026-04-20 15:00:00+00:00"


def test_a_line_says_itself_which_account_it_goes_to() -> None:
    made = books()
    made.document("invoices", sale("1", 10, sold(10, "6", ItemAccountRef={"value": SUPPLIES})))
    assert made.balances() == {"customer/1": 10, led(SUPPLIES): -10}


def test_the_lines_of_a_group_post_and_the_group_itself_does_not() -> None:
    made = books()
    group = {"Amount": 30, "DetailType": "GroupLineDetail", "GroupLineDetail": {"Line": [sold(10), sold(20)]}}
    made.document("invoices", sale("1", 30, group))
    assert made.balances() == {"customer/1": 30, led(SALES): -30}


def test_a_deposit_taken_with_the_invoice_settles_part_of_it() -> None:
    made = books()
    made.document("invoices", sale("1", 100, sold(100), Deposit=30, DepositToAccountRef={"value": BANK}, Balance=70))
    assert made.balances() == {"customer/1": 70, led(SALES): -100, led(BANK): 30}
    assert made.pending() == {"Invoice id 1": 70}


def test_a_credit_memo_is_the_other_way_round_and_waits() -> None:
    made = books()
    voucher = made.document("credit_memos", sale("7", 118, sold(100), **taxed(("11", 9), ("12", 9))))
    assert made.balances() == {"customer/1": -118, led(SALES): 100, led(TAX): 18}
    assert voucher.kind is VoucherKind.CREDIT_NOTE
    assert made.pending() == {"CreditMemo id 7": -118}


@pytest.mark.parametrize(
    ("stream", "sign", "account"),
    [("sales_receipts", 1, BANK), ("refund_receipts", -1, BANK), ("sales_receipts", 1, UNDEPOSITED)],
)
def test_a_sale_for_cash_makes_nobody_owe(stream: str, sign: int, account: str) -> None:
    made = books()
    named: Row = {"DepositToAccountRef": {"value": BANK}} if account == BANK else {}
    voucher = made.document(stream, sale("9", 118, sold(100), **taxed(("11", 9), ("12", 9)), **named))
    assert made.balances() == {led(account): sign * 118, led(SALES): -sign * 100, led(TAX): -sign * 18}
    assert voucher.party_key == "customer/1"
    assert not made.pending()


def test_a_bill_debits_what_was_bought_and_stock_goes_to_its_asset() -> None:
    made = books()
    line = {
        "Amount": 80,
        "DetailType": "ItemBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail": {"ItemRef": {"value": "5"}, "Qty": 8},
    }
    made.document(
        "bills", bought("126", 298, line, spent(200), **taxed(("11", 9), ("12", 9)), APAccountRef={"value": PAYABLE})
    )
    assert made.balances() == {"vendor/1": -298, led(STOCK): 80, led(SUPPLIES): 200, led(TAX): 18}
    assert made.pending() == {"Bill id 126": -298}
    assert made.under(PAYABLE) == -298


def test_a_vendor_credit_takes_it_back() -> None:
    made = books()
    voucher = made.document("vendor_credits", bought("5", 90, spent(90)))
    assert made.balances() == {"vendor/1": 90, led(SUPPLIES): -90}
    assert voucher.kind is VoucherKind.DEBIT_NOTE


@pytest.mark.parametrize(("is_credit", "sign"), [(False, 1), (True, -1)])
def test_an_expense_is_paid_at_once_and_a_credit_comes_back(is_credit: bool, sign: int) -> None:
    made = books()
    paid = {"AccountRef": {"value": CARD}, "PaymentType": "CreditCard", "Credit": is_credit}
    made.document("purchases", document("3", TotalAmt=34, Line=[spent(34)], **paid))
    assert made.balances() == {led(CARD): -sign * 34, led(SUPPLIES): sign * 34}


def test_money_given_back_to_a_customer_opens_a_bill_of_its_own() -> None:
    made = books()
    entity = {"EntityRef": {"value": "1", "type": "Customer", "name": "Asha Stores"}}
    row = document(
        "3", TotalAmt=50, Line=[spent(50, RECEIVABLE)], AccountRef={"value": BANK}, PaymentType="Check", **entity
    )
    made.document("purchases", row)
    assert made.balances() == {led(BANK): -50, "customer/1": 50}
    assert made.pending() == {"Purchase id 3": 50}


@pytest.mark.parametrize(
    ("stream", "kind"), [("estimates", VoucherKind.QUOTATION), ("purchase_orders", VoucherKind.PURCHASE_ORDER)]
)
def test_intentions_post_nothing(stream: str, kind: VoucherKind) -> None:
    made = books()
    row = sale("1", 10, sold(10)) if stream == "estimates" else bought("1", 10, spent(10))
    voucher = made.document(stream, row)
    assert voucher.kind is kind
    assert not voucher.postings


def test_a_voided_document_is_kept_for_its_number() -> None:
    voucher = books().document("invoices", sale("1", 0, sold(0), PrivateNote="Voided - wrong customer"))
    assert voucher.is_cancelled
    assert not voucher.postings


def test_a_document_of_nothing_is_not_void() -> None:
    assert not books().document("invoices", sale("1", 0, sold(0))).is_cancelled


def test_a_tax_account_that_cannot_be_known_is_said() -> None:
    made = books(row for row in LISTS if row[0] != "tax_rates" and not _is_tax_account(row[1]))
    made.document("invoices", sale("1", 118, sold(100), **taxed(("11", 18))))
    assert made.balances() == {"customer/1": 118, led(SALES): -100, "tax/11": -18}
    assert [issue.code for issue in made.issues] == ["quickbooks.tax.account_unknown"]


def _is_tax_account(row: Row) -> bool:
    return bool(row["Id"] == TAX)


def test_an_item_nobody_knows_stays_visible_and_is_translated_again_when_it_comes() -> None:
    made = books()
    made.document("invoices", sale("1", 10, sold(10, "77")))
    assert made.balances() == {"customer/1": 10, "unexplained": -10}
    assert [issue.level for issue in made.issues] == [IssueLevel.WARNING]
    assert not made.translator.outdated_streams
    made.read("items", {"Id": "77", "Name": "New", "Type": "Service", "IncomeAccountRef": {"value": SALES}})
    assert made.translator.outdated_streams == {"invoices"}


def test_an_account_nobody_knows_gets_a_placeholder_and_is_asked_for_again() -> None:
    made = books()
    made.document("purchases", document("3", TotalAmt=5, Line=[spent(5, "999")], AccountRef={"value": BANK}))
    assert made.balances() == {led(BANK): -5, led("999"): 5}
    made.read("ledgers", {"Id": "999", "Name": "Late", "AccountType": "Expense"})
    assert made.translator.outdated_streams == {"purchases"}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (sale("1", 10, sold(10)) | {"TxnDate": ""}, "TxnDate"),
        (sale("1", 10, sold(10)) | {"TxnDate": "20.4.2026"}, "TxnDate"),
        (sale("1", 10, sold(10)) | {"CustomerRef": {}}, "CustomerRef"),
        (sale("1", "ten", sold(10)), "TotalAmt"),
        (sale("1", 10, sold(True)), "Amount"),
        (sale("1", 10, sold(10), CurrencyRef={"value": "USD"}), "ExchangeRate"),
    ],
)
def test_what_cannot_be_read_is_rejected_and_says_where(row: Row, field: str) -> None:
    made = books()
    assert not made.read("invoices", row)
    (issue,) = made.issues
    assert (issue.code, issue.level, issue.facts["field"]) == (
        "quickbooks.document.unreadable",
        IssueLevel.REJECTED,
        field,
    )
    assert made.balances() == {}
    assert sum(made.balances().values(), ZERO) == 0
