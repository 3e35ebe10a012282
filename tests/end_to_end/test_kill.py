"""kill -9 in the middle of an import: nothing is lost, and running it again completes it without a duplicate."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.tally.write import WrittenFiles, write
from sandbox.world.spec import WorldSpec
from tests.support.cli import environment, khata
from tests.support.postgres import private_postgres

KILLS = (0.9, 1.3, 1.8)
"""Seconds after the start; spread over reading, raw store and translation of a file that takes some three seconds."""


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> WrittenFiles:
    return write(WorldSpec(seed=7, vouchers=4000), tmp_path_factory.mktemp("export"), mixed=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/books.db"
        return
    with private_postgres() as url:
        yield url


@pytest.mark.slow
def test_a_killed_import_is_completed_by_running_it_again(database: str, export: WrittenFiles, tmp_path: Path) -> None:
    path = str(export.paths[0])
    killed = 0
    for seconds in KILLS:
        child = subprocess.Popen(
            [sys.executable, "-m", "khata", "import", path, "--db", database, "--format", "json"],
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(seconds)
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
            killed += 1
        child.wait(timeout=60)
    assert killed >= 2, "the machine imported faster than the test could kill; make the file larger"
    ran = khata(tmp_path, "import", path, "--db", database, "--format", "json")
    assert ran.code == 0, ran.errors
    runs = khata(tmp_path, "runs", "--db", database, "--format", "json").json()["runs"]
    statuses = [run["status"] for run in runs]
    assert (statuses[0], "running" in statuses) == ("succeeded", False), "a run that died does not go on"
    said = ran.json()
    truth = export.truth
    assert said["voucher_count"] == sum(truth.counts.vouchers.values())
    assert said["proof"]["status"] == "proved"
    once_more = khata(tmp_path, "import", path, "--db", database, "--format", "json").json()
    assert (once_more["records"]["new"], once_more["records"]["changed"]) == (0, 0)
    assert once_more["debit_total"] == said["debit_total"]
