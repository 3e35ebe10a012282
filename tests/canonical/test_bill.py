"""Bill references: which two are the same, and in which order people count them."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.bill import BillAllocation, BillRefKind, bill_key, natural_order
from canonical.money import Side


@pytest.mark.parametrize("spelling", ["INV/25-26/7", "inv/25-26/7", " Inv/25-26/7 ", "INV/25-26/7\t"])
def test_case_and_blanks_do_not_make_another_bill(spelling: str) -> None:
    assert bill_key(spelling) == bill_key("INV/25-26/7")


@pytest.mark.parametrize("other", ["INV/25-26/07", "INV 25-26/7", "INV/2526/7", "INV/25-26/7 A"])
def test_anything_else_does(other: str) -> None:
    assert bill_key(other) != bill_key("INV/25-26/7")


@given(st.text())
def test_folding_twice_is_folding_once(ref: str) -> None:
    assert bill_key(bill_key(ref)) == bill_key(ref)


@pytest.mark.parametrize(
    "ordered",
    [
        ["INV-9", "INV-10", "INV-100"],
        ["1", "2", "10", "A1"],
        ["S/9/25-26", "S/10/24-25", "S/10/25-26"],
        ["a", "a1", "a1b", "a2"],
        ["", "0", "1"],
        ["INV-9", "INV-" + "9" * 5000],
    ],
)
def test_numbers_inside_references_count_as_numbers(ordered: list[str]) -> None:
    keys = [natural_order(ref) for ref in ordered]
    assert all(a < b for a, b in pairwise(keys))


def test_leading_zeros_and_case_do_not_count() -> None:
    assert natural_order("inv-007") == natural_order("INV-7")


@given(st.lists(st.text(max_size=6)))
def test_any_references_can_be_ordered(refs: list[str]) -> None:
    ordered = [natural_order(ref) for ref in sorted(refs, key=natural_order)]
    assert all(a <= b for a, b in pairwise(ordered))


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_order_of_numbers_is_the_order_of_their_references(a: int, b: int) -> None:
    assert (a < b) == (natural_order(f"INV-{a:06d}/x") < natural_order(f"INV-{b}/x"))


def test_an_allocation_is_debit_positive() -> None:
    allocation = BillAllocation(kind=BillRefKind.AGAINST, side=Side.CREDIT, amount=Decimal("12.50"), ref="INV-1")
    assert allocation.net == Decimal("-12.50")
