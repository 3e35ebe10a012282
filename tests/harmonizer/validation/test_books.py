"""What shows only across documents: coverage by turnover and date, and the issues that come of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.record import SourceRef
from canonical.tax_document import DocumentGroup, DocumentMention
from canonical.voucher_type import VoucherKind
from harmonizer.validation.advice import load_advice
from harmonizer.validation.books import (
    Reporting,
    check_codes,
    check_duplicates,
    check_late,
    check_missing,
    check_numbers,
    check_uneven,
)
from harmonizer.validation.codes import BOOK_CODES, RECORD_CODES
from harmonizer.validation.rules import load_rules
from harmonizer.validation.turnover import Turnover
from tests.support.samples import sample_json

RULES = load_rules()
CRORE = Decimal(10_000_000)


def mention(raw_id: int, day: date = date(2025, 6, 2), **fields: object) -> DocumentMention:
    said: dict[str, object] = {
        "label": f"Sales A/{raw_id} of {day}",
        "kind": VoucherKind.SALES,
        "number_key": "A/1",
        "scope": "27AAACT2727Q1Z2",
        **fields,
    }
    source = SourceRef("tally", "books-1", "vouchers", f"v-{raw_id}")
    return DocumentMention(raw_id=raw_id, source=source, day=day, **said)  # type: ignore[arg-type]


def test_the_thresholds_are_those_of_the_timeline() -> None:
    for row in sample_json("gst/derived/thresholds_timeline.json")["einvoice_aato_above"]:
        assert RULES.e_invoice_limit(date.fromisoformat(row["from"])) == row["inr_crore"] * CRORE
    for row in sample_json("gst/derived/thresholds_timeline.json")["einvoice_30_day_reporting_aato_from"]:
        day = date.fromisoformat(row["from"])
        assert RULES.reporting_days(day, row["inr_crore"] * CRORE) == 30
        assert RULES.reporting_days(day, row["inr_crore"] * CRORE - 1) is None
    (row,) = sample_json("gst/derived/thresholds_timeline.json")["hsn_min_digits"]
    since = date.fromisoformat(row["from"]).year
    assert Turnover(by_year={since - 1: 5 * CRORE}).digits_min(since) == row["aato_up_to_5cr"]
    assert Turnover(by_year={since - 1: 5 * CRORE + 1}).digits_min(since) == row["aato_above_5cr"]


@pytest.mark.parametrize(
    ("by_year", "expected"),
    [
        ({}, None),
        ({2025: "600"}, date(2026, 4, 1)),  # a year says nothing about itself
        ({2024: "4.99"}, None),
        ({2024: "5"}, None),  # above, not at
        ({2024: "5.01"}, date(2025, 4, 1)),
        ({2018: "600"}, date(2020, 10, 1)),
        ({2018: "60"}, date(2021, 4, 1)),
        ({2021: "15"}, date(2022, 10, 1)),
        ({2016: "600"}, None),  # turnover counts from 2017-18 on
    ],
)
def test_coverage_begins_with_turnover_of_an_earlier_year(by_year: dict[int, str], expected: date | None) -> None:
    turnover = Turnover(by_year={year: Decimal(crore) * CRORE for year, crore in by_year.items()})
    assert turnover.covered_from(RULES) == expected


@given(
    years=st.dictionaries(st.integers(2017, 2026), st.integers(0, 700), min_size=1),
    more=st.integers(1, 500),
    at=st.integers(2017, 2026),
)
def test_more_turnover_never_ends_coverage(years: dict[int, int], more: int, at: int) -> None:
    less = Turnover(by_year={year: crore * CRORE for year, crore in years.items()}).covered_from(RULES)
    grown = {**years, at: years.get(at, 0) + more}
    then = Turnover(by_year={year: crore * CRORE for year, crore in grown.items()}).covered_from(RULES)
    assert less is None or (then is not None and then <= less)


def test_codes_need_no_digits_while_the_year_before_is_unknown() -> None:
    turnover = Turnover(by_year={2025: 60 * CRORE})
    assert (turnover.digits_min(2025), turnover.digits_min(2026)) == (0, 6)
    assert turnover.are_consumer_codes_due(2026)
    assert not turnover.are_consumer_codes_due(2025)


def test_twins_are_said_once_on_the_last_of_them() -> None:
    ((raw_id, issue),) = check_duplicates([mention(1), mention(2), mention(3)])
    assert raw_id == 3
    assert issue.code == "gst.number.duplicate"
    assert "Sales A/1 of 2025-06-02, Sales A/2 of 2025-06-02" in issue.message
    assert issue.facts["documents"] == 3
    assert "In Tally open each of them" in issue.hint


def test_the_same_number_in_another_year_or_series_is_no_twin() -> None:
    rows = [mention(1), mention(2), mention(3, number_key="B"), mention(4, number_key="B", day=date(2025, 7, 1))]
    assert [raw_id for raw_id, _ in check_duplicates(rows)] == [2, 4]


def test_a_suppliers_invoice_entered_twice() -> None:
    rows = [mention(number, kind=VoucherKind.PURCHASE, number_key="S-9", scope="29X") for number in (1, 2)]
    ((_, issue),) = check_duplicates(rows)
    assert "the supplier's invoice 'S-9' of 2025-26 is entered already" in issue.message


def test_a_broken_series_is_one_issue_and_the_portals_rule_binds_only_who_registers() -> None:
    groups = [
        DocumentGroup(what="Sales", detail="form", year=2025, count=700, first=mention(1)),
        DocumentGroup(what="Cash Sales", detail="portal", year=2025, count=9, first=mention(2)),
    ]
    assert [issue.code for _, issue in check_numbers(groups, is_covered=False)] == ["gst.number.form"]
    assert [issue.code for _, issue in check_numbers(groups, is_covered=True)] == [
        "gst.number.form",
        "gst.number.portal",
    ]
    assert "700 of Sales in 2025-26" in next(iter(check_numbers(groups, is_covered=True)))[1].message


def test_missing_registrations_say_what_is_over() -> None:
    reporting = Reporting(days=30, as_of=date(2025, 7, 10))
    found = list(check_missing(12, [mention(1), mention(2, day=date(2025, 7, 1))], reporting))
    assert [issue.facts["overdue"] for _, issue in found] == [True, False]
    assert "30 days after its date the portal refuses it" in found[0][1].message
    assert "10 later documents are not either" in found[1][1].message
    assert not Reporting(days=None, as_of=date(2030, 1, 1)).is_over(date(2025, 6, 2))


def test_late_and_uneven_registrations() -> None:
    late = mention(1, registered_on=date(2025, 7, 12))
    assert "40 days after its date; 30 are allowed" in next(check_late([late], 30))[1].message
    assert list(check_uneven(0, [], date(2025, 4, 1))) == []
    assert "640 of the same kind" in next(check_uneven(640, [mention(1)], date(2025, 4, 1)))[1].message


def test_short_codes_name_the_digits() -> None:
    group = DocumentGroup(what="6", detail="", year=2025, count=3, first=mention(1))
    assert "fewer than 6 digits" in next(check_codes([group], to_registered=True))[1].message


def test_every_code_has_advice_for_tally_and_no_advice_is_left_over() -> None:
    assert set(load_advice()["tally"]) == {*RECORD_CODES, *BOOK_CODES}
