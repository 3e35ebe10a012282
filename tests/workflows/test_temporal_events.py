"""Looks before scheduled syncs, and the signal that something changed, under a real Temporal server."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import Client

from canonical.errors import SourceUnavailable
from tests.workflows.scripted import Failing, Script, ScriptedSteps
from tests.workflows.servers import RunningServer
from tests.workflows.sync_support import QUICK, during, request_of, started, until
from tests.workflows.test_temporal_schedules import put, scheduled_results
from workflows.inputs import DIFFERS, RunStatus
from workflows.temporal import names
from workflows.temporal.client import SyncHandle, signal_changed, sync_result
from workflows.temporal.schedules import delete_schedule, trigger_schedule

pytestmark = [pytest.mark.temporal, pytest.mark.xdist_group("temporal")]


async def told(client: Client, key: str) -> SyncHandle:
    return await signal_changed(client, request_of(key), limits=QUICK, task_queue=key)


def test_a_scheduled_sync_of_unmoved_books_opens_no_run(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(looks=("unchanged",)))

    async def body(client: Client) -> None:
        await put(client, key)
        await trigger_schedule(client, "acme", key)
        await until(lambda: steps.attempts("look") == 1)
        assert [result["status"] for result in await scheduled_results(client, key)] == [RunStatus.UNCHANGED]
        await delete_schedule(client, "acme", key)

    during(temporal, steps, key, body)
    assert steps.runs() == []


def test_a_change_starts_a_sync_that_looks_first(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(looks=("moved", "unchanged")))

    async def body(client: Client) -> None:
        assert (await sync_result(await told(client, key))).status == RunStatus.SUCCEEDED
        assert (await sync_result(await told(client, key))).status == RunStatus.UNCHANGED

    during(temporal, steps, key, body)
    assert steps.runs() == [(1, "succeeded", "")]


def test_a_change_during_a_sync_makes_it_run_once_more(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(rows=5, pause_s=0.1))

    async def body(client: Client) -> None:
        handle = await started(client, key)
        await until(lambda: len(steps.rows("extract")) > 1)
        for _ in range(3):
            assert (await told(client, key)).id == handle.id, "a running sync is told, no other one is started"
        assert (await sync_result(handle)).run_id == 2

    during(temporal, steps, key, body)
    assert [status for _, status, _ in steps.runs()] == ["succeeded", "succeeded"]
    assert steps.attempts("look") == 1, "three changes while it was reading are one more look"


def test_a_change_while_looking_is_looked_at_again(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    script = Script(looks=("unchanged", "moved"), silent_s={"look": 0.5})
    steps = ScriptedSteps(tmp_path / "e.db", script)

    async def body(client: Client) -> None:
        handle = await told(client, key)
        await until(lambda: steps.attempts("look") == 1)
        await told(client, key)
        assert (await sync_result(handle)).status == RunStatus.SUCCEEDED

    during(temporal, steps, key, body)
    assert steps.attempts("look") == 2


def test_a_look_that_fails_is_not_repeated(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    failing = Failing("SourceUnavailable", attempts=9, message="Tally does not answer.")
    steps = ScriptedSteps(tmp_path / "e.db", Script(failing={"look": failing}))

    async def body(client: Client) -> None:
        with pytest.raises(SourceUnavailable, match="does not answer"):
            await sync_result(await told(client, key))

    during(temporal, steps, key, body)
    assert (steps.attempts("look"), steps.runs()) == (1, [])


def test_figures_that_differ_have_everything_compared_at_once(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    """Once, by a run that knows which it follows, whatever else had changed meanwhile."""
    steps = ScriptedSteps(tmp_path / "e.db", Script(rows=5, pause_s=0.1, differing=(1,)))

    async def body(client: Client) -> None:
        handle = await started(client, key)
        await until(lambda: len(steps.rows("extract")) > 1)
        await told(client, key)
        summary = await sync_result(handle)
        assert (summary.run_id, summary.looks_again) == (2, False)

    during(temporal, steps, key, body)
    assert [status for _, status, _ in steps.runs()] == ["succeeded", "succeeded"]
    first, second = steps.requests
    assert (first.is_thorough, first.after) == (False, 0)
    assert (second.is_thorough, second.after, second.reason) == (True, 1, DIFFERS)
    assert first.key != second.key
    assert steps.attempts("look") == 0


def test_a_hanging_source_is_not_asked_again_in_the_same_run(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    failing = Failing("SourceUnavailable", attempts=9, message="It hangs.", facts={"next_run": True})
    steps = ScriptedSteps(tmp_path / "e.db", Script(failing={"extract": failing}))

    async def body(client: Client) -> None:
        with pytest.raises(SourceUnavailable, match="hangs"):
            await sync_result(await started(client, key))

    during(temporal, steps, key, body)
    assert steps.attempts("extract") == 1


def test_a_sync_asked_for_by_hand_does_not_look(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(looks=("unchanged",)))

    async def body(client: Client) -> None:
        assert (await sync_result(await started(client, key))).status == RunStatus.SUCCEEDED

    during(temporal, steps, key, body)
    assert steps.attempts("look") == 0
    assert {"manual", "backfill"}.isdisjoint(names.LOOKING_REASONS)
