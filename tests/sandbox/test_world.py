"""The business itself: it holds what it promises, and its truth agrees with itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.bill import BillRefKind
from canonical.voucher_type import VoucherKind
from sandbox.world import World, WorldSpec, build_world
from sandbox.world.chart import Type
from sandbox.world.masters import GstCategory, Role
from sandbox.world.spec import SpecError
from sandbox.world.vouchers import Entry, View, Voucher

worlds = st.builds(
    lambda seed, size, year, company: build_world(seed=seed, vouchers=size, financial_year=year, company=company),
    st.integers(0, 10**6),
    st.integers(0, 400),
    st.integers(2018, 2030),
    st.integers(0, 2),
)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(vouchers=1500)


@pytest.fixture(scope="module")
def vouchers(world: World) -> list[Voucher]:
    return list(world.vouchers())


@settings(max_examples=25, deadline=None)
@given(worlds)
def test_every_accounting_voucher_balances_and_its_parts_sum_to_its_postings(world: World) -> None:
    for voucher in world.vouchers():
        if voucher.kind.is_accounting:
            assert sum(paise for _, paise in voucher.postings) == 0, voucher
        for entry in voucher.entries:
            check_parts(entry)


def check_parts(entry: Entry) -> None:
    for parts in (entry.banks, entry.costs, entry.items):
        assert not parts or sum(part.paise for part in parts) == entry.paise, entry
    assert not entry.bills or sum(move.paise for move in entry.bills) == entry.paise, entry


@settings(max_examples=25, deadline=None)
@given(worlds)
def test_the_trial_balance_sums_to_zero_and_bills_with_the_rest_are_the_balance(world: World) -> None:
    truth = world.truth()
    rows = truth.trial_balance.values()
    assert sum(row.opening for row in rows) == 0
    assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
    assert sum(row.closing for row in rows) == 0
    for name, party in truth.parties.items():
        assert party.closing == truth.trial_balance[name].closing
        assert party.closing == party.on_account + sum(bill.paise for bill in party.bills)
    assert truth.counts.states["unbalanced"] == 0
    assert sum(truth.counts.vouchers.values()) == world.spec.vouchers


@settings(max_examples=10, deadline=None)
@given(worlds)
def test_the_on_account_rest_is_what_names_no_bill(world: World) -> None:
    rest = {party.name: party.opening_unreferenced for party in world.masters.parties}
    for voucher in world.vouchers():
        if not voucher.kind.is_accounting or voucher.is_optional or voucher.day > world.spec.last_day:
            continue
        for entry in voucher.entries:
            if entry.ledger in rest:
                named = sum(move.paise for move in entry.bills if move.kind is not BillRefKind.ON_ACCOUNT)
                rest[entry.ledger] += entry.paise - named
    assert rest == {name: party.on_account for name, party in world.truth().parties.items()}


def test_the_same_specification_gives_the_same_vouchers_and_another_seed_others(world: World) -> None:
    assert list(build_world(vouchers=300).vouchers()) == list(build_world(vouchers=300).vouchers())
    assert list(build_world(vouchers=300).vouchers()) != list(build_world(seed=43, vouchers=300).vouchers())


def test_days_do_not_go_back_and_numbers_of_a_type_do_not_repeat(vouchers: list[Voucher]) -> None:
    assert all(a.day <= b.day for a, b in pairwise(vouchers))
    assert [voucher.index for voucher in vouchers] == list(range(1, len(vouchers) + 1))
    own = [(v.type_name, v.number) for v in vouchers if v.type_name != Type.EXPENSE]
    assert len(set(own)) == len(own)
    keys = [(v.day, v.day_sequence) for v in vouchers]
    assert len(set(keys)) == len(keys)


def test_the_year_is_covered_and_only_post_dated_cheques_lie_after_it(vouchers: list[Voucher]) -> None:
    inside = [v for v in vouchers if not v.is_post_dated]
    assert {v.day.month for v in inside} == set(range(1, 13))
    assert inside[-1].day <= date(2026, 3, 31)
    later = [v for v in vouchers if v.day > date(2026, 3, 31)]
    assert later
    assert all(v.is_post_dated and v.kind is VoucherKind.RECEIPT for v in later)


@pytest.mark.parametrize("size", [120, 1500])
def test_every_kind_of_document_occurs(size: int) -> None:
    vouchers = list(build_world(vouchers=size).vouchers())
    kinds = {v.type_name for v in vouchers}
    assert kinds == set(Type)
    assert any(v.is_cancelled and not v.entries for v in vouchers)
    assert {v.type_name for v in vouchers if v.is_optional} == {Type.PROFORMA, Type.RECEIPT}
    assert {v.view for v in vouchers} == set(View)
    assert {move.kind for v in vouchers for e in v.entries for move in e.bills} == set(BillRefKind)


def scenarios(vouchers: list[Voucher]) -> dict[str, bool]:
    entries = [(v, e) for v in vouchers for e in v.entries]
    return {
        "several bills at once": any(len(e.bills) > 2 for v, e in entries if v.kind is VoucherKind.RECEIPT),
        "bills on opposite sides": any(len({m.paise > 0 for m in e.bills}) == 2 for _, e in entries),
        "no allocation on a bill-wise ledger": any(
            e.is_party and not e.bills and v.partner and v.partner.is_bill_wise
            for v, e in entries
            if v.kind is VoucherKind.RECEIPT
        ),
        "tax deducted by a contractor's customer": any(e.tds for _, e in entries),
        "tax deducted by a customer": any(
            e.ledger == "TDS Receivable" for v, e in entries if v.kind is VoucherKind.JOURNAL
        ),
        "bounced cheque": any("returned: funds" in v.narration for v in vouchers),
        "flag against the sign": any(e.flag_debit is False and e.paise > 0 for _, e in entries),
        "free quantity": any(i.actual > i.billed for v in vouchers for i in v.items),
        "discount": any(i.discount for v in vouchers for i in v.items),
        "batch": any(i.batch and i.made_on for v in vouchers for i in v.items),
        "goods under a posting": any(e.items for _, e in entries),
        "goods into another godown": any(v.items_in for v in vouchers),
        "registered e-invoice": any(v.irn for v in vouchers),
        "e-way bill": any(v.transport and v.transport.number for v in vouchers),
        "cheque not cleared": any(b.cleared_on is None for _, e in entries for b in e.banks),
        "two instruments": any(len(e.banks) > 1 for _, e in entries),
        "one ledger twice": any(
            len(v.entries) > len({e.ledger for e in v.entries}) for v in vouchers if v.kind is VoucherKind.JOURNAL
        ),
        "order and challan named": any(v.order and v.tracking for v in vouchers if v.kind is VoucherKind.SALES),
        "one reference on two parties": any(
            len(parties) > 1 for parties in refs_by_party(vouchers).values() if len(parties) > 1
        ),
        "rate change within the year": len(
            {i.gst_rate for v in vouchers for i in v.items if i.item.name.startswith("Toothpaste") and i.gst_rate}
        )
        > 1,
    }


def refs_by_party(vouchers: list[Voucher]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for voucher in vouchers:
        for entry in voucher.entries:
            for move in entry.bills:
                if move.ref:
                    found[move.ref].add(entry.ledger)
    return found


@pytest.mark.parametrize("name", sorted(scenarios([])))
def test_the_hard_cases_occur(name: str, vouchers: list[Voucher]) -> None:
    assert scenarios(vouchers)[name]


def test_a_bounced_cheque_opens_its_bills_again_with_their_old_dates(vouchers: list[Voucher]) -> None:
    bounced = [v for v in vouchers if "returned: funds" in v.narration]
    moves = [move for v in bounced for move in v.entries[0].bills]
    assert moves
    assert all(move.paise > 0 and move.kind is BillRefKind.AGAINST for move in moves)
    assert all(
        move.bill_date and move.bill_date < voucher.day for voucher in bounced for move in voucher.entries[0].bills
    )


def test_tax_follows_the_place_of_supply(world: World, vouchers: list[Voucher]) -> None:
    home = world.masters.company.state_code
    for voucher in vouchers:
        if voucher.kind is not VoucherKind.SALES or voucher.partner is None:
            continue
        ledgers = {ledger for ledger, _ in voucher.postings}
        if voucher.partner.category is GstCategory.SEZ:
            assert not ledgers & {"Output CGST", "Output IGST"}
        elif voucher.partner.state_code == home:
            assert "Output IGST" not in ledgers
        else:
            assert "Output CGST" not in ledgers


def test_parties_are_of_every_kind(world: World) -> None:
    many = build_world(WorldSpec(vouchers=100, parties=120)).masters.parties
    assert {party.role for party in many} == set(Role)
    assert {party.category for party in many} == set(GstCategory)
    assert {party.is_bill_wise for party in many} == {True, False}
    assert any(party.opening_unreferenced and party.opening_bills for party in many)
    assert any(bill.is_advance for party in many for bill in party.opening_bills)
    assert any(party.registered_since for party in many)
    folded = [" ".join(party.name.split()).casefold() for party in many]
    assert len(set(folded)) == len(folded)
    assert len(world.masters.parties) == 24


def test_customers_owe_in_every_age(world: World) -> None:
    ages = Counter(
        min((world.spec.last_day - bill.due_date).days // 30, 3)
        for party in world.truth().parties.values()
        for bill in party.bills
        if bill.paise > 0
    )
    assert {0, 1, 2, 3} <= {age for age in ages if age >= 0}
    assert any(age < 0 for age in ages), "nothing is not yet due"


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(SpecError, match="parties"):
        WorldSpec(parties=3)
    with pytest.raises(SpecError, match="negative"):
        WorldSpec(vouchers=-1)
