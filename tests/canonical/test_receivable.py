"""Buckets, directions and ageing rows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.receivable import AgeingRow, BucketError, Buckets, Direction
from tests.canonical.strategies import amounts

limits = st.lists(st.integers(1, 400), min_size=1, max_size=6, unique=True).map(sorted).map(tuple)


def test_labels_say_first_and_last_day() -> None:
    assert Buckets((30, 60, 90, 180)).labels == ("1-30", "31-60", "61-90", "91-180", "> 180")
    assert Buckets((7,)).labels == ("1-7", "> 7")


@pytest.mark.parametrize("bad", [(), (0, 30), (-5,), (30, 30), (60, 30)])
def test_limits_rise_and_are_positive(bad: tuple[int, ...]) -> None:
    with pytest.raises(BucketError, match="rising positive days"):
        Buckets(bad)


@given(limits, st.integers(-500, 500))
def test_every_age_has_one_place_and_its_label_holds_it(limits: tuple[int, ...], age: int) -> None:
    buckets = Buckets(limits)
    index = buckets.index(age)
    if age <= 0:
        assert index is None
        return
    assert index is not None
    label = buckets.labels[index]
    if label.startswith("> "):
        assert age > int(label[2:])
    else:
        first, last = map(int, label.split("-"))
        assert first <= age <= last


@given(limits, st.integers(-500, 500))
def test_older_is_never_in_an_earlier_bucket(limits: tuple[int, ...], age: int) -> None:
    def place(days: int) -> int:
        index = Buckets(limits).index(days)
        return -1 if index is None else index

    assert place(age) <= place(age + 1)


def test_a_row_adds_up() -> None:
    row = AgeingRow(
        party_key="p",
        party_name="P",
        not_due=Decimal(80),
        buckets=(Decimal(10), Decimal(5), Decimal(0)),
        unapplied=Decimal(-20),
    )
    assert (row.overdue, row.outstanding, row.net) == (Decimal(15), Decimal(95), Decimal(75))


@given(amounts)
def test_a_direction_is_its_own_inverse(net: Decimal) -> None:
    for direction in Direction:
        assert direction.amount(direction.amount(net)) == net
    assert Direction.PAYABLE.amount(net) == -Direction.RECEIVABLE.amount(net)
