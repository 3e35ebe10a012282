"""Files that cannot be used: each told apart, named, with advice; nothing of them is handed over."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from canonical.errors import ConfigurationError, Recovery, SourceMalformed
from connectors.tally.export.limits import Limits
from tests.connectors.tally.writing import codes, export, keys, master, messages, read, voucher

GOOD = export(voucher(1), voucher(2))
_MEBIBYTE = 1024 * 1024


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def encrypted(data: bytes) -> bytes:
    """The same archive with the flag "encrypted" on its only member, in both headers."""
    changed = bytearray(data)
    changed[6] |= 1
    changed[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def packed_by_method_9(data: bytes) -> bytes:
    """The same archive, saying it is packed by Deflate64."""
    changed = bytearray(data)
    changed[8] = 9
    changed[data.index(b"PK\x01\x02") + 10] = 9
    return bytes(changed)


def damaged(data: bytes) -> bytes:
    changed = bytearray(data)
    for place in range(60, 90):
        changed[place] ^= 0xFF
    return bytes(changed)


BILLION_LAUGHS = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><ENVELOPE>&b;</ENVELOPE>'
GOOD_ZIP = zipped({"a.xml": GOOD.encode()})
REFUSED: dict[str, tuple[bytes, str, str]] = {
    "no bytes": (b"", "empty", "is empty"),
    "only blanks": (b" \r\n\t \r\n", "empty", "is empty"),
    "only blanks in UTF-16": ("\ufeff \r\n ".encode("utf-16-le"), "empty", "is empty"),
    "only a mark": (b"\xff\xfe", "empty", "is empty"),
    "a web page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "not_tally", "web page"),
    "a web page without type": (b"\n<HTML><BODY></BODY></HTML>", "not_tally", "web page"),
    "a web page further down": (b"<?xml version='1.0'?><x:html xmlns:x='y'><b/></x:html>", "not_tally", "'HTML'"),
    "JSON": (b'{"status": "1", "data": []}', "not_tally", "JSON"),
    "CSV": (b"Date,Particulars,Debit\n1-4-25,Sales,100\n", "not_tally", "CSV"),
    "PDF": (b"%PDF-1.7\n\xe2\xe3", "not_tally", "PDF"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "not_tally", "Excel"),
    "Excel": (
        zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}),
        "not_tally",
        "Excel workbook",
    ),
    "Word": (zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<d/>"}), "not_tally", "Office"),
    "OpenDocument": (zipped({"mimetype": b"application/x", "content.xml": b"<c/>"}), "not_tally", "OpenDocument"),
    "gzip": (b"\x1f\x8b\x08\x00" + bytes(40), "not_tally", "gzip"),
    "binary": (bytes(range(1, 32)) * 40, "not_tally", "binary"),
    "random bytes": (bytes((i * 7919) % 251 for i in range(4000)), "not_tally", "binary"),
    "other XML": (b"<rss><channel><title>x</title></channel></rss>", "not_tally", "'RSS'"),
    "a report not used": (
        b"<ENVELOPE><RATIONAME>Current Ratio</RATIONAME><RATIOVALUE>1.20 : 1</RATIOVALUE></ENVELOPE>",
        "no_objects",
        "report",
    ),
    "an import's answer": (b"<RESPONSE><CREATED>1</CREATED></RESPONSE>", "no_objects", "RESPONSE"),
    "Tally's refusal": (b"<RESPONSE>Unknown Request, cannot be processed</RESPONSE>", "tally_error", "Unknown Request"),
    "Tally's error": (
        b"<ENVELOPE><HEADER><STATUS>0</STATUS></HEADER><DATA><LINEERROR>Could not set</LINEERROR></DATA></ENVELOPE>",
        "tally_error",
        "Could not set",
    ),
    "cut in a tag": (GOOD[:-200].encode(), "truncated", "at least"),
    "cut before the last tag": (GOOD.strip().removesuffix("</ENVELOPE>").encode(), "truncated", "cut off"),
    "cut in UTF-16": (("\ufeff" + GOOD).encode("utf-16-le")[:-301], "truncated", "cut off"),
    "cut in a comment": (GOOD.replace("</REQUESTDATA>", "<!-- ").encode(), "truncated", "cut off"),
    "tags that do not match": (GOOD.replace("</REQUESTDATA>", "</BODY>").encode(), "malformed", "line"),
    "an attribute twice": (b'<ENVELOPE><VOUCHER A="1" A="2"><B/></VOUCHER></ENVELOPE>', "malformed", "line 1"),
    "a bare <": (export(voucher(1, extra="<N>5 < 6</N>")).encode(), "malformed", "line"),
    "entities": (BILLION_LAUGHS.encode(), "doctype", "document type"),
    "entities in UTF-16": (BILLION_LAUGHS.encode("utf-16"), "doctype", "document type"),
    "nesting": (
        f"<ENVELOPE><VOUCHER>{'<A>' * 300}x{'</A>' * 300}</VOUCHER></ENVELOPE>".encode(),
        "nested_too_deep",
        "200",
    ),
    "nesting outside objects": (f"{'<A>' * 300}{'</A>' * 300}".encode(), "nested_too_deep", "200"),
    "nesting beyond the parser's": (f"<ENVELOPE>{'<A>' * 100_000}".encode(), "nested_too_deep", "200"),
    "nesting beyond the parser's, in an object": (
        f"<ENVELOPE><VOUCHER>{'<A>' * 100_000}".encode(),
        "nested_too_deep",
        "200",
    ),
    "zip cut": (GOOD_ZIP[:-30], "zip_damaged", "Zip or copy it again"),
    "zip damaged inside": (damaged(GOOD_ZIP), "zip_damaged", "damaged"),
    "zip encrypted": (encrypted(GOOD_ZIP), "zip_encrypted", "password"),
    "zip method": (packed_by_method_9(GOOD_ZIP), "zip_method", "Unpack it"),
    "zip without XML": (zipped({"readme.txt": b"x", "photo.png": b"y"}), "not_tally", "without an XML file"),
    "empty zip": (zipped({}), "not_tally", "without an XML file"),
    "zip in a zip": (zipped({"inner.zip": GOOD_ZIP}), "not_tally", "without an XML file"),
    "zip of other XML": (zipped({"a.xml": b"<rss/>"}), "not_tally", "'RSS'"),
    "zip with a cut export": (
        zipped({"a.xml": GOOD.encode(), "b.xml": GOOD[:-100].encode()}),
        "truncated",
        "zip/b.xml",
    ),
    "zip bomb": (zipped({"a.xml": b"<A>" + bytes(40 * _MEBIBYTE)}), "zip_bomb", "zip bomb"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_its_reason(what: str, tmp_path: Path) -> None:
    data, code, says = REFUSED[what]
    name = "books.zip" if data.startswith(b"PK") else "books.xml"
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceMalformed) as caught:
        read(tmp_path / name)
    error = caught.value
    assert (error.code, error.recovery) == (f"tally.file.{code}", Recovery.ABORT)
    assert says in error.message
    assert name in error.message
    assert str(tmp_path) not in error.message


def test_tallys_own_data_files_are_recognised_by_their_ending(tmp_path: Path) -> None:
    path = tmp_path / "Company.900"
    path.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(SourceMalformed, match="Open it in Tally"):
        read(path)


@pytest.mark.parametrize("name", ["missing.xml", "."])
def test_what_is_no_file_is_a_matter_of_configuration(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path / name)
    assert caught.value.code == "tally.file.not_found"


def test_the_line_of_a_mistake_is_the_files_own(tmp_path: Path) -> None:
    path = tmp_path / "f.xml"
    path.write_text("<?xml version='1.0'?>\n<!-- two\nlines -->\n<ENVELOPE>\n<A>\n</B>\n</ENVELOPE>")
    with pytest.raises(SourceMalformed, match=r"line 6, column \d+ \(near byte \d+\).*mismatch"):
        read(path)


LIMITED: dict[str, tuple[Callable[[], str], Limits, str]] = {
    "a long value": (
        lambda: export(voucher(1, extra=f"<N>{'x' * 700_000}</N>")),
        Limits(text_bytes_max=600_000),
        "text_too_long",
    ),
    "a long attribute": (
        lambda: export(voucher(1, attributes=f' X="{"x" * 700_000}"')),
        Limits(text_bytes_max=600_000),
        "text_too_long",
    ),
    "a long text before anything": (lambda: "<A>" + " " * 700_000, Limits(text_bytes_max=600_000), "text_too_long"),
    "a long object": (
        lambda: export(voucher(1, extra="<N>some text</N>" * 60_000)),
        Limits(object_bytes_max=600_000),
        "object_too_large",
    ),
    "an object of too many elements": (
        lambda: export(voucher(1, extra="<N/>" * 2_000_000)),
        Limits(object_tags_max=500_000),
        "object_too_large",
    ),
    "a report without end": (
        lambda: f"<ENVELOPE>{'<BILLCL>1</BILLCL>' * 50}</ENVELOPE>",
        Limits(report_rows_max=40),
        "object_too_large",
    ),
}


@pytest.mark.parametrize("what", LIMITED)
def test_limits_refuse_what_would_exhaust_memory(what: str, tmp_path: Path) -> None:
    write, limits, code = LIMITED[what]
    path = tmp_path / "f.xml"
    path.write_text(write())
    with pytest.raises(SourceMalformed) as caught:
        read(path, limits=limits)
    assert caught.value.code == f"tally.file.{code}"
    assert caught.value.facts["byte"]


def test_a_value_just_below_the_limit_passes(tmp_path: Path) -> None:
    path = tmp_path / "f.xml"
    path.write_text(export(voucher(1, extra=f"<N>{'x' * 590_000}</N>")))
    (record,) = read(path, limits=Limits(text_bytes_max=600_000, object_bytes_max=1_200_000)).records("vouchers")
    assert len(record["object"]["N"]) == 590_000


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(zip_members_max=1), "2 files"),
        (Limits(zip_bytes_max=1000), "unpacks to"),
        (Limits(zip_ratio_max=2, zip_ratio_from_bytes=100), "packed more than 2"),
    ],
)
def test_limits_of_archives(limits: Limits, says: str, tmp_path: Path) -> None:
    path = tmp_path / "f.zip"
    path.write_bytes(zipped({"a.xml": GOOD.encode(), "b.xml": GOOD.encode()}))
    with pytest.raises(SourceMalformed, match=says) as caught:
        read(path, limits=limits)
    assert caught.value.code == "tally.file.zip_bomb"


def test_an_honest_export_that_packs_well_passes(tmp_path: Path) -> None:
    many = export(*(voucher(n, extra="<TAG.LIST>      </TAG.LIST>" * 40) for n in range(1, 15_000)))
    path = tmp_path / "f.zip"
    path.write_bytes(zipped({"a.xml": many.encode("utf-16")}))
    assert len(many) * 2 / path.stat().st_size > 30
    assert read(path, limits=Limits(zip_ratio_from_bytes=0)).spool.counts["vouchers"] == 14_999


def test_several_members_of_a_zip_are_one_reading(tmp_path: Path) -> None:
    path = tmp_path / "f.zip"
    masters = export(master("LEDGER", "Asha Stores", 1))
    path.write_bytes(
        zipped(
            {
                "2025/daybook.XML": GOOD.encode("utf-16"),
                "masters.xml": masters.encode(),
                "readme.txt": b"x",
                "other.xml": b"<rss/>",
                "__MACOSX/._daybook.xml": b"\0",
            }
        )
    )
    found = read(path)
    assert found.spool.counts == {"vouchers": 2, "ledgers": 1}
    assert codes(found) == ["tally.file.member_skipped"] * 2
    assert [record["file"] for record in found.records("ledgers")] == ["f.zip/masters.xml"]
    assert len(found.resolution.companies) == 1


def test_an_error_text_among_data_is_told(tmp_path: Path) -> None:
    path = tmp_path / "f.xml"
    path.write_text(
        f"<ENVELOPE><BODY><DATA>{messages([voucher(1)])}<LINEERROR>Out of memory</LINEERROR></DATA></BODY></ENVELOPE>"
    )
    found = read(path)
    assert (codes(found)[0], len(keys(found))) == ("tally.file.tally_error", 1)
