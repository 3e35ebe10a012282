"""Recorded replies of live organisations: every document balances, and Zoho's own identities hold on them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from canonical.bill import BillRefKind
from canonical.codec import from_json, to_json
from canonical.tax import TaxHead
from canonical.voucher import Voucher
from connectors.zoho.open_documents import Seen
from connectors.zoho.reports import contact_row, receivable_outstanding
from connectors.zoho.streams import STREAMS
from tests.connectors.zoho.support import Books, Node, bills, nets, raw
from tests.support.samples import sample_json

LIVE = "zoho/live-us-2026-06"


def replies(name: str) -> list[Node]:
    return [call["response"] for call in sample_json(f"{LIVE}/{name}.json")]


def rows(name: str, key: str) -> list[Node]:
    return [row for reply in replies(name) for row in reply.get(key, [])]


@pytest.fixture
def books() -> Books:
    organisations = [
        raw("companies", row["organization_id"], row) for row in rows("list-organizations", "organizations")
    ]
    chart = [
        raw("chartofaccounts", row["account_id"], row) for row in rows("list-chart-of-accounts", "chartofaccounts")
    ]
    contacts = [raw("contacts", row["contact_id"], row) for row in rows("contacts", "contacts")]
    found = Books(*organisations, *chart, *contacts)
    assert not found.issues
    return found


DOCUMENTS = {
    "invoices": ("get-invoice", "create-invoice", "update-invoice"),
    "creditnotes": ("get-credit-note", "create-credit-note", "update-credit-note"),
    "customerpayments": ("get-payment", "create-payment", "update-payment"),
    "bills": ("get-bill", "create-bill", "update-bill"),
    "vendorpayments": ("get-vendor-payment", "create-vendor-payment", "update-vendor-payment"),
    "expenses": ("get-expense", "create-expense", "update-expense"),
    "journals": ("get-journal", "create-journal", "update-journal"),
    "estimates": ("get-estimate", "create-estimate", "update-estimate"),
    "purchaseorders": ("get-purchase-order", "create-purchase-order", "update-purchase-order"),
}


@pytest.mark.parametrize(("stream", "file"), [(name, file) for name, files in DOCUMENTS.items() for file in files])
def test_every_recorded_document_balances(books: Books, stream: str, file: str) -> None:
    spec = STREAMS[stream]
    (node,) = [reply[key] for reply in replies(file) for key in spec.detail if key in reply]
    voucher = books.voucher(stream, node, node[spec.key])
    assert not books.issues
    assert voucher.balance == 0
    is_order = stream in {"estimates", "purchaseorders"}
    total = abs(Decimal(str(node["total" if "total" in node else "amount"])))
    assert voucher.debit_total == (0 if is_order else total)
    assert bool(voucher.postings) is not is_order
    assert from_json(to_json(voucher)) == voucher


def test_the_recorded_payment_settles_the_recorded_invoice(books: Books) -> None:
    invoice = books.voucher("invoices", replies("get-invoice")[0]["invoice"])
    payment = books.voucher("customerpayments", replies("get-payment")[0]["payment"])
    assert bills(invoice) == [("new_ref", "INV-000001", Decimal(598))]
    assert bills(payment) == [("against_ref", "INV-000001", Decimal(-598))]
    assert nets(payment) == {"Undeposited Funds": 598, "Acme Corp": -598}


def test_a_customer_owes_its_open_invoices_but_no_draft_and_no_void() -> None:
    invoices = rows("list-invoices", "invoices")
    (acme,) = [row for row in rows("list-contacts", "contacts") if row["contact_name"] == "Acme Corp"]
    assert receivable_outstanding(invoices) == Decimal(str(acme["outstanding_receivable_amount"])) == Decimal("149.97")
    assert sum(Decimal(str(row["balance"])) for row in invoices) == Decimal("249.97")
    voids = [row for row in rows("invoices", "invoices") if row["status"] == "void"]
    assert [row["balance"] for row in voids] == [100, 50] == [row["total"] for row in voids]


def test_open_documents_and_credits_make_the_contacts_positions() -> None:
    seen = Seen("USD")
    for stream, file, key in (
        ("invoices", "invoices", "invoices"),
        ("creditnotes", "credit-notes", "creditnotes"),
        ("bills", "bills", "bills"),
    ):
        for row in rows(file, key):
            seen.see(stream, row)
    acme, beta = _both()
    nets_of: dict[str, Decimal] = {}
    for document in seen.documents.values():
        name = str(document["name"])
        nets_of[name] = nets_of.get(name, Decimal(0)) + Decimal(str(document["net"]))
    unused = sum(Decimal(str(row["balance"])) for row in rows("vendor-payments", "vendorpayments"))
    assert nets_of["Acme Corp"] == Decimal("149.97") - 300 == Decimal(contact_row(acme)["net"])
    assert nets_of["Beta Supplies Ltd"] + unused == -2500 + 500 == Decimal(contact_row(beta)["net"])


def _both() -> tuple[Node, Node]:
    by_name = {row["contact_name"]: row for row in rows("contacts", "contacts")}
    return by_name["Acme Corp"], by_name["Beta Supplies Ltd"]


def test_a_flag_that_holds_an_id_is_no_yes() -> None:
    seen = Seen("USD")
    for row in rows("bills", "bills"):
        assert row["is_opening_balance"] == row["bill_id"]
        seen.see("bills", row)
    assert {document["ref"] for document in seen.documents.values()} == {"BILL-001", "BILL-003"}


def india() -> Books:
    return Books(raw("companies", "1", {"organization_id": "1", "name": "India", "currency_code": "INR"}))


def test_the_recorded_indian_bill_owes_its_total_and_the_tax_withheld() -> None:
    voucher = india().voucher("bills", sample_json("zoho/india/bill-create-response.json")["bill"])
    assert {name: str(net) for name, net in nets(voucher).items()} == {
        "Advertising And Marketing": "45000.0",
        "Input IGST": "8100.0",
        "TDS Payable": "-450.0",
        "TEST VENDOR": "-52650.0",
    }
    assert [(line.head, line.amount, line.rate, line.category) for line in voucher.taxes] == [
        (TaxHead.IGST, Decimal(8100), Decimal(18), "IGST18"),
        (TaxHead.TDS, Decimal(450), Decimal("1.00"), "194C"),
    ]
    assert voucher.details is not None
    assert (voucher.details.supplier_gstin, voucher.details.place_of_supply) == ("24AABCT1234F1ZW", "23")
    assert bills(voucher) == [("new_ref", "TST/2024-25/020", Decimal(-52650))]


def test_the_recorded_indian_invoice_takes_its_tax_from_the_header() -> None:
    voucher = india().voucher("invoices", sample_json("zoho/india/webhook-invoice-igst.json")["invoice"])
    (tax,) = voucher.taxes
    assert (tax.head, tax.amount, tax.assessable) == (TaxHead.IGST, Decimal("78037.87"), Decimal("433543.7"))
    assert [line.hsn for line in voucher.items] == ["", "998314"]
    assert voucher.details is not None
    assert (voucher.details.place_of_supply, voucher.details.buyer_gstin) == ("33", "33AABCT5678K1ZY")
    assert nets(voucher)["TEST CUSTOMER"] == Decimal("511581.57")


def test_recorded_payments_of_an_opening_balance_and_of_an_advance() -> None:
    told: list[dict[str, Any]] = sample_json("zoho/india/customerpayment-details-opening-balance.json")[
        "payments_as_fetched"
    ]
    books = india()
    first, second = (books.voucher("customerpayments", node, node["payment_id"]) for node in told)
    assert bills(first) == [("against_ref", "Customer opening balance", Decimal(-17551910))]
    assert bills(second) == [("against_ref", "INFRA-091-24-25", Decimal(-9139100))]
    assert {bill.kind for posting in second.postings for bill in posting.bills} == {BillRefKind.AGAINST}


def test_recorded_sales_order_is_no_entry() -> None:
    voucher = india().voucher("salesorders", sample_json("zoho/india/webhook-salesorder-trimmed.json")["salesorder"])
    assert isinstance(voucher, Voucher)
    assert (voucher.postings, voucher.counts_in_books, voucher.items[0].hsn) == ((), False, "49011010")
