"""Every equation of a proof on random books: the truth's own reports prove them, and one paisa anywhere is found."""

from __future__ import annotations

import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from canonical.proof import ControlKind, ProofStatus
from canonical.publication import ProofFindings, PublicationRule
from sandbox.world.spec import WorldSpec
from tests.workflows.proving.books import Books, import_world

WORLDS = st.builds(
    WorldSpec,
    seed=st.integers(0, 10_000),
    vouchers=st.integers(30, 220),
    financial_year=st.integers(2019, 2027),
    company_index=st.integers(0, 1),
)
FEW = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
"""Shrinking would import books for minutes; the seed in the failure is enough."""
PAISA = Decimal("0.01")


@FEW
@given(spec=WORLDS)
@example(spec=WorldSpec(seed=2041, vouchers=53, financial_year=2025, company_index=1))  # nobody to take a cheque from
def test_random_books_are_proved_by_the_reports_of_their_truth(spec: WorldSpec) -> None:
    with tempfile.TemporaryDirectory() as folder:
        books = import_world(Path(folder), spec)
        proof = books.proved_with(books.reports.all())
    assert [(total.name, total.ours, total.theirs) for total in proof.differences] == []
    assert proof.status is ProofStatus.PROVED
    kinds = Counter(total.kind for total in proof.totals if total.status is ProofStatus.PROVED)
    wanted = set(ControlKind) - {ControlKind.OTHER, ControlKind.STOCK}
    assert wanted <= kinds.keys()
    ledgers = [row for row in books.reports.truth.trial_balance.values() if row.opening or row.debit or row.credit]
    assert kinds[ControlKind.DEBIT] == kinds[ControlKind.CREDIT] == kinds[ControlKind.OPENING] == len(ledgers)


@FEW
@given(spec=WORLDS, paise=st.sampled_from([-1, 1]), data=st.data())
def test_one_paisa_in_any_report_is_found_and_named(spec: WorldSpec, paise: int, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        books = import_world(Path(folder), spec)
        title, row, expected = data.draw(st.sampled_from(figures_of(books)))
        if expected.startswith("vouchers of type"):
            paise = 1  # one fewer may be a count that leaves cancelled vouchers out, where only one was cancelled
        proof = books.proved_with(books.reports.with_shift(title, row, paise).all())
    named = {total.name: total.difference for total in proof.differences}
    assert expected in named
    assert abs(named[expected]) == (PAISA if "." in str(named[expected]) else 1)
    assert not PublicationRule().publishes(ProofFindings.of(proof))
    allowed = (expected, "all ", "on account", "Cost of Sales", "net profit", "Profit & Loss A/c", "Opening Stock")
    assert all(any(word in name for word in allowed) for name in named), named


def figures_of(books: Books) -> list[tuple[str, str, str]]:
    """Figures that may be wrong: report, row, and what the proof calls the control."""
    truth, reports = books.reports.truth, books.reports
    found = [
        ("Trial Balance", name, f"closing balance: {name}")
        for name, row in truth.trial_balance.items()
        if abs(row.closing) > 1
    ]
    for title, sign in (("Bills Receivable", 1), ("Bills Payable", -1)):
        found += [
            (title, f"{party.ledger}, {bill.ref}", f"{title.lower()}: {party.ledger}, {bill.ref}")
            for party in truth.parties.values()
            for bill in party.bills
            if bill.paise * sign > 1
        ]
    statement = [name for name, worth in reports.by_top().items() if abs(worth) > 1]
    found += [("Balance Sheet", name, f"balance sheet: {name}") for name in statement if name == "Fixed Assets"]
    found += [("Profit and Loss", name, f"profit and loss: {name}") for name in statement if name == "Sales Accounts"]
    found += [("Voucher Census", name, f"vouchers of type {name}") for name in truth.counts.vouchers]
    return [*found, ("Company Counters", "ledgers", "number of ledgers")]


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return import_world(tmp_path, WorldSpec(seed=7, vouchers=100))


def test_net_profit_is_income_less_expense_and_the_change_of_stock(books: Books) -> None:
    proof = books.proved_with([books.reports.profit_and_loss()])
    (net,) = [total for total in proof.totals if total.kind is ControlKind.NET_PROFIT]
    assert net.ours == net.theirs == Decimal(books.reports.profit) / 100


def test_closing_stock_is_taken_as_declared_and_the_rest_proved(books: Books) -> None:
    proof = books.proved_with([books.reports.profit_and_loss(), books.reports.balance_sheet()])
    (stock,) = [total for total in proof.totals if total.name == "closing stock"]
    assert (stock.status, stock.ours) == (ProofStatus.NO_ORACLE, Decimal(books.reports.stock) / 100)
    assert "as it declares it" in stock.reason
    assert proof.status is ProofStatus.PROVED
    sheet = {total.name: total.status for total in proof.totals if total.kind is ControlKind.BALANCE_SHEET}
    assert sheet["balance sheet: Current Assets"] is ProofStatus.PROVED


def test_a_balance_sheet_alone_cannot_be_proved_where_it_holds_stock(books: Books) -> None:
    """Nothing says what the stock is worth, so what contains it is left open, and the rest is proved."""
    fresh = books.hand_over([books.reports.balance_sheet()])
    proof = books.prove(fresh)
    rows = {total.name.partition(": ")[2]: total for total in proof.totals if total.kind is ControlKind.BALANCE_SHEET}
    assert rows["Current Assets"].status is ProofStatus.NO_ORACLE
    assert "stock" in rows["Current Assets"].reason
    assert rows["Profit & Loss A/c"].status is ProofStatus.NO_ORACLE
    assert rows["Capital Account"].status is ProofStatus.PROVED
    assert not proof.differences


def test_bills_on_account_and_balances_close_the_circle(books: Books) -> None:
    proof = books.proved_with([books.reports.trial_balance(), *books.reports.bills()])
    residual = {total.name: total for total in proof.totals if total.kind is ControlKind.ON_ACCOUNT}
    for party in books.reports.truth.parties.values():
        if party.on_account:
            assert residual[f"on account: {party.ledger}"].ours == Decimal(party.on_account) / 100
    whole = sum(party.on_account for party in books.reports.truth.parties.values())
    assert residual["on account: all parties"].theirs == Decimal(whole) / 100
    assert not proof.differences
