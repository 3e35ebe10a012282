"""What the tests against a real server share: short limits, a started sync, a worker for the time of a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TypeVar

from temporalio.client import Client, WorkflowExecution

from tests.workflows.servers import RunningServer
from workflows.inputs import SyncRequest
from workflows.policies import RetryRule, StepLimits, SyncLimits
from workflows.temporal.activities import SyncSteps
from workflows.temporal.client import SyncHandle, start_sync
from workflows.temporal.pulse import PulseSettings
from workflows.temporal.worker import WorkerSettings, build_worker

QUICK = SyncLimits(
    short=StepLimits(run_s=5),
    long=StepLimits(run_s=20, heartbeat_s=2),
    retry=RetryRule(attempts=4, first_delay_s=0.05, longest_delay_s=0.2),
)
Result = TypeVar("Result")


def request_of(key: str) -> SyncRequest:
    return SyncRequest(tenant="acme", connection=key, source="tally", company="Asha & Sons")


@asynccontextmanager
async def working(client: Client, steps: SyncSteps, queue: str, pulse: PulseSettings) -> AsyncIterator[None]:
    settings = WorkerSettings(task_queue=queue, grace_s=0.2, sandboxed=True, pulse=pulse)
    async with build_worker(client, steps, settings):
        yield


def during(
    server: RunningServer,
    steps: SyncSteps,
    queue: str,
    body: Callable[[Client], Coroutine[None, None, Result]],
    pulse: PulseSettings | None = None,
) -> Result:
    """Run the body while a sandboxed worker serves the queue."""

    async def whole() -> Result:
        client = await server.client()
        async with working(client, steps, queue, pulse or PulseSettings(every_s=0.1)):
            return await asyncio.wait_for(body(client), 50)

    return asyncio.run(whole())


async def started(client: Client, key: str, limits: SyncLimits = QUICK) -> SyncHandle:
    return await start_sync(client, request_of(key), limits=limits, task_queue=key)


async def listed(client: Client, query: str, within_s: float = 20) -> list[WorkflowExecution]:
    """What the server lists for a query, as soon as it lists anything: lists follow histories a little later."""
    async with asyncio.timeout(within_s):
        while not (found := [item async for item in client.list_workflows(query)]):  # noqa: ASYNC110 - on a server
            await asyncio.sleep(0.05)
    return found


async def until(condition: Callable[[], bool], within_s: float = 40) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - the condition is rows in a file
            await asyncio.sleep(0.02)
