"""The books: whatever happens, running balances, documents and truth say the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.quickbooks.building import Books, build_books
from sandbox.quickbooks.live import LiveCompany
from sandbox.quickbooks.refusals import Refusal
from sandbox.web import MovableClock
from sandbox.world.dice import Dice


def cents(value: object) -> int:
    return int((Decimal(str(value)) * 100).to_integral_value())


def check(live: LiveCompany) -> None:
    """Everything that must hold at any moment."""
    company = live.company
    truth = live.truth()
    assert {key: value for key, value in company.balances.accounts.items() if value} == truth.trial_balance
    assert sum(truth.trial_balance.values()) == 0
    shown = {
        record.key: cents(record.document["CurrentBalance"])
        for record in company.records("Account")
        if record.document["CurrentBalance"]
    }
    sheet = {key: value for key, value in truth.trial_balance.items() if _is_on_sheet(live, key)}
    assert shown == sheet
    for entity, owed in (("Customer", truth.customers), ("Vendor", truth.vendors)):
        balances = {
            one.key: cents(one.document["Balance"]) for one in company.records(entity) if one.document["Balance"]
        }
        assert balances == owed
    check_open(live)


def _is_on_sheet(live: LiveCompany, key: str) -> bool:
    return live.company.get("Account", key).document["Classification"] in {"Asset", "Liability", "Equity"}


def check_open(live: LiveCompany) -> None:
    """What documents show as open is what the payments' lines leave open, and the receivables identity closes."""
    company, truth = live.company, live.truth()
    shown: dict[tuple[str, str], int] = {}
    for entity, key in (("Invoice", "Balance"), ("CreditMemo", "RemainingCredit"), ("Bill", "Balance")):
        for record in company.records(entity):
            if record.document[key]:
                shown[entity, record.key] = cents(record.document[key])
    for record in company.records("Payment"):
        if record.document["UnappliedAmt"]:
            shown["Payment", record.key] = cents(record.document["UnappliedAmt"])
    of_these = {key: value for key, value in truth.outstanding.items() if key[0] not in {"VendorCredit", "BillPayment"}}
    assert shown == of_these
    control = truth.trial_balance.get(company.account("Accounts Receivable (A/R)"), 0)
    signs = {"Invoice": 1, "CreditMemo": -1, "Payment": -1}
    identity = sum(
        signs.get(entity, 0) * value
        for (entity, key), value in truth.outstanding.items()
        if company.get(entity, key).document["CurrencyRef"]["value"] == company.currency
    )
    assert control == identity + _journals_to_receivables(live)


def _journals_to_receivables(live: LiveCompany) -> int:
    return sum(
        posting.cents
        for record in live.company.records("JournalEntry")
        for posting in record.postings
        if posting.party is not None and posting.party[0] == "Customer"
    )


def later(books: Books) -> None:
    assert isinstance(books.clock, MovableClock)
    books.clock.advance(seconds=3601)


@pytest.mark.parametrize("index", [0, 1])
def test_a_year_of_business_adds_up(index: int) -> None:
    live = build_books(companies=2, documents=150).companies[index]
    check(live)
    counts = live.truth().counts
    assert {"Invoice", "Payment", "Bill", "BillPayment", "JournalEntry", "Deposit", "Purchase"} <= set(counts)


def test_the_same_seed_makes_the_same_books() -> None:
    one, other = (build_books(documents=50).companies[0] for _ in range(2))
    for name in ("Invoice", "Customer", "Payment"):
        assert [record.document for record in one.company.records(name)] == [
            record.document for record in other.company.records(name)
        ]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 1))
def test_whatever_happens_the_books_add_up(seed: int, index: int) -> None:
    books = build_books(companies=index + 1, documents=25)
    live = books.companies[index]
    live.business._dice = Dice(str(seed))
    for _ in range(40):
        later(books)
        live.business.step()
    check(live)


def test_a_refused_change_leaves_everything_as_it_was() -> None:
    live = build_books(documents=60).companies[0]
    payment = next(one for one in live.company.records("Payment") if one.document["Line"])
    before = {
        name: [dict(one.document) for one in live.company.records(name)] for name in ("Invoice", "Payment", "Account")
    }
    line = {**payment.document["Line"][0], "Amount": 10**9}
    change = {"Id": payment.key, "TotalAmt": 10**9, "Line": [line]}
    with pytest.raises(Refusal):
        live.write.update("Payment", change, sparse=True)
    after = {name: [dict(one.document) for one in live.company.records(name)] for name in before}
    assert before == after
    check(live)


def test_paying_an_invoice_moves_its_version_and_the_customers_time_but_not_the_customers_version() -> None:
    books = build_books(documents=30)
    live = books.companies[0]
    invoice = next(iter(live.company.open["Invoice"].values()))
    customer = live.company.get("Customer", invoice.document["CustomerRef"]["value"])
    token, customer_token = invoice.document["SyncToken"], customer.document["SyncToken"]
    later(books)
    line = {"Amount": 1, "LinkedTxn": [{"TxnId": invoice.key, "TxnType": "Invoice"}]}
    payment = live.write.create("Payment", {"CustomerRef": {"value": customer.key}, "TotalAmt": 1, "Line": [line]})
    stamp = payment.document["MetaData"]["LastUpdatedTime"]
    assert int(invoice.document["SyncToken"]) == int(token) + 1
    assert invoice.document["MetaData"]["LastUpdatedTime"] == stamp
    assert invoice.document["LinkedTxn"][0] == {"TxnId": payment.key, "TxnType": "Payment"}
    assert customer.document["SyncToken"] == customer_token
    assert customer.document["MetaData"]["LastUpdatedTime"] == stamp


def test_depositing_a_payment_moves_neither_its_version_nor_its_time() -> None:
    books = build_books(documents=0)
    live = books.companies[0]
    payment = live.write.create("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 100})
    token, stamp = payment.document["SyncToken"], payment.document["MetaData"]["LastUpdatedTime"]
    later(books)
    line = {"LinkedTxn": [{"TxnId": payment.key, "TxnType": "Payment"}]}
    bank = {"value": live.company.account("Checking")}
    live.write.create("Deposit", {"DepositToAccountRef": bank, "Line": [line]})
    assert (payment.document["SyncToken"], payment.document["MetaData"]["LastUpdatedTime"]) == (token, stamp)
    assert payment.document["LinkedTxn"][0]["TxnType"] == "Deposit"
    check(live)


def test_a_credit_is_applied_by_a_payment_of_nothing_with_two_positive_lines() -> None:
    live = build_books(documents=0).companies[1 - 1]
    untaxed = {"TaxCodeRef": {"value": live.company.shelf("TaxCode").names["out of scope"]}, "ItemRef": {"value": "2"}}
    line = {"Amount": 100, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": untaxed}
    head = {"CustomerRef": {"value": "5"}, "Line": [line]}
    invoice, credit = live.write.create("Invoice", head), live.write.create("CreditMemo", head)
    lines = [{"Amount": 60, "LinkedTxn": [{"TxnId": one.key, "TxnType": one.entity.name}]} for one in (invoice, credit)]
    payment = live.write.create("Payment", {"CustomerRef": {"value": "5"}, "TotalAmt": 0, "Line": lines})
    assert (invoice.document["Balance"], credit.document["RemainingCredit"]) == (40, 40)
    assert payment.document["UnappliedAmt"] == 0
    assert "DepositToAccountRef" not in payment.document
    live.write.void("Invoice", invoice.key)
    assert credit.document["RemainingCredit"] == 100
    assert live.company.shelf("Payment").find(payment.key) is None
    check(live)


def test_the_truth_of_an_earlier_day_leaves_out_what_came_later() -> None:
    live = build_books(documents=120).companies[0]
    days = sorted(record.day for record in live.company.records("Invoice") if record.day is not None)
    middle = days[len(days) // 2]
    early, all_of_it = live.truth(middle), live.truth()
    assert sum(early.trial_balance.values()) == 0
    assert early.trial_balance != all_of_it.trial_balance
    assert early.counts == all_of_it.counts
