"""Masters over ODBC: the same records as on every other route, of the right company, or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.errors import SourceMalformed, SourceRejected
from canonical.item import Item, Unit
from canonical.ledger import AccountGroup, Ledger, ReservedGroup
from canonical.party import Party
from canonical.record import RawRecord, SourceRef
from connectors.tally.odbc.masters import plain_name
from connectors.tally.odbc.source import OdbcSource
from connectors.tally.tap import TallyStream
from connectors.tally.translate import TallyTranslator
from tests.connectors.tally_odbc.books import NAME, OTHER, books, company, guid, ledger
from tests.connectors.tally_odbc.conftest import Open
from tests.connectors.tally_odbc.fake_tally import COMPANY, Script

OpenSource = Callable[..., OdbcSource]


@pytest.fixture
def open_source(open_session: Open) -> OpenSource:
    def open_(script: Script, **wanted: Any) -> OdbcSource:
        return OdbcSource(open_session(script), **wanted)

    return open_


def translate(source: OdbcSource, *streams: str) -> tuple[list[CanonicalRecord], set[str]]:
    """Through the tap's own columns and the connector's own translation."""
    translator = TallyTranslator(Company(source=SourceRef("tally", COMPANY, "companies", COMPANY), name=""))
    records: list[CanonicalRecord] = []
    codes: set[str] = set()
    for stream in streams:
        for record in source.records(stream):
            payload = msgspec.json.encode(TallyStream.payload(record))
            raw = RawRecord(TallyStream.source_ref(stream, record), payload, b"", datetime(2026, 4, 1, tzinfo=UTC))
            translation = translator.translate(raw)
            records.extend(translation.records)
            codes |= {issue.code for issue in translation.issues}
    return records, codes


def test_masters_arrive_in_the_books(open_source: OpenSource) -> None:
    source = open_source(books())
    assert source.streams == ("companies", "units", "groups", "ledgers", "stock_groups", "stock_items")
    records, codes = translate(source, *source.streams)
    assert not codes
    found = {(type(record), getattr(record, "name", "")): record for record in records}
    debtors = found[AccountGroup, "Sundry Debtors"]
    assert isinstance(debtors, AccountGroup)
    assert debtors.reserved is ReservedGroup.SUNDRY_DEBTORS
    south = found[AccountGroup, "South Debtors"]
    assert isinstance(south, AccountGroup)
    assert (south.reserved, south.parent_key) == (None, debtors.key)
    asha = found[Ledger, "Asha Stores"]
    assert isinstance(asha, Ledger)
    assert (str(asha.opening), str(asha.closing), asha.is_bill_wise) == ("100.10", "250.30", True)
    sales = found[Ledger, "Sales"]
    assert isinstance(sales, Ledger)
    assert (sales.opening, str(sales.closing)) == (None, "-1500.55")
    assert isinstance(found[Party, "Asha Stores"], Party)
    books_of = found[Company, NAME]
    assert isinstance(books_of, Company)
    assert str(books_of.books_from) == "2025-04-01"
    assert any(isinstance(record, Unit) and record.symbol == "Nos" for record in records)
    assert any(isinstance(record, Item) and record.name == "Soap" for record in records)


def test_records_have_the_keys_and_columns_of_the_other_routes(open_source: OpenSource) -> None:
    record = next(iter(open_source(books()).records("ledgers")))
    assert record["key"] == record["guid"] == guid(10)
    assert (record["company_guid"], record["company_name"], record["alter_id"]) == (COMPANY, NAME, 10)
    assert (record["name"], record["parent"], record["element"]) == ("Cash", "Cash-in-Hand", "LEDGER")
    assert (record["file"], record["position"]) == ("ODBC TallyODBC64_9000", 1)
    assert record["object"]["CLOSINGBALANCE"] == "-1250.25"


def test_two_readings_give_the_same_records(open_source: OpenSource) -> None:
    one, other = open_source(books()), open_source(books())
    for stream in one.streams:
        assert list(one.records(stream)) == list(other.records(stream))


def test_what_odbc_cannot_give_is_said(open_source: OpenSource) -> None:
    source = open_source(books())
    assert list(source.issues) == []
    assert list(source.records("vouchers")) == []
    issue = next(issue for issue in source.issues if issue.code == "tally.odbc.not_given")
    assert "no vouchers, opening bills" in issue.message


def test_another_company_is_refused(open_source: OpenSource) -> None:
    with pytest.raises(SourceRejected) as refused:
        open_source(books(), company_guid=OTHER, company_name="Other & Co").objects("ledgers")
    assert refused.value.code == "tally.odbc.company_mismatch"
    assert "make Other & Co the active company" in refused.value.message


def test_of_several_open_companies_the_rows_tell_whose_they_are(open_source: OpenSource) -> None:
    script = books()
    script.tables["Company"].insert(0, company("Other & Co", OTHER))
    served = open_source(script, company_guid=COMPANY.upper()).company()
    assert (served.guid, served.name) == (COMPANY, NAME)


def test_rows_without_guid_of_several_companies_are_refused(open_source: OpenSource) -> None:
    script = without_guids(books())
    script.tables["Company"].append(company("Other & Co", OTHER))
    with pytest.raises(SourceRejected) as refused:
        open_source(script).company()
    assert refused.value.code == "tally.odbc.company_unclear"


def test_a_company_of_another_name_is_refused_where_there_are_no_guids(open_source: OpenSource) -> None:
    with pytest.raises(SourceRejected) as refused:
        open_source(without_guids(books()), company_name="Other & Co").company()
    assert refused.value.code == "tally.odbc.company_mismatch"
    assert open_source(without_guids(books()), company_name="kaveri traders").company().name == NAME


def test_no_company_open(open_source: OpenSource) -> None:
    script = Script(tables={"Company": [], "Groups": [], "Ledger": []}, listed=["Company", "Groups", "Ledger"])
    with pytest.raises(SourceRejected) as refused:
        open_source(script).company()
    assert refused.value.code == "tally.odbc.no_company_open"


def without_guids(script: Script) -> Script:
    tables = {
        table: [{name: value for name, value in row.items() if name != "GUID"} for row in rows]
        for table, rows in script.tables.items()
    }
    return replace(script, tables=tables)


def test_masters_without_guid_never_double_those_known_by_guid(open_source: OpenSource) -> None:
    script = books()
    for row in script.tables["Ledger"]:
        del row["GUID"]
    source = open_source(script)
    assert len(source.objects("ledgers").nodes) == 4, "they can be compared with"
    with pytest.raises(SourceRejected) as refused:
        list(source.records("ledgers"))
    assert refused.value.code == "tally.odbc.no_identity"


def test_books_without_any_guid_are_known_by_name(open_source: OpenSource) -> None:
    record = next(iter(open_source(without_guids(books())).records("ledgers")))
    assert record["company_guid"] == "name:kaveri traders"
    assert record["key"] == "name:cash"


@pytest.mark.parametrize("naming", ["$", "qualified", "expression"])
def test_columns_are_found_however_they_are_named(open_source: OpenSource, naming: str) -> None:
    nodes = open_source(books(naming=naming)).objects("ledgers").nodes
    assert [node["@NAME"] for node in nodes] == ["Cash", "Asha Stores", "Sales", "Capital"]
    assert nodes[1]["PARTYGSTIN"] == "29ABCDE1234F1Z5"


def test_names_of_columns_are_stripped() -> None:
    for column in ("$Name", "Name", "Ledger.`$Name`", "TallyUser.Ledger.$Name", '"$Name"', "[$Name]"):
        assert plain_name(column) == "Name"


def test_without_a_catalogue_the_core_is_read(open_source: OpenSource) -> None:
    objects = open_source(books(has_catalogue=False)).objects("ledgers")
    assert objects.nodes[1]["CLOSINGBALANCE"] == "-250.30"
    assert "PARTYGSTIN" not in objects.nodes[1]
    assert "PARTYGSTIN" in objects.missing


def test_a_method_this_tally_refuses_is_left_out(open_source: OpenSource) -> None:
    """Another wording is tried, down to names and parents; what is missing is known."""
    objects = open_source(books(refused=["AlterID", "PartyGSTIN"])).objects("ledgers")
    assert [node["@NAME"] for node in objects.nodes] == ["Cash", "Asha Stores", "Sales", "Capital"]
    assert "CLOSINGBALANCE" in objects.missing


def test_an_answer_without_names_is_no_answer(open_source: OpenSource) -> None:
    with pytest.raises(SourceMalformed) as refused:
        open_source(books(drop_columns=["Name"])).objects("ledgers")
    assert refused.value.code == "tally.odbc.column_missing"


def test_columns_the_answer_leaves_out_are_noticed(open_source: OpenSource) -> None:
    objects = open_source(books(drop_columns=["Parent", "AlterID"])).objects("ledgers")
    assert {"PARENT", "ALTERID"} <= set(objects.missing)
    assert objects.nodes[0]["CLOSINGBALANCE"] == "-1250.25", "the others have not moved"


def test_wrong_types_are_left_out_and_named(open_source: OpenSource) -> None:
    script = books()
    script.tables["Ledger"][1] |= {"_ClosingBalance": "as per list", "IsBillWiseOn": 7}
    source = open_source(script)
    node = source.objects("ledgers").nodes[1]
    assert "CLOSINGBALANCE" not in node
    issues = {issue.message for issue in source.issues if issue.code == "tally.odbc.value_unreadable"}
    assert any("CLOSINGBALANCE of 1 rows" in message and "Asha Stores" in message for message in issues)
    assert any("ISBILLWISEON" in message for message in issues)


def test_the_other_spelling_of_a_method_fills_what_the_first_leaves_open(open_source: OpenSource) -> None:
    script = books()
    script.tables["Ledger"][0] |= {"_ClosingBalance": None, "ClosingBalance": -7.0}
    assert open_source(script).objects("ledgers").nodes[0]["CLOSINGBALANCE"] == "-7.00"


def test_cut_names_are_suspected(open_source: OpenSource) -> None:
    name = "Shree Venkateshwara Enterprises and Sons"
    script = books(sizes={"Name": 30})
    script.tables["Ledger"].append(ledger(14, name[:30], "South Debtors"))
    source = open_source(script)
    source.objects("ledgers")
    issue = next(issue for issue in source.issues if issue.code == "tally.odbc.value_cut")
    assert name[:30] in issue.message


def test_rows_that_could_not_be_fetched_are_counted(open_source: OpenSource) -> None:
    source = open_source(books(bad_rows=[2]))
    assert len(source.objects("ledgers").nodes) == 3
    assert any(issue.code == "tally.odbc.row_unreadable" for issue in source.issues)


def test_rows_without_a_name_are_left_out(open_source: OpenSource) -> None:
    script = books()
    script.tables["Ledger"].append(ledger(14, "", "South Debtors"))
    source = open_source(script)
    assert len(source.objects("ledgers").nodes) == 4
    assert any("they have no name" in issue.message for issue in source.issues)


def test_a_tally_that_lists_nothing_still_has_the_expected_tables(open_source: OpenSource) -> None:
    source = open_source(books(listed=None))
    assert source.streams == ("companies", "groups", "ledgers", "stock_groups", "stock_items")
    assert len(list(source.records("ledgers"))) == 4


def test_a_table_that_is_not_exposed_is_said(open_source: OpenSource) -> None:
    source = open_source(books())
    assert source.objects("godowns").nodes == []
    assert any("godowns" in issue.message for issue in source.issues if issue.code == "tally.odbc.table_absent")


def test_only_tables_of_the_list_are_asked_for(open_source: OpenSource) -> None:
    """ODBCTables may list anything, a customer's own table of vouchers too: it is not touched."""
    script = books()
    script.listed = ["Ledger", "Groups", "Company", "TallyVchLedCollectionCMP", "x; DROP"]
    assert open_source(script).streams == ("companies", "groups", "ledgers", "stock_groups", "stock_items")


def test_a_predefined_group_is_assumed_by_name_only_where_tally_does_not_say(open_source: OpenSource) -> None:
    script = books()
    for row in script.tables["Groups"]:
        del row["_IsReserved"]
    source = open_source(script)
    nodes = {node["@NAME"]: node for node in source.objects("groups").nodes}
    assert nodes["Sundry Debtors"]["@RESERVEDNAME"] == "Sundry Debtors"
    assert "@RESERVEDNAME" not in nodes["South Debtors"]
    assert any(issue.code == "tally.odbc.group_assumed" for issue in source.issues)


def test_a_renamed_predefined_group_keeps_its_reserved_name(open_source: OpenSource) -> None:
    script = books()
    script.tables["Groups"][1] |= {"Name": "Customers", "ReservedName": "Sundry Debtors"}
    nodes = {node["@NAME"]: node for node in open_source(script).objects("groups").nodes}
    assert nodes["Customers"]["@RESERVEDNAME"] == "Sundry Debtors"


def test_a_user_s_group_of_a_freed_name_is_not_taken_for_the_predefined_one(open_source: OpenSource) -> None:
    script = books()
    script.tables["Groups"][1] |= {"_IsReserved": 0}
    nodes = {node["@NAME"]: node for node in open_source(script).objects("groups").nodes}
    assert "@RESERVEDNAME" not in nodes["Sundry Debtors"]
