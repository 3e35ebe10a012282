"""When a connection syncs by itself: one schedule per connection, in India's time.

Overlap is SKIP: a sync that takes longer than the interval is left alone. The catch-up window is one interval (the
server's default is a year: a machine that slept two weeks would run every missed sync). The jitter keeps a hundred
connections from starting in the same second. "Sync now" is ``client.start_sync``; triggering the schedule does the
same through ``ScheduledSyncWorkflow``, and neither can run twice at once.

Where next: ``definitions.py`` for the workflow a schedule starts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleHandle,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
)
from temporalio.common import Priority
from temporalio.service import RPCError, RPCStatusCode

from canonical.errors import ConfigurationError, NotFound
from workflows.inputs import SyncRequest
from workflows.policies import PRIORITY_SCHEDULED, SyncLimits
from workflows.temporal import names
from workflows.temporal.client import search_attributes_of
from workflows.temporal.definitions import ScheduledSyncWorkflow
from workflows.temporal.values import SyncJob

TIME_ZONE = "Asia/Kolkata"
_INDIA_FROM_UTC = timedelta(hours=5, minutes=30)
_DAY = timedelta(days=1)
_SHORTEST = timedelta(minutes=1)
_JITTER_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Either every so often, counted from midnight in India, or daily at these times in India.

    Attributes:
        every: interval, at least a minute.
        daily_at: times of the day, to the minute.
    """

    every: timedelta | None = None
    daily_at: tuple[time, ...] = ()

    def __post_init__(self) -> None:
        if (self.every is None) == (not self.daily_at):
            raise ConfigurationError(
                "A schedule needs either an interval or times of the day.", code="schedule.timetable"
            )
        if self.every is not None and self.every < _SHORTEST:
            raise ConfigurationError("A schedule's interval must be at least one minute.", code="schedule.timetable")

    @property
    def interval(self) -> timedelta:
        """Usual time between two runs; also how long a missed run is still worth starting."""
        return self.every if self.every is not None else _DAY / len(self.daily_at)

    def spec(self) -> ScheduleSpec:
        """The same in Temporal's words."""
        jitter = min(self.interval * _JITTER_SHARE, timedelta(minutes=10))
        if self.every is not None:
            from_midnight = (-_INDIA_FROM_UTC) % self.every
            intervals = [ScheduleIntervalSpec(every=self.every, offset=from_midnight)]
            return ScheduleSpec(intervals=intervals, jitter=jitter, time_zone_name=TIME_ZONE)
        calendars = [
            ScheduleCalendarSpec(hour=[ScheduleRange(at.hour)], minute=[ScheduleRange(at.minute)])
            for at in self.daily_at
        ]
        return ScheduleSpec(calendars=calendars, jitter=jitter, time_zone_name=TIME_ZONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleState:
    """A schedule as an operator sees it: times are aware UTC."""

    schedule_id: str
    paused: bool
    note: str
    next_at: datetime | None
    last_at: datetime | None


async def put_schedule(
    client: Client,
    request: SyncRequest,
    timetable: Timetable,
    *,
    limits: SyncLimits | None = None,
    task_queue: str = names.TASK_QUEUE,
) -> str:
    """Create the connection's schedule or change the one it has (a paused one stays paused); its id.

    Raises:
        ConfigurationError: the tenant's or connection's key cannot be part of an id.
    """
    key = names.schedule_id(request.tenant, request.connection)
    schedule = _schedule(replace(request, reason="schedule"), timetable, limits or SyncLimits(), task_queue)
    try:
        await client.create_schedule(key, schedule, search_attributes=search_attributes_of(request))
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(key).update(
            lambda known: ScheduleUpdate(schedule=replace(schedule, state=known.description.schedule.state))
        )
    return key


def _schedule(request: SyncRequest, timetable: Timetable, limits: SyncLimits, task_queue: str) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            ScheduledSyncWorkflow.run,
            SyncJob(request, limits),
            id=f"scheduled-{names.sync_id(request.tenant, request.connection)}",
            task_queue=task_queue,
            typed_search_attributes=search_attributes_of(request),
            static_summary=names.summary_of(request.connection, request.source, request.reason),
            priority=Priority(priority_key=PRIORITY_SCHEDULED, fairness_key=request.tenant),
        ),
        spec=timetable.spec(),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timetable.interval),
    )


async def trigger_schedule(client: Client, tenant: str, connection: str) -> None:
    """Run the scheduled sync once, now; if one is running, once more after it.

    Raises:
        NotFound: the connection has no schedule.
    """
    with _found():
        await _handle(client, tenant, connection).trigger(overlap=ScheduleOverlapPolicy.BUFFER_ONE)


async def pause_schedule(client: Client, tenant: str, connection: str, note: str) -> None:
    """Stop starting syncs, with a note that says why (no names in it).

    Raises:
        NotFound: the connection has no schedule.
    """
    with _found():
        await _handle(client, tenant, connection).pause(note=note)


async def resume_schedule(client: Client, tenant: str, connection: str) -> None:
    """Start syncs again.

    Raises:
        NotFound: the connection has no schedule.
    """
    with _found():
        await _handle(client, tenant, connection).unpause()


async def delete_schedule(client: Client, tenant: str, connection: str) -> None:
    """Remove the schedule; a sync that is running goes on. Call it when a connection is deleted.

    Raises:
        NotFound: the connection has no schedule.
    """
    with _found():
        await _handle(client, tenant, connection).delete()


async def get_schedule(client: Client, tenant: str, connection: str) -> ScheduleState:
    """The connection's schedule.

    Raises:
        NotFound: the connection has no schedule.
    """
    with _found():
        known = await _handle(client, tenant, connection).describe()
    recent = known.info.recent_actions
    return ScheduleState(
        schedule_id=known.id,
        paused=known.schedule.state.paused,
        note=known.schedule.state.note or "",
        next_at=next(iter(known.info.next_action_times), None),
        last_at=recent[-1].started_at if recent else None,
    )


async def iter_schedule_ids(client: Client, tenant: str) -> AsyncIterator[str]:
    """Ids of a tenant's schedules, to find those whose connection is gone."""
    query = f'{names.TENANT.name}="{names.checked_key("tenant", tenant)}"'
    async for listed in await client.list_schedules(query):
        yield listed.id


def _handle(client: Client, tenant: str, connection: str) -> ScheduleHandle:
    return client.get_schedule_handle(names.schedule_id(tenant, connection))


@contextmanager
def _found() -> Iterator[None]:
    """Turn the server's "not found" into ours."""
    try:
        yield
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        raise NotFound("This connection has no schedule; create one first.", code="schedule.not_found") from error
