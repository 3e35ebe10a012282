"""Spoilt files are spoilt in the way they say, and in no other."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree

from sandbox import spoil
from sandbox.tally import TallyEncoding, write
from sandbox.world import WorldSpec
from tests.sandbox.tally_reader import money, parse, postings, read

MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(WorldSpec(vouchers=150), tmp_path_factory.mktemp("good")).paths[1]


@pytest.fixture(scope="module")
def unicode_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unicode")
    return write(WorldSpec(vouchers=150), folder, encoding=TallyEncoding.UNICODE).paths[1]


def lines_changed(good: Path, bad: Path) -> list[tuple[bytes, bytes]]:
    pairs = zip(good.read_bytes().splitlines(), bad.read_bytes().splitlines(), strict=True)
    return [(a, b) for a, b in pairs if a != b]


def test_truncated(good: Path, tmp_path: Path) -> None:
    bad = spoil.truncate(good, tmp_path / "bad.xml")
    assert good.read_bytes().startswith(bad.read_bytes())
    assert 0.55 < bad.stat().st_size / good.stat().st_size < 0.65
    with pytest.raises(etree.XMLSyntaxError):
        parse(bad.read_bytes())


def test_shifted_bytes(unicode_file: Path, tmp_path: Path) -> None:
    bad = spoil.shift_bytes(unicode_file, tmp_path / "bad.xml").read_bytes()
    assert len(bad) == unicode_file.stat().st_size - 1
    assert "<ENVELOPE>" not in bad[2:].decode("utf-16-le", "replace")


@pytest.mark.parametrize("kind", ["ascii", "unicode"])
def test_wrong_declaration(kind: str, good: Path, unicode_file: Path, tmp_path: Path) -> None:
    source = good if kind == "ascii" else unicode_file
    bad = spoil.declare_wrongly(source, tmp_path / "bad.xml").read_bytes()
    codec = "cp1252" if kind == "ascii" else "utf-16"
    declaration, _, rest = bad.decode(codec).partition("\r\n")
    assert declaration == '<?xml version="1.0" encoding="UTF-32"?>'
    assert rest == source.read_bytes().decode(codec)


def test_html(good: Path, tmp_path: Path) -> None:
    text = spoil.answer_html(good, tmp_path / "bad.xml").read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "ENVELOPE" not in text


def test_inverted_signs(good: Path, tmp_path: Path) -> None:
    was, is_now = (read((path,)) for path in (good, spoil.invert_signs(good, tmp_path / "bad.xml")))
    assert {name: -paise for name, paise in was.moved.items()} == dict(is_now.moved)
    assert was.debits["Receipt"] == is_now.debits["Receipt"], "every voucher still balances"


def test_unbalanced(good: Path, tmp_path: Path) -> None:
    bad = spoil.unbalance(good, tmp_path / "bad.xml", number=3)
    differences = [
        sum((money(row) for row in postings(voucher)), Decimal(0))
        for voucher in parse(bad.read_bytes()).iter("VOUCHER")
        if voucher.get("VCHTYPE") == "Receipt"
    ]
    assert [difference for difference in differences if difference] == [-1]
    assert len(lines_changed(good, bad)) == 1


@pytest.mark.parametrize(("name", "value"), [("bad-amount", b"12,3x4.5.6"), ("bad-date", b"20260231")])
def test_one_bad_value(name: str, value: bytes, good: Path, tmp_path: Path) -> None:
    changed = lines_changed(good, spoil.SPOILERS[name](good, tmp_path / "bad.xml"))
    assert len(changed) == 1
    assert value in changed[0][1]


def test_nothing_to_spoil(good: Path, tmp_path: Path) -> None:
    with pytest.raises(spoil.SpoilError, match="no Receipt voucher number 9999"):
        spoil.unbalance(good, tmp_path / "bad.xml", number=9999)


def test_bare_ampersand(good: Path, tmp_path: Path) -> None:
    bad = spoil.bare_ampersand(good, tmp_path / "bad.xml").read_bytes()
    assert b"Patel & Sons" in bad
    with pytest.raises(etree.XMLSyntaxError):
        parse(bad)


def test_billion_laughs(good: Path, tmp_path: Path) -> None:
    bad = spoil.billion_laughs(good, tmp_path / "bad.xml").read_bytes()
    assert bad.count(b"<!ENTITY") == 10
    assert b"&l9;" in bad
    assert len(bad) - good.stat().st_size < 2000


def test_giant_text(good: Path, tmp_path: Path) -> None:
    bad = spoil.giant_text(good, tmp_path / "bad.xml", size=5 * MEBIBYTE + 3)
    grown = bad.stat().st_size - good.stat().st_size - len(b"<NARRATION></NARRATION>\r\n")
    assert grown == 5 * MEBIBYTE + 3
    narration = parse(bad.read_bytes()).findtext(".//VOUCHER/NARRATION")
    assert narration == "A" * (5 * MEBIBYTE + 3)


def test_giant_text_as_a_hole_takes_no_room(good: Path, tmp_path: Path) -> None:
    bad = spoil.giant_text(good, tmp_path / "bad.xml", size=1 << 30, fill=b"\0")
    status = bad.stat()
    assert status.st_size > 1 << 30
    assert status.st_blocks * 512 < 8 * MEBIBYTE


def test_giant_text_needs_an_8_bit_file(unicode_file: Path, tmp_path: Path) -> None:
    with pytest.raises(spoil.SpoilError, match="8-bit"):
        spoil.giant_text(unicode_file, tmp_path / "bad.xml", size=10)


def test_zip_bomb(good: Path, tmp_path: Path) -> None:
    bad = spoil.zip_bomb(good, tmp_path / "bad.zip", size=64 * MEBIBYTE)
    with ZipFile(bad) as archive:
        (info,) = archive.infolist()
    assert info.file_size > 64 * MEBIBYTE
    assert bad.stat().st_size < MEBIBYTE


def test_still_usable_ones(good: Path, tmp_path: Path) -> None:
    bare = spoil.lose_wrapper(good, tmp_path / "bare.xml").read_bytes()
    assert bare.startswith(b"<TALLYMESSAGE")
    assert b"ENVELOPE" not in bare
    undeclared = spoil.undeclare_prefix(good, tmp_path / "undeclared.xml")
    assert b"UDF:TRIP" in undeclared.read_bytes()
    assert b"xmlns:UDF" not in undeclared.read_bytes()
    assert read((undeclared,)).vouchers == read((good,)).vouchers


def test_every_listed_spoiler_says_what_it_breaks() -> None:
    assert len(spoil.SPOILERS) == 14
    assert all(function.__doc__ for function in spoil.SPOILERS.values())
