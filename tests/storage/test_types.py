"""Stored forms: exact both ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.dates import CreditPeriod, CreditUnit
from canonical.money import AMOUNT_MAX_SQLITE
from canonical.receivable import Buckets
from storage.reports.bucket_sql import cut_days
from storage.types import (
    AmountTooLarge,
    from_microseconds,
    scale_amount,
    to_microseconds,
    unscale_amount,
    wire_number,
)


@given(st.decimals(-AMOUNT_MAX_SQLITE, AMOUNT_MAX_SQLITE, places=4))
def test_an_amount_comes_back_exactly(amount: Decimal) -> None:
    assert unscale_amount(scale_amount(amount)) == amount


def test_finer_than_a_hundredth_of_a_paisa_is_rounded_half_to_even() -> None:
    assert [scale_amount(Decimal(text)) for text in ("0.00005", "0.00015", "-0.00005", "1.00004")] == [0, 2, 0, 10000]


@pytest.mark.parametrize("text", ["922337203685477.5808", "-922337203685477.5808", "1e30"])
def test_too_large_is_refused(text: str) -> None:
    with pytest.raises(AmountTooLarge):
        scale_amount(Decimal(text))


def test_a_quantity_that_does_not_fit_is_left_to_the_document() -> None:
    assert wire_number(Decimal("1e20")) is None
    assert wire_number(Decimal("-1.5")) == -1_500_000


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_comes_back_exactly(moment: datetime) -> None:
    assert from_microseconds(to_microseconds(moment)) == moment


def test_a_moment_in_another_zone_is_the_same_moment() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    assert from_microseconds(to_microseconds(datetime(2026, 4, 1, 5, 30, tzinfo=india))) == datetime(
        2026, 4, 1, tzinfo=UTC
    )


PERIODS = st.builds(CreditPeriod, st.integers(0, 40), st.sampled_from(CreditUnit))


@given(
    as_of=st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    limits=st.sets(st.integers(1, 400), min_size=1, max_size=5),
    periods=st.sets(PERIODS, min_size=1, max_size=4),
    bill_date=st.dates(date(1980, 1, 1), date(2100, 1, 1)),
)
def test_a_slot_means_one_bucket_in_all_terms(
    as_of: date, limits: set[int], periods: set[CreditPeriod], bill_date: date
) -> None:
    """All dates of a slot, and its cut, fall into the same bucket, whatever the terms."""
    buckets = Buckets(tuple(sorted(limits)))
    cuts = cut_days(as_of, buckets, periods).cuts
    cut = next(day for day in cuts if day <= bill_date)
    for period in periods:
        expected = buckets.index((as_of - period.due_date(bill_date)).days)
        assert buckets.index((as_of - period.due_date(cut)).days) == expected
