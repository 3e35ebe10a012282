"""Amounts and days as people type them; laws by hypothesis."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.money import render_inr
from connectors.spreadsheet.values import find_amount, find_day


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,23,456.50", "123456.50"),
        ("₹ 1,200/-", "1200"),
        ("Rs. 45", "45"),
        ("(1,200.00)", "-1200"),
        ("500 Cr", "-500"),
        ("500 Dr.", "500"),
        ("-12.5", "-12.5"),
        ("4839.959999999999", "4839.96"),
        ("1e3", "1000"),
        ("-", "0"),
        ("12-05", None),
        ("1.2.3", None),
        ("12 kg", None),
        ("1,2345", None),
        ("", None),
        ("NaN", None),
    ],
)
def test_amounts(text: str, amount: str | None) -> None:
    assert find_amount(text) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3/4/25", date(2025, 4, 3)),
        ("03.04.2025", date(2025, 4, 3)),
        ("2025-04-03", date(2025, 4, 3)),
        ("2025-04-03T00:00:00", date(2025, 4, 3)),
        ("3-Apr-25", date(2025, 4, 3)),
        ("3 April 2025", date(2025, 4, 3)),
        ("45750", date(2025, 4, 3)),
        ("31/02/2025", None),
        ("04-2025", None),
        ("12345", None),
        ("", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert find_day(text) == day
    assert find_day("04/03/2025", is_month_first=True) == date(2025, 4, 3)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_an_amount_as_printed_in_india_is_read_back(amount: Decimal) -> None:
    assert find_amount(render_inr(amount)) == amount


@given(st.text(max_size=20))
def test_nothing_typed_breaks_the_readers(text: str) -> None:
    find_amount(text)
    find_day(text)
