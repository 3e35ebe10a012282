# mypy: disable-error-code="comparison-overlap"
# A Decimal equals the int of the same value; inside tuples and lists the type checker does not see it.
"""The whole company in one pass, and what it refuses."""

from __future__ import annotations

import dataclasses
import random
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given

from canonical.bill import BillRefKind
from canonical.errors import InvariantError
from canonical.receivable import BillEntry, Buckets
from receivables.ageing import age_items
from receivables.allocation import FifoPolicy, settle
from receivables.invariants import check_conserved, find_differences, party_balances
from receivables.open_items import fold_open_items
from receivables.report import ReportTerms, ageing_report
from tests.receivables.ledgers import at, day, ledger
from tests.receivables.strategies import days, ledgers
from tests.receivables.test_oracle_ashoka import LEDGER_A, PARTY, R2_PAYS_INV_003
from tests.support.work import count_calls

TERMS = ReportTerms(as_of=date(2026, 3, 31), buckets=Buckets((30, 60, 90, 180)))
OTHER = ledger(
    "zeta", "date | voucher | amount | allocation | due\n2026-03-01 | Sales Z1 | +10 | New Ref Z1 | 2026-03-01"
)


def test_rows_and_total() -> None:
    report = ageing_report([*LEDGER_A, *OTHER], TERMS, party_names={PARTY: "Ashoka Traders", "zeta": "Aaram House"})
    assert [(row.party_name, row.not_due, row.overdue, row.unapplied) for row in report.rows] == [
        ("Aaram House", 0, 10, 0),
        ("Ashoka Traders", 80000, 84500, -90000),
    ]
    assert (report.total.net, report.total.overdue) == (74510, 84510)


def test_allocations_find_their_party() -> None:
    report = ageing_report([*LEDGER_A, *OTHER], TERMS, [R2_PAYS_INV_003])
    assert [(row.not_due, row.unapplied) for row in report.rows] == [(10000, -20000), (0, 0)]


def test_a_report_knows_no_allocation_before_it_was_made() -> None:
    known_in_march = dataclasses.replace(TERMS, known_at=at("2026-03-31"))
    (row,) = ageing_report(LEDGER_A, known_in_march, [R2_PAYS_INV_003]).rows
    assert (row.not_due, row.unapplied) == (80000, -90000)


def test_entries_that_come_in_two_places_are_refused() -> None:
    with pytest.raises(InvariantError, match="ordered by party"):
        ageing_report([*LEDGER_A, *OTHER, LEDGER_A[0]], TERMS)


def test_a_difference_is_named_and_stops_the_report() -> None:
    items = fold_open_items(LEDGER_A, as_of=TERMS.as_of)
    (difference,) = find_differences(items, {PARTY: Decimal("74500.01")})
    assert difference.amount == Decimal("-0.01")
    with pytest.raises(InvariantError, match=r"add up to 74,500\.00, its ledger balance is 74,500\.01") as caught:
        check_conserved(items, {PARTY: Decimal("74500.01")})
    assert caught.value.facts["difference"] == "-0.01"


def test_a_party_on_one_side_only_is_a_difference() -> None:
    assert [d.amount for d in find_differences((), {"a": Decimal(5)})] == [-5]
    assert [d.amount for d in find_differences(fold_open_items(OTHER, as_of=day("2026-03-31")), {})] == [10]
    assert find_differences((), {"a": Decimal(0)}) == ()


@given(ledgers, days)
def test_party_by_party_is_the_same_as_all_at_once(entries: list[BillEntry], as_of: date) -> None:
    terms = ReportTerms(as_of=as_of, policy=FifoPolicy.ON_ACCOUNT)
    report = ageing_report(sorted(entries, key=lambda entry: entry.party_key), terms)
    items = settle(fold_open_items(entries, as_of=as_of), policy=FifoPolicy.ON_ACCOUNT).items
    assert report.rows == age_items(items, as_of=as_of)


def many_entries(count: int) -> list[BillEntry]:
    """Invoices of 2,000 parties, most of them paid."""
    rng = random.Random(7)
    entries: list[BillEntry] = []
    for number in range(count // 2):
        opened = date(2025, 4, 1) + timedelta(days=rng.randrange(365))
        net = Decimal(rng.randrange(1, 10**8)).scaleb(-2)
        bill = BillEntry(
            party_key=f"party {rng.randrange(2000)}",
            kind=BillRefKind.NEW,
            ref=f"INV/25-26/{number}",
            net=net,
            effective_on=opened,
            source_key=f"sale-{number}",
        )
        payment = dataclasses.replace(
            bill,
            kind=BillRefKind.AGAINST,
            net=-net if rng.random() < 0.7 else -net / 2,
            effective_on=opened + timedelta(days=rng.randrange(90)),
            source_key=f"receipt-{number}",
        )
        entries += [bill, payment]
    return entries


def test_the_work_of_folding_grows_with_the_entries_and_no_faster() -> None:
    few, many = many_entries(2_000), many_entries(16_000)
    calls = [count_calls(partial(fold_open_items, entries, as_of=date(2026, 3, 31))) for entries in (few, many)]
    assert calls[1] < 1.2 * calls[0] * len(many) / len(few)


@pytest.mark.slow
def test_two_hundred_thousand_entries_keep_every_rupee() -> None:
    entries = many_entries(200_000)
    items = fold_open_items(entries, as_of=date(2026, 3, 31))
    assert sum(item.net for item in items) == sum(party_balances(entries, as_of=date(2026, 3, 31)).values())
