"""Which Temporal server this process talks to, and following one sync on it.

The address comes from the option or setting, else from the hub that runs on the data folder (``run.json``). How to sign
in to a cluster comes from Temporal's own ``TEMPORAL_*`` variables.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from canonical.errors import ConfigurationError
from khata.settings import Settings
from khata.supervisor.run_file import find_running
from workflows.inputs import Progress, RunSummary, SyncRequest
from workflows.temporal.client import SyncProgress, Watching, run_sync
from workflows.temporal.connection import TemporalTarget
from workflows.temporal.polls import PollPlan, poll_everything

if TYPE_CHECKING:
    from storage import Store


def temporal_target(settings: Settings, environ: Mapping[str, str] | None = None) -> TemporalTarget:
    """Say which server to talk to.

    Raises:
        ConfigurationError: none is named and no hub is running on the data folder.
    """
    variables = os.environ if environ is None else environ
    address = settings.temporal.address or variables.get("TEMPORAL_ADDRESS", "") or _running_hub(settings)
    target = TemporalTarget.from_variables(variables, address)
    return replace(target, namespace=settings.temporal.namespace) if settings.temporal.namespace else target


def _running_hub(settings: Settings) -> str:
    record = find_running(settings.data.folder)
    address = record.addresses.get("Temporal", "") if record else ""
    if not address:
        raise ConfigurationError(
            f"No hub is running on {settings.data.folder}; start one with 'khata up', or name a cluster: --temporal.",
            code="temporal.no_hub",
        )
    return address


def follow_sync(target: TemporalTarget, request: SyncRequest, on_progress: Callable[[Progress], None]) -> RunSummary:
    """Start a connection's sync, or join the one that is running, and wait for its end.

    Raises:
        KhataError: what the failed step raised; see ``workflows.temporal.client.run_sync``.
    """

    def show(known: SyncProgress) -> None:
        if known.beat is not None:
            on_progress(known.beat)

    return run_sync(target, request, watching=Watching(on_progress=show))


def keep_polls(settings: Settings, store: Store, target: TemporalTarget, *, wait_s: float = 0.0) -> int:
    """Give every live connection of every tenant its schedule of looks, by the settings of this hub.

    Args:
        settings: say how often.
        store: with the connections.
        target: the Temporal server.
        wait_s: patience with a server that is starting.

    Returns:
        Number of connections that are polled.
    """
    plans = [plan for tenant in store.tenants.list() for plan in _poll_plans(settings, store, tenant.slug)]
    return asyncio.run(poll_everything(target, plans, wait_s=wait_s))


def keep_polls_of_running_hub(settings: Settings, store: Store) -> bool:
    """The same for the hub that runs on this data folder; False if none does: its worker sees to it at its start."""
    try:
        target = temporal_target(settings)
        keep_polls(settings, store, target)
    except ConfigurationError:
        return False
    return True


def _poll_plans(settings: Settings, store: Store, tenant: str) -> list[PollPlan]:
    """One plan for running programs, one for products that are signed in: what one polls, the other leaves alone."""
    from khata.live.connecting import is_running_source  # noqa: PLC0415 - it knows Tally, which not every hub has

    known = store.tenant(tenant).connections.list()
    signed_in = _signed_in(store, tenant)
    running = [one for one in known if is_running_source(one)]
    online = [one for one in known if one.connection_id in signed_in]
    files = [one for one in known if one.config.get("files")]
    groups = ((running, settings.tally.schedule_minutes, online), (online, settings.sign_in.schedule_minutes, running))
    return [
        PollPlan(
            tenant=tenant,
            live=[SyncRequest(tenant=tenant, connection=one.name, source=one.connector) for one in live],
            others=frozenset(one.name for one in (*files, *others)),
            every=timedelta(minutes=minutes) if minutes else None,
        )
        for live, minutes, others in groups
    ]


def _signed_in(store: Store, tenant: str) -> frozenset[int]:
    """Connections whose sign-in is good; the others wait for their owner."""
    return frozenset(one.connection_id for one in store.tenant(tenant).sign_ins.list() if not one.refusal)
