"""Tally exports of the business: read back by an independent reader they say exactly the truth."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.tally import Scaffolding, TallyEncoding, TallyStyle, WrittenFiles, write, write_companies
from sandbox.world import WorldSpec
from sandbox.world.names import AWKWARD_NAMES
from tests.sandbox.tally_reader import read, roots, text_of

SPEC = WorldSpec(seed=7, vouchers=260)
ROOT = Path(__file__).resolve().parents[2]


def truth_of(written: WrittenFiles) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(written.truth_path.read_text(encoding="utf-8"))
    return document


def check_against_truth(written: WrittenFiles) -> None:
    truth, reading = truth_of(written), read(written.paths)
    assert dict(reading.vouchers) == truth["vouchers"]
    assert reading.cancelled == truth["cancelled"]
    by_type = {kind: Decimal(text) for kind, text in truth["debit_total_by_type"].items()}
    assert {k: v for k, v in reading.debits.items() if v} == {k: v for k, v in by_type.items() if v}
    assert sum(reading.debits.values()) == Decimal(truth["debit_total"])
    bills = {word: (row["count"], -Decimal(row["signed_sum"])) for word, row in truth["bills"].items()}
    assert {word: (reading.bills[word], reading.bill_sums[word]) for word in reading.bills} == bills
    rows = truth["trial_balance"]
    assert reading.opening == {name: Decimal(row["opening"]) for name, row in rows.items()}
    for name, row in rows.items():
        closing = Decimal(row["closing"])
        assert reading.opening[name] + reading.moved[name] == closing
        assert reading.closing.get(name, reading.opening[name]) == closing
    for name, party in truth["parties"].items():
        still_open = {ref: left for ref, left in reading.open_bills[name].items() if left}
        assert still_open == {bill["ref"]: Decimal(bill["amount"]) for bill in party["bills"]}
        for bill in party["bills"]:
            dates = reading.due_date(name, bill["ref"])
            assert [day.isoformat() for day in dates] == [bill["bill_date"], bill["due_date"]], (name, bill)


@pytest.mark.parametrize("style", list(TallyStyle))
@pytest.mark.parametrize("encoding", list(TallyEncoding))
def test_every_style_and_encoding_says_the_truth(tmp_path: Path, style: TallyStyle, encoding: TallyEncoding) -> None:
    check_against_truth(write(SPEC, tmp_path, style=style, encoding=encoding))


@pytest.mark.parametrize(
    "options",
    [
        {"scaffolding": Scaffolding.FULL},
        {"scaffolding": Scaffolding.USUAL, "mixed": True},
        {"pretty": True, "encoding": TallyEncoding.UTF8},
        {"zipped": True},
        {"mixed": True, "zipped": True, "encoding": TallyEncoding.UNICODE},
    ],
    ids=str,
)
def test_every_shape_says_the_truth(tmp_path: Path, options: dict[str, Any]) -> None:
    written = write(SPEC, tmp_path, **options)
    check_against_truth(written)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*(path.name for path in written.paths), "truth.json"]
    )


def test_two_files_hold_masters_and_vouchers_apart(tmp_path: Path) -> None:
    written = write(SPEC, tmp_path)
    assert [path.name for path in written.paths] == ["Master.xml", "DayBook.xml"]
    masters, vouchers = (read((path,)) for path in written.paths)
    counts = truth_of(written)["masters"]
    assert not masters.vouchers
    assert not vouchers.masters
    assert masters.masters["LEDGER"] == counts["ledgers"]
    assert masters.masters["GROUP"] == counts["groups"] == len(masters.groups)
    assert masters.masters["STOCKITEM"] == counts["items"]
    assert len({reserved for reserved in masters.groups.values() if reserved}) == 28
    assert masters.groups["Loans & Advances Given"] == "Loans & Advances (Asset)"


def digest(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


GOLDEN = {
    "DayBook.xml": "081f8c9dce33d737a141fd0131f06450d6c42c6879d5e5cc7164e207a239926e",
    "Master.xml": "597d41df5cbc3554cb1b501668b8217f8f322cbdee272f55fedb929947515b55",
    "truth.json": "58c6011c310f62e3f4c1bde83083a2818051c4ed1310b55ce89bf5c3c20140ca",
}
"""SHA-256 of the files of seed 7, 260 vouchers. They change when the sandbox changes on purpose, and only then."""


def test_a_seed_gives_the_same_bytes_on_every_machine(tmp_path: Path) -> None:
    write(SPEC, tmp_path)
    assert digest(tmp_path) == GOLDEN


def test_hash_randomisation_does_not_reach_the_files(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from sandbox.tally import write; from sandbox.world import WorldSpec;"
        "write(WorldSpec(seed=7, vouchers=120), Path(sys.argv[1]), mixed=True)"
    )
    digests = []
    for hash_seed in ("1", "2"):
        folder = tmp_path / hash_seed
        environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", code, str(folder)], check=True, env=environment)
        digests.append(digest(folder))
    assert digests[0] == digests[1]


PEAK = """
import sys
from pathlib import Path
from sandbox.tally import write
from sandbox.world import WorldSpec
from tests.support.memory import peak_kib
write(WorldSpec(vouchers=int(sys.argv[2])), Path(sys.argv[1]))
print(peak_kib())
"""


def peak_kib(folder: Path, vouchers: int) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(folder), str(vouchers)],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    return int(done.stdout)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_vouchers(tmp_path: Path) -> None:
    small, large = (peak_kib(tmp_path / str(size), size) for size in (2_000, 20_000))
    assert large - small < 12 * 1024, f"{small} KiB for 2,000 vouchers, {large} KiB for 20,000"


def test_unicode_files_are_utf16_with_a_mark_and_windows_line_ends(tmp_path: Path) -> None:
    data = write(SPEC, tmp_path, encoding=TallyEncoding.UNICODE).paths[1].read_bytes()
    assert data.startswith(b"\xff\xfe<\x00E\x00")
    text = text_of(data)
    assert text.count("\r\n") == text.count("\n") > 1000
    assert text.endswith("</ENVELOPE>\r\n")


def test_ascii_files_lose_what_windows_1252_lacks_and_the_truth_says_so(tmp_path: Path) -> None:
    written = write(SPEC, tmp_path)
    data = written.paths[0].read_bytes()
    devanagari = TallyEncoding.ASCII.spell(AWKWARD_NAMES[2])
    assert devanagari.startswith("????")
    assert devanagari.encode() in data
    assert b'<CURRENCY NAME="?"' in data
    assert devanagari in truth_of(written)["parties"]


@pytest.fixture(scope="module")
def day_book(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("usual")
    return text_of(write(WorldSpec(vouchers=700), folder, scaffolding=Scaffolding.USUAL).paths[1].read_bytes())


@pytest.mark.parametrize(
    "mark",
    [
        "&#4; Not Applicable",
        "2025\x051036\x05Outward Invoice\x05GST/25-26/",
        "&#13;&#10;",
        "&amp; Sons &quot;A-One&quot; Hardware",
        '<UDF:TRIP.LIST DESC="`Trip`" ISLIST="YES" TYPE="String" INDEX="1007">',
        'ACTION="Cancel"',
        "<ALTERID> 1",
        "<AUDITENTRIES.LIST>      </AUDITENTRIES.LIST>",
        "<INVENTORYENTRIESIN.LIST>",
        "<INVENTORYALLOCATIONS.LIST>",
        "<CATEGORYALLOCATIONS.LIST>",
        "<TAXOBJECTALLOCATIONS.LIST>",
        "<TRANSFERMODE>NEFT</TRANSFERMODE>",
        "<BANKERSDATE>",
        "<EWAYBILLDETAILS.LIST>",
        "<BILLTYPE>Advance</BILLTYPE>",
        "<ISPOSTDATED>Yes</ISPOSTDATED>",
        " Box 0 Nos<",
        "<MFDON>",
        "<DISCOUNT> 2.50</DISCOUNT>",
    ],
)
def test_what_real_exports_are_full_of_is_there(day_book: str, mark: str) -> None:
    assert mark in day_book


def test_keys_are_built_as_tally_builds_them(tmp_path: Path) -> None:
    written = write(SPEC, tmp_path, style=TallyStyle.PRIME5)
    guid = truth_of(written)["company"]["guid"]
    alter_id = 0
    for root in roots(written.paths[1:]):
        for voucher in root.iter("VOUCHER"):
            master_id = int(voucher.findtext("MASTERID") or 0)
            assert voucher.get("REMOTEID") == voucher.findtext("GUID") == f"{guid}-{master_id:08x}"
            serial, _, sequence = str(voucher.get("VCHKEY")).removeprefix(f"{guid}-").partition(":")
            assert int(voucher.findtext("VOUCHERKEY") or 0) == (int(serial, 16) << 32) + int(sequence, 16)
            assert int(voucher.findtext("ALTERID") or 0) > alter_id
            alter_id = int(voucher.findtext("ALTERID") or 0)
    assert int("0000b2b3", 16) == 45747, "1 April 2025 counted from 1899-12-31"


def test_releases_differ_where_tally_changed(tmp_path: Path) -> None:
    old = write(SPEC, tmp_path / "old", style=TallyStyle.PRIME2, mixed=True).paths[0].read_text(encoding="cp1252")
    new = write(SPEC, tmp_path / "new", style=TallyStyle.PRIME5, mixed=True).paths[0].read_text(encoding="cp1252")
    for mark in ("<INVENTORYENTRIES.LIST>", "<LEDSTATENAME>", "<GSTDUTYHEAD>Central Tax<", "<REMOTECMPINFO.LIST"):
        assert mark in old
        assert mark not in new
    for mark in ("<ALLINVENTORYENTRIES.LIST>", "<LEDGSTREGDETAILS.LIST>", "<TAXUNIT ", "Unregistered/Consumer<"):
        assert mark in new
        assert mark not in old


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write(WorldSpec(vouchers=2500), tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told == [(1000, 2500), (2000, 2500), (2500, 2500)]


def test_two_companies_share_entities_under_different_names(tmp_path: Path) -> None:
    first, second = write_companies(WorldSpec(vouchers=80, parties=60), tmp_path, 2)
    rows = json.loads((tmp_path / "same_parties.json").read_text(encoding="utf-8"))
    names = [truth_of(written)["company"]["name"] for written in (first, second)]
    assert len(rows) == 15
    assert all(set(row["ledgers"]) == set(names) for row in rows)
    assert any(len(set(row["ledgers"].values())) == 2 for row in rows)
    assert set(Counter(row["evidence"] for row in rows)) == {"gstin", "pan", "name"}
    for row in rows:
        for written, name in zip((first, second), names, strict=True):
            assert truth_of(written)["parties"][row["ledgers"][name]]["entity"] == row["entity"]
