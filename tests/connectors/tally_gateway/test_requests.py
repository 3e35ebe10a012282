"""Requests: only what is on the closed lists, and no text can become code or markup."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from canonical.dates import Period
from canonical.errors import InvariantError
from connectors.tally.gateway import formula
from connectors.tally.gateway.allowed import Aggregate, ObjectType, ReportId, SystemFunction, Variable
from connectors.tally.gateway.formula import Comparison, altered_after, both, compare, in_period, method, text
from connectors.tally.gateway.requests import GroupBy, Request, Total, collection, function, object_, report

names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co"], exclude_characters="\ufffe\uffff"), max_size=40)


def parsed(request: Request) -> etree._Element:
    return etree.fromstring(request.body.encode())


def text_at(request: Request, path: str) -> str:
    found = parsed(request).find(path)
    assert found is not None
    return found.text or ""


def test_a_voucher_collection_states_the_period_twice() -> None:
    request = collection(
        ObjectType.VOUCHER,
        company="Asha & Sons",
        fetch=("Guid", "AllLedgerEntries.*"),
        period=Period(date(2026, 4, 1), date(2026, 4, 30)),
        filters=(altered_after(100, 200),),
    )
    assert text_at(request, "HEADER/TYPE") == "Collection"
    assert text_at(request, "HEADER/ID") == "KhataVouchers"
    assert text_at(request, ".//SVCURRENTCOMPANY") == "Asha & Sons"
    assert text_at(request, ".//SVFROMDATE") == "20260401"
    assert text_at(request, ".//SVTODATE") == "20260430"
    assert text_at(request, ".//COLLECTION/TYPE") == "Voucher"
    assert text_at(request, ".//FETCH") == "Guid,AllLedgerEntries.*"
    formulae = {item.get("NAME"): item.text for item in parsed(request).iter("SYSTEM")}
    assert formulae == {
        "KhataVouchersFilter1": '($Date >= $$Date:"1-Apr-2026") AND ($Date <= $$Date:"30-Apr-2026")',
        "KhataVouchersFilter2": "($AlterID > 100) AND ($AlterID <= 200)",
    }
    assert text_at(request, ".//FILTERS") == ",".join(map(str, formulae))


def test_a_summary_defines_the_collection_it_walks() -> None:
    request = collection(
        ObjectType.VOUCHER,
        company="Asha",
        fetch=("Date",),
        group_by=GroupBy(
            by={"Day": method("Date")},
            totals={
                "Value": Total(of=method("Amount")),
                "Latest": Total(of=method("AlterID"), aggregate=Aggregate.MAX),
            },
            walk=("AllLedgerEntries",),
        ),
        rows_max=5,
        sort=("-Day",),
        name="KhataDays",
    )
    defined = {item.get("NAME"): item for item in parsed(request).iter("COLLECTION")}
    assert list(defined) == ["KhataDaysSource", "KhataDays"]
    outer = [(child.tag, child.text) for child in defined["KhataDays"]]
    assert outer == [
        ("SOURCECOLLECTION", "KhataDaysSource"),
        ("WALK", "AllLedgerEntries"),
        ("BY", "Day : $Date"),
        ("AGGRCOMPUTE", "Value : SUM : $Amount"),
        ("AGGRCOMPUTE", "Latest : MAX : $AlterID"),
        ("SORT", "Default : -$Day"),
        ("MAX", "5"),
    ]


def test_masters_are_not_filtered_by_date() -> None:
    request = collection(ObjectType.LEDGER, company="Asha", period=Period(date(2026, 4, 1), date(2026, 4, 30)))
    assert not list(parsed(request).iter("FILTERS"))
    assert text_at(request, ".//SVTODATE") == "20260430"


def test_children_of_a_group_are_asked_for_by_a_quoted_name() -> None:
    request = collection(ObjectType.LEDGER, company="Asha", child_of='Debtors "North"', with_descendants=False)
    assert text_at(request, ".//CHILDOF") == '"Debtors ""North"""'
    assert text_at(request, ".//BELONGSTO") == "No"


def test_reports_objects_and_functions() -> None:
    day = date(2026, 3, 31)
    balances = report(
        ReportId.TRIAL_BALANCE, company="Asha", period=Period(day, day), variables={Variable.IS_LEDGER_WISE: "Yes"}
    )
    assert (text_at(balances, "HEADER/TYPE"), text_at(balances, "HEADER/ID")) == ("Data", "Trial Balance")
    assert text_at(balances, ".//ISLEDGERWISE") == "Yes"
    one = object_(ObjectType.LEDGER, "Asha & Co", company="Deepa", fetch=("*",))
    assert (text_at(one, "HEADER/SUBTYPE"), text_at(one, "HEADER/ID")) == ("Ledger", "Asha & Co")
    assert parsed(one).find("HEADER/ID").get("TYPE") == "Name"  # type: ignore[union-attr]
    assert text_at(one, "BODY/DESC/FETCHLIST/FETCH") == "*"
    start = function(SystemFunction.PERIOD_FROM)
    assert parsed(start).find("BODY") is None
    assert text_at(start, "HEADER/ID") == "$$SystemPeriodFrom"


@given(names)
def test_any_company_name_arrives_as_it_is(name: str) -> None:
    request = collection(ObjectType.GROUP, company=name or "x")
    assert text_at(request, ".//SVCURRENTCOMPANY") == (name or "x")
    assert name not in request.name or not name.strip() or len(name) < 8


@given(names)
def test_any_name_inside_a_formula_stays_one_string(name: str) -> None:
    request = collection(
        ObjectType.LEDGER, company="Asha", filters=(compare(method("Name"), Comparison.EQUAL, text(name)),)
    )
    code = text_at(request, ".//SYSTEM")
    literal = code.removeprefix("$Name = ")
    assert literal[0] == literal[-1] == '"'
    inside = literal[1:-1]
    assert '"' not in inside.replace('""', "")
    assert inside.replace('""', '"') == " ".join(name.splitlines())


def test_the_mark_of_system_values_goes_out_as_tally_writes_it() -> None:
    assert "&#4; Primary" in collection(ObjectType.GROUP, company="\ue004 Primary").body


@pytest.mark.parametrize("name", ["", "Name;", "A B", "$Name", "x.*.y", "Name</FETCH>", "../x", "a" * 0])
def test_a_field_that_is_no_field_is_never_sent(name: str) -> None:
    with pytest.raises(InvariantError):
        collection(ObjectType.LEDGER, company="Asha", fetch=(name,))


@pytest.mark.parametrize("name", ["Is Order", "$$x", "", "A:B"])
def test_a_method_with_a_blank_or_colon_is_never_sent(name: str) -> None:
    with pytest.raises(InvariantError):
        method(name)


def test_vouchers_are_not_asked_for_by_name() -> None:
    with pytest.raises(InvariantError):
        object_(ObjectType.VOUCHER, "1", company="Asha", fetch=("*",))


def test_formulae() -> None:
    assert in_period(Period(date(2026, 1, 5), date(2026, 1, 5))).code == (
        '($Date >= $$Date:"5-Jan-2026") AND ($Date <= $$Date:"5-Jan-2026")'
    )
    assert formula.lookup("Guid", ObjectType.LEDGER, method("LedgerName")).code == "$Guid:Ledger:$LedgerName"
    assert formula.outer("Name").code == "..Name"
    assert formula.number(Decimal("1E+2")).code == "100"
    assert formula.negation(formula.either(formula.logical(True), formula.logical(False))).code == "NOT ((Yes) OR (No))"
    assert both(method("IsOptional")).code == "$IsOptional"
    assert method("RateDetails[First].GSTRate").code == "$RateDetails[First].GSTRate"


def test_the_closed_lists_leave_out_what_freezes_tally() -> None:
    assert "EditLog" not in {kind.value for kind in ObjectType}
    assert not any("." in kind.value or " " in kind.value for kind in ObjectType)
    assert {"Profit & Loss", "Outstandings"}.isdisjoint(which.value for which in ReportId)
