"""What each kind of document means, figure by figure."""

from __future__ import annotations

from decimal import Decimal

from canonical.dates import CreditPeriod
from canonical.ledger import AccountGroup, Ledger, ReservedGroup
from canonical.party import Party
from canonical.tax import TaxHead
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from tests.connectors.zoho.support import CHART, CONTACTS, ORGANISATIONS, Books, Node, bills, nets, raw


def line(amount: float, account: str = "4", **more: object) -> Node:
    return {
        "account_id": account,
        "name": "Rice",
        "item_id": "i1",
        "quantity": 1,
        "rate": amount,
        "item_total": amount,
        **more,
    }


def invoice(**more: object) -> Node:
    return {
        "invoice_id": "n1",
        "invoice_number": "INV-1",
        "customer_id": "c1",
        "customer_name": "Bharat Stores",
        "date": "2025-05-01",
        "due_date": "2025-05-31",
        "status": "sent",
        "currency_code": "INR",
        "line_items": [line(1000)],
        "total": 1000,
        "balance": 1000,
        **more,
    }


def intra(amount: float, tax: float) -> list[Node]:
    return [
        {"tax_name": f"CGST9 ({9}%)", "tax_amount": tax / 2, "tax_specific_type": "cgst", "tax_percentage": 9},
        {"tax_name": f"SGST9 ({9}%)", "tax_amount": tax / 2, "tax_specific_type": "sgst", "tax_percentage": 9},
    ]


def test_the_chart_and_the_contacts() -> None:
    books = Books()
    groups = {one.name: one for one in books.records if isinstance(one, AccountGroup)}
    assert groups["Accounts Receivable"].reserved is ReservedGroup.SUNDRY_DEBTORS
    assert groups["Unearned Revenue"].reserved is ReservedGroup.CURRENT_LIABILITIES
    ledgers = {one.name: one for one in books.records if isinstance(one, Ledger)}
    bharat = ledgers["Bharat Stores"]
    assert (bharat.group_key, bharat.opening) == ("1", Decimal(500))
    assert bharat.credit_period == CreditPeriod(30)
    assert [(bill.ref, bill.amount) for bill in bharat.opening_bills] == [("Customer opening balance", Decimal(500))]
    (party,) = [one for one in books.records if isinstance(one, Party) and one.name == "Bharat Stores"]
    assert (party.registrations[0].state_code, party.pan) == ("29", party.gstin[2:12])


def test_an_invoice_inside_the_state() -> None:
    taxes = intra(1000, 180)
    voucher = Books().voucher(
        "invoices", invoice(line_items=[line(1000, line_item_taxes=taxes)], taxes=taxes, total=1180)
    )
    assert nets(voucher) == {"Sales": -1000, "Output CGST": -90, "Output SGST": -90, "Bharat Stores": 1180}
    assert [(tax.head, tax.amount, tax.rate) for tax in voucher.taxes] == [
        (TaxHead.CGST, Decimal(90), Decimal(9)),
        (TaxHead.SGST, Decimal(90), Decimal(9)),
    ]
    assert bills(voucher) == [("new_ref", "INV-1", Decimal(1180))]


def test_the_header_of_taxes_wins_over_its_lines_and_rounding_is_kept() -> None:
    row = {"tax_name": "IGST18 (18%)", "tax_amount": 180.01, "tax_specific_type": "igst", "tax_percentage": 18}
    node = invoice(
        line_items=[line(1000, line_item_taxes=[row])],
        taxes=[{"tax_name": "IGST18", "tax_amount": 180}],
        roundoff_value=-0.4,
        total=1179.6,
    )
    assert nets(Books().voucher("invoices", node)) == {
        "Sales": -1000,
        "Output IGST": -180,
        "Other Charges": Decimal("0.4"),
        "Bharat Stores": Decimal("1179.6"),
    }


def test_discount_shipping_adjustment() -> None:
    node = invoice(
        discount_type="entity_level", discount_total=100, shipping_charge=50, adjustment=-1, total=949, sub_total=1000
    )
    assert nets(Books().voucher("invoices", node)) == {
        "Sales": -1000,
        "Discount": 100,
        "Shipping Charge": -50,
        "Other Charges": 1,
        "Bharat Stores": 949,
    }
    item_level = invoice(discount_type="item_level", discount_total=100, line_items=[line(900)], total=900)
    assert nets(Books().voucher("invoices", item_level)) == {"Sales": -900, "Bharat Stores": 900}


def test_prices_that_contain_their_tax() -> None:
    row = {"tax_name": "IGST18", "tax_amount": 180, "tax_specific_type": "igst"}
    node = invoice(is_inclusive_tax=True, sub_total=1000, line_items=[line(1180, line_item_taxes=[row])], taxes=[row])
    assert nets(Books().voucher("invoices", {**node, "total": 1180})) == {
        "Sales": -1000,
        "Output IGST": -180,
        "Bharat Stores": 1180,
    }


def test_a_difference_that_nobody_explains_is_shown_and_not_hidden() -> None:
    books = Books()
    voucher = books.voucher("invoices", invoice(total=1250))
    assert nets(voucher)["Differences of documents (Khata)"] == -250
    assert nets(voucher)["Bharat Stores"] == 1250
    assert [issue.code for issue in books.issues] == ["zoho.document.difference"]
    quiet = Books()
    quiet.voucher("invoices", invoice(total=1000.5))
    assert not quiet.issues


def test_void_and_draft() -> None:
    void = Books().voucher("invoices", invoice(status="void"))
    assert (void.is_cancelled, void.postings, void.counts_in_books) == (True, (), False)
    draft = Books().voucher("invoices", invoice(status="draft"))
    assert (draft.is_optional, draft.debit_total, draft.counts_in_books) == (True, Decimal(1000), False)
    for status in ("sent", "overdue", "partially_paid", "paid", "viewed", "unpaid"):
        assert Books().voucher("invoices", invoice(status=status)).counts_in_books


def test_write_off_and_debit_note() -> None:
    written_off = Books().voucher("invoices", invoice(write_off_amount=400))
    assert nets(written_off) == {"Sales": -1000, "Bharat Stores": 600, "Bad Debt": 400}
    assert bills(written_off) == [("new_ref", "INV-1", Decimal(1000)), ("against_ref", "INV-1", Decimal(-400))]
    note = Books().voucher("invoices", invoice(type="debit_note", reason_for_debit_note="others"))
    assert (note.type_name, note.details and note.details.note_reason) == ("Customer Debit Note", "others")


def test_a_credit_note_settles_what_it_was_applied_to() -> None:
    node = {
        **invoice(total=300, line_items=[line(300)]),
        "creditnote_id": "k1",
        "creditnote_number": "CN-1",
        "invoices_credited": [{"invoice_id": "n1", "invoice_number": "INV-1", "credited_amount": 120, "amount": 120}],
        "creditnote_refunds": [{"amount_fcy": 80, "from_account_id": "3"}],
    }
    voucher = Books().voucher("creditnotes", node)
    assert nets(voucher) == {"Sales": 300, "Bharat Stores": -220, "Bank of Test": -80}
    assert bills(voucher) == [
        ("against_ref", "INV-1", Decimal(-120)),
        ("new_ref", "CN-1", Decimal(-180)),
        ("against_ref", "CN-1", Decimal(80)),
    ]


def payment(**more: object) -> Node:
    return {
        "payment_id": "p1",
        "payment_number": "7",
        "customer_id": "c1",
        "customer_name": "Bharat Stores",
        "date": "2025-06-01",
        "amount": 1000,
        "account_id": "3",
        "currency_code": "INR",
        "invoices": [],
        **more,
    }


def applied(amount: float, **more: object) -> Node:
    return {"invoice_id": "n1", "invoice_number": "INV-1", "amount_applied": amount, **more}


def test_a_payment_with_tax_withheld_charges_and_a_rest() -> None:
    node = payment(invoices=[applied(900, tax_amount_withheld=100)], bank_charges=10, tax_account_id="13")
    voucher = Books().voucher("customerpayments", node)
    assert nets(voucher) == {
        "Bank of Test": 990,
        "Bank Fees and Charges": 10,
        "TDS Receivable": 100,
        "Bharat Stores": -1100,
    }
    assert bills(voucher) == [("against_ref", "INV-1", Decimal(-1000)), ("advance", "Payment 7", Decimal(-100))]


def test_an_advance_on_an_account_of_its_own_stays_with_its_customer() -> None:
    books = Books()
    voucher = books.voucher("customerpayments", payment(invoices=[applied(600)], customer_advance_account_id="12"))
    assert nets(voucher) == {
        "Bank of Test": 1000,
        "Bharat Stores": -600,
        "Bharat Stores (Unearned Revenue)": -400,
    }
    (made,) = [one for one in books.records if isinstance(one, Ledger) and one.is_placeholder]
    assert (made.key, made.group_key) == ("c1:12", "12")


def test_a_payment_of_the_opening_balance() -> None:
    row = applied(500, invoice_number="Customer opening balance", invoice_id="ob1")
    assert bills(Books().voucher("customerpayments", payment(amount=500, invoices=[row]))) == [
        ("against_ref", "Customer opening balance", Decimal(-500))
    ]


def test_foreign_invoice_and_its_payment_at_another_rate() -> None:
    books = Books()
    foreign = {"currency_code": "USD", "exchange_rate": 83.5}
    sale = books.voucher("invoices", invoice(**foreign, line_items=[line(33.33), line(66.67)], total=100))
    assert nets(sale) == {"Sales": -8350, "Bharat Stores": 8350}
    assert sale.postings[-1].foreign is not None
    assert (sale.postings[-1].foreign.currency, sale.postings[-1].foreign.amount) == ("USD", Decimal(100))
    node = payment(amount=100, currency_code="USD", exchange_rate=85, invoices=[applied(100)])
    receipt = books.voucher("customerpayments", node, rates={"n1": "83.5"})
    assert nets(receipt) == {"Bank of Test": 8500, "Bharat Stores": -8350, "Exchange Gain or Loss": -150}


def test_reverse_charge_owes_the_vendor_no_tax() -> None:
    row = {"tax_name": "IGST18", "tax_amount": 180, "tax_specific_type": "igst"}
    node = {
        "bill_id": "b1",
        "bill_number": "77",
        "vendor_id": "v1",
        "vendor_name": "Chandra Mills",
        "date": "2025-05-01",
        "status": "open",
        "is_reverse_charge_applied": True,
        "line_items": [line(1000, "5", line_item_taxes=[row])],
        "taxes": [row],
        "total": 1000,
    }
    voucher = Books().voucher("bills", node)
    assert voucher.balance == 0
    assert nets(voucher)["Chandra Mills"] == -1000
    assert nets(voucher)["Input IGST"] == 180
    assert voucher.details is not None
    assert voucher.details.reverse_charge is True


def test_vendor_credit_and_vendor_payment() -> None:
    credit = {
        "vendor_credit_id": "d1",
        "vendor_credit_number": "DN-1",
        "vendor_id": "v1",
        "date": "2025-05-02",
        "status": "open",
        "line_items": [line(200, "5")],
        "total": 200,
        "bills_credited": [{"bill_id": "b1", "bill_number": "77", "amount": 150}],
    }
    assert bills(Books().voucher("vendorcredits", credit)) == [
        ("against_ref", "77", Decimal(150)),
        ("new_ref", "DN-1", Decimal(50)),
    ]
    paid = {
        "payment_id": "q1",
        "payment_number": "3",
        "vendor_id": "v1",
        "date": "2025-05-03",
        "amount": 400,
        "paid_through_account_id": "3",
        "bills": [{"bill_id": "b1", "bill_number": "77", "amount_applied": 350}],
    }
    voucher = Books().voucher("vendorpayments", paid)
    assert nets(voucher) == {"Bank of Test": -400, "Chandra Mills": 400}
    assert bills(voucher) == [("against_ref", "77", Decimal(350)), ("advance", "Payment 3", Decimal(50))]


def test_a_journal_with_a_customer() -> None:
    node = {
        "journal_id": "j1",
        "entry_number": "4",
        "journal_date": "2025-05-04",
        "status": "published",
        "line_items": [
            {"account_id": "1", "customer_id": "c1", "debit_or_credit": "credit", "amount": 70},
            {"account_id": "16", "debit_or_credit": "debit", "amount": 70},
        ],
        "invoices_credited": [{"invoice_id": "n1", "invoice_number": "INV-1", "amount": 40}],
    }
    voucher = Books().voucher("journals", node)
    assert nets(voucher) == {"Bharat Stores": -70, "Bad Debt": 70}
    assert bills(voucher) == [("against_ref", "INV-1", Decimal(-40)), ("new_ref", "Journal 4", Decimal(-30))]
    assert not Books().voucher("journals", {**node, "status": "draft"}).counts_in_books


def test_expenses_and_a_group_of_taxes() -> None:
    taxes = [
        raw("taxes", "t9", {"tax_id": "t9", "tax_name": "CGST9", "tax_percentage": 9, "tax_specific_type": "cgst"}),
        raw("taxes", "u9", {"tax_id": "u9", "tax_name": "SGST9", "tax_percentage": 9, "tax_specific_type": "sgst"}),
        raw(
            "taxes",
            "g18",
            {
                "tax_id": "g18",
                "tax_name": "GST18",
                "tax_type": "tax_group",
                "taxes": [{"tax_id": "t9"}, {"tax_id": "u9"}],
            },
        ),
    ]
    books = Books(*taxes, *ORGANISATIONS, *CHART, *CONTACTS)
    node = {
        "expense_id": "e1",
        "date": "2025-05-05",
        "account_id": "18",
        "paid_through_account_id": "3",
        "total": 118,
        "sub_total": 100,
        "tax_amount": 18,
        "tax_id": "g18",
        "tax_name": "GST18",
        "line_items": [{"account_id": "18", "amount": 100, "item_total": 100}],
    }
    assert nets(books.voucher("expenses", node)) == {
        "Bank Fees and Charges": 100,
        "Input CGST": 9,
        "Input SGST": 9,
        "Bank of Test": -118,
    }


def test_a_transfer_between_banks_is_contra() -> None:
    node = {
        "transaction_id": "x1",
        "date": "2025-05-06",
        "amount": 900,
        "transaction_type": "transfer_fund",
        "debit_or_credit": "credit",
        "account_id": "3",
        "offset_account_name": "Petty Cash",
    }
    books = Books(*ORGANISATIONS, *CHART, raw("chartofaccounts", "30", _account("30", "Petty Cash", "cash")))
    voucher = books.voucher("banktransactions", node)
    assert voucher.kind is VoucherKind.CONTRA
    assert nets(voucher) == {"Bank of Test": -900, "Petty Cash": 900}


def _account(key: str, name: str, account_type: str) -> Node:
    return {"account_id": key, "account_name": name, "account_type": account_type}


def test_openings_of_accounts_come_from_their_own_list() -> None:
    node = {
        "opening_balance_id": "o1",
        "date": "2025-04-01",
        "accounts": [
            {"account_id": "3", "debit_or_credit": "debit", "bcy_amount": 700, "amount": 700},
            {"account_id": "1", "debit_or_credit": "debit", "bcy_amount": 500, "amount": 500},
        ],
    }
    books = Books(raw("opening_balances", "o1", node), *ORGANISATIONS, *CHART)
    (bank,) = [one for one in books.records if isinstance(one, Ledger) and one.key == "3"]
    assert (bank.opening, str(books.translator.learned.company.books_from)) == (Decimal(700), "2025-04-01")


def test_what_cannot_be_read_is_rejected_with_its_name() -> None:
    books = Books()
    assert not [one for one in books.read([raw("invoices", "n1", invoice(date=""))]) if isinstance(one, Voucher)]
    assert not [one for one in books.read([raw("invoices", "n2", invoice(total="ten"))]) if isinstance(one, Voucher)]
    assert [(issue.code, issue.level.value, issue.facts["field"]) for issue in books.issues] == [
        ("zoho.record.unreadable", "rejected", "date"),
        ("zoho.record.unreadable", "rejected", "total"),
    ]


def test_a_run_that_only_remembers_translates_the_same() -> None:
    first = Books()
    second = Books(*ORGANISATIONS)
    for record in first.records:
        second.translator.remember(record)
    node = payment(invoices=[applied(600)], customer_advance_account_id="12")
    assert second.voucher("customerpayments", node) == first.voucher("customerpayments", node)
