"""Whose file is it: told by content, whatever its name; nobody's file is refused in words."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from canonical.errors import ConfigurationError, RuleError, SourceMalformed
from connectors.sdk.base import Connector
from connectors.sdk.recognition import FileHead, Recognition, read_head, recognise, text_of, xml_root
from connectors.sdk.registry import get_connector
from khata.files.choosing import Choosing, choose
from tests.connectors.tally.writing import export, voucher
from tests.khata.running import run
from tests.support.samples import sample


def claiming(name: str, mark: bytes, confidence: int = 90) -> Connector:
    """A connector whose files begin with a mark."""

    def look(head: FileHead) -> Recognition | None:
        if not head.start.startswith(mark):
            return None
        return Recognition(connector=name, format=f"{name}-x", confidence=confidence, reason="its mark")

    return Connector(name=name, title=name, tap=lambda: None, translator=lambda _: None, recognise=look)  # type: ignore[arg-type,return-value]


def test_files_are_grouped_by_who_reads_them(tmp_path: Path) -> None:
    names = {"1.xml": "alpha 1", "2.csv": "beta 2", "3.txt": "alpha 3"}
    for name, text in names.items():
        (tmp_path / name).write_text(text)
    choosing = Choosing(connectors=(claiming("a", b"alpha"), claiming("b", b"beta")))
    choice = choose([tmp_path / name for name in names], choosing)
    assert [(group.connector, [path.name for path in group.files]) for group in choice.groups] == [
        ("a", ["1.xml", "3.txt"]),
        ("b", ["2.csv"]),
    ]


def test_a_tie_is_a_persons_to_break(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("alpha")
    ties = (claiming("a", b"alpha", 80), claiming("b", b"al", 75))
    with pytest.raises(RuleError, match="--connector a or --connector b"):
        choose([tmp_path / "x"], Choosing(connectors=ties))
    sure = (claiming("a", b"alpha", 95), claiming("b", b"al", 60))
    assert choose([tmp_path / "x"], Choosing(connectors=sure)).groups[0].connector == "a"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "a PDF document"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"<rss></rss>", "XML with the first element 'rss'"),
        (b"a,b,c\n1,2,3\n", "CSV"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07", "a binary file"),
        (b'{"a": 1}', "JSON"),
    ],
)
def test_what_nobody_reads_is_described(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "Day Book.xml"
    path.write_bytes(content)
    with pytest.raises(SourceMalformed, match=words) as caught:
        choose([path], Choosing(connectors=(get_connector("tally"),)))
    assert caught.value.code == "recognition.unknown_file"
    assert "Day Book.xml" in caught.value.message


def test_an_archive_that_was_cut_off_is_told_from_one_without_an_export(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.zip", tmp_path / "cut.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("letter.txt", "Dear sir")
    cut.write_bytes(whole.read_bytes()[:-30])
    for path, words in ((whole, "without an export in it"), (cut, "cut off or damaged")):
        with pytest.raises(SourceMalformed, match=words):
            choose([path], Choosing(connectors=(get_connector("tally"),)))


def test_folders_may_hold_other_things_but_no_doubtful_exports(tmp_path: Path) -> None:
    (tmp_path / "book.xml").write_text(export(voucher(1)))
    (tmp_path / "letter.docx").write_text("Dear sir")
    (tmp_path / "Thumbs.db").write_text("x")
    choosing = Choosing(connectors=(get_connector("tally"),))
    assert choose([tmp_path], choosing).left_aside == ("letter.docx",)
    (tmp_path / "other.xml").write_text("<rss/>")
    with pytest.raises(SourceMalformed, match=r"other\.xml"):
        choose([tmp_path], choosing)


def test_a_folder_without_an_export_is_said(tmp_path: Path) -> None:
    (tmp_path / "COMP0001").mkdir()
    choosing = Choosing(connectors=(get_connector("tally"),))
    with pytest.raises(ConfigurationError, match="Folders inside it are not looked into"):
        choose([tmp_path], choosing)
    (tmp_path / "SOURCES.md").write_text("# notes")
    with pytest.raises(ConfigurationError, match=r"SOURCES\.md is none\. Folders inside a folder"):
        choose([tmp_path], choosing)
    ran = run(tmp_path, "import", str(tmp_path), "--db", f"sqlite:///{tmp_path}/books.db")
    assert (ran.code, "connection.folder_empty" in ran.errors) == (5, True)


def test_all_files_that_are_nobodys_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "book.xml").write_text(export(voucher(1)))
    (tmp_path / "a.xml").write_text("<rss/>")
    (tmp_path / "b.json").write_text("{}")
    with pytest.raises(SourceMalformed) as caught:
        choose([tmp_path], Choosing(connectors=(get_connector("tally"),)))
    assert "2 files are nobody's, and nothing was imported" in caught.value.message
    assert "a.xml is XML" in caught.value.message
    assert "b.json is JSON" in caught.value.message


def test_a_workbook_that_was_cut_off_is_no_archive_to_unpack(tmp_path: Path) -> None:
    whole = sample("busy/excel_reports/compA_sales.xlsx").read_bytes()
    (tmp_path / "sales.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceMalformed, match="a workbook that was cut off or damaged"):
        choose([tmp_path / "sales.xlsx"], Choosing())


def test_tally_is_told_by_its_content(tmp_path: Path) -> None:
    text = export(voucher(1))
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")):
        (tmp_path / f"{number}.pdf").write_bytes(text.encode(encoding))
    with zipfile.ZipFile(tmp_path / "packed.xlsx", "w") as archive:
        archive.writestr("book.xml", text)
    found = [recognise(read_head(path), [get_connector("tally")]) for path in tmp_path.iterdir()]
    assert [one[0].format for one in found] == ["tally-xml"] * 7


def test_tallys_samples_are_tallys() -> None:
    paths = [path for path in sample("tally").iterdir() if path.suffix in {".xml", ".bin"}]
    unknown = [path.name for path in paths if not recognise(read_head(path), [get_connector("tally")])]
    assert paths
    assert unknown == []


@pytest.mark.parametrize("folder", ["busy", "marg"])
def test_other_systems_samples_are_not_tallys(folder: str) -> None:
    for path in sample(folder).rglob("*"):
        assert path.is_dir() or not recognise(read_head(path), [get_connector("tally")])


def test_workbooks_are_told_from_other_archives(tmp_path: Path) -> None:
    assert read_head(sample("busy/excel_reports/compA_sales.xlsx")).is_workbook
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("readme.txt", "x")
    assert not read_head(tmp_path / "a.xlsx").is_workbook
    (tmp_path / "cut.xlsx").write_bytes(b"PK\x03\x04cut")
    assert read_head(tmp_path / "cut.xlsx").members == ()


def test_beginnings_are_read_with_tolerance() -> None:
    assert text_of("\ufeffनमस्ते".encode("utf-16-le")) == "नमस्ते"
    assert xml_root("<?xml version='1.0'?><!-- a > b --><ENVELOPE>") == "ENVELOPE"
    assert xml_root('<!DOCTYPE x [<!ENTITY a "b">]><ENVELOPE/>') == "ENVELOPE"
    assert xml_root("<!-- cut") == ""
    assert xml_root("no xml <a>") == ""
    with pytest.raises(ConfigurationError, match="nowhere"):
        read_head(Path("nowhere"))


def test_one_command_imports_what_is_good_and_names_what_is_not(tmp_path: Path) -> None:
    book, pdf = tmp_path / "book.dat", tmp_path / "book.xml"
    book.write_text(export(voucher(1)))
    pdf.write_bytes(b"%PDF")
    database = f"sqlite:///{tmp_path}/books.db"
    ran = run(tmp_path, "import", str(book), "--db", database, "--format", "json")
    assert ran.code == 0, ran.errors
    assert ran.json()["voucher_count"] == 1
    refused = run(tmp_path, "import", str(book), str(pdf), "--db", database)
    assert refused.code == 3
    assert "book.xml is a PDF document" in refused.errors
