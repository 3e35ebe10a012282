"""Collections: what they gather, what they send, against captures and against the books themselves."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

import pytest
import requests

from sandbox.tally.books import LiveCompany
from sandbox.tally.gateway import Running, serve
from tests.sandbox.tally_gateway.asking import ask, collection, formula, fresh_books, period, value
from tests.support.samples import sample

ACCOUNTING = "<FILTER>Live</FILTER>"
LIVE = formula("Live", "NOT $IsCancelled AND NOT $IsOptional")


def current(tally: Running) -> LiveCompany:
    company = tally.books.current
    assert company is not None
    return company


def entry(text: str, tag: str) -> str:
    """The first object of a tag in a capture or answer, with Unix line ends."""
    found = re.search(rf"^ *<{tag} .*?^ *</{tag}>\n", text.replace("\r\n", "\n"), re.MULTILINE | re.DOTALL)
    assert found is not None, text[:500]
    return found[0]


def skeleton(text: str) -> list[str]:
    """Tags with their TYPE and indentation, without values: the shape."""
    return [
        re.sub(r">[^<]*<(?=/)", "><", re.sub(r'(NAME|REMOTEID|VCHKEY|VCHTYPE|OBJVIEW)="[^"]*"', r"\1", line))
        for line in text.splitlines()
    ]


def test_ledgers_have_the_captured_shape(tally: Running) -> None:
    captured = sample("tally/bridge_ledgers_native_aarav.xml").read_text(encoding="utf-8")
    fetch = "<FETCH>Guid,Parent,PartyGSTIN,AlterId,MasterId,OpeningBalance,Name</FETCH>"
    ours = ask(tally.url, collection(f"<TYPE>Ledger</TYPE>{fetch}")).text
    assert '<COLLECTION ISMSTDEPTYPE="Yes" MSTDEPTYPE="8">' in ours
    expected = [
        line.replace("<LANGUAGEID>", '<LANGUAGEID TYPE="Number">') for line in skeleton(entry(captured, "LEDGER"))
    ]
    assert skeleton(entry(ours, "LEDGER")) == expected


def test_voucher_types_have_the_captured_shape(tally: Running) -> None:
    captured = sample("tally/bridge_voucher_types_native_wr2.xml").read_text(encoding="utf-8")
    fetch = "<FETCH>Guid,Parent,IsReserved,CanDelete,AlterId,MasterId,Name</FETCH>"
    ours = ask(tally.url, collection(f"<TYPE>VoucherType</TYPE>{fetch}")).text
    expected = [line for line in skeleton(entry(captured, "VOUCHERTYPE")) if "<ALIAS" not in line]
    assert skeleton(entry(ours, "VOUCHERTYPE")) == expected
    assert 'NAME="Attendance" RESERVEDNAME="Attendance"' in ours


def test_a_voucher_carries_its_fixed_fields_whatever_was_fetched(tally: Running) -> None:
    captured = sample("tally/bridge_vouchers_native_wr2.xml").read_text(encoding="utf-8")
    fetched = {"ISOPTIONAL", "EFFECTIVEDATE"}
    expected = re.findall(r"^     <([A-Z]+)[ />]", entry(captured, "VOUCHER"), re.MULTILINE)
    ours = ask(tally.url, collection("<TYPE>Voucher</TYPE><FETCH>Guid</FETCH>")).text
    tags = re.findall(r"^     <([A-Z]+)[ />]", entry(ours, "VOUCHER"), re.MULTILINE)
    assert tags == [tag for tag in expected if tag not in fetched and not tag.startswith("ALLLEDGER")]
    assert 900 < len(entry(ours, "VOUCHER")) < 1500


def test_scalars_alone_bring_no_entries_and_the_named_lists_bring_all(tally: Running) -> None:
    everything = ask(tally.url, collection("<TYPE>Voucher</TYPE><FETCH>*</FETCH>")).root
    assert list(everything.iter("ALLLEDGERENTRIES.LIST")) == []
    assert list(everything.iter("LEDGERENTRIES.LIST")) == []
    named = ask(tally.url, collection("<TYPE>Voucher</TYPE><FETCH>AllLedgerEntries,AllInventoryEntries</FETCH>")).root
    by_voucher = {
        value(one, "GUID"): sum(
            Decimal(value(row, "AMOUNT")) for row in one.findall("ALLLEDGERENTRIES.LIST") if len(row)
        )
        for one in named.iter("VOUCHER")
        if value(one, "VOUCHERTYPENAME") in {"Receipt", "Payment", "GST Sale Invoice", "Journal", "Purchase"}
    }
    assert len(by_voucher) > 50
    assert set(by_voucher.values()) <= {Decimal(0), Decimal("0.00")}


def test_dotted_paths_bring_single_fields_of_entries(tally: Running) -> None:
    paths = (
        "AllLedgerEntries.LedgerName,AllLedgerEntries.BillAllocations.Name,AllLedgerEntries.BillAllocations.BillType"
    )
    got = ask(tally.url, collection(f"<TYPE>Voucher</TYPE><FETCH>{paths}</FETCH>"))
    rows = [row for one in got.objects("VOUCHER") for row in one.findall("ALLLEDGERENTRIES.LIST") if len(row)]
    assert {child.tag for row in rows for child in row} == {
        *("LEDGERNAME", "ISDEEMEDPOSITIVE", "ISLASTDEEMEDPOSITIVE", "AMOUNT", "BILLALLOCATIONS.LIST"),
    }
    types = Counter(
        value(bill, "BILLTYPE") for row in rows for bill in row.findall("BILLALLOCATIONS.LIST") if len(bill)
    )
    assert types["New Ref"] > 20
    assert types["Agst Ref"] > 5


@pytest.mark.parametrize("spelling", ["FETCH", "NATIVEMETHOD"])
def test_fields_may_be_named_in_any_case_and_spelling(tally: Running, spelling: str) -> None:
    got = ask(
        tally.url, collection(f"<TYPE>stock item</TYPE><{spelling}>guid, closingBalance ,CLOSINGVALUE</{spelling}>")
    )
    item = got.objects("STOCKITEM")[0]
    assert item.find("CLOSINGBALANCE").attrib == {"TYPE": "Quantity"}  # type: ignore[union-attr]
    assert item.find("CLOSINGVALUE").attrib == {"TYPE": "Amount"}  # type: ignore[union-attr]


def test_the_period_bounds_vouchers_and_a_literal_filter_bounds_them_again(tally: Running) -> None:
    company = current(tally)
    june = [row for row in company.vouchers() if row.day.isoformat()[:7] == "2025-06"]
    asked = collection("<TYPE>Voucher</TYPE><FETCH>Date</FETCH>", variables=period("20250601", "20250630"))
    assert len(ask(tally.url, asked).objects("VOUCHER")) == len(june)
    days = formula("Days", '$Date >= $$Date:"10-Jun-2025" AND $Date <= $$Date:"20250620"')
    narrowed = collection(
        "<TYPE>Voucher</TYPE><FILTER>Days</FILTER>", variables=period("20250601", "20250630"), more=days
    )
    expected = [row for row in june if 10 <= row.day.day <= 20]
    assert len(ask(tally.url, narrowed).objects("VOUCHER")) == len(expected)


def test_a_filter_on_alter_ids_finds_what_was_changed(tally: Running) -> None:
    company = current(tally)
    before = company.alter_voucher_id
    changed = [company.vouchers()[3].master_id, company.vouchers()[7].master_id]
    for master_id in changed:
        company.edit_vouchers.save_unchanged(master_id)
    asked = collection("<TYPE>Voucher</TYPE><FILTER>New</FILTER>", more=formula("New", f"$AlterID > {before}"))
    got = ask(tally.url, asked).objects("VOUCHER")
    assert sorted(int(value(one, "MASTERID")) for one in got) == sorted(changed)


def test_computed_fields_carry_the_type_of_their_value(tally: Running) -> None:
    compute = (
        "<COMPUTE>Is_Mine : $$IsEqual:$Name:##SVCurrentCompany</COMPUTE><COMPUTE>Twice : $CompanyNumber * 2</COMPUTE>"
    )
    first, second = ask(tally.url, collection(f"<TYPE>Company</TYPE>{compute}")).objects("COMPANY")
    assert [value(one, "IS_MINE") for one in (first, second)] == ["Yes", "No"]
    assert first.find("TWICE").attrib == {"TYPE": "Number"}  # type: ignore[union-attr]


def test_children_of_a_group_directly_and_all_the_way_down(tally: Running) -> None:
    def names(inside: str) -> set[str]:
        return {one.get("NAME", "") for one in ask(tally.url, collection(inside)).objects("LEDGER")}

    direct = names('<TYPE>Ledger</TYPE><CHILDOF>"Current Assets"</CHILDOF>')
    below = names('<TYPE>Ledger</TYPE><CHILDOF>"Current Assets"</CHILDOF><BELONGSTO>Yes</BELONGSTO>')
    debtors = names("<TYPE>Ledger</TYPE><CHILDOF>$$GroupSundryDebtors</CHILDOF><BELONGSTO>Yes</BELONGSTO>")
    assert "Cash" not in direct
    assert "Cash" in below
    assert direct < below
    assert debtors < below


def test_vouchers_of_a_type_of_a_ledger_and_of_the_company(tally: Running) -> None:
    company = current(tally)
    everything = ask(tally.url, collection("<TYPE>Voucher</TYPE>")).objects("VOUCHER")
    of_company = f'<TYPE>Vouchers : Company</TYPE><CHILDOF>"{company.name}"</CHILDOF><BELONGSTO>Yes</BELONGSTO>'
    assert len(ask(tally.url, collection(of_company)).objects("VOUCHER")) == len(everything)
    sales = "<TYPE>Vouchers : VoucherType</TYPE><CHILDOF>$$VchTypeSales</CHILDOF><BELONGSTO>Yes</BELONGSTO>"
    kinds = {value(one, "VOUCHERTYPENAME") for one in ask(tally.url, collection(sales)).objects("VOUCHER")}
    assert "GST Sale Invoice" in kinds
    assert "Receipt" not in kinds
    of_cash = '<TYPE>Vouchers : Ledger</TYPE><CHILDOF>"Cash"</CHILDOF><FETCH>AllLedgerEntries.LedgerName</FETCH>'
    for one in ask(tally.url, collection(of_cash)).objects("VOUCHER"):
        assert "Cash" in {value(row, "LEDGERNAME") for row in one.findall("ALLLEDGERENTRIES.LIST")}


def test_a_histogram_of_days_as_the_popular_loader_asks_for_it(tally: Running) -> None:
    source = f'<COLLECTION NAME="All"><TYPE>Voucher</TYPE>{ACCOUNTING}</COLLECTION>'
    counted = "<BY>Date : $Date</BY><AGGRCOMPUTE>Count : SUM : $$Number:1</AGGRCOMPUTE>"
    grouped = f"<SOURCECOLLECTION>All</SOURCECOLLECTION>{counted}"
    rows = ask(tally.url, collection(grouped, more=source + LIVE)).objects("OBJECT")
    live = [row for row in current(tally).vouchers() if not row.is_cancelled and not row.is_optional]
    expected = Counter(f"{row.day.day}-{row.day:%b-%y}" for row in live)
    assert {value(row, "DATE"): int(value(row, "COUNT")) for row in rows} == expected
    assert [value(row, "DATE") for row in rows] == list(dict.fromkeys(f"{row.day.day}-{row.day:%b-%y}" for row in live))


def test_walking_into_entries_adds_up_to_the_ledgers(tally: Running) -> None:
    source = f'<COLLECTION NAME="All"><TYPE>Voucher</TYPE>{ACCOUNTING}</COLLECTION>'
    counting = "NOT $IsCancelled AND NOT $IsOptional AND $$IsAccountingVch AND NOT ($$IsMemo OR $$IsReversingJournal)"
    books = formula("Live", counting)
    walked = (
        "<SOURCECOLLECTION>All</SOURCECOLLECTION><WALK>AllLedgerEntries</WALK><BY>Ledger : $LedgerName</BY>"
        "<AGGRCOMPUTE>Total : SUM : $Amount</AGGRCOMPUTE><AGGRCOMPUTE>Least : MIN : $Amount</AGGRCOMPUTE>"
    )
    rows = ask(tally.url, collection(walked, more=source + books)).objects("OBJECT")
    totals = {value(row, "LEDGER"): Decimal(value(row, "TOTAL")) for row in rows}
    company = current(tally)
    sums = company.sums(company.whole_period)
    for ledger in company.masters.of_kind("LEDGER"):
        found = sums.of(ledger.master_id)
        assert totals.get(ledger.name, Decimal(0)) == Decimal(found.credit - found.debit) / 100, ledger.name
    assert all(Decimal(value(row, "LEAST")) <= Decimal(value(row, "TOTAL")) or totals for row in rows)


def test_bills_are_walked_two_lists_down_with_what_stands_around_them(tally: Running) -> None:
    source = f'<COLLECTION NAME="All"><TYPE>Voucher</TYPE>{ACCOUNTING}</COLLECTION>'
    walked = (
        "<SOURCECOLLECTION>All</SOURCECOLLECTION><WALK>AllLedgerEntries, BillAllocations</WALK>"
        "<BY>Kind : $BillType</BY><AGGRCOMPUTE>N : COUNT : $Name</AGGRCOMPUTE>"
        "<AGGRCOMPUTE>Who : FIRST : $LedgerName</AGGRCOMPUTE>"
    )
    rows = ask(tally.url, collection(walked, more=source + LIVE)).objects("OBJECT")
    live = [row for row in current(tally).vouchers() if not row.is_cancelled and not row.is_optional]
    counted = Counter(bill.kind for row in live for bill in row.bills)
    assert {value(row, "KIND"): int(value(row, "N")) for row in rows} == counted
    assert all(value(row, "WHO") for row in rows)


def test_sorting_and_a_limit(tally: Running) -> None:
    asked = "<TYPE>Ledger</TYPE><FETCH>ClosingBalance</FETCH><SORT>Default : -$ClosingBalance</SORT><MAX>5</MAX>"
    got = ask(tally.url, collection(asked)).objects("LEDGER")
    balances = [Decimal(value(one, "CLOSINGBALANCE")) for one in got]
    assert len(balances) == 5
    assert balances == sorted(balances, reverse=True)


def test_a_collection_of_an_object_the_request_makes(tally: Running) -> None:
    made = '<OBJECT NAME="Mine"><LOCALFORMULA>Release : @@VersionReleaseString</LOCALFORMULA></OBJECT>'
    (row,) = ask(tally.url, collection("<OBJECTS>Mine</OBJECTS>", more=made)).objects("OBJECT")
    assert value(row, "RELEASE") == "7.0"


def test_balances_follow_the_period(tally: Running) -> None:
    def balances(start: str, end: str) -> dict[str, tuple[str, str]]:
        asked = collection(
            "<TYPE>Ledger</TYPE><FETCH>OpeningBalance,ClosingBalance</FETCH>", variables=period(start, end)
        )
        return {
            one.get("NAME", ""): (value(one, "OPENINGBALANCE"), value(one, "CLOSINGBALANCE"))
            for one in ask(tally.url, asked).objects("LEDGER")
        }

    first, second = balances("20250401", "20250930"), balances("20251001", "20260331")
    assert first["Cash"][1] == second["Cash"][0]
    assert first["Cash"] != second["Cash"]


def test_bills_of_a_party_and_of_a_group(tally: Running) -> None:
    def parties(inside: str) -> set[str]:
        got = ask(tally.url, collection(f"<TYPE>Bills</TYPE><FETCH>Parent,ClosingBalance</FETCH>{inside}"))
        return {value(one, "PARENT") for one in got.objects("BILL")}

    everyone = parties("")
    debtors = parties("<CHILDOF>$$GroupSundryDebtors</CHILDOF><BELONGSTO>Yes</BELONGSTO>")
    first = min(debtors)
    named = first.replace('"', '""').replace("&", "&amp;")
    assert debtors < everyone
    assert parties(f'<CHILDOF>"{named}"</CHILDOF>') == {first}


@pytest.mark.parametrize(
    "asked",
    [
        collection("<SOURCECOLLECTION>X</SOURCECOLLECTION>"),
        collection("<TYPE>Group</TYPE><FILTER>Self</FILTER>", more=formula("Self", "$$NumItems:X > 0")),
    ],
)
def test_a_collection_made_from_itself_freezes_tally(tally: Running, asked: str) -> None:
    with pytest.raises(requests.RequestException):
        ask(tally.url, asked, timeout_s=2.0)
    assert "refers to itself" in tally.dialog


def test_a_mistake_of_the_fake_is_raised_and_not_swallowed() -> None:
    def fail(_: int, __: str) -> None:
        raise LookupError("on purpose")

    def ask_in_vain() -> None:
        with serve(fresh_books(), watch=fail) as tally, pytest.raises(requests.RequestException):
            ask(tally.url, collection("<TYPE>Company</TYPE>"))

    with pytest.raises(LookupError, match="on purpose"):
        ask_in_vain()


def test_an_undefined_collection_ends_tally_and_an_unknown_type_freezes_it(tally: Running) -> None:
    for asked, ends in (
        (collection("<TYPE>Ledger</TYPE>").replace("<ID>X<", "<ID>Ledgers<"), True),
        (collection("<TYPE>EditLog</TYPE>"), False),
        (collection("<TYPE>Ledger</TYPE><FILTER>Nowhere</FILTER>"), True),
        (collection("<TYPE>Ledger</TYPE><COMPUTE>X : $$NoSuch:1</COMPUTE>"), False),
    ):
        with pytest.raises(requests.RequestException):
            ask(tally.url, asked, timeout_s=0.4)
        assert tally.dialog
        tally.dismiss_dialog()
        assert tally.is_listening is not ends
        tally.start()
        assert ask(tally.url, collection("<TYPE>Company</TYPE>")).objects("COMPANY")
