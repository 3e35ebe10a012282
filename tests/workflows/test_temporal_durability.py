"""What a crash may cost: nothing. Workers and the server are killed in the middle and the sync completes."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.workflows.scripted import Script, ScriptedSteps
from tests.workflows.servers import RunningServer, running_server
from tests.workflows.sync_support import QUICK, started, until
from workflows.policies import StepLimits
from workflows.temporal.client import sync_result

pytestmark = [pytest.mark.temporal, pytest.mark.xdist_group("temporal")]

ROWS = 40
SCRIPT = Script(rows=ROWS, pause_s=0.015)


@dataclass
class Workers:
    """Worker processes of one test; all that are left are killed at its end."""

    server: RunningServer
    queue: str
    steps: ScriptedSteps
    grace_s: float = 1.0
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        ready = self.steps.path.with_suffix(f".ready{len(self.processes)}")
        spec = {
            "address": self.server.target.address,
            "effects": str(self.steps.path),
            "script": self.steps.script.dump(),
            "queue": self.queue,
            "ready": str(ready),
            "grace_s": str(self.grace_s),
        }
        command = [sys.executable, "-m", "tests.workflows.worker_process", json.dumps(spec)]
        process = subprocess.Popen(command)
        self.processes.append(process)
        deadline = time.monotonic() + 40
        while not ready.exists():
            assert process.poll() is None, "the worker ended before it was ready"
            assert time.monotonic() < deadline, "the worker did not become ready"
            time.sleep(0.02)
        return process


@contextmanager
def workers(server: RunningServer, queue: str, steps: ScriptedSteps, grace_s: float = 1.0) -> Iterator[Workers]:
    crew = Workers(server, queue, steps, grace_s)
    try:
        yield crew
    finally:
        for process in crew.processes:
            process.kill()
            process.wait()


def assert_nothing_lost_or_repeated(steps: ScriptedSteps) -> None:
    for step in ("extract", "translate", "prove", "harmonize"):
        assert steps.rows(step) == list(range(ROWS)), step
    assert steps.runs() == [(1, "succeeded", "")]


def test_a_worker_killed_in_the_middle_is_replaced_and_the_sync_completes(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", SCRIPT)

    async def body(crew: Workers) -> None:
        first = crew.start()
        handle = await started(await temporal.client(), key)
        await until(lambda: len(steps.rows("extract")) > 10)
        first.send_signal(signal.SIGKILL)
        assert first.wait() == -signal.SIGKILL
        assert len(steps.rows("extract")) < ROWS
        second = crew.start()
        assert (await asyncio.wait_for(sync_result(handle), 50)).status == "succeeded"
        pids = {pid for (pid,) in steps.query("select pid from rows where step = 'extract'")}
        assert pids == {first.pid, second.pid}

    with workers(temporal, key, steps) as crew:
        asyncio.run(body(crew))
    assert_nothing_lost_or_repeated(steps)
    assert steps.attempts("open_run") == 1
    assert steps.attempts("extract") == 2


def test_a_worker_killed_while_it_opens_the_run_leaves_one_run(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(silent_s={"open_run": 2.0}))

    async def body(crew: Workers) -> None:
        limits = replace(QUICK, short=StepLimits(run_s=4))
        first = crew.start()
        handle = await started(await temporal.client(), key, limits)
        await until(lambda: len(steps.runs()) == 1)
        first.send_signal(signal.SIGKILL)
        crew.start()
        await asyncio.wait_for(sync_result(handle), 50)

    with workers(temporal, key, steps) as crew:
        asyncio.run(body(crew))
    assert steps.attempts("open_run") == 2
    assert steps.runs() == [(1, "succeeded", "")]


def test_a_worker_that_is_asked_to_stop_leaves_its_step_to_the_next(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", SCRIPT)

    async def body(crew: Workers) -> None:
        first = crew.start()
        crew.start()
        handle = await started(await temporal.client(), key)
        await until(lambda: len(steps.rows("extract")) > 10)
        (pid,) = steps.query("select distinct pid from rows")[0]
        busy = next(process for process in crew.processes if process.pid == pid)
        busy.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(busy.wait, 10) == 0
        assert first.poll() == (0 if busy is first else None)
        assert (await asyncio.wait_for(sync_result(handle), 50)).status == "succeeded"

    with workers(temporal, key, steps, grace_s=0.2) as crew:
        asyncio.run(body(crew))
    assert_nothing_lost_or_repeated(steps)
    assert steps.attempts("extract") == 2


def test_a_worker_that_is_asked_to_stop_lets_a_short_step_finish(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(rows=30, pause_s=0.02))

    async def body(crew: Workers) -> None:
        first = crew.start()
        handle = await started(await temporal.client(), key)
        await until(lambda: len(steps.rows("extract")) > 3)
        first.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(first.wait, 10) == 0
        crew.start()
        await asyncio.wait_for(sync_result(handle), 50)

    with workers(temporal, key, steps, grace_s=5) as crew:
        asyncio.run(body(crew))
    assert steps.attempts("extract") == 1


def test_a_server_killed_in_the_middle_comes_back_and_the_sync_completes(tmp_path: Path, key: str) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", SCRIPT)

    async def body(server: RunningServer, crew: Workers) -> None:
        crew.start()
        handle = await started(await server.client(), key)
        await until(lambda: len(steps.rows("extract")) > 10)
        server.kill()
        await asyncio.sleep(0.5)
        server.start()
        client = await server.client()
        again = client.get_workflow_handle(handle.id, run_id=handle.run_id)
        assert (await asyncio.wait_for(again.result(), 50))["status"] == "succeeded"

    with running_server(tmp_path) as server, workers(server, key, steps) as crew:
        asyncio.run(body(server, crew))
    assert_nothing_lost_or_repeated(steps)
