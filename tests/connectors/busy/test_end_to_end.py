"""The sandbox business through BUSY's exports, against the truth the sandbox computed for itself."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from khata.exit_codes import ExitCode
from sandbox.busy.exports import WrittenExports, write, write_lists
from sandbox.world import build_world
from sandbox.world.spec import WorldSpec
from tests.end_to_end.test_sandbox_truth import check_open_bills, check_trial_balance
from tests.khata.running import run as khata

SPEC = WorldSpec(seed=11, vouchers=350)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenExports:
    return write(SPEC, tmp_path_factory.mktemp("busy"), closing=True)


def truth_of(written: WrittenExports) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written.truth_path.read_text(encoding="utf-8"))
    return found


def imported(home: Path, written: WrittenExports, *files: Path, code: int = 0) -> Any:
    ran = khata(
        home,
        *("import", *[str(path) for path in files], "--connector", "busy"),
        *("--company", written.truth.company, "--db", f"sqlite:///{home}/books.db", "--format", "json"),
    )
    assert ran.code == code, ran.errors + ran.output[:3000]
    return ran.json()


def test_the_exports_give_the_truth_and_busys_own_balances_prove_it(written: WrittenExports, tmp_path: Path) -> None:
    said, truth = imported(tmp_path, written, *written.paths), truth_of(written)
    assert said["rejected"] == 0
    assert said["voucher_count"] == truth["voucher_count"]
    assert said["cancelled"] == truth["cancelled"]
    assert said["books_debit_total"] == truth["books_debit_total"]
    assert said["proof"]["status"] == "proved"
    assert said["proof"]["has_oracle"] is True
    check_trial_balance(tmp_path, f"sqlite:///{tmp_path}/books.db", truth)
    check_open_bills(tmp_path, f"sqlite:///{tmp_path}/books.db", truth)


def test_masters_a_day_after_the_vouchers_come_to_the_same(written: WrittenExports, tmp_path: Path) -> None:
    masters, vouchers, closing = written.paths
    imported(tmp_path, written, closing, code=ExitCode.DIFFERS)
    imported(tmp_path, written, vouchers, code=ExitCode.DIFFERS)
    said, truth = imported(tmp_path, written, masters), truth_of(written)
    assert said["proof"]["status"] == "proved"
    check_trial_balance(tmp_path, f"sqlite:///{tmp_path}/books.db", truth)
    check_open_bills(tmp_path, f"sqlite:///{tmp_path}/books.db", truth)


def test_lists_are_documents_without_postings_and_the_proof_says_what_it_lacks(tmp_path: Path) -> None:
    lists = write_lists(build_world(SPEC), tmp_path / "lists")
    ran = khata(
        tmp_path,
        *("import", *[str(path) for path in lists], "--connector", "busy"),
        *("--db", f"sqlite:///{tmp_path}/books.db", "--format", "json"),
    )
    said = ran.json()
    assert (ran.code, said["rejected"], said["books_debit_total"]) == (0, 0, "0.00")
    assert set(said["vouchers"]) == {
        *("Sale (list)", "Sale Return (list)", "Sale Order (list)"),
        *("Material Issued to Party (list)", "Material Received from Party (list)"),
    }
    proof = khata(tmp_path, "proof", "--db", f"sqlite:///{tmp_path}/books.db")
    told = " ".join(proof.output.split())
    assert "No comparison with trial balance" in told
    assert "no layout of them is known" in told, "nobody is sent for a report that is not read"
    assert said["proof"]["has_oracle"] is False
    again = khata(tmp_path, "import", str(lists[0]), "--db", f"sqlite:///{tmp_path}/books.db")
    assert "No oracle   the source gave no report of its own" in again.output


def test_lists_beside_the_export_are_no_second_use_of_their_numbers(written: WrittenExports, tmp_path: Path) -> None:
    before = imported(tmp_path, written, *written.paths)
    lists = write_lists(build_world(SPEC), tmp_path / "lists")
    said = imported(tmp_path, written, *lists)
    assert said["vouchers"]["Sale (list)"] > 50
    assert said["issues"].get("gst.number.duplicate") == before["issues"].get("gst.number.duplicate")
    check_trial_balance(tmp_path, f"sqlite:///{tmp_path}/books.db", truth_of(written))


def test_a_wrong_closing_balance_accuses_the_books(written: WrittenExports, tmp_path: Path) -> None:
    closing = tmp_path / "Closing.DAT"
    text = written.paths[2].read_bytes()
    place = text.index(b"<OPBal>-") + len(b"<OPBal>-")
    closing.write_bytes(text[:place] + b"9" + text[place:])
    masters, vouchers, _ = written.paths
    ran = khata(
        tmp_path,
        *("import", str(masters), str(vouchers), str(closing), "--connector", "busy"),
        *("--company", written.truth.company, "--db", f"sqlite:///{tmp_path}/books.db", "--format", "json"),
    )
    proof = ran.json()["proof"]
    assert proof["status"] == "differs"
    (differing,) = proof["differences"]
    assert Decimal(differing["theirs"]) != Decimal(differing["ours"])


def test_the_command_writes_lists_in_both_kinds_and_either_is_imported(tmp_path: Path) -> None:
    made = khata(
        tmp_path,
        *("sandbox", "write", "busy", "--vouchers", "60", "--lists"),
        *("--output", str(tmp_path / "out"), "--format", "json"),
    ).json()
    said = []
    for suffix in (".xlsx", ".xls"):
        lists = [path for path in made["files"] if path.endswith(suffix)]
        assert len(lists) == 5
        db = f"sqlite:///{tmp_path}/{suffix[1:]}.db"
        ran = khata(tmp_path, "import", *lists, "--db", db, "--format", "json")
        assert ran.json()["rejected"] == 0
        said.append(ran.json()["voucher_count"])
    assert said[0] == said[1] > 0
