"""Schedules on a real server: India's time, one sync per connection whoever starts it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import Client, ScheduleOverlapPolicy

from canonical.errors import ConfigurationError, NotFound
from tests.workflows.scripted import Failing, Script, ScriptedSteps
from tests.workflows.servers import RunningServer
from tests.workflows.sync_support import QUICK, during, request_of, started, until
from workflows.temporal import names
from workflows.temporal.client import SyncHandle, sync_handle, sync_result
from workflows.temporal.schedules import (
    Timetable,
    delete_schedule,
    get_schedule,
    iter_schedule_ids,
    pause_schedule,
    put_schedule,
    resume_schedule,
    trigger_schedule,
)

pytestmark = [pytest.mark.temporal, pytest.mark.xdist_group("temporal")]

INDIA = ZoneInfo("Asia/Kolkata")
HOURLY = Timetable(every=timedelta(hours=1))


async def put(client: Client, key: str, timetable: Timetable = HOURLY) -> str:
    return await put_schedule(client, request_of(key), timetable, limits=QUICK, task_queue=key)


async def scheduled_results(client: Client, key: str) -> list[dict[str, object]]:
    """Results of the workflows that the schedule started, in order of their start."""
    query = f'WorkflowType="{names.SCHEDULED_SYNC}" and KhataConnection="{key}"'
    found = sorted([item async for item in client.list_workflows(query)], key=lambda item: item.start_time)
    return [await client.get_workflow_handle(item.id, run_id=item.run_id).result() for item in found]


def test_a_schedule_is_put_read_changed_paused_and_deleted(
    temporal: RunningServer, steps: ScriptedSteps, key: str
) -> None:
    async def body(client: Client) -> None:
        assert await put(client, key) == f"schedule:acme:{key}"
        while f"schedule:acme:{key}" not in [name async for name in iter_schedule_ids(client, "acme")]:  # noqa: ASYNC110 - a server's list, no event of ours
            await asyncio.sleep(0.05)  # the list follows what was done; ``during`` guards against waiting for ever
        state = await get_schedule(client, "acme", key)
        assert (state.paused, state.last_at) == (False, None)
        described = await client.get_schedule_handle(f"schedule:acme:{key}").describe()
        assert described.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
        assert described.schedule.policy.catchup_window == timedelta(hours=1)
        assert described.schedule.spec.time_zone_name == "Asia/Kolkata"

        await pause_schedule(client, "acme", key, "quota used up")
        await put(client, key, Timetable(every=timedelta(hours=2)))
        state = await get_schedule(client, "acme", key)
        assert (state.paused, state.note) == (True, "quota used up")  # a changed timetable does not wake it
        await resume_schedule(client, "acme", key)
        assert not (await get_schedule(client, "acme", key)).paused

        await delete_schedule(client, "acme", key)
        with pytest.raises(NotFound):
            await get_schedule(client, "acme", key)
        with pytest.raises(NotFound):
            await trigger_schedule(client, "acme", key)

    during(temporal, steps, key, body)


def test_the_server_reads_the_times_as_indian(temporal: RunningServer, steps: ScriptedSteps, key: str) -> None:
    async def body(client: Client) -> None:
        await put(client, key, Timetable(daily_at=(time(6, 30), time(18, 45))))
        described = await client.get_schedule_handle(f"schedule:acme:{key}").describe()
        jitter = timedelta(minutes=10)
        for at in described.info.next_action_times:
            local = at.astimezone(INDIA)
            base = local.replace(hour=6 if local.hour < 12 else 18, minute=30 if local.hour < 12 else 45, second=0)
            assert timedelta() <= local - base.replace(microsecond=0) <= jitter, local
        await delete_schedule(client, "acme", key)

    during(temporal, steps, key, body)


def test_a_triggered_schedule_runs_the_connections_one_sync(
    temporal: RunningServer, steps: ScriptedSteps, key: str
) -> None:
    async def body(client: Client) -> None:
        await put(client, key)
        await trigger_schedule(client, "acme", key)
        await until(lambda: steps.runs() == [(1, "succeeded", "")])
        assert (await scheduled_results(client, key))[0]["status"] == "succeeded"
        assert (await sync_result(sync_handle(client, "acme", key))).run_id == 1
        assert (await get_schedule(client, "acme", key)).last_at is not None
        await delete_schedule(client, "acme", key)

    during(temporal, steps, key, body)


def test_a_schedule_leaves_a_sync_alone_that_a_person_has_started(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(pause_s=0.2))

    async def body(client: Client) -> None:
        handle: SyncHandle = await started(client, key)
        await put(client, key)
        await trigger_schedule(client, "acme", key)

        async def skipped() -> bool:
            query = f'WorkflowType="{names.SCHEDULED_SYNC}" and KhataConnection="{key}"'
            return any([True async for _ in client.list_workflows(query)])

        while not await skipped():
            pass
        assert [result["status"] for result in await scheduled_results(client, key)] == ["already_running"]
        assert (await sync_result(handle)).status == "succeeded"
        await delete_schedule(client, "acme", key)

    during(temporal, steps, key, body)
    assert len(steps.runs()) == 1


def test_a_scheduled_sync_that_fails_shows_the_same_code(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(failing={"extract": Failing("CredentialError", attempts=9)}))

    async def body(client: Client) -> None:
        await put(client, key)
        await trigger_schedule(client, "acme", key)
        await until(lambda: steps.runs() == [(1, "failed", "khata.credential")])
        with pytest.raises(Exception, match="failed") as caught:
            await scheduled_results(client, key)
        assert getattr(caught.value.__cause__, "type", None) == "khata.credential"
        await delete_schedule(client, "acme", key)

    during(temporal, steps, key, body)


@pytest.mark.parametrize(
    ("every", "daily_at"), [(None, ()), (timedelta(hours=1), (time(6),)), (timedelta(seconds=20), ())]
)
def test_a_timetable_is_an_interval_or_times(every: timedelta | None, daily_at: tuple[time, ...]) -> None:
    with pytest.raises(ConfigurationError):
        Timetable(every=every, daily_at=daily_at)


@pytest.mark.parametrize("hours", [1, 2, 3, 4, 6, 8, 12, 24])
def test_intervals_count_from_midnight_in_india(hours: int) -> None:
    spec = Timetable(every=timedelta(hours=hours)).spec()
    midnight = datetime(2026, 4, 1, tzinfo=INDIA).astimezone(UTC)
    offset = spec.intervals[0].offset
    assert offset is not None
    assert (midnight - datetime(1970, 1, 1, tzinfo=UTC) - offset) % timedelta(hours=hours) == timedelta()
