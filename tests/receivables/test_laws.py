"""Laws of the engine, tried on ledgers nobody would write by hand."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from canonical.bill import BillRefKind
from canonical.money import ZERO
from canonical.receivable import AgeingBasis, BillEntry, Buckets, Direction, ItemKey
from receivables.ageing import age_items, total_row
from receivables.allocation import FifoPolicy, settle
from receivables.invariants import check_conserved, party_balances
from receivables.item import OpenItem
from receivables.open_items import fold_open_items, visible_entries
from tests.receivables.strategies import LAST_DAY, allocations, bill_entries, days, known, ledgers, moments

directions = st.sampled_from(Direction)
policies = st.sampled_from(FifoPolicy)


@given(ledgers, days, known, directions)
def test_open_items_add_up_to_the_ledger_balance(
    entries: list[BillEntry], as_of: date, known_at: datetime | None, direction: Direction
) -> None:
    items = fold_open_items(entries, as_of=as_of, known_at=known_at, direction=direction)
    check_conserved(items, party_balances(entries, as_of=as_of, known_at=known_at))
    assert len({item.key for item in items}) == len(items)


@given(ledgers, days, known)
def test_every_entry_is_explained_exactly_once(
    entries: list[BillEntry], as_of: date, known_at: datetime | None
) -> None:
    items = fold_open_items(entries, as_of=as_of, known_at=known_at, keep_closed=True)
    shares: dict[int, Decimal] = {}
    for item in items:
        assert sum((part.net for part in item.parts), ZERO) == item.net
        for part in item.parts:
            assert part.net == ZERO or (part.net > 0) == (part.entry.net > 0)
            shares[id(part.entry)] = shares.get(id(part.entry), ZERO) + part.net
    visible = visible_entries(entries, as_of, known_at)
    assert shares == {id(entry): entry.net for entry in visible}


@given(ledgers, days, known, st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(
    entries: list[BillEntry], as_of: date, known_at: datetime | None, random: st.DataObject
) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis gives a Random here
    assert fold_open_items(shuffled, as_of=as_of, known_at=known_at, keep_closed=True) == fold_open_items(
        entries, as_of=as_of, known_at=known_at, keep_closed=True
    )


@given(ledgers, days, moments)
def test_what_happens_or_is_learned_later_changes_nothing(
    entries: list[BillEntry], as_of: date, known_at: datetime
) -> None:
    earlier = [
        dataclasses.replace(e, voided_at=None if e.voided_at and e.voided_at > known_at else e.voided_at)
        for e in entries
        if e.effective_on <= as_of and (e.recorded_at is None or e.recorded_at <= known_at)
    ]
    now, then = (
        [(item.key, item.net, item.bill_date, item.due_date, item.flags) for item in items]
        for items in (
            fold_open_items(entries, as_of=as_of, known_at=known_at),
            fold_open_items(earlier, as_of=as_of, known_at=known_at),
        )
    )
    assert now == then


@given(ledgers, bill_entries(), days)
def test_voiding_an_entry_restores_what_was(entries: list[BillEntry], extra: BillEntry, as_of: date) -> None:
    recorded_at = extra.recorded_at or datetime.fromisoformat("2024-03-01T00:00:00+00:00")
    voided_at = recorded_at + timedelta(days=1)
    voided = dataclasses.replace(extra, recorded_at=recorded_at, voided_at=voided_at)
    assert fold_open_items([*entries, voided], as_of=as_of, known_at=voided_at) == fold_open_items(
        entries, as_of=as_of, known_at=voided_at
    )


@given(data=st.data(), entries=ledgers, as_of=days, known_at=known, direction=directions, policy=policies)
def test_applying_money_moves_it_and_never_makes_or_overdraws_it(
    *,
    data: st.DataObject,
    entries: list[BillEntry],
    as_of: date,
    known_at: datetime | None,
    direction: Direction,
    policy: FifoPolicy,
) -> None:
    items = fold_open_items(entries, as_of=as_of, known_at=known_at, direction=direction)
    stored = data.draw(allocations(items))
    result = settle(items, stored, known_at=known_at, policy=policy, direction=direction)
    check_conserved(result.items, party_balances(entries, as_of=as_of, known_at=known_at))
    before = {item.key: item.net for item in items}
    after = {item.key: item.net for item in result.items}
    for key, net in before.items():
        left = after.get(key, ZERO)
        assert abs(left) <= abs(net)
        assert left == 0 or (left > 0) == (net > 0)
    used = Counter[str]()
    for row in result.applications:
        assert row.amount > 0
        assert row.credit.party_key == row.debit.party_key
        used[row.allocation_key] += int(row.amount * 10_000)
    assert all(used[allocation.key] <= allocation.amount * 10_000 for allocation in stored)


@given(st.data(), ledgers, days)
def test_every_item_explains_what_was_applied_to_it(data: st.DataObject, entries: list[BillEntry], as_of: date) -> None:
    items = fold_open_items(entries, as_of=as_of)
    stored = data.draw(allocations(items))
    for item in settle(items, stored, policy=FifoPolicy.ON_ACCOUNT_AND_ADVANCES).items:
        received = sum((row.amount if row.credit == item.key else -row.amount for row in item.applied), ZERO)
        assert sum((part.net for part in item.parts), ZERO) + received == item.net


@given(ledgers, days, directions, policies)
def test_fifo_twice_is_fifo_once(
    entries: list[BillEntry], as_of: date, direction: Direction, policy: FifoPolicy
) -> None:
    once = settle(fold_open_items(entries, as_of=as_of, direction=direction), policy=policy, direction=direction)
    twice = settle(once.items, policy=policy, direction=direction)
    assert (twice.items, twice.applications) == (once.items, ())


@given(ledgers, days, directions)
def test_after_fifo_of_everything_a_party_is_owed_or_in_credit_never_both(
    entries: list[BillEntry], as_of: date, direction: Direction
) -> None:
    items = fold_open_items(entries, as_of=as_of, direction=direction)
    settled = settle(items, policy=FifoPolicy.ON_ACCOUNT_AND_ADVANCES, direction=direction).items
    for row in age_items(settled, as_of=as_of, direction=direction):
        assert row.outstanding == 0 or row.unapplied == 0


@given(
    entries=ledgers,
    as_of=days,
    known_at=known,
    direction=directions,
    policy=policies,
    basis=st.sampled_from(AgeingBasis),
)
def test_columns_add_up_to_the_balance(
    *,
    entries: list[BillEntry],
    as_of: date,
    known_at: datetime | None,
    direction: Direction,
    policy: FifoPolicy,
    basis: AgeingBasis,
) -> None:
    items = fold_open_items(entries, as_of=as_of, known_at=known_at, direction=direction)
    settled = settle(items, policy=policy, direction=direction).items
    buckets = Buckets((15, 45, 400))
    rows = age_items(settled, as_of=as_of, basis=basis, buckets=buckets, direction=direction)
    balances = party_balances(entries, as_of=as_of, known_at=known_at)
    assert {row.party_key: row.net for row in rows if row.net} == {
        party: direction.amount(balance) for party, balance in balances.items() if balance
    }
    assert all(row.unapplied <= 0 <= min(row.not_due, *row.buckets) for row in rows)
    assert total_row(rows, buckets).net == direction.amount(sum(balances.values(), ZERO))


@given(ledgers, days, st.integers(1, 499_99), st.integers(2, 500_00), policies)
def test_one_receipt_or_the_same_money_in_two_age_alike(
    entries: list[BillEntry], on: date, first: int, second: int, policy: FifoPolicy
) -> None:
    def receipt(paise: int, number: str) -> BillEntry:
        return BillEntry(
            party_key="asha",
            kind=BillRefKind.ON_ACCOUNT,
            ref="",
            net=-Decimal(paise).scaleb(-2),
            effective_on=on,
            source_key=f"split-{number}",
        )

    whole = [*entries, receipt(first + second, "0")]
    halves = [*entries, receipt(first, "1"), receipt(second, "2")]
    one, two = (
        age_items(settle(fold_open_items(rows, as_of=LAST_DAY), policy=policy).items, as_of=LAST_DAY)
        for rows in (whole, halves)
    )
    assert one == two


@given(ledgers, days)
def test_one_partys_ledger_does_not_touch_anothers(entries: list[BillEntry], as_of: date) -> None:
    def of_asha(rows: list[BillEntry]) -> list[tuple[ItemKey, Decimal]]:
        settled = settle(fold_open_items(rows, as_of=as_of), policy=FifoPolicy.ON_ACCOUNT_AND_ADVANCES)
        return [(item.key, item.net) for item in settled.items if item.party_key == "asha"]

    assert of_asha(entries) == of_asha([entry for entry in entries if entry.party_key == "asha"])


@given(ledgers, days)
def test_a_settled_item_is_never_listed(entries: list[BillEntry], as_of: date) -> None:
    items: tuple[OpenItem, ...] = fold_open_items(entries, as_of=as_of)
    assert all(item.net for item in items)
    assert all(item.net for item in settle(items, policy=FifoPolicy.ON_ACCOUNT).items)
