"""Short payments: T1 to T4 of docs/receivables.md section 10, and what must not be taken for tax."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.deductions import ShortfallReason, explain_shortfall
from tests.receivables.ledgers import rupees

RATES = [Decimal(rate) for rate in ("0.1", "1", "2", "5", "10")]


@pytest.mark.parametrize(
    ("case", "bill", "receipt", "base", "rate"),
    [
        ("T1", "1,18,000", "1,08,000", "1,00,000", "10"),
        ("T2", "5,90,000", "5,89,500", "5,00,000", "0.1"),
        ("T3", "3,54,000", "3,48,000", "3,00,000", "2"),
        ("T4", "2,166", "1,982.40", "1,836.00", "10"),
        ("T4, customer rounds to the rupee", "2,166", "1,983", "1,836.00", "10"),
    ],
)
def test_tax_deducted_on_the_value_before_gst(case: str, bill: str, receipt: str, base: str, rate: str) -> None:
    found = explain_shortfall(rupees(bill) - rupees(receipt), [rupees(base)], RATES)
    assert (found.reason, found.rate) == (ShortfallReason.TDS, Decimal(rate)), case


def test_the_tax_is_not_on_the_gst() -> None:
    found = explain_shortfall(rupees("11,800"), [rupees("1,00,000")], RATES)
    assert found.reason is ShortfallReason.UNEXPLAINED


def test_several_bills_allow_a_rupee_each() -> None:
    bases = [rupees("10,004"), rupees("20,003"), rupees("30,002")]
    found = explain_shortfall(rupees("1,198"), bases, RATES)
    assert (found.rate, found.expected, found.difference) == (Decimal(2), Decimal("1200.18"), Decimal("-2.18"))
    assert explain_shortfall(rupees("1,198"), [sum(bases, Decimal(0))], RATES).reason is ShortfallReason.UNEXPLAINED


def test_the_partys_own_rate_comes_first() -> None:
    found = explain_shortfall(Decimal("7.50"), [Decimal(100)], [Decimal(7), Decimal(8)], own_rates=[Decimal("7.5")])
    assert found.rate == Decimal("7.5")
    assert found.difference == 0


@pytest.mark.parametrize(
    ("amount", "base", "reason"),
    [
        ("0.40", "1,180", ShortfallReason.ROUNDING),
        ("1.00", "5,000", ShortfallReason.ROUNDING),
        ("1.00", "1,000", ShortfallReason.TDS),
        ("1.01", "0", ShortfallReason.UNEXPLAINED),
        ("3,333", "1,00,000", ShortfallReason.UNEXPLAINED),
    ],
)
def test_a_rupee_is_rounding_unless_it_is_the_tax_exactly(amount: str, base: str, reason: ShortfallReason) -> None:
    assert explain_shortfall(rupees(amount), [rupees(base)], RATES).reason is reason


@given(st.integers(100_000, 10**9), st.sampled_from(RATES), st.integers(-99, 99))
def test_a_deducted_rate_is_always_recognised_within_a_rupee(base_paise: int, rate: Decimal, off: int) -> None:
    base = Decimal(base_paise).scaleb(-2)
    amount = base * rate / 100 + Decimal(off).scaleb(-2)
    if amount <= 1:
        return
    found = explain_shortfall(amount.quantize(Decimal("0.01")), [base], RATES)
    assert found.reason is ShortfallReason.TDS
    assert abs(found.difference) <= 1
