"""Start a sync on a Temporal server, watch it, wait for it, stop it.

Two doors: async functions on a connected client (the API uses them), and ``run_sync`` / ``stop_sync`` that do
everything for a command line. After temporalio has been used, a short-lived process must end with
``leaving.leave``, or its exit code may lie.

Where next: ``connection.py``, ``definitions.py``, ``schedules.py``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowQueryFailedError
from temporalio.common import Priority, SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError, CancelledError, TerminatedError
from temporalio.service import RPCError, RPCStatusCode

from canonical.errors import ConfigurationError, KhataError, NotFound
from workflows.inputs import Progress, RunSummary, SyncRequest
from workflows.policies import SyncLimits, priority_of
from workflows.temporal import names
from workflows.temporal.attributes import ensure_search_attributes
from workflows.temporal.connection import TemporalTarget, connect
from workflows.temporal.definitions import SyncWorkflow
from workflows.temporal.failures import error_of
from workflows.temporal.values import SyncJob, SyncState

SyncHandle = WorkflowHandle[SyncWorkflow, RunSummary]

_QUERY_TIMEOUT = timedelta(seconds=2)


class SyncCancelled(KhataError):
    """Somebody cancelled the sync; its run is closed as cancelled and what it had stored stays."""

    default_code = "sync.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncProgress:
    """What can be known of a running sync from outside.

    Attributes:
        state: the workflow's own answer; None while no worker is there to give it.
        beat: newest heartbeat of the step at work.
        attempt: of that step, from 1; 0 if no step is pending.
        last_error_code: why the attempt before this one failed.
    """

    state: SyncState | None = None
    beat: Progress | None = None
    attempt: int = 0
    last_error_code: str = ""


def search_attributes_of(request: SyncRequest) -> TypedSearchAttributes:
    """What an operator can search a sync by from its start."""
    pairs = [
        SearchAttributePair(names.TENANT, names.checked_key("tenant", request.tenant)),
        SearchAttributePair(names.CONNECTION, names.checked_key("connection", request.connection)),
        SearchAttributePair(names.REASON, names.checked_key("reason", request.reason)),
    ]
    if request.source:
        pairs.append(SearchAttributePair(names.SOURCE, names.checked_key("source", request.source)))
    return TypedSearchAttributes(pairs)


async def start_sync(
    client: Client, request: SyncRequest, *, limits: SyncLimits | None = None, task_queue: str = names.TASK_QUEUE
) -> SyncHandle:
    """Start the connection's sync, or join the one that is already running.

    Raises:
        ConfigurationError: the tenant's or connection's key cannot be part of an id.
    """
    handle = await client.start_workflow(
        SyncWorkflow.run,
        SyncJob(request, limits or SyncLimits()),
        id=names.sync_id(request.tenant, request.connection),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        search_attributes=search_attributes_of(request),
        static_summary=names.summary_of(request.connection, request.source, request.reason),
        priority=Priority(priority_key=priority_of(request.reason), fairness_key=request.tenant),
    )
    return client.get_workflow_handle_for(
        SyncWorkflow.run, handle.id, run_id=handle.result_run_id, first_execution_run_id=handle.first_execution_run_id
    )


async def signal_changed(
    client: Client, request: SyncRequest, *, limits: SyncLimits | None = None, task_queue: str = names.TASK_QUEUE
) -> SyncHandle:
    """Say that a connection's source has changed: start its sync, or have the running one look again afterwards.

    Cheap and safe to call often: a sync that finds the source's counters unmoved ends without reading anything.

    Raises:
        ConfigurationError: the tenant's or connection's key cannot be part of an id.
    """
    event = replace(request, reason="event")
    handle = await client.start_workflow(
        SyncWorkflow.run,
        SyncJob(event, limits or SyncLimits()),
        id=names.sync_id(event.tenant, event.connection),
        task_queue=task_queue,
        start_signal=names.CHANGED,
        search_attributes=search_attributes_of(event),
        static_summary=names.summary_of(event.connection, event.source, event.reason),
        priority=Priority(priority_key=priority_of(event.reason), fairness_key=event.tenant),
    )
    return client.get_workflow_handle_for(
        SyncWorkflow.run, handle.id, first_execution_run_id=handle.first_execution_run_id
    )


def sync_handle(client: Client, tenant: str, connection: str) -> SyncHandle:
    """The connection's newest sync, running or done."""
    return client.get_workflow_handle_for(SyncWorkflow.run, names.sync_id(tenant, connection))


async def sync_result(handle: SyncHandle) -> RunSummary:
    """Wait for the end of a sync.

    Raises:
        KhataError: the sync failed; class and code are the step's own.
        SyncCancelled: it was cancelled or terminated.
    """
    try:
        return await handle.result()
    except WorkflowFailureError as error:
        if isinstance(error.cause, CancelledError | TerminatedError):
            raise SyncCancelled("The sync was cancelled. What it had stored stays; sync again to go on.") from error
        if isinstance(error.cause, ApplicationError):
            raise error_of(error.cause) from error
        raise KhataError("The sync failed; the Temporal Web UI shows its history.", code="sync.failed") from error


async def sync_progress(handle: SyncHandle, client: Client) -> SyncProgress:
    """Where a sync stands: the workflow's steps and, inside the step at work, its heartbeat.

    Raises:
        NotFound: no such sync.
    """
    try:
        description = await handle.describe()
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            raise NotFound("This connection has not been synced yet.", code="sync.not_found") from error
        raise
    pending = description.raw_description.pending_activities
    state = await _state(handle)
    if not pending:
        return SyncProgress(state=state)
    return SyncProgress(
        state=state,
        beat=await _beat(client, pending[0]),
        attempt=pending[0].attempt,
        last_error_code=pending[0].last_failure.application_failure_info.type,
    )


async def _state(handle: SyncHandle) -> SyncState | None:
    try:
        return await handle.query(SyncWorkflow.progress, rpc_timeout=_QUERY_TIMEOUT)
    except (RPCError, WorkflowQueryFailedError):  # no worker at the moment; the description still answers
        return None


async def _beat(client: Client, pending: PendingActivityInfo) -> Progress | None:
    details = pending.heartbeat_details.payloads
    if not details:
        return None
    (beat,) = await client.data_converter.decode(details[:1], [Progress])
    return beat if isinstance(beat, Progress) else None


async def worker_identities(client: Client, task_queue: str = names.TASK_QUEUE) -> frozenset[str]:
    """Who has asked the queue for work lately; empty if no worker serves it."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    answer = await client.workflow_service.describe_task_queue(request)
    return frozenset(poller.identity for poller in answer.pollers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """How a caller waits for a sync.

    Attributes:
        on_progress: called about every ``poll_s`` with what is known.
        poll_s: seconds between looks.
        worker_wait_s: patience with a queue that no worker serves, seconds.
    """

    on_progress: Callable[[SyncProgress], None] | None = None
    poll_s: float = 0.5
    worker_wait_s: float = 60.0


async def watch_sync(
    client: Client,
    handle: SyncHandle,
    watching: Watching,
    *,
    task_queue: str = names.TASK_QUEUE,
    clock: Callable[[], float] = monotonic,
) -> RunSummary:
    """Wait for the end of a sync and report progress meanwhile; see ``sync_result`` for how it ends.

    Raises:
        ConfigurationError: no worker serves the queue; the sync stays queued and starts when one does.
    """
    result = asyncio.ensure_future(sync_result(handle))
    patience_ends = clock() + watching.worker_wait_s
    try:
        while not (await asyncio.wait({result}, timeout=watching.poll_s))[0]:
            if watching.on_progress:
                watching.on_progress(await sync_progress(handle, client))
            if clock() > patience_ends and not await worker_identities(client, task_queue):
                raise _no_worker(client, task_queue)
        return await result
    finally:
        result.cancel()


def _no_worker(client: Client, task_queue: str) -> ConfigurationError:
    return ConfigurationError(
        f"No worker serves the queue {task_queue} of {client.service_client.config.target_host}. The sync stays "
        "queued; start a worker with 'khata up'.",
        code="sync.no_worker",
    )


def run_sync(
    target: TemporalTarget,
    request: SyncRequest,
    *,
    watching: Watching | None = None,
    limits: SyncLimits | None = None,
    task_queue: str = names.TASK_QUEUE,
) -> RunSummary:
    """Sync a connection from a command line: connect, start or join, watch, return the summary.

    Ctrl-C stops the watching, not the sync; ``stop_sync`` cancels it.

    Raises:
        ConfigurationError: no server or no worker answers, or a key is malformed.
        SyncCancelled: somebody cancelled it.
        KhataError: what the failed step raised.
    """

    async def whole() -> RunSummary:
        client = await connect(target)
        await ensure_search_attributes(client)
        handle = await start_sync(client, request, limits=limits, task_queue=task_queue)
        return await watch_sync(client, handle, watching or Watching(), task_queue=task_queue)

    return asyncio.run(whole())


def tell_changed(target: TemporalTarget, request: SyncRequest, *, task_queue: str = names.TASK_QUEUE) -> None:
    """Tell a connection's sync that its source has changed, and do not wait for it; see ``signal_changed``.

    Raises:
        ConfigurationError: no server answers, or a key is malformed.
    """

    async def whole() -> None:
        client = await connect(target)
        await ensure_search_attributes(client)
        await signal_changed(client, request, task_queue=task_queue)

    asyncio.run(whole())


def stop_sync(target: TemporalTarget, tenant: str, connection: str) -> None:
    """Cancel a connection's sync: its step stops at the next beat and the run is closed as cancelled.

    Raises:
        NotFound: no sync of this connection is running.
    """

    async def whole() -> None:
        client = await connect(target)
        try:
            await sync_handle(client, tenant, connection).cancel()
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                raise NotFound("No sync of this connection is running.", code="sync.not_found") from error
            raise

    asyncio.run(whole())
