"""Watched folders with the real import: Tally's exports dropped, killed, restarted; ten thousand at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.marg import write_bills
from sandbox.world import WorldSpec
from tests.connectors.tally.writing import export, master, voucher
from tests.khata.running import run
from tests.support.cli import environment

FILES = int(os.environ.get("KHATA_DROPPED", "10000"))
PATIENCE_S = 60.0


def drop(folder: Path, numbers: range) -> None:
    for number in numbers:
        (folder / f"voucher {number}.xml").write_text(export(voucher(number)))


def vouchers(home: Path, database: str) -> int:
    ran = run(home, "runs", "--db", database, "--format", "json", "--limit", "1000")
    assert ran.code == 0, ran.errors
    found = run(home, "vouchers", "--db", database, "--format", "json", "--limit", "10000")
    return len(found.json()["vouchers"])


def ended(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "done").glob("*.xml"))


def test_a_folder_is_taken_once_and_reported(tmp_path: Path) -> None:
    inbox, database = tmp_path / "inbox", f"sqlite:///{tmp_path}/books.db"
    inbox.mkdir()
    (inbox / "masters.dat").write_text(export(master("LEDGER", "Asha Stores", 900)), encoding="utf-16")
    drop(inbox, range(1, 4))
    (inbox / "cut.xml").write_text(export(voucher(9))[:700])
    (inbox / "again.xml").write_bytes((inbox / "voucher 1.xml").read_bytes())
    (inbox / "scan.pdf").write_bytes(b"%PDF-1.7 not an export")
    ran = run(tmp_path, "watch", str(inbox), "--once", "--settle", "0.1", "--db", database)
    assert ran.code == 3, ran.errors
    assert "scan.pdf: rejected" in ran.output
    assert vouchers(tmp_path, database) == 3
    assert sorted(path.name for path in (inbox / "rejected").iterdir()) == [
        "cut.xml",
        "cut.xml.report.txt",
        "scan.pdf",
        "scan.pdf.report.txt",
    ]
    assert "tally.file.truncated" in (inbox / "rejected" / "cut.xml.report.txt").read_text()
    assert "a PDF document" in (inbox / "rejected" / "scan.pdf.report.txt").read_text()
    reports = [(inbox / "done" / f"{name}.report.txt").read_text() for name in ("again.xml", "voucher 1.xml")]
    assert sum("imported before" in report for report in reports) == 1
    assert sum("Books of Kaveri Traders" in report for report in reports) == 1
    assert (inbox / "done" / "masters.dat").exists(), "its content says what it is"


def test_what_is_neither_a_folder_nor_a_connection_is_said(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/books.db"
    ran = run(tmp_path, "watch", "nowhere", "--db", database)
    assert ran.code == 2
    assert "no connection and no folder nowhere" in " ".join(ran.errors.replace("│", " ").split())
    assert run(tmp_path, "watch", "--once", "--db", database).code == 2


def test_a_folder_of_one_system_takes_no_other(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "busy.xml").write_text('<?xml version="1.0"?><BusyData FinYear="01-04-2026"></BusyData>')
    ran = run(
        tmp_path,
        "watch",
        str(inbox),
        "--as",
        "tally",
        "--once",
        "--settle",
        "0.1",
        "--db",
        f"sqlite:///{tmp_path}/b.db",
    )
    assert ran.code == 3
    report = (inbox / "rejected" / "busy.xml.report.txt").read_text()
    assert "is not of Tally (ERP 9, TallyPrime) but of BUSY (17, 18, 21)" in report
    assert "--as auto" in report, "it is said what to do with another system's file"


def test_a_file_of_which_something_is_not_in_the_books_says_so(tmp_path: Path) -> None:
    """Beside others in one import: its own report, the line on the screen and the exit code."""
    inbox, written = tmp_path / "inbox", write_bills(WorldSpec(vouchers=60), tmp_path / "bills")
    inbox.mkdir()
    good, bad = (bill.path for bill in written.bought[:2])
    (inbox / good.name).write_bytes(good.read_bytes())
    lines = bad.read_text().splitlines()
    half = inbox / "half.xml"
    half.write_text(export(voucher(1), voucher(2).replace("<AMOUNT>", "<AMOUNT>7", 1)))
    foot = lines[-1].split(",")
    foot[1] = "1"
    (inbox / bad.name).write_text("\r\n".join([*lines[:-1], ",".join(foot), ""]))
    ran = run(tmp_path, "watch", str(inbox), "--once", "--settle", "0.1", "--db", f"sqlite:///{tmp_path}/books.db")
    assert ran.code == 3
    assert "half.xml: imported, 1 of its records refused" in ran.output
    assert f"{bad.name}: rejected, 1 of its records refused" in ran.output, "nothing of it is in the books"
    whole = (inbox / "done" / f"{good.name}.report.txt").read_text()
    refused = (inbox / "rejected" / f"{bad.name}.report.txt").read_text()
    partly = (inbox / "done" / "half.xml.report.txt").read_text()
    assert partly.startswith("half.xml: imported, but 1 record of it NOT, see below.\n")
    assert whole.startswith(f"{good.name}: imported.\n")
    assert "together with 1 other file." in whole
    assert "Issues " not in whole, "counts of all files are not this file's"
    assert refused.startswith(f"{bad.name}: NOT IMPORTED, nothing of it is in the books.\n")
    assert "F[1] (net payable) is 1" in refused
    assert "whether its GST is CGST and SGST or IGST" in whole, "what needs a person is said in words"


@pytest.mark.slow
def test_kills_of_the_real_watch_lose_nothing(tmp_path: Path) -> None:
    inbox, database = tmp_path / "inbox", f"sqlite:///{tmp_path}/books.db"
    inbox.mkdir()
    drop(inbox, range(1, 401))
    command = [sys.executable, "-m", "khata", "watch", str(inbox), "--settle", "0.1", "--db", database]
    for seconds in (1.6, 2.0, 2.4):
        child = subprocess.Popen(
            command, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(seconds)
        os.kill(child.pid, signal.SIGKILL)
        child.wait(timeout=60)
    ran = run(tmp_path, "watch", str(inbox), "--once", "--settle", "0.1", "--db", database)
    assert ran.code == 0, ran.errors
    assert vouchers(tmp_path, database) == 400
    assert ended(inbox) == sorted(f"voucher {number}.xml" for number in range(1, 401))
    running = run(tmp_path, "runs", "--db", database, "--format", "json").json()["runs"]
    assert all(one["status"] != "running" for one in running), "imports that died are closed"


@pytest.mark.parametrize("listening", [("--every", "60"), ("--every", "1", "--network")])
def test_the_watch_hears_what_is_dropped_and_stops_when_asked(tmp_path: Path, listening: tuple[str, ...]) -> None:
    inbox, database = tmp_path / "inbox", f"sqlite:///{tmp_path}/books.db"
    inbox.mkdir()
    command = [sys.executable, "-m", "khata", "watch", str(inbox), "--settle", "0.1", *listening, "--db", database]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        assert child.stdout is not None
        assert "Watching" in child.stderr.readline()
        drop(inbox, range(1, 2))
        assert "voucher 1.xml: imported" in child.stdout.readline()
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=PATIENCE_S) == 0
    assert ended(inbox) == ["voucher 1.xml"]


@pytest.mark.slow
def test_ten_thousand_files_at_once(tmp_path: Path) -> None:
    inbox, database = tmp_path / "inbox", f"sqlite:///{tmp_path}/books.db"
    inbox.mkdir()
    drop(inbox, range(1, FILES + 1))
    began = time.monotonic()
    ran = run(tmp_path, "watch", str(inbox), "--once", "--settle", "0.2", "--db", database)
    took = time.monotonic() - began
    assert ran.code == 0, ran.errors
    assert ran.output.count(": imported") == FILES
    assert len(ended(inbox)) == FILES
    assert vouchers(tmp_path, database) == FILES
    assert took < PATIENCE_S, took
