"""Tally's value formats as literals: the text on the wire, and what it means."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from canonical.dates import CreditPeriod, CreditUnit
from canonical.item import Quantity
from canonical.money import Side
from canonical.voucher import ForeignAmount
from connectors.tally.translate.values import (
    CompoundQuantity,
    Credit,
    Rate,
    UnreadableValue,
    is_yes,
    parse_amount,
    parse_credit,
    parse_date,
    parse_instant,
    parse_integer,
    parse_number,
    parse_quantity,
    parse_rate,
    parse_serial,
)

D = Decimal


@pytest.mark.parametrize(
    ("text", "side", "magnitude"),
    [
        ("-1234.50", Side.DEBIT, "1234.50"),
        ("67512.00", Side.CREDIT, "67512.00"),
        (" 80", Side.CREDIT, "80"),
        ("0.00", Side.DEBIT, "0.00"),
        ("-0.00", Side.DEBIT, "0.00"),
        ("12.3456", Side.CREDIT, "12.3456"),
        ("1,46,32,571.18 Dr", Side.DEBIT, "14632571.18"),
        ("1,46,32,571.18 Cr", Side.CREDIT, "14632571.18"),
        ("(-)500.00", Side.DEBIT, "500.00"),
        ("-? 1500.00", Side.DEBIT, "1500.00"),
        ("₹ 99.50", Side.CREDIT, "99.50"),
        ("Rs. 8300.00", Side.CREDIT, "8300.00"),
        ("922337203685477.5807", Side.CREDIT, "922337203685477.5807"),
    ],
)
def test_the_sign_of_an_amount_is_its_side(text: str, side: Side, magnitude: str) -> None:
    amount = parse_amount(text)
    assert amount is not None
    assert (amount.side, amount.magnitude, amount.foreign, amount.is_rounded) == (side, D(magnitude), None, False)


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_an_empty_amount_is_nothing_and_not_zero(text: str) -> None:
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    ("text", "net", "foreign"),
    [
        ("$ 100.00 @ Rs. 83.00/$ = Rs. 8300.00", "-8300.00", ("USD", "100.00", "83.00")),
        ("-$20 @ ? 75/$ = -? 1500.00", "1500.00", ("USD", "20", "75")),
        ("-$20 @ ? 75/$ = ? 1500.00", "1500.00", ("USD", "20", "75")),
        ("$20 @ 75/$ = -INR 1500", "1500", ("USD", "20", "75")),
        ("$20 @ 75/$ = INR 1500", "-1500", ("USD", "20", "75")),
        ("(-)$20 @ 75/$ = (-)1500.00", "1500.00", ("USD", "20", "75")),
        ("1,000.00 USD @ 83.1250/USD = 83,125.00", "-83125.00", ("USD", "1000.00", "83.1250")),
        ("? 10 @ 90/? = 900.00", "-900.00", ("?", "10", "90")),
        ("S$ 10 @ 60/S$ = 600.00", "-600.00", ("S$", "10", "60")),
        ("€ 10 = 900.00", "-900.00", ("EUR", "10", None)),
    ],
)
def test_a_foreign_amount_keeps_both_currencies(text: str, net: str, foreign: tuple[str, str, str | None]) -> None:
    amount = parse_amount(text)
    symbol, units, rate = foreign
    assert amount is not None
    assert amount.net == D(net)
    assert amount.foreign == ForeignAmount(currency=symbol, amount=D(units), rate=D(rate) if rate else None)


@pytest.mark.parametrize(
    ("text", "magnitude"),
    [
        ("-12782.939999999999", "12782.9400"),
        ("0.00005", "0.0000"),
        ("0.00015", "0.0002"),
        ("1.99999", "2.0000"),
    ],
)
def test_more_than_four_decimals_round_half_to_even_and_say_so(text: str, magnitude: str) -> None:
    amount = parse_amount(text)
    assert amount is not None
    assert (str(amount.magnitude), amount.is_rounded) == (magnitude, True)


def test_trailing_zeros_beyond_four_decimals_lose_nothing() -> None:
    amount = parse_amount("100.00000")
    assert amount is not None
    assert (amount.magnitude, amount.is_rounded) == (D(100), False)


@pytest.mark.parametrize("text", ["abc", "12.3.4", "NaN", "Infinity", "$ 100.00", "1e30", "--5", "9223372036854775807"])
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(UnreadableValue, match="is not an amount"):
        parse_amount(text)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        (" 12 Nos", Quantity(D(12), "Nos")),
        (" 14.00 Nos", Quantity(D("14.00"), "Nos")),
        ("-5.00 Nos", Quantity(D("-5.00"), "Nos")),
        ("(-)5 Nos", Quantity(D(-5), "Nos")),
        ("50.000 kg", Quantity(D("50.000"), "kg")),
        ("1,250 Pcs", Quantity(D(1250), "Pcs")),
        ("7 l.s", Quantity(D(7), "l.s")),
        ("12", Quantity(D(12), "")),
        ("5.00 Nos = 60 Kgs", Quantity(D("5.00"), "Nos", D(60), "Kgs")),
        ("-5 Nos = -60 Kgs", Quantity(D(-5), "Nos", D(-60), "Kgs")),
        ("3 Sq. Ft.", Quantity(D(3), "Sq. Ft.")),
    ],
)
def test_a_quantity_is_a_number_and_its_unit(text: str, quantity: Quantity) -> None:
    assert parse_quantity(text) == quantity


@pytest.mark.parametrize(
    ("text", "major", "major_unit", "minor", "minor_unit"),
    [
        ("30 Box 0 Nos", "30", "Box", "0", "Nos"),
        (" 94 kg 752 gm.", "94", "kg", "752", "gm."),
        ("-2 doz 6 Nos", "-2", "doz", "-6", "Nos"),
    ],
)
def test_a_quantity_in_two_units_waits_for_the_unit_masters(
    text: str, major: str, major_unit: str, minor: str, minor_unit: str
) -> None:
    quantity = parse_quantity(text)
    assert isinstance(quantity, CompoundQuantity)
    assert (quantity.major, quantity.major_unit) == (D(major), major_unit)
    assert (quantity.minor, quantity.minor_unit) == (D(minor), minor_unit)


@pytest.mark.parametrize("text", ["", " "])
def test_an_empty_quantity_is_none(text: str) -> None:
    assert parse_quantity(text) is None


def test_a_quantity_without_a_number_is_refused() -> None:
    with pytest.raises(UnreadableValue):
        parse_quantity("Nos")


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("57.00/Pair", Rate(D("57.00"), "Pair")),
        ("4500.00/l.s", Rate(D("4500.00"), "l.s")),
        ("1,250.50/Nos", Rate(D("1250.50"), "Nos")),
        ("-57.00/Pair", Rate(D("57.00"), "Pair")),
        ("12", Rate(D(12), "")),
        ("$ 5/Nos", Rate(None, "Nos")),
        ("$ 5.00 = ? 415.00/Nos", Rate(D("415.00"), "Nos")),
        ("", None),
    ],
)
def test_a_rate_is_split_at_the_last_slash(text: str, rate: Rate | None) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20230401", date(2023, 4, 1)),
        (" 20230401 ", date(2023, 4, 1)),
        ("1-Apr-23", date(2023, 4, 1)),
        ("1-Apr-2023", date(2023, 4, 1)),
        ("31-Dec-99", date(1999, 12, 31)),
        ("9-Sep-2101", date(2101, 9, 9)),
        ("2-April-2023", date(2023, 4, 2)),
        ("2009-04-01", date(2009, 4, 1)),
        ("2009-04-01T00:00:00", date(2009, 4, 1)),
        ("", None),
        ("   ", None),
    ],
)
def test_dates(text: str, day: date | None) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "books_year", "year"),
    [
        ("1-Apr-23", 2017, 2023),
        ("1-Apr-16", 2017, 2016),
        ("1-Apr-99", 2001, 1999),
        ("1-Apr-98", 1997, 1998),
        ("1-Apr-05", 1997, 2005),
        ("1-Apr-02", 2098, 2102),
    ],
)
def test_two_digit_years_turn_at_the_century_of_the_books(text: str, books_year: int, year: int) -> None:
    day = parse_date(text, books_year)
    assert day is not None
    assert day.year == year


@pytest.mark.parametrize("text", ["20231301", "2023", "31-Feb-23", "1-Foo-23", "yesterday", "00000000"])
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(UnreadableValue, match="is not a date"):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("45747", date(2025, 4, 1)),
        ("45016", date(2023, 4, 1)),
        ("44012", date(2020, 7, 1)),
        ("1", date(1900, 1, 1)),
        ("0", None),
        ("", None),
    ],
)
def test_day_serials_count_from_the_last_day_of_1899(text: str, day: date | None) -> None:
    assert parse_serial(text) == day


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("30 Days", Credit(CreditPeriod(30), None)),
        ("7 Days", Credit(CreditPeriod(7), None)),
        ("1 Day", Credit(CreditPeriod(1), None)),
        ("2 Weeks", Credit(CreditPeriod(2, CreditUnit.WEEKS), None)),
        ("1 Months", Credit(CreditPeriod(1, CreditUnit.MONTHS), None)),
        ("1 Year", Credit(CreditPeriod(12, CreditUnit.MONTHS), None)),
        ("45", Credit(CreditPeriod(45), None)),
        ("31-Mar-24", Credit(None, date(2024, 3, 31))),
        ("20240331", Credit(None, date(2024, 3, 31))),
        ("", None),
    ],
)
def test_a_credit_period_is_a_number_of_units_or_a_date(text: str, credit: Credit | None) -> None:
    assert parse_credit(text) == credit


def test_what_is_no_credit_period_is_refused() -> None:
    with pytest.raises(UnreadableValue, match="is not a credit period"):
        parse_credit("soon")


def test_instants_are_indian_time() -> None:
    assert parse_instant("20250308144306000") == datetime(2025, 3, 8, 9, 13, 6, tzinfo=UTC)
    assert parse_instant("20250101000000123") == datetime(2024, 12, 31, 18, 30, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "000000000", "00000000000000000", "20251399000000000", "now"])
def test_an_instant_never_written_is_none(text: str) -> None:
    assert parse_instant(text) is None


@pytest.mark.parametrize(
    ("text", "yes"), [("Yes", True), ("No", False), ("1", True), ("0", False), ("true", True), ("", False)]
)
def test_logicals(text: str, yes: bool) -> None:
    assert is_yes(text) is yes


def test_numbers() -> None:
    assert parse_number("18 %") == D(18)
    assert parse_number(" 2.50") == D("2.50")
    assert parse_number("") is None
    assert parse_integer(" 80") == 80
    assert parse_integer("x") is None
    with pytest.raises(UnreadableValue):
        parse_number("nine")
