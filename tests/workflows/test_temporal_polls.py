"""Polls on a real server: one schedule per live connection, none for what is gone, a person's own left alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import Client

from tests.workflows.scripted import ScriptedSteps
from tests.workflows.servers import RunningServer
from tests.workflows.sync_support import during
from workflows.inputs import SyncRequest
from workflows.temporal.polls import PollPlan, keep_polls
from workflows.temporal.schedules import Timetable, get_schedule, iter_schedule_ids, put_schedule

pytestmark = [pytest.mark.temporal, pytest.mark.xdist_group("temporal")]


def test_schedules_follow_the_connections(temporal: RunningServer, steps: ScriptedSteps, key: str) -> None:
    tenant = f"tenant-{key}"
    shop, mill = (SyncRequest(tenant=tenant, connection=name, source="tally") for name in ("shop", "mill"))

    async def lists(client: Client, *connections: str) -> None:
        """The server's list follows what was done a little later."""
        expected = {f"schedule:{tenant}:{name}" for name in connections}
        async with asyncio.timeout(20):
            while {name async for name in iter_schedule_ids(client, tenant)} != expected:  # noqa: ASYNC110 - on a server
                await asyncio.sleep(0.05)

    async def body(client: Client) -> None:
        everything = PollPlan(tenant=tenant, live=[shop, mill], every=timedelta(minutes=5))
        assert await keep_polls(client, everything, task_queue=key) == 2
        await keep_polls(client, everything, task_queue=key)
        await lists(client, "shop", "mill")
        described = await client.get_schedule_handle(f"schedule:{tenant}:shop").describe()
        assert described.schedule.spec.intervals[0].every == timedelta(minutes=5)
        assert (await get_schedule(client, tenant, "shop")).next_at is not None

        nightly = SyncRequest(tenant=tenant, connection="files", source="tally")
        await put_schedule(client, nightly, Timetable(every=timedelta(hours=24)), task_queue=key)
        fewer = PollPlan(tenant=tenant, live=[shop], others=frozenset({"files"}), every=timedelta(minutes=1))
        assert await keep_polls(client, fewer, task_queue=key) == 1
        await lists(client, "shop", "files")

        off = PollPlan(tenant=tenant, live=[shop], others=frozenset({"files"}), every=None)
        assert await keep_polls(client, off, task_queue=key) == 0
        await lists(client, "files")

    during(temporal, steps, key, body)
