"""The expression language: what expressions mean, for objects made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.tally.books.values import Amount, Day, Empty, Logical, Number, Quantity, Rate, Scalar, Text
from sandbox.tally.gateway.definitions import Definitions
from sandbox.tally.gateway.faults import Faults
from sandbox.tally.gateway.tdl.compiler import compile_expression
from sandbox.tally.gateway.tdl.lexer import TdlError
from sandbox.tally.gateway.tdl.scope import Scope
from sandbox.tally.gateway.tdl.values import Value, group_digits, parse_day, text
from sandbox.tally.gateway.world import RequestWorld
from tests.sandbox.tally_gateway.asking import fresh_books


class Thing:
    """An object with the values and lists it is given."""

    attributes: Mapping[str, str] = {}

    def __init__(
        self, tag: str = "THING", lists: Mapping[str, Sequence[Thing]] | None = None, **values: Scalar
    ) -> None:
        self.tag = tag
        self._values = values
        self._lists = lists or {}

    def method(self, name: str) -> Scalar | None:
        return self._values.get(name.casefold())

    def children(self, name: str) -> Sequence[Thing]:
        return self._lists.get(name.casefold(), ())


BILLS = [
    Thing("BILLALLOCATIONS.LIST", name=Text(f"INV/{number}"), amount=Amount(Decimal(-number))) for number in (1, 2, 3)
]
ENTRY = Thing(
    "ALLLEDGERENTRIES.LIST", {"billallocations": BILLS}, ledgername=Text("Asha & Co."), amount=Amount(Decimal(-6))
)
RATES = [Thing("RATEDETAILS.LIST", gstrate=Number(Decimal(rate))) for rate in (9, 9, 18)]
STATES = [Thing("STATEWISEDETAILS.LIST", {"ratedetails": RATES})]
LINES = [Thing("ADDRESS", address=Text("4, Mill Road")), Thing("ADDRESS", address=Text("Surat"))]
VOUCHER = Thing(
    "VOUCHER",
    {"allledgerentries": [ENTRY], "statewisedetails": STATES, "address": LINES},
    guid=Text("g-1"),
    date=Day(date(2025, 6, 30)),
    alterid=Number(Decimal(41)),
    amount=Amount(Decimal("-1234567.50")),
    credit=Amount(Decimal(20)),
    narration=Text('Paid "in full"'),
    parent=Text("\x04 Primary"),
    quantity=Quantity(Decimal(-5), "Nos", " (-)5 Nos"),
    rate=Rate(Decimal("57.00"), "Nos"),
    iscancelled=Logical(False),
    nothing=Empty("Amount"),
)
WORLD = RequestWorld(
    fresh_books(),
    fresh_books().current,
    variables={"mine": "Yes"},
    definitions=Definitions(formulae={"big": "$AlterID > 40", "biggest": "@@Big AND NOT $IsCancelled"}),
    served=None,
    screen=None,
    faults=Faults(),
)


def compute(source: str, thing: Thing = VOUCHER, outer: Thing | None = None) -> Value:
    around = Scope(WORLD, outer) if outer is not None else None
    return compile_expression(source).evaluate(Scope(WORLD, thing, around))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2 * 3 - 4 / 2", Decimal(5)),
        ("(1 + 2) * 3", Decimal(9)),
        ("1 / 0", None),
        ("-2 + 5", Decimal(3)),
        ("if 2 > 1 then 'yes' else 'no'", "yes"),
        ("if 2 < 1 then 'yes' else if 3 > 2 then 'then' else 'no'", "then"),
        ("if No then 'x'", ""),
        ("NOT $IsCancelled", True),
        ("NOT $IsCancelled AND $AlterID > 41 OR $AlterID = 41", True),
        ("$AlterID BETWEEN 41 AND 42", True),
        ("$Narration CONTAINS 'FULL'", True),
        ("$Narration STARTING WITH 'paid'", True),
        ("'asha' = 'ASHA'", True),
        ("$AlterID <> 41", False),
        ('$$Date:"20250630" = $Date', True),
        ('$Date >= $$Date:"1-Jun-2025" AND $Date <= $$Date:"30-6-2025"', True),
        ("@@Biggest", True),
        ("##Mine", "Yes"),
        ("$Guid", "g-1"),
        ("$AllLedgerEntries[1].LedgerName", "Asha & Co."),
        ("$AllLedgerEntries[Last].BillAllocations[First].Name", "INV/1"),
        ("$AllLedgerEntries[1].BillAllocations[3].Name", "INV/3"),
        ("$AllLedgerEntries[2].LedgerName", None),
        ("$StateWiseDetails[First].RateDetails[3].GstRate", Decimal(18)),
        ("$NoSuchMethod", None),
    ],
)
def test_an_expression_means(source: str, expected: Value) -> None:
    assert compute(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("$$IsEmpty:$Nothing", True),
        ("$$IsEmpty:$Guid", False),
        ("$$IsEmpty:$Address", False),
        ("$$FullList:Address:$Address", "4, Mill Road, Surat"),
        ("$Address", "4, Mill Road"),
        ("$$NumItems:AllLedgerEntries", Decimal(1)),
        ("$$NumItems:AttendanceEntries > 0", False),
        ("$$IsEqual:$Parent:$$SysName:Primary", True),
        ("$$IsSysNameEqual:Primary:$Parent", True),
        ("$$IsNotApplicable:$Parent", False),
        ("$$IsDebit:$Amount", True),
        ("$$IsDebit:$Credit", False),
        ("$$NumValue:$Amount", Decimal("1234567.50")),
        ("$$Number:'30 Days'", Decimal(30)),
        ("$$Number:'(-)12.5 Nos'", Decimal("-12.5")),
        ("$$Number:$Rate", Decimal("57.00")),
        ("$$IsInwards:$Quantity", False),
        ("$$String:$Quantity:'TailUnits'", " (-)5 Nos"),
        ("$$StrLength:'abc'", Decimal(3)),
        ("$$StringPart:'abcdef':1:3", "bcd"),
        ("$$StringWord:'one two three':2", "two"),
        ("$$Upper:'abc'", "ABC"),
        ("$$Sprintf:'%s-%s':'a':'b'", "a-b"),
        ("$$StringFindAndReplace:$Narration:'\"':'\"\"'", 'Paid ""in full""'),
        ('$$StringFindAndReplace:(if $$IsDebit:$Amount then -$$NumValue:$Amount else 0):"(-)":"-"', "-1234567.50"),
        ("$$StrByCharCode:241", "ñ"),
        ('$$PyrlYYYYMMDDFormat:$Date:"-"', "2025-06-30"),
        ("$$YearOfDate:$Date * 10000 + $$MonthOfDate:$Date * 100 + $$DayOfDate:$Date", Decimal(20250630)),
        ("$$MonthEnd:$$Date:'10-Feb-2024'", date(2024, 2, 29)),
        ("$$IsOrderVch:'Sales Order'", True),
        ("$$IsAccountingVch:'GST Sale Invoice'", True),
        ("$$IsSales:'GST Sale Invoice'", True),
        ("$$IsPurchase:'GST Sale Invoice'", False),
        ("$$IsInventoryVch:'Delivery Note'", True),
        ("$$IsLedOfGrp:'Cash':'Current Assets'", True),
        ("$$IsLedOfGrp:'Cash':'Sundry Debtors'", False),
        ("$$ForexValue:'-$20 @ Rs. 75/$ = -Rs. 1500.00'", Amount(Decimal(-20))),
        ("$$BaseValue:'-$20 @ Rs. 75/$ = -Rs. 1500.00'", Amount(Decimal(-1500))),
        ("$Parent:Ledger:'Cash'", "Cash-in-Hand"),
        ("$(Ledger, 'cash').Parent", "Cash-in-Hand"),
    ],
)
def test_a_function_computes(source: str, expected: Value) -> None:
    assert compute(source) == expected


def test_a_method_is_looked_for_in_the_object_and_then_around_it() -> None:
    inner = Scope(WORLD, BILLS[1], Scope(WORLD, ENTRY, Scope(WORLD, VOUCHER)))
    for source, expected in (("$Name", "INV/2"), ("$LedgerName", "Asha & Co."), ("$Guid", "g-1")):
        assert compile_expression(source).evaluate(inner) == expected
    assert compile_expression("$..LedgerName").evaluate(inner) == "Asha & Co."
    assert compile_expression("..Amount").evaluate(inner) == Amount(Decimal(-6))
    assert compile_expression("$Amount").evaluate(inner) == Amount(Decimal(-2))


@pytest.mark.parametrize(
    "source",
    ["$$NoSuchFunction:1", "1 +", "(1", "if 1 then", "$$IsEqual:1", "'open", "1 2", "", "$Name[", "@@NoSuchFormula"],
)
def test_what_tally_would_refuse_is_refused(source: str) -> None:
    with pytest.raises(TdlError):
        compute(source)


def test_iso_dates_are_not_understood() -> None:
    assert parse_day("2025-04-01") is None
    assert parse_day("01-04-2025") == date(2025, 4, 1)


def test_values_print_as_tally_prints_them_into_texts() -> None:
    assert text(Decimal("-5.50")) == "(-)5.50"
    assert text(Amount(Decimal("-14632571.18"))) == "1,46,32,571.18"
    assert text(date(2025, 4, 1)) == "1-Apr-25"
    assert text(date(2150, 4, 1)) == "1-Apr-2150"
    assert text(True) == "Yes"


@given(st.integers(min_value=0, max_value=10**13))
def test_grouping_changes_no_digit(paise: int) -> None:
    plain = Decimal(paise) / 100
    grouped = group_digits(plain)
    assert grouped.replace(",", "") == f"{plain:.2f}"
    assert all(len(part) == 2 for part in grouped.split(",")[1:-1])


@given(st.integers(-999, 999), st.integers(-999, 999), st.sampled_from(["+", "-", "*"]))
def test_arithmetic_is_arithmetic(left: int, right: int, operator: str) -> None:
    expected = {"+": left + right, "-": left - right, "*": left * right}[operator]
    assert compute(f"({left}) {operator} ({right})") == Decimal(expected)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40))
def test_a_quoted_text_stays_what_it_is(written: str) -> None:
    quoted = '"' + written.replace('"', '""') + '"'
    assert compute(quoted) == written


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31)))
def test_printed_dates_are_read_back(day: date) -> None:
    assert parse_day(f"{day:%Y%m%d}") == day
    assert parse_day(f"{day.day}-{day:%b}-{day.year}") == day
