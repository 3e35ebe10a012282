"""Polls: every live connection of a tenant has a schedule that looks at its source, and no other connection has one.

A scheduled sync of a live connection begins with a look at the source's change counters and ends there if nothing
moved, so a short interval costs one small question each. Where next: ``schedules.py``, ``definitions.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client

from canonical.errors import NotFound
from workflows.inputs import SyncRequest
from workflows.temporal import names
from workflows.temporal.attributes import ensure_search_attributes
from workflows.temporal.connection import TemporalTarget, connect
from workflows.temporal.schedules import Timetable, delete_schedule, iter_schedule_ids, put_schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPlan:
    """What should be polled.

    Attributes:
        tenant: whose connections.
        live: connections to running sources.
        others: the tenant's other connections; schedules they have are somebody's wish and stay.
        every: interval; None means that nothing is polled.
    """

    tenant: str
    live: Sequence[SyncRequest]
    others: frozenset[str] = frozenset()
    every: timedelta | None = None


async def keep_polls(client: Client, plan: PollPlan, *, task_queue: str = names.TASK_QUEUE) -> int:
    """Give every live connection its schedule, and take away those of connections that are gone.

    Returns:
        Number of connections that are polled.

    Raises:
        ConfigurationError: a connection's name cannot be part of an id.
    """
    wanted = plan.live if plan.every is not None else ()
    for request in wanted:
        await put_schedule(client, request, Timetable(every=plan.every), task_queue=task_queue)
    kept = {names.schedule_id(plan.tenant, name) for name in (*(one.connection for one in wanted), *plan.others)}
    async for schedule_id in iter_schedule_ids(client, plan.tenant):
        if schedule_id not in kept:
            with suppress(NotFound):
                await delete_schedule(client, plan.tenant, schedule_id.rpartition(":")[2])
    return len(wanted)


async def poll_everything(target: TemporalTarget, plans: Sequence[PollPlan], *, wait_s: float = 0.0) -> int:
    """``keep_polls`` for many tenants on one connection to the server."""
    client = await connect(target, wait_s=wait_s)
    await ensure_search_attributes(client)
    return sum([await keep_polls(client, plan) for plan in plans])
