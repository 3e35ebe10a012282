"""The worker process: polls the queue, runs the steps in threads, stops gracefully.

A SIGTERM lets running steps go on for the grace period; then each ends at its next beat and another worker continues
from what is committed. The runner is unsandboxed in production and sandboxed in the tests
(docs/decisions/0007-temporal-is-an-adapter.md).

Where next: the composition root in ``khata`` passes the steps; ``activities.py`` calls them.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from workflows.temporal import names
from workflows.temporal.activities import SyncActivities, SyncSteps
from workflows.temporal.attributes import ensure_search_attributes
from workflows.temporal.client import worker_identities
from workflows.temporal.connection import TemporalTarget, connect
from workflows.temporal.definitions import ScheduledSyncWorkflow, SyncWorkflow
from workflows.temporal.pulse import PulseSettings

_READY_POLL_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """How a worker works.

    Attributes:
        task_queue: whose work it takes.
        slots: steps at the same time, one thread each.
        grace_s: how long running steps may go on after SIGTERM; keep it below the supervisor's patience.
        connect_wait_s: patience with a server that is still starting.
        sandboxed: run workflow code in the SDK's sandbox; slower, and it finds what is not deterministic.
        pulse: how often steps beat.
    """

    task_queue: str = names.TASK_QUEUE
    slots: int = 4
    grace_s: float = 20.0
    connect_wait_s: float = 60.0
    sandboxed: bool = False
    pulse: PulseSettings = field(default_factory=PulseSettings)


class _OneLine(logging.Filter):
    """Our own line has said what failed; the SDK's traceback through its threads adds nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, drop the traceback of a failed activity."""
        if str(record.msg).startswith("Completing activity as failed"):
            record.exc_info = None
        return True


def build_worker(client: Client, steps: SyncSteps, settings: WorkerSettings) -> Worker:
    """A worker for all workflows and steps, not yet running."""
    runner: WorkflowRunner = SandboxedWorkflowRunner() if settings.sandboxed else UnsandboxedWorkflowRunner()
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[SyncWorkflow, ScheduledSyncWorkflow],
        activities=SyncActivities(steps, settings.pulse).registered(),
        activity_executor=ThreadPoolExecutor(max_workers=settings.slots, thread_name_prefix="step"),
        max_concurrent_activities=settings.slots,
        workflow_runner=runner,
        graceful_shutdown_timeout=timedelta(seconds=settings.grace_s),
        # The default of 60 s would delay both progress and cancel by as much.
        max_heartbeat_throttle_interval=timedelta(seconds=settings.pulse.every_s),
        default_heartbeat_throttle_interval=timedelta(seconds=settings.pulse.every_s),
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=5),
    )


async def serve(
    client: Client,
    steps: SyncSteps,
    settings: WorkerSettings,
    *,
    stop: asyncio.Event,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Work until ``stop`` is set; ``on_ready`` is called once the server knows this worker.

    Raises:
        RuntimeError: the worker cannot go on (its namespace was deleted, for example).
    """
    worker = build_worker(client, steps, settings)
    running = asyncio.ensure_future(worker.run())
    stopping = asyncio.ensure_future(stop.wait())
    ready = asyncio.ensure_future(_announce(client, settings.task_queue, on_ready))
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ready.cancel()
        stopping.cancel()
        if not running.done():
            await worker.shutdown()
    await running


async def _announce(client: Client, task_queue: str, on_ready: Callable[[], None] | None) -> None:
    """Call ``on_ready`` when the server lists this worker: only then will a started sync find it."""
    while not await _listed(client, task_queue):  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(_READY_POLL_S)
    if on_ready:
        on_ready()


async def _listed(client: Client, task_queue: str) -> bool:
    try:
        return client.identity in await worker_identities(client, task_queue)
    except RPCError:  # the server is restarting
        return False


def run_worker(
    target: TemporalTarget,
    steps: SyncSteps,
    settings: WorkerSettings | None = None,
    *,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Be a worker until SIGTERM or SIGINT; call ``leaving.leave`` afterwards.

    Raises:
        ConfigurationError: no server answers within ``connect_wait_s``, or it refuses our search attributes.
    """
    chosen = settings or WorkerSettings()
    logging.getLogger("temporalio.activity").addFilter(_OneLine())

    async def whole() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):  # not loop.add_signal_handler: Windows has none
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        client = await connect(target, wait_s=chosen.connect_wait_s)
        await ensure_search_attributes(client)
        await serve(client, steps, chosen, stop=stop, on_ready=on_ready)

    asyncio.run(whole())
