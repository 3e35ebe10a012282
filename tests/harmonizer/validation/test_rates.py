"""Rates by the day of the document: the change of September 2025, section 14, tobacco, notes, cess."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.tax import SupplyNature
from canonical.voucher import DocumentRef
from canonical.voucher_type import VoucherKind
from harmonizer.validation import Validator
from harmonizer.validation.rates import Standing, deciding_day, is_rate_on, standing, standing_in_transition
from harmonizer.validation.rules import GST_FROM, load_rules
from tests.harmonizer.validation.documents import BUYER_29, COMPANY, codes, line, rates, voucher
from tests.support.samples import sample_json

RULES = load_rules()
CHANGE = date(2025, 9, 22)
BEFORE, AFTER = date(2025, 9, 21), CHANGE


def test_the_slabs_are_those_of_the_timeline_of_the_law() -> None:
    """The dated slabs re-expressed from the notifications, read in place."""
    for row in sample_json("gst/derived/thresholds_timeline.json")["gst_rate_slabs_main"]:
        day = date.fromisoformat(row["from"])
        for slab in row.get("slabs", ()):
            if Decimal(str(slab)) != 28 or day < CHANGE:
                assert is_rate_on(RULES, Decimal(str(slab)), day, "84713010"), (slab, day)
    for withdrawn in ("12", "28"):
        assert not is_rate_on(RULES, Decimal(withdrawn), CHANGE, "84713010")


def test_every_rate_of_the_portals_own_list_was_a_rate_some_day() -> None:
    for percent in sample_json("gst/onyb-gst/spec/masters/tax-rates.json")["item"]:
        assert any(rule.percent == Decimal(str(percent)) for rule in RULES.rates), percent


@pytest.mark.parametrize(
    ("percent", "day", "hsn", "expected"),
    [
        ("12", BEFORE, "", Standing.IN_FORCE),
        ("12", AFTER, "", Standing.WITHDRAWN),
        ("28", AFTER, "84713010", Standing.WITHDRAWN),
        ("28", AFTER, "24031100", Standing.IN_FORCE),
        ("28", date(2026, 1, 31), "21069020", Standing.IN_FORCE),
        ("28", date(2026, 2, 1), "24031100", Standing.WITHDRAWN),
        ("40", BEFORE, "", Standing.NOT_YET),
        ("40", AFTER, "", Standing.IN_FORCE),
        ("18", GST_FROM, "", Standing.IN_FORCE),
        ("17", BEFORE, "", Standing.UNKNOWN),
        ("0.1", AFTER, "", Standing.IN_FORCE),
    ],
)
def test_a_rate_stands_by_the_day_and_the_goods(percent: str, day: date, hsn: str, expected: Standing) -> None:
    assert standing(RULES, Decimal(percent), day, hsn) is expected


# section 14 as the law's own table reads: (supply, invoice, payment) before or after the change -> which rate
SECTION_14 = [
    ("before", "after", "after", "new"),
    ("before", "before", "after", "old"),
    ("before", "after", "before", "old"),
    ("after", "before", "after", "new"),
    ("after", "before", "before", "old"),
    ("after", "after", "before", "new"),
]


@pytest.mark.parametrize(("supply", "invoice", "payment", "rate"), SECTION_14)
def test_two_of_three_days_decide(supply: str, invoice: str, payment: str, rate: str) -> None:
    days = {"before": CHANGE - timedelta(days=5), "after": CHANGE + timedelta(days=5)}
    decided = deciding_day(CHANGE, supply=days[supply], invoice=days[invoice], payment=days[payment])
    assert decided is not None
    assert (decided < CHANGE) is (rate == "old")
    in_force = Decimal(12) if rate == "old" else Decimal(5)
    found = standing_in_transition(
        RULES, in_force, invoice=days[invoice], supply=days[supply], payment=days[payment], hsn="84713010"
    )
    assert found is Standing.IN_FORCE


def test_old_rate_with_goods_sent_before_waits_for_the_payment() -> None:
    sent = {"delivery_notes": (DocumentRef("DC/9", BEFORE),)}
    bill: dict[str, Any] = {"items": (line("1000", "12"),), "tax": {"igst": "120"}, "other": BUYER_29, "day": AFTER}
    assert codes(voucher(**bill)) == ["gst.rate.not_in_force"]
    assert codes(voucher(**bill, details=sent)) == ["gst.rate.undecided"]


def test_a_note_keeps_the_rate_of_its_invoice() -> None:
    kind = VoucherKind.CREDIT_NOTE
    said: dict[str, Any] = {"kind": kind, "tax": {"igst": "120"}, "other": BUYER_29, "day": date(2025, 11, 3)}
    twelve = (line("1000", "12", kind),)
    assert codes(voucher(**said, items=twelve, details={"original": DocumentRef("A/1", BEFORE)})) == []
    assert codes(voucher(**said, items=twelve, details={"original": DocumentRef("A/1", AFTER)})) == [
        "gst.rate.not_in_force"
    ]
    assert codes(voucher(**said, items=twelve)) == []  # the original is not named: any rate there ever was


def test_a_purchase_is_judged_by_the_suppliers_date() -> None:
    kind = VoucherKind.PURCHASE
    bill: dict[str, Any] = {
        "kind": kind, "items": (line("1000", "12", kind),), "tax": {"igst": "120"}, "other": BUYER_29,
        "day": date(2025, 9, 29), "place": "Maharashtra",
    }  # fmt: skip
    assert codes(voucher(**bill, reference="S/1", reference_date=BEFORE)) == []
    assert codes(voucher(**bill, reference="S/1", reference_date=AFTER)) == ["gst.rate.not_in_force"]


def test_a_rate_that_never_was_is_named_with_its_item() -> None:
    sale = voucher(items=(line("1000", "17"),), tax={"igst": "170"}, other=BUYER_29)
    (issue,) = Validator(COMPANY).validate(sale).issues
    assert issue.code == "gst.rate.unknown"
    assert "Widget bears 17 %" in issue.message
    assert "Sales A/1 of 2025-06-02" in issue.message
    assert "In Tally" in issue.hint


@pytest.mark.parametrize(
    ("day", "hsn", "expected"),
    [
        (BEFORE, "84713010", []),
        (AFTER, "84713010", ["gst.cess.not_in_force"]),
        (AFTER, "24031100", []),
        (date(2026, 2, 1), "24031100", ["gst.cess.not_in_force"]),
    ],
)
def test_cess_ends_with_the_change_except_on_tobacco(day: date, hsn: str, expected: list[str]) -> None:
    percent = "28" if day < date(2026, 2, 1) and (day < CHANGE or hsn.startswith("24")) else "40"
    goods = line("1000", percent, rates=rates(percent, "12"), hsn=hsn)
    tax = {"igst": str(Decimal(percent) * 10), "cess": "120"}
    assert codes(voucher(items=(goods,), tax=tax, other=BUYER_29, day=day)) == expected


def test_untaxed_lines_need_no_rate() -> None:
    free = line("1000", "17", nature=SupplyNature.EXEMPT)
    assert codes(voucher(items=(free, line("1000")), tax={"igst": "180"}, other=BUYER_29)) == []


PERCENTS = st.sampled_from(sorted({rule.percent for rule in RULES.rates}))
DAYS = st.dates(GST_FROM, date(2027, 3, 31))


@given(percent=PERCENTS, day=DAYS, hsn=st.sampled_from(["", "24031100", "84713010", "998314"]))
def test_what_is_known_of_payment_never_makes_a_rate_unknown(percent: Decimal, day: date, hsn: str) -> None:
    assert standing(RULES, percent, day, hsn) is not Standing.UNKNOWN


@given(change=DAYS, supply=DAYS, invoice=DAYS, payment=DAYS)
def test_three_known_days_always_decide(change: date, supply: date, invoice: date, payment: date) -> None:
    decided = deciding_day(change, supply=supply, invoice=invoice, payment=payment)
    assert decided is not None
    assert sum((day < change) is (decided < change) for day in (supply, invoice, payment)) >= 2
