"""Custom and named reports, objects, functions, imports, JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal

import requests

from sandbox.tally.gateway import Running
from tests.sandbox.tally_gateway.asking import ask, collection, envelope, for_company, formula, period, value
from tests.support.samples import sample, sample_json

COMMAS = "<SVEXPORTFORMAT>ASCII (Comma Delimited)</SVEXPORTFORMAT>"


def field(name: str, source: str, tag: str = "", more: str = "") -> str:
    escaped = source.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    xml_tag = f"<XMLTAG>{tag}</XMLTAG>" if tag else ""
    return f'<FIELD NAME="{name}"><SET>{escaped}</SET>{xml_tag}{more}</FIELD>'


def report(lines: str, *, repeat: str, fields: str, more: str) -> str:
    return (
        '<REPORT NAME="R"><FORMS>F</FORMS></REPORT><FORM NAME="F"><PARTS>P</PARTS></FORM>'
        f'<PART NAME="P"><LINES>L</LINES><REPEAT>L : {repeat}</REPEAT><SCROLLED>Vertical</SCROLLED></PART>'
        f'<LINE NAME="L"><FIELDS>{fields}</FIELDS>{lines}</LINE>{more}'
    )


def loader_style(inner: str, fields: str, more: str) -> str:
    """Vouchers, then the lines of one of their lists, as the popular loader nests them."""
    return report(
        "<EXPLODE>P2</EXPLODE>",
        repeat="C",
        fields="Blank",
        more=(
            f'<PART NAME="P2"><LINES>L2</LINES><REPEAT>L2 : {inner}</REPEAT><SCROLLED>Vertical</SCROLLED></PART>'
            f'<LINE NAME="L2"><FIELDS>{fields}</FIELDS></LINE><FIELD NAME="Blank"><SET>""</SET></FIELD>'
            f'<COLLECTION NAME="C"><TYPE>Voucher</TYPE><FILTER>Live</FILTER></COLLECTION>{more}'
        )
        + formula("Live", "NOT $IsCancelled AND NOT $IsOptional"),
    )


def test_rows_of_a_custom_report_stand_side_by_side_without_header(tally: Running) -> None:
    tdl = report(
        "",
        repeat="C",
        fields="A,B",
        more=field("A", "$Name", "F01")
        + field("B", "$$IsEmpty:$Parent")
        + '<COLLECTION NAME="C"><TYPE>Group</TYPE></COLLECTION>',
    )
    text = ask(tally.url, envelope("Data", "R", tdl=tdl)).text
    assert text.startswith("<ENVELOPE>\r\n <F01>")
    assert "STATUS" not in text
    company = tally.books.companies[0]
    names = [row.name.replace("&", "&amp;") for row in company.masters.of_kind("GROUP")]
    assert re.findall(r"<F01>(.*?)</F01>", text) == names
    assert text.count("<B>No</B>") == len(names)


def test_exploded_lines_say_what_the_vouchers_post(tally: Running) -> None:
    signed = '$$StringFindAndReplace:(if $$IsDebit:$Amount then -$$NumValue:$Amount else $$NumValue:$Amount):"(-)":"-"'
    more = field("A", "$Guid", "F01") + field("B", "$LedgerName", "F02") + field("D", signed, "F03")
    text = ask(tally.url, envelope("Data", "R", tdl=loader_style("AllLedgerEntries", "A,B,D", more))).text
    rows = re.findall(r"<F01>(.*?)</F01>\s*<F02>.*?</F02>\s*<F03>(.*?)</F03>", text)
    company = tally.books.companies[0]
    live = [row for row in company.vouchers() if not row.is_cancelled and not row.is_optional]
    expected = Counter(
        (f"{company.guid}-{row.master_id:08x}", Decimal(-paise) / 100) for row in live for paise in row.postings[1::2]
    )
    assert Counter((guid, Decimal(amount)) for guid, amount in rows) == expected
    assert text.count("<BLANK></BLANK>") == len(live)


def test_conditions_open_parts_and_tags_wrap(tally: Running) -> None:
    tdl = (
        '<REPORT NAME="R"><FORMS>F</FORMS></REPORT><FORM NAME="F"><PARTS>P</PARTS><XMLTAG>BOOK</XMLTAG></FORM>'
        '<PART NAME="P"><LINES>L</LINES><REPEAT>L : C</REPEAT></PART>'
        '<LINE NAME="L"><FIELDS>A</FIELDS><XMLTAG>PARTY</XMLTAG>'
        "<EXPLODE>P2 : $$IsDebit:$OpeningBalance</EXPLODE></LINE>"
        '<PART NAME="P2"><LINES>L2</LINES><REPEAT>L2 : BillAllocations</REPEAT></PART>'
        '<LINE NAME="L2"><FIELDS>N,W</FIELDS><XMLTAG>BILL</XMLTAG></LINE>'
        '<COLLECTION NAME="C"><TYPE>Ledger</TYPE><FILTER>HasBills</FILTER></COLLECTION>'
    )
    fields = field("A", "$Name", "NAME") + field("N", "$Name", "REF") + field("W", "$..Name", "WHOSE")
    got = ask(
        tally.url, envelope("Data", "R", tdl=tdl + fields + formula("HasBills", "$$NumItems:BillAllocations > 0"))
    )
    parties = got.root.findall("BOOK/PARTY")
    assert len(parties) > 3
    assert any(len(one.findall("BILL")) > 1 for one in parties)
    assert all(value(bill, "WHOSE") == value(one, "NAME") for one in parties for bill in one.findall("BILL"))


def test_the_comma_form_drops_blank_fields(tally: Running) -> None:
    fields = field("A", "$Name") + field("B", '""') + field("D", "$AltMstId") + field("E", "†")
    tdl = report(
        "",
        repeat="C",
        fields="A,B,D,E",
        more=fields + '<COLLECTION NAME="C"><TYPE>Company</TYPE><FILTER>Active</FILTER></COLLECTION>',
    )
    active = formula("Active", "$$IsEqual:##SVCurrentCompany:$Name")
    got = ask(tally.url, envelope("Data", "R", variables=COMMAS, tdl=tdl + active))
    company = tally.books.companies[0]
    assert got.text == f'"{company.name}","{company.alter_master_id}","†",\r\n'
    nobody = formula("Active", '$$IsEqual:"nobody":$Name')
    assert ask(tally.url, envelope("Data", "R", variables=COMMAS, tdl=tdl + nobody)).text == ""


def test_a_field_without_a_type_prints_amounts_for_people(tally: Running) -> None:
    fields = (
        field("A", "$Name", "N")
        + field("B", "$ClosingBalance", "SHOWN")
        + field("D", "$ClosingBalance", "REAL", "<TYPE>Amount</TYPE>")
    )
    tdl = report("", repeat="C", fields="A,B,D", more=fields + '<COLLECTION NAME="C"><TYPE>Ledger</TYPE></COLLECTION>')
    root = ask(tally.url, envelope("Data", "R", tdl=tdl)).root
    shown, real = [one.text or "" for one in root.iter("SHOWN")], [one.text or "" for one in root.iter("REAL")]
    assert any(one.startswith("-") for one in real)
    assert not any(one.startswith("-") for one in shown)
    assert any(re.fullmatch(r"\d{1,2},\d\d,\d{3}\.\d\d", one) for one in shown)
    assert [one.replace(",", "") for one in shown] == [one.lstrip("-") for one in real]


def test_the_loaders_way_of_changing_period_and_company(tally: Running) -> None:
    days = '<SET>SVFromDate : "1-Jun-2025"</SET><SET>SVToDate : "30-Jun-2025"</SET>'
    change = f'<REPORT NAME="R"><USE>Change Period</USE>{days}</REPORT>'
    ask(tally.url, envelope("Data", "R", tdl=change))
    months = {value(one, "DATE")[:6] for one in ask(tally.url, collection("<TYPE>Voucher</TYPE>")).objects("VOUCHER")}
    assert months == {"202506"}
    assert (
        '<RESULT TYPE="Date" JD="45808">1-Jun-25</RESULT>'
        in ask(tally.url, envelope("Function", "$$SystemPeriodFrom")).text
    )
    second = tally.books.companies[1]
    name = second.name.replace("&", "&amp;")
    switch = f'<REPORT NAME="R"><USE>ChangeCurrentCompany</USE><SET>SVCurrentCompany : "{name}"</SET></REPORT>'
    ask(tally.url, envelope("Data", "R", tdl=switch))
    assert tally.books.current is second


def test_a_named_report_has_no_status_and_an_unknown_one_a_line_error(tally: Running) -> None:
    captured = sample("tally/bridge_bills_receivable_aarav.xml").read_text(encoding="utf-8")
    ours = ask(tally.url, envelope("Data", "Bills Receivable", variables=period("20250401", "20251231"))).text
    tags = re.findall(r"^( *</?[A-Z]+>)", captured.replace("\r\n", "\n"), re.MULTILINE)
    assert re.findall(r"^( *</?[A-Z]+>)", ours.replace("\r\n", "\n"), re.MULTILINE)[:9] == tags[:9]
    assert "<STATUS>" not in ours
    unknown = ask(tally.url, envelope("Data", "Outstandings")).root
    assert unknown.tag == "RESPONSE"
    assert value(unknown, "LINEERROR") == "Could not find Report 'Outstandings'!"


def test_an_object_by_name_and_by_guid(tally: Running) -> None:
    def request(kind: str, identity: str, fetch: str = "") -> str:
        listed = f"<FETCHLIST><FETCH>{fetch}</FETCH></FETCHLIST>" if fetch else ""
        return envelope("Object", identity, more=listed).replace("<ID>", f'<SUBTYPE>Ledger</SUBTYPE><ID TYPE="{kind}">')

    cash = ask(tally.url, request("Name", "CASH", "Parent,Guid")).root.find("BODY/DATA/TALLYMESSAGE/LEDGER")
    assert cash is not None
    assert value(cash, "PARENT") == "Cash-in-Hand"
    again = ask(tally.url, request("GUID", value(cash, "GUID"))).root.find("BODY/DATA/TALLYMESSAGE/LEDGER")
    assert again is not None
    assert again.get("NAME") == "Cash"
    missing = ask(tally.url, request("Name", "No such")).root
    assert value(missing, "HEADER/STATUS") == "0"
    assert value(missing, "BODY/DATA/LINEERROR")


def test_functions_answer_or_say_that_they_are_not_found(tally: Running) -> None:
    company = tally.books.companies[0]
    assert (
        value(ask(tally.url, envelope("Function", "$$CurrentSimpleCompany")).root, "BODY/DATA/RESULT") == company.name
    )
    assert (
        value(ask(tally.url, envelope("Function", "$$LicenseInfo:IsEducationalMode")).root, "BODY/DATA/RESULT") == "No"
    )
    missing = ask(tally.url, envelope("Function", "$$X")).root
    assert [one.text for one in missing.iter("ERRORMSG")] == ["Could not find: $$X", "Function Execution Failed!"]
    assert not tally.dialog


def ledger_import(name: str, *, variables: str = "", legacy: bool = False) -> str:
    inside = f"<NAME>{name}</NAME><PARENT>Sundry Debtors</PARENT>"
    message = f'<TALLYMESSAGE><LEDGER NAME="{name}" ACTION="Create">{inside}</LEDGER></TALLYMESSAGE>'
    if legacy:
        return (
            "<ENVELOPE><HEADER><TALLYREQUEST>Import Data</TALLYREQUEST></HEADER><BODY><IMPORTDATA><REQUESTDESC>"
            f"<REPORTNAME>All Masters</REPORTNAME><STATICVARIABLES>{variables}</STATICVARIABLES></REQUESTDESC>"
            f"<REQUESTDATA>{message}</REQUESTDATA></IMPORTDATA></BODY></ENVELOPE>"
        )
    return (
        "<ENVELOPE><HEADER><VERSION>1</VERSION><TALLYREQUEST>Import</TALLYREQUEST><TYPE>Data</TYPE><ID>All Masters</ID>"
        f"</HEADER><BODY><DESC><STATICVARIABLES>{variables}</STATICVARIABLES></DESC><DATA>{message}</DATA></BODY></ENVELOPE>"
    )


def test_imports_of_both_envelopes_reach_the_books(tally: Running) -> None:
    company = tally.books.companies[0]
    captured = sample("tally/bridge_live_education_w1_ledger_sanitized.xml").read_text(encoding="utf-8")
    for name, legacy in (("Nisha Stores", False), ("Omkar Stores", True)):
        text = ask(tally.url, ledger_import(name, legacy=legacy)).text
        assert re.findall(r"<[A-Z]+>", text) == re.findall(r"<[A-Z]+>", captured)
        assert "<CREATED>1</CREATED>" in text
        assert company.find_object("Ledger", name) is not None
    refused = ask(tally.url, ledger_import("Lost", variables=for_company("Nobody"))).text
    assert "Could not set &apos;SVCurrentCompany&apos; to &apos;Nobody&apos;" in refused
    assert company.find_object("Ledger", "Lost") is None


def json_ask(tally: Running, headers: dict[str, str], body: object) -> requests.Response:
    sent = {"Content-Type": "application/json", "version": "1", "tallyrequest": "Export", **headers}
    return requests.post(tally.url, data=json.dumps(body), headers=sent, timeout=10)


def json_collection(inside: dict[str, object]) -> dict[str, object]:
    return {
        "static_variables": [{"name": "svExportFormat", "value": "jsonex"}],
        "tdlmessage": [{"definition_type": "Collection", "definition_name": "X", **inside}],
    }


def test_json_ledgers_have_the_captured_shape(tally: Running) -> None:
    captured = sample_json("tally/bridge_jsonex_ledger_collection_sanitized.json")
    got = json_ask(
        tally, {"type": "Collection", "id": "X"}, json_collection({"type": "Ledger", "fetch": "Parent,ClosingBalance"})
    ).json()
    assert got["status"] == captured["status"]
    assert got["data"]["metadata"] == captured["data"]["metadata"]
    theirs, ours = captured["data"]["collection"][0], got["data"]["collection"][0]
    assert ours["metadata"].keys() == theirs["metadata"].keys()
    assert ours["parent"].keys() == theirs["parent"].keys()
    assert ours["languagename"][0]["name"][0] == theirs["languagename"][0]["name"][0]
    assert len(got["data"]["collection"]) == len(tally.books.companies[0].masters.of_kind("LEDGER"))


def test_json_vouchers_have_real_booleans_and_nested_lists(tally: Running) -> None:
    body = json_collection({"type": "Voucher", "fetch": ["Guid", "AllLedgerEntries.Amount"]})
    got = json_ask(tally, {"type": "Collection", "id": "X"}, body).json()
    captured = sample_json("tally/bridge_jsonex_voucher_collection_nested_sanitized.json")
    assert got["data"]["metadata"] == captured["data"]["metadata"]
    first = next(one for one in got["data"]["collection"] if one.get("allledgerentries"))
    assert first["isdeleted"] is False
    assert first["iscancelled"] == {"type": "Logical", "value": False}
    assert first["allledgerentries"][0]["amount"]["type"] == "Amount"


def test_json_says_the_number_of_the_last_voucher_imported(tally: Running) -> None:
    """XML names the last voucher by LASTVCHID alone; JSON adds ``vchnumber``."""
    company = tally.books.companies[0]
    lines = [{"ledgername": "Cash", "amount": "-10.00"}, {"ledgername": "Bank Charges", "amount": "10.00"}]
    voucher = {
        "metadata": {"type": "Voucher", "vchtype": "Journal", "action": "Create"},
        "date": "20250601",
        "vouchertypename": "Journal",
        "allledgerentries": lines,
    }
    sent = {"tallyrequest": "Import", "type": "Data", "id": "Vouchers"}
    result = json_ask(tally, sent, {"tallymessage": [voucher]}).json()["data"]["import_result"]
    assert result["created"] == "1", result
    assert result["vchnumber"] == company.state.vouchers[int(result["lastvchid"])].number != ""


def test_a_company_fetched_whole_does_not_say_its_voucher_counter(tally: Running) -> None:
    """Measured: FETCH * of the company object brings 565 tags, and not ALTVCHID; named, it comes."""

    def company_object(fields: str) -> str:
        listed = f"<FETCHLIST><FETCH>{fields}</FETCH></FETCHLIST>"
        name = tally.books.companies[0].name
        text = envelope("Object", name, more=listed)
        return ask(tally.url, text.replace("<ID>", '<SUBTYPE>Company</SUBTYPE><ID TYPE="Name">')).text

    whole = company_object("*")
    assert "<NUMLEDGERS" in whole
    assert "<ALTVCHID" not in whole
    assert "<ALTVCHID" in company_object("AltVchId")


def test_json_functions_reports_imports_and_refusals(tally: Running) -> None:
    assert json_ask(tally, {"type": "Function", "id": "$$SystemPeriodFrom"}, {}).json()["result"]["value"] == "1-Apr-25"
    company = tally.books.companies[1]
    body = {"static_variables": [{"name": "SVCURRENTCOMPANY", "value": company.name}]}
    day_book = json_ask(tally, {"type": "Data", "id": "Day Book"}, body).json()
    assert len(day_book["tallymessage"]) == len(company.vouchers())
    master = {
        "metadata": {"type": "Ledger", "name": "Json Stores", "action": "Create"},
        "name": "Json Stores",
        "parent": "Current Assets",
    }
    sent = {"tallyrequest": "Import", "type": "Data", "id": "All Masters"}
    imported = json_ask(tally, sent, {**body, "tallymessage": [master]}).json()
    assert imported["data"]["import_result"]["created"] == "1"
    assert company.find_object("Ledger", "Json Stores") is not None
    assert json_ask(tally, {"type": "Guess"}, {}).json()["status"] == "0"
    tally.faults.json = False
    assert "Unknown Request" in json_ask(tally, {"type": "Function", "id": "$$SystemPeriodFrom"}, {}).text
