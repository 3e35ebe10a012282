"""Every wrapper and re-save seen: the same objects come out, and false friends do not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.tally.export.reader import Export
from tests.connectors.tally.writing import (
    COMPANY,
    codes,
    export,
    guid,
    keys,
    master,
    messages,
    read,
    read_text,
    voucher,
)

UDF = (
    '<UDF:VATNOTE.LIST DESC="`VatNote`" TYPE="String"><UDF:VATNOTE DESC="`VatNote`">kept</UDF:VATNOTE>'
    "</UDF:VATNOTE.LIST>"
)
THREE = [voucher(1), voucher(2), voucher(3)]
EXPECTED = [guid(1), guid(2), guid(3)]
GATEWAY = (
    "<ENVELOPE><HEADER><VERSION>1</VERSION><STATUS>1</STATUS></HEADER><BODY><DESC><CMPINFO><COMPANY>0</COMPANY>"
    "<LEDGER>1</LEDGER><VOUCHER>3</VOUCHER></CMPINFO></DESC><DATA>{}</DATA></BODY></ENVELOPE>"
)
SHAPES = {
    "file export": export(*THREE),
    "one message for all": export("".join(THREE)),
    "gateway collection": GATEWAY.format(f'<COLLECTION ISMSTDEPTYPE="Yes">{"".join(THREE)}</COLLECTION>'),
    "gateway messages": GATEWAY.format(messages(THREE)),
    "objects in DATA": GATEWAY.format("".join(THREE)),
    "request data without messages": export(*THREE).replace(messages(THREE), "".join(THREE)),
    "import data missing": f"<ENVELOPE><BODY><REQUESTDATA>{messages(THREE)}</REQUESTDATA></BODY></ENVELOPE>",
    "bare messages": messages(THREE),
    "bare vouchers": "".join(THREE),
    "objects in ENVELOPE": f"<ENVELOPE>{''.join(THREE)}</ENVELOPE>",
    "several exports in one file": export(THREE[0]) + '<?xml version="1.0"?>\n' + export(*THREE[1:]),
    "a wrapper of somebody's own": f"<result><payload>{export(*THREE)}</payload></result>",
    "a default namespace": export(*THREE).replace("<ENVELOPE>", '<ENVELOPE xmlns="urn:somebody">'),
    "comments and declaration": f'<?xml version="1.0" encoding="utf-16"?>\n<!-- saved & kept -->\n{export(*THREE)}',
    "lower case": re.sub(r"(</?)([A-Z.]+)", lambda m: m[1] + m[2].lower(), export(*THREE)),
}
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_shape_in_every_encoding(shape: str, encoding: str, tmp_path: Path) -> None:
    found = read_text(tmp_path, SHAPES[shape], encoding)
    assert keys(found) == EXPECTED
    assert found.spool.counts == {"vouchers": 3}
    assert [book.identity for book in found.resolution.companies] == [COMPANY]


def objects(found: Export, stream: str = "vouchers") -> list[dict[str, object]]:
    return [record["object"] for record in found.records(stream)]


def test_a_pretty_printed_resave_says_the_same(tmp_path: Path) -> None:
    plain = export(*THREE, master("LEDGER", "Asha Stores", 9))
    pretty = re.sub(r">([^<>]*)<", lambda m: f">\n   {m[1].strip()}\n<" if m[1].strip() else ">\n  <", plain)
    first, second = read_text(tmp_path, plain), read_text(tmp_path, pretty)
    assert objects(first) == objects(second)
    assert objects(first, "ledgers") == objects(second, "ledgers")


@pytest.mark.parametrize("declared", ['<TALLYMESSAGE xmlns:UDF="TallyUDF">', "<TALLYMESSAGE>"])
def test_user_defined_fields_are_kept_declared_or_not(declared: str, tmp_path: Path) -> None:
    text = export(voucher(1, extra=UDF)).replace('<TALLYMESSAGE xmlns:UDF="TallyUDF">', declared)
    (tree,) = objects(read_text(tmp_path, text))
    assert tree["UDF_VATNOTE.LIST"] == {
        "@DESC": "`VatNote`",
        "@TYPE": "String",
        "UDF_VATNOTE": {"@DESC": "`VatNote`", "#text": "kept"},
    }


def test_the_tree_is_the_element(tmp_path: Path) -> None:
    extra = (
        '<GSTCLASS>&#4; Not Applicable</GSTCLASS><ADDRESS.LIST TYPE="String"><ADDRESS>12, Fort</ADDRESS>'
        '<ADDRESS>Mysuru</ADDRESS></ADDRESS.LIST><EMPTY.LIST>     </EMPTY.LIST><EMPTYTYPED TYPE="Amount"></EMPTYTYPED>'
        '<ALTERNATE TYPE="Number"> 80</ALTERNATE><DUE JD="45016" P="30 Days"/><SELF/>'
        "<NESTED.LIST><INNER.LIST> </INNER.LIST></NESTED.LIST><STATKEY>2021\x052733\x05no</STATKEY>"
        "<LINES>a&#13;&#10;b</LINES>"
    )
    (tree,) = objects(read_text(tmp_path, export(voucher(1, extra=extra))))
    assert tree["GSTCLASS"] == "\ue004 Not Applicable"
    assert tree["ADDRESS.LIST"] == {"@TYPE": "String", "ADDRESS": ["12, Fort", "Mysuru"]}
    assert tree["ALTERNATE"] == {"@TYPE": "Number", "#text": "80"}
    assert tree["DUE"] == {"@JD": "45016", "@P": "30 Days"}
    assert tree["STATKEY"] == "2021\ue0052733\ue005no"
    assert tree["LINES"] == "a\r\nb"
    assert not {"EMPTY.LIST", "EMPTYTYPED", "SELF", "NESTED.LIST"} & tree.keys()
    assert tree["@REMOTEID"] == guid(1)
    assert [line["AMOUNT"] for line in tree["ALLLEDGERENTRIES.LIST"]] == ["-118.00", "118.00"]  # type: ignore[attr-defined]


def test_text_between_elements_is_not_lost(tmp_path: Path) -> None:
    (tree,) = objects(read_text(tmp_path, export(voucher(1, extra="<NOTE>before<B>x</B>after</NOTE>"))))
    assert tree["NOTE"] == {"#text": "before after", "B": "x"}


def test_false_friends_are_no_objects(tmp_path: Path) -> None:
    friends = (
        "<VOUCHER>7</VOUCHER>"  # a counter where an object could stand
        "<LEDGER></LEDGER>"
        '<GODOWN NAME="">x</GODOWN>'
    )
    inside = voucher(1, extra="<LEDGER><NAME>inside</NAME></LEDGER><UNIT NAME='u'/>")
    found = read_text(tmp_path, GATEWAY.format(f"<COLLECTION>{friends}{inside}</COLLECTION>"))
    assert found.spool.counts == {"vouchers": 1}
    (tree,) = objects(found)
    assert tree["LEDGER"] == {"NAME": "inside"}


def test_masters_go_to_their_streams_and_unknown_kinds_are_kept(tmp_path: Path) -> None:
    tags = {
        "CURRENCY": "currencies",
        "UNIT": "units",
        "GROUP": "groups",
        "LEDGER": "ledgers",
        "VOUCHERTYPE": "voucher_types",
        "COSTCATEGORY": "cost_categories",
        "COSTCENTRE": "cost_centres",
        "STOCKGROUP": "stock_groups",
        "STOCKCATEGORY": "stock_categories",
        "GODOWN": "godowns",
        "STOCKITEM": "stock_items",
        "TAXUNIT": "tax_units",
        "PRICELEVEL": "other_masters",
        "SCENARIO": "other_masters",
    }
    texts = [master(tag, f"{tag} one", number) for number, tag in enumerate(tags, start=1)]
    found = read_text(tmp_path, export(*texts, voucher(1)))
    assert found.spool.counts == {**dict.fromkeys(tags.values(), 1), "other_masters": 2, "vouchers": 1}
    assert [r["element"] for r in found.records("other_masters")] == ["PRICELEVEL", "SCENARIO"]
    (ledger,) = found.records("ledgers")
    assert (ledger["name"], ledger["parent"], ledger["alter_id"], ledger["file"], ledger["position"]) == (
        "LEDGER one",
        "Current Assets",
        4,
        "daybook.xml",
        1,
    )


def test_columns_of_a_voucher(tmp_path: Path) -> None:
    text = export(voucher(7).replace("<ISCANCELLED>No", "<ISCANCELLED>Yes"), voucher(8))
    first, second = read_text(tmp_path, text).records("vouchers")
    left_out = {"object", "company_guid", "company_name", "file", "element", "remote_id", "guid"}
    assert {name: value for name, value in first.items() if name not in left_out} == {
        "key": guid(7),
        "name": "Sales 7",
        "alter_id": 7,
        "master_id": 7,
        "date": "2025-04-01",
        "voucher_type": "Sales",
        "voucher_number": "7",
        "reference": "",
        "party_ledger_name": "Asha Stores",
        "is_cancelled": True,
        "is_optional": False,
        "position": 1,
    }
    assert (second["is_cancelled"], second["position"]) == (False, 2)


def test_a_report_is_kept_whole_for_the_proof(tmp_path: Path) -> None:
    bills = (
        "<ENVELOPE><BILLFIXED><BILLDATE>1-Apr-25</BILLDATE><BILLREF>S/1</BILLREF><BILLPARTY>Asha</BILLPARTY></BILLFIXED>"
        "<BILLCL>-118.00</BILLCL><BILLDUE>1-Apr-25</BILLDUE><BILLOVERDUE></BILLOVERDUE></ENVELOPE>"
    )
    (tmp_path / "daybook.xml").write_text(export(voucher(1)))
    (tmp_path / "bills.xml").write_text(bills)
    found = read(tmp_path / "daybook.xml", tmp_path / "bills.xml")
    (report,) = found.records("reports")
    assert (report["company_guid"], report["guid"]) == (COMPANY, "bills.xml")
    assert report["object"]["rows"] == [
        ["BILLFIXED", {"BILLDATE": "1-Apr-25", "BILLREF": "S/1", "BILLPARTY": "Asha"}],
        ["BILLCL", "-118.00"],
        ["BILLDUE", "1-Apr-25"],
        ["BILLOVERDUE", ""],
    ]


@pytest.mark.parametrize(
    "text",
    ["<ENVELOPE></ENVELOPE>", export(), GATEWAY.format('<COLLECTION ISMSTDEPTYPE="Yes">   </COLLECTION>')],
)
def test_an_export_of_an_empty_period_is_no_error(text: str, tmp_path: Path) -> None:
    found = read_text(tmp_path, text)
    assert (codes(found), dict(found.spool.counts)) == (["tally.file.no_records"], {})


def test_repairs_are_told(tmp_path: Path) -> None:
    text = export(voucher(1, extra="<REFERENCE>A & B</REFERENCE><NOTE>10&nbsp;kg</NOTE>"))
    found = read_text(tmp_path, text)
    assert codes(found) == ["tally.file.bare_ampersand", "tally.file.html_entity"]
    assert objects(found)[0]["REFERENCE"] == "A & B"
    assert objects(found)[0]["NOTE"] == "10\xa0kg"


def test_a_guessed_and_a_wrong_encoding_are_told(tmp_path: Path) -> None:
    assert codes(read_text(tmp_path, export(voucher(1, extra="<N>café</N>")), "cp1252")) == [
        "tally.file.encoding_guessed"
    ]
    declared = '<?xml version="1.0" encoding="windows-1252"?>' + export(voucher(1, extra="<N>कावेरी</N>"))
    assert codes(read_text(tmp_path, declared)) == ["tally.file.encoding_declared_wrong"]


@pytest.mark.parametrize("rest", ["\x1a", "\0\0\0", "\ufeff", "\r\n\r\n", "<!-- end -->"])
def test_what_other_programs_append_is_no_content(rest: str, tmp_path: Path) -> None:
    assert keys(read_text(tmp_path, export(*THREE) + rest)) == EXPECTED
