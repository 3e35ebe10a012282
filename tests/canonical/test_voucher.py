"""A voucher balances or does not exist; what counts in the books and what does not."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.errors import Recovery, RuleError
from canonical.money import Side
from canonical.record import SourceRef
from canonical.voucher import Posting, UnbalancedVoucher, Voucher
from canonical.voucher_type import VoucherKind
from tests.canonical.strategies import closing, postings

ACCOUNTING = [kind for kind in VoucherKind if kind.is_accounting]
OTHERS = [kind for kind in VoucherKind if not kind.is_accounting]
lines = st.lists(postings(), min_size=1, max_size=6)


def voucher(kind: VoucherKind, *rows: Posting, **flags: bool) -> Voucher:
    return Voucher(
        source=SourceRef("tally", "company-1", "vouchers", "guid-1"),
        kind=kind,
        type_name="Test",
        day=date(2026, 1, 15),
        number="T-1",
        postings=rows,
        **flags,  # type: ignore[arg-type] # only boolean fields
    )


@given(st.sampled_from(ACCOUNTING), lines)
def test_a_voucher_that_balances_can_be_built(kind: VoucherKind, rows: list[Posting]) -> None:
    built = voucher(kind, *rows, closing(rows))
    assert built.balance == 0
    assert built.debit_total == built.credit_total


@given(st.sampled_from(ACCOUNTING), lines)
def test_a_voucher_that_does_not_balance_cannot(kind: VoucherKind, rows: list[Posting]) -> None:
    difference = sum((row.net for row in rows), Decimal(0))
    if not difference:
        return
    with pytest.raises(UnbalancedVoucher) as caught:
        voucher(kind, *rows)
    assert Decimal(str(caught.value.facts["difference"])) == difference
    assert caught.value.code == "canonical.voucher.unbalanced"
    assert "T-1" in caught.value.message


@given(st.sampled_from(OTHERS), lines)
def test_orders_challans_and_memos_may_be_one_sided(kind: VoucherKind, rows: list[Posting]) -> None:
    assert not voucher(kind, *rows).counts_in_books


@pytest.mark.parametrize("difference", ["0.01", "0.0001"])
def test_there_is_no_tolerance(difference: str) -> None:
    debit = Posting(ledger_key="a", ledger_name="A", side=Side.DEBIT, amount=Decimal(100))
    credit = Posting(ledger_key="b", ledger_name="B", side=Side.CREDIT, amount=Decimal(100) - Decimal(difference))
    with pytest.raises(UnbalancedVoucher, match=difference):
        voucher(VoucherKind.SALES, debit, credit)


@pytest.mark.parametrize(
    ("flags", "counts"),
    [({}, True), ({"is_cancelled": True}, False), ({"is_optional": True}, False), ({"is_post_dated": True}, True)],
)
def test_what_counts_in_the_books(flags: dict[str, bool], counts: bool) -> None:
    assert voucher(VoucherKind.RECEIPT, **flags).counts_in_books is counts


def test_a_cancelled_voucher_keeps_its_number_without_postings() -> None:
    cancelled = voucher(VoucherKind.SALES, is_cancelled=True)
    assert cancelled.number == "T-1"
    assert not cancelled.postings
    assert cancelled.balance == 0


@pytest.mark.parametrize("kind", VoucherKind)
def test_every_kind_is_of_exactly_one_family(kind: VoucherKind) -> None:
    families = [kind.is_accounting, kind.is_order, kind.is_challan, kind.is_stock, kind.is_memo]
    assert sum(families) == 1


def test_the_same_ledger_may_stand_twice() -> None:
    half = Posting(ledger_key="a", ledger_name="A", side=Side.DEBIT, amount=Decimal(50))
    whole = Posting(ledger_key="b", ledger_name="B", side=Side.CREDIT, amount=Decimal(100))
    assert len(voucher(VoucherKind.JOURNAL, half, half, whole).postings) == 3


def test_a_voucher_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        voucher(VoucherKind.SALES).number = "other"  # type: ignore[misc] # the point


def test_the_refusal_is_a_rule_and_crosses_processes_whole() -> None:
    error = UnbalancedVoucher("Sales 1: debits 5 and credits 4 differ by 1.", difference="1")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert isinstance(again, RuleError)
    assert (again.message, again.code, again.facts, again.recovery) == (
        error.message,
        error.code,
        {"difference": "1"},
        Recovery.ACT,
    )
