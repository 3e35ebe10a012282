"""The hub as ``khata up`` runs it: a real Temporal server, a real worker, and what happens when they are killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from khata.supervisor import Exit
from khata.supervisor.run_file import RunRecord, find_running
from tests.khata.processes import kill_what_is_left, none_alive, wait_for
from tests.support.native_exit import leave_without_teardown
from tests.workflows.scripted import Script, ScriptedSteps
from tests.workflows.servers import RunningServer, binary_or_skip, running_server
from tests.workflows.sync_support import started, until
from workflows.inputs import RunSummary
from workflows.temporal.client import sync_result
from workflows.temporal.connection import TemporalTarget, connect

pytestmark = [
    pytest.mark.temporal,
    pytest.mark.xdist_group("temporal"),
    pytest.mark.skipif(sys.platform != "linux", reason="ties children to the supervisor as Linux does"),
]

ROWS = 40
QUEUE = "hub-test"


@dataclass
class Hub:
    folder: Path
    steps: ScriptedSteps
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, address: str = "") -> subprocess.Popen[bytes]:
        module = "tests.khata.hub_process"
        arguments = [str(self.folder), QUEUE, str(self.steps.path), self.steps.script.dump(), address]
        with (self.folder.parent / "output.txt").open("ab") as output:
            process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=output, stderr=output)
        self.processes.append(process)
        return process

    def record(self) -> RunRecord:
        found = find_running(self.folder)
        assert found is not None
        return found

    def wait_ready(self) -> RunRecord:
        wait_for(lambda: (found := find_running(self.folder)) and found.ready, "the hub is ready")
        return self.record()

    def kill(self, name: str) -> None:
        """Kill a child and wait until another is ready in its place."""
        (before,) = [child for child in self.record().children if child.name == name]
        assert before.pid is not None
        os.kill(before.pid, signal.SIGKILL)

        def replaced() -> bool:
            (now,) = [child for child in self.record().children if child.name == name]
            return now.restarts > before.restarts and now.state == "ready"

        wait_for(replaced, f"{name} is replaced")

    def address(self, name: str) -> str:
        return self.record().addresses[name]


@pytest.fixture
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hub]:
    binary_or_skip()
    leave_without_teardown(request.config)
    (tmp_path / "data").mkdir()
    running = Hub(tmp_path / "data", ScriptedSteps(tmp_path / "effects.db", Script(rows=ROWS, pause_s=0.02)))
    yield running
    for process in running.processes:
        process.kill()
        process.wait()
    kill_what_is_left(running.folder)


def pids_of(record: RunRecord) -> list[int]:
    return [child.pid for child in record.children if child.pid]


def page(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own loopback address
        content: bytes = answer.read()
        return content


async def sync(target: TemporalTarget, kill: str, hub: Hub) -> RunSummary:
    """Start a sync, kill a child in the middle of its first step, and wait for the end."""
    client = await connect(target, wait_s=15)
    handle = await started(client, QUEUE)
    await until(lambda: len(hub.steps.rows("extract")) > 8)
    await asyncio.to_thread(hub.kill, kill)
    again = await connect(target, wait_s=15)
    waiting = again.get_workflow_handle(handle.id, run_id=handle.run_id, result_type=RunSummary)
    summary: RunSummary = await asyncio.wait_for(waiting.result(), 50)
    return summary


def assert_nothing_lost_or_repeated(steps: ScriptedSteps) -> None:
    for step in ("extract", "translate", "prove", "harmonize"):
        assert steps.rows(step) == list(range(ROWS)), step


def test_the_hub_comes_up_answers_everywhere_and_goes_down_cleanly(hub: Hub) -> None:
    process = hub.start()
    record = hub.wait_ready()
    assert [child.name for child in record.children] == ["temporal", "worker", "api"]
    assert b"<html" in page(record.addresses["Temporal Web UI"])
    assert page(record.addresses["API"] + "/health") == b""
    assert (hub.folder / "temporal.db").exists()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == Exit.CLEAN
    assert none_alive(pids_of(record))


@pytest.mark.parametrize("victim", ["worker", "temporal"])
def test_a_part_killed_in_the_middle_is_replaced_and_the_sync_completes(hub: Hub, victim: str) -> None:
    process = hub.start()
    hub.wait_ready()
    target = TemporalTarget(address=hub.address("Temporal"))
    assert asyncio.run(sync(target, victim, hub)).status == "succeeded"
    assert_nothing_lost_or_repeated(hub.steps)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == Exit.CLEAN


def test_the_api_killed_alone_comes_back_alone(hub: Hub) -> None:
    hub.start()
    before = {child.name: child.pid for child in hub.wait_ready().children}
    hub.kill("api")
    after = {child.name: child.pid for child in hub.record().children}
    assert (after["temporal"], after["worker"]) == (before["temporal"], before["worker"])
    assert after["api"] != before["api"]
    assert page(hub.address("API") + "/health") == b""


def test_the_supervisor_killed_with_9_takes_everything_with_it_and_the_next_one_goes_on(hub: Hub) -> None:
    """The sync that was running completes under the next hub: Temporal's own data was on disk."""
    first = hub.start()
    record = hub.wait_ready()

    async def interrupted() -> str:
        handle = await started(await connect(TemporalTarget(address=hub.address("Temporal"))), QUEUE)
        await until(lambda: len(hub.steps.rows("extract")) > 8)
        return handle.id

    workflow_id = asyncio.run(interrupted())
    first.send_signal(signal.SIGKILL)
    first.wait()
    wait_for(lambda: none_alive(pids_of(record)), "no orphan is left")

    hub.start()
    hub.wait_ready()

    async def finished() -> RunSummary:
        client = await connect(TemporalTarget(address=hub.address("Temporal")))
        summary: RunSummary = await client.get_workflow_handle(workflow_id, result_type=RunSummary).result()
        return summary

    assert asyncio.run(finished()).status == "succeeded"
    assert_nothing_lost_or_repeated(hub.steps)


def test_with_an_address_of_an_existing_cluster_no_server_is_started(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    with running_server(tmp_path / "cluster", without="--search-attribute") as cluster:
        process = hub.start(cluster.target.address)
        record = hub.wait_ready()
        assert [child.name for child in record.children] == ["worker", "api"]
        assert record.addresses["Temporal"] == cluster.target.address
        assert asyncio.run(whole_sync(cluster)).status == "succeeded"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == Exit.CLEAN


async def whole_sync(cluster: RunningServer) -> RunSummary:
    return await sync_result(await started(await cluster.client(), QUEUE))
