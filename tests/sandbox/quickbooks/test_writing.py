"""Writing: what is filled in, what is refused with which code, and how deleting and voiding differ."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sandbox.quickbooks.building import build_books
from sandbox.quickbooks.live import LiveCompany
from sandbox.quickbooks.refusals import Refusal


@pytest.fixture
def india() -> LiveCompany:
    return build_books(documents=0).companies[0]


@pytest.fixture
def states() -> LiveCompany:
    return build_books(companies=2, documents=0).companies[1]


def code(live: LiveCompany, name: str) -> dict[str, str]:
    return {"value": live.company.shelf("TaxCode").names[name.casefold()]}


def sale(detail: dict[str, Any], **more: Any) -> dict[str, Any]:
    whole = {"ItemRef": {"value": "2"}, **detail}
    line = {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": whole}
    if "Amount" in more:
        line["Amount"] = more.pop("Amount")
    return {"CustomerRef": {"value": "5"}, "Line": [line], **more}


def refusal_of(live: LiveCompany, entity: str, document: dict[str, Any]) -> str:
    with pytest.raises(Refusal) as caught:
        live.write.create(entity, document)
    return caught.value.code


def test_gst_is_worked_out_by_component(india: LiveCompany) -> None:
    detail = {"Qty": 3, "UnitPrice": 333.33, "TaxCodeRef": code(india, "18.0% GST")}
    invoice = india.write.create("Invoice", sale(detail)).document
    assert invoice["Line"][0]["Amount"] == 999.99
    tax = invoice["TxnTaxDetail"]
    assert [line["Amount"] for line in tax["TaxLine"]] == [90, 90]
    assert [line["TaxLineDetail"]["TaxPercent"] for line in tax["TaxLine"]] == [9, 9]
    assert (tax["TotalTax"], invoice["TotalAmt"], invoice["Balance"]) == (180, 1179.99, 1179.99)
    assert invoice["Line"][-1] == {"Amount": 999.99, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}


def test_prices_that_include_tax(india: LiveCompany) -> None:
    detail = {"TaxInclusiveAmt": 118, "TaxCodeRef": code(india, "18.0% GST")}
    invoice = india.write.create("Invoice", sale(detail, Amount=100, GlobalTaxCalculation="TaxInclusive")).document
    assert [line["Amount"] for line in invoice["TxnTaxDetail"]["TaxLine"]] == [9, 9]
    assert invoice["TotalAmt"] == 118


def test_a_line_without_a_tax_code_is_refused_where_every_line_needs_one(india: LiveCompany) -> None:
    assert refusal_of(india, "Invoice", sale({}, Amount=100)) == "6000"
    invoice = india.write.create("Invoice", sale({}, Amount=100, GlobalTaxCalculation="NotApplicable")).document
    assert invoice["TotalAmt"] == 100


def test_american_tax_is_one_code_on_the_taxable_lines(states: LiveCompany) -> None:
    document = sale({"TaxCodeRef": {"value": "TAX"}}, Amount=335.25)
    document["Line"].append({**document["Line"][0], "SalesItemLineDetail": {"ItemRef": {"value": "2"}}, "Amount": 50})
    document["TxnTaxDetail"] = {"TxnTaxCodeRef": code(states, "California")}
    invoice = states.write.create("Invoice", document).document
    # The recorded invoice 130: 335.25 taxable at 8 % is 26.82.
    assert invoice["TxnTaxDetail"]["TotalTax"] == 26.82
    assert invoice["TotalAmt"] == 335.25 + 50 + 26.82


def test_a_discount_comes_off_and_posts_to_its_account(states: LiveCompany) -> None:
    document = sale({"TaxCodeRef": {"value": "NON"}}, Amount=1005)
    discount = {"PercentBased": True, "DiscountPercent": 5}
    document["Line"].append({"DetailType": "DiscountLineDetail", "DiscountLineDetail": discount})
    invoice = states.write.create("Invoice", document)
    # The recorded invoice 49: 1005 less 5 % is 954.75.
    assert invoice.document["TotalAmt"] == 954.75
    account = states.company.account("Discounts given")
    assert {posting.account: posting.cents for posting in invoice.postings}[account] == 5025


def test_codes_of_what_is_refused(india: LiveCompany) -> None:
    good = {"TaxCodeRef": code(india, "0% GST")}
    assert refusal_of(india, "Invoice", {"Line": sale(good, Amount=1)["Line"]}) == "2020"
    assert refusal_of(india, "Invoice", sale(good, Amount=1, CustomerRef={"value": "99999"})) == "2500"
    assert refusal_of(india, "Invoice", sale(good, Amount=1, Colour="red")) == "2010"
    assert refusal_of(india, "Invoice", sale(good, Amount=1, DocNumber="9" * 22)) == "2050"
    assert refusal_of(india, "Invoice", sale(good, Amount="much")) == "2080"
    assert refusal_of(india, "Invoice", sale({**good, "Qty": 2, "UnitPrice": 5}, Amount=11)) == "6070"
    assert refusal_of(india, "Item", {"Name": "Bolt", "Type": "Inventory"}) == "5030"
    assert refusal_of(india, "Account", {"Name": "Odd", "AccountType": "Shoebox"}) == "2170"


def test_a_number_and_a_name_are_given_once(india: LiveCompany) -> None:
    document = sale({"TaxCodeRef": code(india, "0% GST")}, Amount=1, DocNumber="A-1")
    first = india.write.create("Invoice", document)
    assert refusal_of(india, "Invoice", document) == "6140"
    india.write.delete("Invoice", first.key)
    india.write.create("Invoice", document)
    india.write.create("Customer", {"DisplayName": "Anand Traders (test)"})
    assert refusal_of(india, "Vendor", {"DisplayName": "anand traders (TEST)"}) == "6240"


def test_nothing_is_left_behind_by_a_refused_creation(india: LiveCompany) -> None:
    refusal_of(india, "Item", {"Name": "Half", "Type": "Service"})
    account = india.company.account("Services")
    assert (
        india.write.create("Item", {"Name": "Half", "IncomeAccountRef": {"value": account}}).document["Name"] == "Half"
    )


def test_a_journal_that_does_not_balance_is_refused(india: LiveCompany) -> None:
    sides = [("Debit", "1", 100), ("Credit", "2", 99)]
    lines = [
        {
            "Amount": amount,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": account}},
        }
        for side, account, amount in sides
    ]
    assert refusal_of(india, "JournalEntry", {"Line": lines}) == "6000"
    lines[1]["Amount"] = 100
    assert india.write.create("JournalEntry", {"Line": lines}).document["TotalAmt"] == 0


def test_a_sparse_update_keeps_what_a_full_one_clears(india: LiveCompany) -> None:
    customer = india.write.create(
        "Customer", {"DisplayName": "Kaveri", "Notes": "pays late", "CompanyName": "Kaveri & Co"}
    )
    india.write.update("Customer", {"Id": customer.key, "SyncToken": "0", "sparse": True, "Notes": "pays"})
    assert (customer.document["CompanyName"], customer.document["SyncToken"]) == ("Kaveri & Co", "1")
    india.write.update("Customer", {"Id": customer.key, "SyncToken": "1", "DisplayName": "Kaveri"})
    assert "CompanyName" not in customer.document
    assert "Notes" not in customer.document


def test_a_stale_token_changes_nothing(india: LiveCompany) -> None:
    customer = india.write.create("Customer", {"DisplayName": "Kaveri"})
    india.write.update("Customer", {"Id": customer.key, "SyncToken": "0", "DisplayName": "Kaveri 2"})
    with pytest.raises(Refusal) as caught:
        india.write.update("Customer", {"Id": customer.key, "SyncToken": "0", "DisplayName": "Kaveri 3"})
    assert caught.value.code == "5010"
    assert customer.document["DisplayName"] == "Kaveri 2"


def test_a_new_name_is_seen_in_old_documents(india: LiveCompany) -> None:
    invoice = india.write.create("Invoice", sale({"TaxCodeRef": code(india, "0% GST")}, Amount=1))
    stamp = dict(invoice.document["MetaData"])
    india.write.update("Customer", {"Id": "5", "DisplayName": "Renamed & Co"}, sparse=True)
    assert invoice.document["CustomerRef"] == {"value": "5", "name": "Renamed & Co"}
    assert invoice.document["MetaData"] == stamp


def test_an_inactive_reference_is_refused_in_new_documents(india: LiveCompany) -> None:
    india.write.deactivate("Customer", "5")
    assert refusal_of(india, "Invoice", sale({"TaxCodeRef": code(india, "0% GST")}, Amount=1)) == "610"


def test_voiding_leaves_the_document_with_nothing_in_it(india: LiveCompany) -> None:
    invoice = india.write.create("Invoice", sale({"TaxCodeRef": code(india, "18.0% IGST")}, Amount=100))
    line = {"Amount": 118, "LinkedTxn": [{"TxnId": invoice.key, "TxnType": "Invoice"}]}
    payment = india.write.create("Payment", {"CustomerRef": {"value": "5"}, "TotalAmt": 118, "Line": [line]})
    assert invoice.document["Balance"] == 0
    voided = india.write.void("Invoice", invoice.key, invoice.document["SyncToken"]).document
    assert (voided["TotalAmt"], voided["Balance"], voided["PrivateNote"]) == (0, 0, "Voided")
    assert voided["TxnTaxDetail"]["TotalTax"] == 0
    assert payment.document["UnappliedAmt"] == 118
    assert india.truth().voided == {"Invoice": 1}


def test_deleting_a_payment_opens_the_invoice_again(india: LiveCompany) -> None:
    invoice = india.write.create("Invoice", sale({"TaxCodeRef": code(india, "0% GST")}, Amount=50))
    line = {"Amount": 50, "LinkedTxn": [{"TxnId": invoice.key, "TxnType": "Invoice"}]}
    payment = india.write.create("Payment", {"CustomerRef": {"value": "5"}, "TotalAmt": 50, "Line": [line]})
    answer = india.write.delete("Payment", payment.key, "0")
    assert answer == {"domain": "QBO", "status": "Deleted", "Id": payment.key}
    assert invoice.document["Balance"] == 50
    assert invoice.document["LinkedTxn"] == []
    with pytest.raises(Refusal) as caught:
        india.company.get("Payment", payment.key)
    assert caught.value.code == "610"


def test_a_deposited_payment_cannot_be_changed(india: LiveCompany) -> None:
    payment = india.write.create("Payment", {"CustomerRef": {"value": "5"}, "TotalAmt": 50})
    bank = {"value": india.company.account("Checking")}
    line = {"LinkedTxn": [{"TxnId": payment.key, "TxnType": "Payment"}]}
    deposit = india.write.create("Deposit", {"DepositToAccountRef": bank, "Line": [line]})
    with pytest.raises(Refusal) as caught:
        india.write.delete("Payment", payment.key)
    assert caught.value.code == "6540"
    india.write.delete("Deposit", deposit.key)
    india.write.delete("Payment", payment.key)


def test_list_members_are_never_deleted_and_bills_not_voided(india: LiveCompany) -> None:
    for call in (lambda: india.write.delete("Customer", "5"), lambda: india.write.void("Bill", "1")):
        with pytest.raises(Refusal) as caught:
            call()
        assert caught.value.code == "500"


def test_closed_books_and_ended_subscriptions(india: LiveCompany) -> None:
    document = sale({"TaxCodeRef": code(india, "0% GST")}, Amount=1, TxnDate="2025-06-30")
    invoice = india.write.create("Invoice", document)
    india.company.facts.closed_until = date(2025, 6, 30)
    assert refusal_of(india, "Invoice", document) == "6210"
    with pytest.raises(Refusal) as caught:
        india.write.update("Invoice", {"Id": invoice.key, "TxnDate": "2025-07-01"}, sparse=True)
    assert caught.value.code == "6210"
    india.company.facts.is_subscribed = False
    assert refusal_of(india, "Customer", {"DisplayName": "Late"}) == "6190"


def test_a_sub_account_adds_to_its_parent(india: LiveCompany) -> None:
    bank = india.company.account("Checking")
    child = {"Name": "Petty", "AccountType": "Bank", "ParentRef": {"value": bank}}
    petty = india.write.create("Account", child)
    assert petty.document["FullyQualifiedName"] == "Checking:Petty"
    parent = india.company.get("Account", bank)
    both = {"FromAccountRef": {"value": bank}, "ToAccountRef": {"value": petty.key}}
    before = dict(parent.document)
    india.write.create("Transfer", {**both, "Amount": 70})
    assert parent.document["CurrentBalance"] == before["CurrentBalance"] - 70
    assert parent.document["CurrentBalanceWithSubAccounts"] == before["CurrentBalanceWithSubAccounts"]
    india.write.update("Account", {"Id": bank, "Name": "Current"}, sparse=True)
    assert petty.document["FullyQualifiedName"] == "Current:Petty"
