"""The sandbox business through the whole path, against the truth the sandbox computed for itself."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.tally.options import Scaffolding, TallyEncoding, TallyStyle
from sandbox.tally.write import WrittenFiles, write
from sandbox.world.spec import WorldSpec
from tests.khata.running import run as khata

SPEC = WorldSpec(seed=11, vouchers=1200)
SHAPES: dict[str, dict[str, Any]] = {
    "masters and day book, ASCII": {},
    "one mixed file, Unicode": {"mixed": True, "encoding": TallyEncoding.UNICODE},
    "ERP 9": {"style": TallyStyle.ERP9},
    "zipped, all scaffolding": {"zipped": True, "scaffolding": Scaffolding.FULL},
    "pretty-printed UTF-8 re-save": {"pretty": True, "encoding": TallyEncoding.UTF8},
}


def truth_of(written: WrittenFiles) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written.truth_path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_export_gives_the_same_truth(shape: str, tmp_path: Path) -> None:
    written = write(SPEC, tmp_path / "export", **SHAPES[shape])
    truth = truth_of(written)
    database = f"sqlite:///{tmp_path}/books.db"
    files = [str(path) for path in written.paths]
    ran = khata(tmp_path, "import", *files, "--db", database, "--format", "json")
    assert ran.code == 0, ran.errors + ran.output[:2000]
    said = ran.json()
    for name in ("voucher_count", "vouchers", "cancelled", "debit_total", "books_debit_total", "bills"):
        assert said[name] == truth[name], name
    assert said["rejected"] == 0
    assert said["proof"]["status"] == "proved"
    check_trial_balance(tmp_path, database, truth)
    check_open_bills(tmp_path, database, truth)


def check_trial_balance(home: Path, database: str, truth: dict[str, Any]) -> None:
    ran = khata(home, "trial-balance", "--as-of", truth["as_of"], "--db", database, "--format", "json")
    ours = {
        row["ledger"]: Decimal(row["closing_debit"] or 0) - Decimal(row["closing_credit"] or 0)
        for row in ran.json()["ledgers"]
    }
    for ledger, expected in truth["trial_balance"].items():
        assert ours.get(ledger, Decimal(0)) == Decimal(expected["closing"]), ledger


def check_open_bills(home: Path, database: str, truth: dict[str, Any]) -> None:
    ours: dict[tuple[str, str], Decimal] = {}
    for direction in ("receivable", "payable"):
        ran = khata(
            home,
            *("receivables", "outstanding", "--as-of", truth["as_of"], "--direction", direction),
            *("--db", database, "--format", "json"),
        )
        sign = 1 if direction == "receivable" else -1
        for row in ran.json()["bills"]:
            if row["ref"]:
                key = (row["party"], row["ref"])
                ours[key] = ours.get(key, Decimal(0)) + sign * Decimal(row["pending"])
    theirs = {
        (party, bill["ref"]): Decimal(bill["amount"])
        for party, held in truth["parties"].items()
        for bill in held["bills"]
    }
    assert ours == theirs


def test_vouchers_before_masters_come_to_the_same(tmp_path: Path) -> None:
    """Importing the day book first and the masters a day later must not change a single figure."""
    written = write(SPEC, tmp_path / "export")
    masters, day_book = written.paths
    truth = truth_of(written)
    database = f"sqlite:///{tmp_path}/books.db"
    khata(tmp_path, "import", str(day_book), "--db", database, "--format", "json")
    ran = khata(tmp_path, "import", str(masters), "--db", database, "--format", "json")
    assert ran.json()["proof"]["status"] == "proved", ran.output[:2000]
    check_trial_balance(tmp_path, database, truth)
    check_open_bills(tmp_path, database, truth)
