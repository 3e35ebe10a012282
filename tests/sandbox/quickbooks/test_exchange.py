"""Foreign currency: rates, relief at the rate of what is settled, gain and loss, and the schema's home amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.quickbooks.building import build_books
from sandbox.quickbooks.live import LiveCompany
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.reports import run_report
from sandbox.world.dice import Dice
from tests.sandbox.quickbooks.schema import load_schema
from tests.sandbox.quickbooks.test_books import check, later


@pytest.fixture
def live() -> LiveCompany:
    return build_books(documents=0, foreign=True).companies[0]


def buyer(live: LiveCompany) -> dict[str, str]:
    return {"value": live.company.shelf("Customer").names["overseas buyer usd 1"]}


def invoice(live: LiveCompany, rate: float, **more: Any) -> Any:
    code = {"value": live.company.shelf("TaxCode").names["0% gst"]}
    line = {
        "Amount": 100,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "2"}, "TaxCodeRef": code},
    }
    return live.write.create("Invoice", {"CustomerRef": buyer(live), "ExchangeRate": rate, "Line": [line], **more})


def balance(live: LiveCompany, name: str) -> int:
    return live.truth().trial_balance.get(live.company.account(name), 0)


def test_an_invoice_is_worth_its_amount_at_its_rate(live: LiveCompany) -> None:
    document = invoice(live, 83.5).document
    assert document["CurrencyRef"]["value"] == "USD"
    assert (document["TotalAmt"], document["HomeTotalAmt"], document["HomeBalance"]) == (100, 8350, 8350)
    assert balance(live, "Accounts Receivable (A/R) - USD") == 835_000
    assert live.company.get("Customer", buyer(live)["value"]).document["Balance"] == 100
    check(live)


def test_a_payment_at_another_rate_leaves_a_gain(live: LiveCompany) -> None:
    record = invoice(live, 80)
    line = {"Amount": 100, "LinkedTxn": [{"TxnId": record.key, "TxnType": "Invoice"}]}
    bank = {"value": live.company.account("Checking")}
    before = balance(live, "Checking")
    head = {"CustomerRef": buyer(live), "TotalAmt": 100, "ExchangeRate": 84, "DepositToAccountRef": bank}
    live.write.create("Payment", {**head, "Line": [line]})
    assert balance(live, "Checking") - before == 840_000
    assert balance(live, "Accounts Receivable (A/R) - USD") == 0
    # A credit of 400.00: it is income, on an account of expense.
    assert balance(live, "Exchange Gain or Loss") == -40_000
    check(live)
    live.write.update("Invoice", {"Id": record.key, "ExchangeRate": 82}, sparse=True)
    assert balance(live, "Exchange Gain or Loss") == -20_000
    check(live)


def test_a_credit_applied_at_another_rate_moves_no_money_and_leaves_a_loss(live: LiveCompany) -> None:
    record = invoice(live, 84)
    given = {key: record.document[key] for key in ("CustomerRef", "Line")}
    credit = live.write.create("CreditMemo", {**given, "ExchangeRate": 80})
    lines = [{"Amount": 100, "LinkedTxn": [{"TxnId": one.key, "TxnType": one.entity.name}]} for one in (record, credit)]
    live.write.create("Payment", {"CustomerRef": buyer(live), "TotalAmt": 0, "Line": lines})
    assert balance(live, "Accounts Receivable (A/R) - USD") == 0
    assert balance(live, "Exchange Gain or Loss") == 40_000
    check(live)


def test_a_currency_is_the_customers_and_only_where_there_are_several(live: LiveCompany) -> None:
    with pytest.raises(Refusal) as caught:
        invoice(live, 1, CurrencyRef={"value": "EUR"})
    assert caught.value.code == "6000"
    alone = build_books(documents=0).companies[0]
    with pytest.raises(Refusal) as caught:
        alone.write.create("Customer", {"DisplayName": "Abroad", "CurrencyRef": {"value": "USD"}})
    assert caught.value.code == "6000"


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6))
def test_whatever_happens_in_several_currencies_the_books_add_up(seed: int) -> None:
    books = build_books(documents=30, foreign=True)
    live = books.companies[0]
    live.business._dice = Dice(str(seed))
    abroad = {key for name, key in live.company.shelf("Customer").names.items() if name.startswith("overseas")}
    live.business._customers = [*abroad, "1", "2"]
    for _ in range(60):
        later(books)
        live.business.step()
    check(live)
    report = run_report(live.company, "TrialBalance", {"end_date": "2026-06-30"})
    total = report["Rows"]["Row"][-1]["Summary"]["ColData"]
    assert Decimal(total[1]["value"]) == Decimal(total[2]["value"]) > 0


def test_foreign_documents_fit_the_schema() -> None:
    schema = load_schema()
    live = build_books(documents=250, foreign=True).companies[0]
    problems = {
        one
        for name, shelf in live.company.shelves.items()
        for record in shelf
        for one in schema.problems(name, record.document)
    }
    assert not problems, sorted(problems)
