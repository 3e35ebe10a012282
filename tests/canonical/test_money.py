"""Amounts: exact in, exact out, Indian grouping for people."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.money import (
    AMOUNT_MAX_SQLITE,
    AmountError,
    Side,
    is_exact,
    parse_amount,
    render_inr,
    round_amount,
    round_paisa,
    signed,
    split_signed,
)
from tests.canonical.strategies import amounts


@given(amounts)
def test_an_amount_survives_text(amount: Decimal) -> None:
    assert parse_amount(str(amount)) == amount
    assert is_exact(amount)
    assert round_amount(amount) == amount


@pytest.mark.parametrize("bad", ["", "abc", "12,000", "NaN", "Infinity", "-inf", "1.2.3", "₹5", "--1", "1_000", "٣x"])
def test_what_is_not_an_amount_is_refused(bad: str) -> None:
    with pytest.raises(AmountError):
        parse_amount(bad)


def test_a_float_is_refused_even_if_it_looks_exact() -> None:
    with pytest.raises(AmountError, match="float"):
        parse_amount(0.5)  # type: ignore[arg-type] # the point


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_amount_is_what_every_database_can_hold(sign: int) -> None:
    assert parse_amount(AMOUNT_MAX_SQLITE * sign) == AMOUNT_MAX_SQLITE * sign
    with pytest.raises(AmountError, match="outside"):
        parse_amount((AMOUNT_MAX_SQLITE + Decimal("0.0001")) * sign)


def test_the_error_names_the_text_but_not_all_of_a_long_one() -> None:
    with pytest.raises(AmountError) as caught:
        parse_amount("x" * 1000)
    assert len(caught.value.message) < 120


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.00005", "0.0000"), ("0.00015", "0.0002"), ("0.00025", "0.0002"), ("-0.00015", "-0.0002"), ("2.5", "2.5000")],
)
def test_rounding_is_half_to_even_at_four_decimals(amount: str, rounded: str) -> None:
    assert str(round_amount(Decimal(amount))) == rounded
    assert is_exact(Decimal(amount)) == (Decimal(amount) == Decimal(rounded))


@pytest.mark.parametrize(
    ("amount", "rounded"), [("1.005", "1.01"), ("-1.005", "-1.01"), ("2.6750", "2.68"), ("7", "7.00")]
)
def test_tax_and_interest_round_half_up_to_the_paisa(amount: str, rounded: str) -> None:
    assert str(round_paisa(Decimal(amount))) == rounded


@given(amounts)
def test_sides_and_signs_are_one_thing(net: Decimal) -> None:
    side, amount = split_signed(net)
    assert amount >= 0
    assert signed(side, amount) == net
    assert signed(side.opposite, amount) == -net
    assert side.opposite.opposite is side


def test_zero_is_a_debit_of_zero() -> None:
    assert split_signed(Decimal(0)) == (Side.DEBIT, Decimal(0))


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0.00"),
        ("1", "1.00"),
        ("999", "999.00"),
        ("1000", "1,000.00"),
        ("99999.99", "99,999.99"),
        ("100000", "1,00,000.00"),
        ("1234567.5", "12,34,567.50"),
        ("-10000000", "-1,00,00,000.00"),
        ("922337203685477.5807", "92,23,37,20,36,85,477.58"),
        ("-0.004", "0.00"),
        ("0.005", "0.00"),
        ("0.015", "0.02"),
    ],
)
def test_indian_grouping(amount: str, shown: str) -> None:
    assert render_inr(Decimal(amount)) == shown


@pytest.mark.parametrize(("decimals", "shown"), [(0, "12,34,568"), (2, "12,34,567.89"), (4, "12,34,567.8912")])
def test_decimals_on_request(decimals: int, shown: str) -> None:
    assert render_inr(Decimal("1234567.8912"), decimals) == shown


@given(amounts)
def test_grouping_only_adds_commas(amount: Decimal) -> None:
    assert Decimal(render_inr(amount, 4).replace(",", "")) == amount


@given(st.integers(0, 10**15))
def test_groups_are_of_two_after_the_first_three(whole: int) -> None:
    head, *groups = render_inr(Decimal(whole), 0).split(",")
    assert 1 <= len(head) <= (2 if groups else 3)
    assert [len(group) for group in groups] == [2] * (len(groups) - 1) + [3] * bool(groups)
