"""Company files read by real MDBTools through pyodbc: both samples to their rows, and files that cannot be read."""

from __future__ import annotations

import shutil
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path, PosixPath
from typing import Any

import pytest

from bench.grown_bds import grow
from canonical.errors import KhataError, SourceMalformed
from canonical.ledger import Ledger
from canonical.party import Party
from canonical.voucher import Voucher
from connectors.busy.database import files, header
from connectors.busy.database.dialects import file_target
from connectors.busy.database.failure import DatabaseFailures
from connectors.busy.database.files import copy_still
from connectors.busy.database.header import Protection, read_header
from connectors.busy.database.reading import DatabaseReader
from connectors.busy.database.settings import Kind, parse_settings
from connectors.busy.recognition import holds_databases, recognise
from connectors.sdk.odbc.pool import SessionPool
from connectors.sdk.odbc.session import DatabaseSession
from connectors.sdk.recognition import read_head
from sandbox.busy.columns import TABLES
from tests.connectors.busy_db.hub import hub
from tests.connectors.busy_db.servers import mdbtools
from tests.support.samples import sample

PLAIN, LOCKED = "busy/bds/COMP0001/db12025.bds", "busy/bds/db12025_with_password.bds"
ROWS = {
    "Master1": 52,
    "MasterAddressInfo": 3,
    "Folio1": 5,
    "Tran1": 3,
    "Tran2": 7,
    "Tran3": 3,
    "BillingDet": 1,
    "VchOtherInfo": 1,
    "VchGSTSumItemWise": 1,
    "DeletedInfo": 1,
}


@contextmanager
def reader(path: Path) -> Iterator[DatabaseReader]:
    settings = parse_settings({"files": [str(path)], "driver": mdbtools()})
    pool = SessionPool(
        lambda target: DatabaseSession(target, settings.limits, DatabaseFailures(), clock=time.monotonic)
    )
    try:
        yield DatabaseReader(pool, file_target(settings, path, path.name), Kind.MDBTOOLS)
    finally:
        pool.close()


@pytest.mark.parametrize("name", [PLAIN, LOCKED])
def test_every_row_of_a_sample_is_read(name: str) -> None:
    with reader(sample(name)) as tables:
        read = {table: list(tables.rows(table)) for table in ROWS}
        assert {table: len(rows) for table, rows in read.items()} == ROWS
        assert all(tables.count(table) == number for table, number in ROWS.items())
        assert not tables.issues
    party = next(row for row in read["Master1"] if row["Name"] == "PARTY ONE")
    assert (party["Code"], party["MasterType"], party["ParentGrp"]) == (1201, 2, 116)
    legs = [(row["MasterCode1"], row["Value1"]) for row in read["Tran2"] if row["RecType"] == 1]
    assert legs == [(1201, -1180.0), (4, 1000.0), (1101, 90.0), (1102, 90.0), (1201, 5000.0), (1, -5000.0)]
    assert [row["No"] for row in read["Tran3"]] == ["24-25-77", "25-26-1", "24-25-77"]
    assert read["Tran1"][1]["Date"] == "2025-04-20T00:00:00"
    assert "VchNo" not in read["Tran1"][1]
    assert read["Tran1"][2]["VchCancelled"] is True


def test_the_sandbox_has_the_columns_of_the_samples() -> None:
    with reader(sample(PLAIN)) as tables:
        for table, columns in TABLES.items():
            if table in ROWS:
                assert next(iter(tables.rows(table))).keys() <= {one.name for one in columns}, table


@pytest.mark.parametrize("name", [PLAIN, LOCKED])
def test_a_sample_is_in_the_books(name: str) -> None:
    """Opening bill 11,800 less 5,000 received, a sale of 1,180 with 18 % GST, a cancelled sale."""
    config = {"company": "Sample & Co", "database": {"files": [str(sample(name))], "driver": mdbtools()}}
    with hub(config) as made:
        assert made.sync().status == "succeeded"
        last = made.records(Voucher)[0].day.replace(month=12)
        closing = {row.name: row.closing for row in made.books.reports.trial_balance(made.company, last)}
        assert closing == {
            "Cash": Decimal(55_000),
            "PARTY ONE": Decimal(7_980),
            "SUPPLIER ONE": Decimal(-61_800),
            "Sales": Decimal(-1_000),
            "CGST Output": Decimal(-90),
            "SGST Output": Decimal(-90),
        }
        bills = {bill.ref: bill.net for bill in made.books.reports.open_bills(made.company, last) if bill.ref}
        assert bills == {"24-25-77": Decimal(6_800), "25-26-1": Decimal(1_180)}
        (cancelled,) = [one for one in made.records(Voucher) if one.is_cancelled]
        assert cancelled.number == "25-26-2"
        sale = next(one for one in made.records(Voucher) if one.number == "25-26-1")
        assert [(line.item_name, line.billed.number, line.rate, line.amount) for line in sale.items] == [
            ("WIDGET A", Decimal(10), Decimal(100), Decimal(1_000))
        ]
        assert {one.gstin for one in made.records(Party)} >= {"24AAAPT0001A1ZT"}
        assert any(one.name == "PARTY ONE" and one.is_bill_wise for one in made.records(Ledger))


def test_a_file_that_did_not_change_is_passed_over_and_a_changed_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "COMP0001" / "db12025.bds"
    path.parent.mkdir()
    shutil.copy(sample(PLAIN), path)
    config = {"company": "Sample & Co", "database": {"files": [str(path.parent)], "driver": mdbtools()}}
    with hub(config) as made:
        assert made.sync().counts["vouchers"] == 3
        assert "vouchers" not in made.sync().counts
        assert not made.has_moved()
        raw = path.read_bytes()
        for before, after in ((5000.0, 4000.0), (-5000.0, -4000.0)):
            raw = raw.replace(struct.pack("<d", before), struct.pack("<d", after))
        path.write_bytes(raw)
        assert made.has_moved()
        assert made.sync().counts["vouchers"] == 1
        assert [one.debit_total for one in made.records(Voucher) if one.source.key == "2025:2"] == [4000]


def patched(tmp_path: Path, change: Callable[[bytearray], None]) -> Path:
    raw = bytearray(sample(PLAIN).read_bytes())
    change(raw)
    path = tmp_path / "db12025.bds"
    path.write_bytes(bytes(raw))
    return path


def mask(raw: bytearray, at: int, value: bytes) -> None:
    """Change bytes of the masked part of the first page; the mask is its own inverse."""
    plain = bytearray(header._rc4(header._MASK_KEY, bytes(raw[0x18:0x98])))
    plain[at - 0x18 : at - 0x18 + len(value)] = value
    raw[0x18:0x98] = header._rc4(header._MASK_KEY, bytes(plain))


def rename(raw: bytearray, name: bytes) -> None:
    raw[4:20] = name


def encrypt(raw: bytearray) -> None:
    rename(raw, b"Standard ACE DB\0")
    raw[0x14] = 2
    mask(raw, 0x3E, b"\x11\x22\x33\x44")


BROKEN: dict[str, tuple[Callable[[bytearray], None], str]] = {
    "encrypted": (encrypt, "busy.database.encrypted"),
    "money": (lambda raw: rename(raw, b"MSISAM Database\0"), "busy.database.money"),
    "no database": (lambda raw: rename(raw, b"Standard XXX DB\0"), "busy.database.not_jet"),
    "cut": (lambda raw: raw.__delitem__(slice(-1000, None)), "busy.database.truncated"),
    "empty": (bytearray.clear, "busy.database.not_jet"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_cannot_be_read_says_which_kind_and_what_to_do(kind: str, tmp_path: Path) -> None:
    change, code = BROKEN[kind]
    with pytest.raises(KhataError) as refused:
        files.examine(patched(tmp_path, change), Kind.MDBTOOLS)
    assert refused.value.code == code
    assert len(refused.value.message.split(". ")) >= 1


def test_headers_tell_protections_apart(tmp_path: Path) -> None:
    def of(path: Path) -> Any:
        found = read_header(path.read_bytes()[:4096])
        assert found is not None
        return found

    assert of(sample(PLAIN)).protection is Protection.NONE
    assert of(sample(LOCKED)).protection is Protection.PASSWORD
    encoded = patched(tmp_path, lambda raw: mask(raw, 0x3E, b"\x01\x02\x03\x04"))
    assert of(encoded).protection is Protection.ENCODED
    assert of(patched(tmp_path, encrypt)).protection is Protection.ENCRYPTED
    assert files.examine(patched(tmp_path, encrypt), Kind.ACE).year == 2025


def test_a_file_that_is_written_to_is_copied_again(tmp_path: Path) -> None:
    path, folder = tmp_path / "db12025.bds", tmp_path / "copies"
    folder.mkdir()
    path.write_bytes(b"before")
    writes = iter([b"between", b"after!!"])
    slept: list[float] = []

    class Restless(PosixPath):
        def open(self, *arguments: Any, **more: Any) -> Any:
            opened = super().open(*arguments, **more)
            content = next(writes, None)
            if content is not None:
                Path(self).write_bytes(content)
            return opened

    copied = copy_still(Restless(path), folder, slept.append)
    assert copied.path.read_bytes() == path.read_bytes() == b"after!!"
    assert len(slept) == 2


def test_a_file_that_never_holds_still_is_given_up(tmp_path: Path) -> None:
    path, copies = tmp_path / "db12025.bds", tmp_path / "copies"
    copies.mkdir()
    path.write_bytes(b"0")

    class Restless(PosixPath):
        def open(self, *arguments: Any, **more: Any) -> Any:
            Path(self).write_bytes(Path(self).read_bytes() + b"0")
            return super().open(*arguments, **more)

    with pytest.raises(KhataError) as given_up:
        copy_still(Restless(path), copies, lambda _: None)
    assert given_up.value.code == "busy.database.restless"


def test_a_date_no_calendar_has_costs_its_voucher_and_no_other(tmp_path: Path) -> None:
    """pyodbc makes an exception of such a row; taken as bytes it is read, and the voucher is rejected by name."""

    def spoil(raw: bytearray) -> None:
        day = struct.pack("<d", 45767.0)  # 20 April 2025, the receipt's
        assert raw.count(day)
        raw[:] = raw.replace(day, struct.pack("<d", 3_000_000.0))

    path = patched(tmp_path, spoil)
    with reader(path) as tables:
        assert [row["Date"][:10] for row in tables.rows("Tran1")] == ["2025-04-05", "1900-01-00", "2025-04-21"]
    config = {"company": "Sample & Co", "database": {"files": [str(path)], "driver": mdbtools()}}
    with hub(config) as made:
        made.sync()
        assert sorted(one.number for one in made.records(Voucher)) == ["25-26-1", "25-26-2"]
        assert any("Tran1.Date" in issue for issue in made.issues())


def test_an_answer_that_is_not_read_to_its_end_does_not_meet_the_next() -> None:
    with reader(sample(PLAIN)) as tables:
        assert next(iter(tables.rows("Master1")))["Name"] == "Capital Account"
        rows = tables.rows("Master1")
        next(rows)
        assert tables.count("Tran1") == 3
        assert len(list(tables.rows("Tran2"))) == ROWS["Tran2"]
        del rows
        assert tables.count("Tran1") == 3


def test_a_table_of_thousands_of_rows_is_read_to_the_last(tmp_path: Path) -> None:
    raw = sample(PLAIN).read_bytes()
    grown, number = grow(raw, len(TABLES["Tran2"]), ROWS["Tran2"], 3_000)
    (tmp_path / "db12025.bds").write_bytes(grown)
    with reader(tmp_path / "db12025.bds") as tables:
        rows = list(tables.rows("Tran2"))
        assert tables.count("Tran2") == len(rows) == number
    assert rows == rows[: ROWS["Tran2"]] * (number // ROWS["Tran2"])


def test_rows_that_the_driver_loses_are_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that says it has more rows than came."""
    with reader(sample(PLAIN)) as tables:
        monkeypatch.setattr(tables, "count", lambda _: 4)
        with pytest.raises(SourceMalformed) as lost:
            list(tables.rows("Tran1"))
    assert lost.value.code == "busy.database.rows_lost"


def test_content_decides_what_a_file_is(tmp_path: Path) -> None:
    disguised = tmp_path / "photo.jpg"
    shutil.copy(sample(PLAIN), disguised)
    found = recognise(read_head(disguised))
    assert found is not None
    assert (found.format, found.connector) == ("busy-bds", "busy")
    assert found.confidence > 90
    assert recognise(read_head(patched(tmp_path, lambda raw: rename(raw, b"Standard XXX DB\0")))) is None
    assert holds_databases([str(disguised)])
    export = tmp_path / "TR.DAT"
    export.write_text("<BusyData/>")
    assert not holds_databases([str(export)])
    with pytest.raises(KhataError):
        holds_databases([str(disguised), str(export)])
