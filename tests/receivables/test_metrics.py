"""The DSO family on one quarter: the figures of docs/receivables.md section 8."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.dates import Period
from receivables.metrics import (
    Countback,
    Paid,
    PeriodSales,
    collection_effectiveness,
    countback,
    days_delinquent,
    days_sales_outstanding,
    iter_paid,
    turnover,
    weighted_days_to_pay,
)
from receivables.open_items import fold_open_items
from tests.receivables.ledgers import day, ledger, rupees

QUARTER = [
    PeriodSales(Period(date(2025, 10, 1), date(2025, 10, 31)), rupees("3,00,000")),
    PeriodSales(Period(date(2025, 11, 1), date(2025, 11, 30)), rupees("2,00,000")),
    PeriodSales(Period(date(2025, 12, 1), date(2025, 12, 31)), rupees("2,50,000")),
]
SALES = rupees("7,50,000")
OPENING, CLOSING, NOT_DUE = rupees("3,50,000"), rupees("4,00,000"), rupees("2,60,000")


def shown(value: Decimal | None) -> str:
    return "none" if value is None else f"{value:.2f}"


def test_the_quarter() -> None:
    assert shown(days_sales_outstanding(CLOSING, SALES, 92)) == "49.07"
    assert shown(days_sales_outstanding(NOT_DUE, SALES, 92)) == "31.89"
    assert shown(days_delinquent(CLOSING, NOT_DUE, SALES, 92)) == "17.17"
    assert shown(collection_effectiveness(OPENING, SALES, CLOSING, NOT_DUE)) == "83.33"
    turned = turnover(SALES, OPENING, CLOSING)
    assert shown(turned) == "2.00"
    assert turned
    assert shown(92 / turned) == "46.00"
    assert countback(CLOSING, QUARTER) == Countback(Decimal("53.5"))


def test_sales_are_with_gst_because_receivables_are() -> None:
    assert shown(days_sales_outstanding(rupees("1,18,000"), rupees("3,54,000"), 90)) == "30.00"
    assert shown(days_sales_outstanding(rupees("1,18,000"), rupees("3,00,000"), 90)) == "35.40"


@pytest.mark.parametrize(
    ("receivables", "days", "is_lower_bound"),
    [
        ("0", "0", False),
        ("2,50,000", "31", False),
        ("7,50,000", "92", False),
        ("7,50,001", "92", True),
        ("-500", "0", False),
    ],
)
def test_countback_edges(receivables: str, days: str, *, is_lower_bound: bool) -> None:
    assert countback(rupees(receivables), QUARTER) == Countback(Decimal(days), is_lower_bound)


def test_a_month_without_sales_counts_its_days() -> None:
    history = [QUARTER[0], PeriodSales(QUARTER[1].period, Decimal(-10)), QUARTER[2]]
    assert countback(rupees("4,00,000"), history) == Countback(Decimal(31) + 30 + Decimal("15.5"))


def test_without_sales_there_is_no_figure() -> None:
    assert days_sales_outstanding(CLOSING, Decimal(0), 92) is None
    assert days_sales_outstanding(CLOSING, Decimal(-1), 92) is None
    assert countback(CLOSING, []) is None
    assert countback(CLOSING, [PeriodSales(QUARTER[0].period, Decimal(0))]) is None
    assert turnover(SALES, Decimal(-5), Decimal(5)) is None
    assert collection_effectiveness(Decimal(0), Decimal(0), Decimal(0), Decimal(0)) is None
    assert weighted_days_to_pay([]) is None


def test_weighted_days_to_pay() -> None:
    assert weighted_days_to_pay([Paid(rupees("1,00,000"), 40), Paid(rupees("50,000"), 10)]) == 30


def test_days_to_pay_come_from_the_bills_that_were_paid() -> None:
    entries = ledger(
        "p",
        """
        date       | voucher    | amount    | allocation
        2026-01-01 | Sales S1   | +1,00,000 | New Ref S1
        2026-01-01 | Sales S2   |   +50,000 | New Ref S2
        2026-01-01 | Sales S3   |   +70,000 | New Ref S3
        2026-01-11 | Receipt R1 |   -50,000 | Agst Ref S2
        2026-01-31 | Receipt R2 |   -40,000 | Agst Ref S1
        2026-02-10 | Receipt R3 |   -60,000 | Agst Ref S1
        2026-02-10 | Receipt R4 |   -10,000 | Agst Ref S3
        """,
    )
    items = fold_open_items(entries, as_of=day("2026-03-31"), keep_closed=True)
    paid = sorted(iter_paid(items))
    assert paid == [(Decimal(40000), 30), (Decimal(50000), 10), (Decimal(60000), 40)]


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**8), min_size=1, max_size=12))
def test_more_receivables_are_never_fewer_days(receivables: int, sales: list[int]) -> None:
    history = [
        PeriodSales(Period(date(2025, 1, 1), date(2025, 1, 1 + i)), Decimal(month)) for i, month in enumerate(sales)
    ]
    one, more = countback(Decimal(receivables), history), countback(Decimal(receivables + 1000), history)
    if one is None or more is None:
        assert not any(sales)
    else:
        assert one.days <= more.days <= sum(month.period.days for month in history)
