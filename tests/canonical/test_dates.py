"""Business dates: the April year, periods, credit periods."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.dates import CreditPeriod, CreditUnit, FinancialYear, Period, PeriodError, add_months, year_start

years = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2026, 3, 31), "2025-26"),
        (date(2026, 4, 1), "2026-27"),
        (date(2026, 1, 1), "2025-26"),
        (date(2000, 3, 31), "1999-00"),
        (date(1999, 4, 1), "1999-00"),
        (date(2009, 12, 31), "2009-10"),
    ],
)
def test_the_year_runs_from_april_to_march(day: date, label: str) -> None:
    assert FinancialYear.of(day).label == label


@given(years, st.one_of(st.none(), years))
def test_a_company_s_year_begins_at_most_a_year_before_every_day_of_it(day: date, year_from: date | None) -> None:
    start = year_start(day, year_from)
    assert start <= day < start.replace(year=start.year + 1)
    assert year_start(start, year_from) == start
    if year_from is None:
        assert start == FinancialYear.of(day).period.start


@given(years)
def test_every_day_is_in_exactly_one_financial_year(day: date) -> None:
    year = FinancialYear.of(day)
    assert day in year.period
    assert day not in FinancialYear(year.start_year - 1).period
    assert day not in FinancialYear(year.start_year + 1).period
    assert year.period.days in (365, 366)
    assert FinancialYear.of(year.period.end + timedelta(days=1)) == FinancialYear(year.start_year + 1) > year


def test_a_period_holds_both_its_ends() -> None:
    period = Period(date(2026, 3, 1), date(2026, 3, 31))
    assert period.days == 31
    assert date(2026, 3, 1) in period
    assert date(2026, 3, 31) in period
    assert date(2026, 4, 1) not in period
    assert "2026-03-05" not in period


def test_a_period_does_not_end_before_it_starts() -> None:
    assert Period(date(2026, 3, 1), date(2026, 3, 1)).days == 1
    with pytest.raises(PeriodError, match="ends before it starts"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("number", "unit", "bill_date", "due"),
    [
        (0, CreditUnit.DAYS, date(2026, 2, 28), date(2026, 2, 28)),
        (30, CreditUnit.DAYS, date(2026, 1, 31), date(2026, 3, 2)),
        (45, CreditUnit.DAYS, date(2028, 2, 1), date(2028, 3, 17)),
        (2, CreditUnit.WEEKS, date(2026, 12, 25), date(2027, 1, 8)),
        (1, CreditUnit.MONTHS, date(2026, 1, 31), date(2026, 2, 28)),
        (1, CreditUnit.MONTHS, date(2028, 1, 31), date(2028, 2, 29)),
        (3, CreditUnit.MONTHS, date(2026, 11, 30), date(2027, 2, 28)),
        (12, CreditUnit.MONTHS, date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_credit_periods(number: int, unit: CreditUnit, bill_date: date, due: date) -> None:
    assert CreditPeriod(number, unit).due_date(bill_date) == due


@pytest.mark.parametrize("unit", CreditUnit)
@pytest.mark.parametrize(("number", "due"), [(10**12, date.max), (-(10**12), date.min), (120_000_000, date.max)])
def test_a_credit_period_beyond_the_calendar_ends_with_it(unit: CreditUnit, number: int, due: date) -> None:
    """Seen as typing errors; one of them must not stop the ageing of a company."""
    assert CreditPeriod(number, unit).due_date(date(2026, 1, 1)) == due


@given(years, st.integers(0, 24))
def test_adding_months_lands_in_the_right_month_and_keeps_the_day_if_it_can(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day <= day.day
    if moved.day < day.day:
        assert (moved + timedelta(days=1)).day == 1


@given(years, st.integers(0, 400))
def test_more_credit_is_never_due_earlier(day: date, number: int) -> None:
    for unit in CreditUnit:
        assert CreditPeriod(number, unit).due_date(day) <= CreditPeriod(number + 1, unit).due_date(day)
