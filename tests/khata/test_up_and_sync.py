"""The hub as a user runs it: ``khata up``, then a sync through Temporal, the API, and a clean stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from khata.supervisor.run_file import RunRecord, find_running
from tests.khata.ashoka import write_day_book
from tests.khata.processes import kill_what_is_left, none_alive, wait_for
from tests.support.cli import Ran, environment, khata
from tests.workflows.servers import binary_or_skip

pytestmark = [
    pytest.mark.temporal,
    pytest.mark.xdist_group("temporal"),
    pytest.mark.skipif(sys.platform != "linux", reason="khata up ties children to the supervisor as Linux does"),
]
ANY_PORTS = {"KHATA_TEMPORAL__PORT": "0", "KHATA_TEMPORAL__UI_PORT": "0", "KHATA_API__PORT": "0"}


@dataclass(frozen=True)
class Running:
    """A hub started by ``khata up`` and how to speak to it."""

    home: Path
    process: subprocess.Popen[bytes]
    record: RunRecord

    def khata(self, *arguments: str) -> Ran:
        return khata(self.home, *arguments, env=ANY_PORTS)

    @property
    def pids(self) -> list[int]:
        return [child.pid for child in self.record.children if child.pid]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Running]:
    binary_or_skip()
    log = tmp_path / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "khata", "up"], env=environment(tmp_path, ANY_PORTS), stdout=output, stderr=output
        )
    data = tmp_path / "data"
    try:
        wait_for(lambda: (found := find_running(data)) and found.ready, f"khata up is ready, see {log}")
        record = find_running(data)
        assert record is not None
        yield Running(tmp_path, process, record)
    finally:
        process.kill()
        process.wait()
        kill_what_is_left(data)


def test_a_sync_through_the_hub_fills_the_books_the_api_reads(hub: Running) -> None:
    exports = hub.home / "exports"
    exports.mkdir()
    write_day_book(exports / "DayBook.xml")
    assert hub.khata("connections", "add", "shop-1", str(exports)).code == 0

    synced = hub.khata("sync", "shop-1")
    assert synced.code == 0, synced.errors
    assert "succeeded" in synced.output
    assert "vouchers 8" in synced.output
    assert "proof proved" in synced.output

    secret = hub.khata("api-keys", "create").output.strip()
    address = hub.record.addresses["API"]
    with httpx.Client(base_url=address, headers={"X-API-Key": secret}, trust_env=False) as client:
        (company,) = client.get("/v1/companies").json()["companies"]
        ageing = client.get(f"/v1/companies/{company['id']}/receivables/ageing?as_of=2026-03-31").json()
        runs = client.get("/v1/runs").json()["runs"]
    assert (company["name"], ageing["totals"]["net"]) == ("Nilgiri Sample Company", "74500.00")
    assert [(run["kind"], run["status"], run["proof"]) for run in runs] == [("sync", "succeeded", "proved")]

    again = hub.khata("sync", "shop-1")
    assert again.code == 0, again.errors
    assert hub.khata("runs", "--format", "json").json()["runs"][0]["id"] != runs[0]["id"]


def test_a_sync_that_fails_says_why_with_the_code_of_its_class(hub: Running) -> None:
    letter = hub.home / "letter.xml"
    letter.write_text("<letter>Dear Sir</letter>", encoding="utf-8")
    assert hub.khata("connections", "add", "letters", str(letter)).code == 0
    failed = hub.khata("sync", "letters")
    assert failed.code == 3, failed.errors
    assert "tally.file" in failed.errors
    assert "Traceback" not in failed.errors


def test_ctrl_c_stops_everything_and_leaves_nothing(hub: Running) -> None:
    os.kill(hub.process.pid, signal.SIGINT)
    assert hub.process.wait(timeout=40) == 0
    assert none_alive(hub.pids)
    assert find_running(hub.home / "data") is None
    idle = hub.khata("sync", "shop-1")
    assert (idle.code, "khata up" in idle.errors) == (5, True)
