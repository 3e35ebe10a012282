"""``tap-tally | target-jsonl``: both modes of the tap, through a pipe, into a target that others wrote."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.tally import write
from sandbox.world.spec import WorldSpec
from tests.connectors.tally.live.tally import tally

ROOT = Path(__file__).resolve().parents[4]
TAP = (sys.executable, "-c", "from connectors.tally.tap import main; main()")


@pytest.fixture(scope="module")
def target() -> str:
    """Where ``make test`` puts it, or wherever else it is found."""
    own = Path(sys.prefix) / "target-jsonl" / "bin" / "target-jsonl"
    found = str(own) if own.exists() else shutil.which("target-jsonl")
    if found is None:
        pytest.skip("target-jsonl is not installed")
    return found


def pipe(target: str, settings: dict[str, Any], folder: Path) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]:
    """Run both processes; return what was written, by stream, and the last state."""
    for name, said in (("tap", settings), ("target", {"destination_path": str(folder), "custom_name": ""})):
        (folder / f"{name}.json").write_text(json.dumps(said))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (
        (folder / "tap.log").open("w+") as log,
        subprocess.Popen(
            [*TAP, "--config", str(folder / "tap.json")], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log
        ) as tap,
    ):
        into = subprocess.run(
            [target, "--config", str(folder / "target.json")],
            cwd=folder, stdin=tap.stdout, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert into.returncode == 0, into.stderr[-2000:]
        assert tap.wait(timeout=60) == 0, (folder / "tap.log").read_text()[-2000:]
    written = {
        path.stem.split("-")[0]: [json.loads(line) for line in path.read_text().splitlines()]
        for path in folder.glob("*.jsonl")
    }
    return written, json.loads(into.stdout.splitlines()[-1])


@pytest.mark.slow
def test_a_running_tally(target: str, tmp_path: Path) -> None:
    with tally(vouchers=60) as served:
        written, state = pipe(target, served.config(company_guid=served.company.guid), tmp_path)
    assert len({row["key"] for row in written["vouchers"]}) == len(served.company.vouchers())
    assert len(written["ledgers"]) == len(served.company.masters.of_kind("LEDGER"))
    assert state["companies"]


@pytest.mark.slow
def test_files(target: str, tmp_path: Path) -> None:
    files = write(WorldSpec(seed=3, vouchers=60), tmp_path / "export")
    written, _ = pipe(target, {"files": [str(path) for path in files.paths]}, tmp_path)
    truth = json.loads((tmp_path / "export" / "truth.json").read_text())
    assert len({row["key"] for row in written["vouchers"]}) == truth["voucher_count"]
    assert len(written["ledgers"]) == truth["masters"]["ledgers"]
