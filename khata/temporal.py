"""Which Temporal server this process talks to, and following one sync on it.

The address comes from the option or setting, else from the hub that runs on the data folder (``run.json``). How to sign
in to a cluster comes from Temporal's own ``TEMPORAL_*`` variables.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from canonical.errors import ConfigurationError
from khata.settings import Settings
from khata.supervisor.run_file import find_running
from workflows.inputs import Progress, RunSummary, SyncRequest
from workflows.temporal.client import SyncProgress, Watching, run_sync
from workflows.temporal.connection import TemporalTarget

if TYPE_CHECKING:
    from storage import Connection


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


def follow_sync(
    target: TemporalTarget, tenant: str, connection: Connection, on_progress: Callable[[Progress], None]
) -> RunSummary:
    """Start a connection's sync, or join the one that is running, and wait for its end.

    Raises:
        KhataError: what the failed step raised; see ``workflows.temporal.client.run_sync``.
    """

    def show(known: SyncProgress) -> None:
        if known.beat is not None:
            on_progress(known.beat)

    request = SyncRequest(tenant=tenant, connection=connection.name, source=connection.connector)
    return run_sync(target, request, watching=Watching(on_progress=show))
