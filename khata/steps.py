"""The steps of a run as this installation does them: its stores, its clock, its secrets, its place to work.

Where next: ``workflows/steps.py`` for what they do; ``cli/running.py`` and ``live/watching.py`` run them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from khata.turnover import parse_turnover
from khata.vault import has_sealed, open_vault
from khata.wiring import spare_cores, surroundings_of

if TYPE_CHECKING:
    from canonical.record import JsonValue
    from connectors.sdk.base import Surroundings
    from khata.settings import Settings
    from khata.wiring import Hub
    from workflows.steps import Steps


def hub_steps(hub: Hub) -> Steps:
    """Return the steps of this hub."""
    from workflows.steps import Steps  # noqa: PLC0415 - connectors load when something runs

    return Steps(
        stores=hub.store.tenant,
        clock=hub.clock,
        tolerance=hub.settings.proof.tolerance,
        surroundings=surroundings_of(hub.settings),
        surround=Surrounding(hub).of_connection,
        open_secrets=Secrets(hub.settings).opened,
        turnover=parse_turnover(hub.settings.gst.turnover),
        spare_cores=spare_cores(),
    )


@dataclass(frozen=True, slots=True)
class Surrounding:
    """Gives connections their surroundings: the process's, and a sign-in where the product wants one."""

    hub: Hub

    def of_connection(self, tenant: str, connection_id: int) -> Surroundings:
        """Return the surroundings of a connection."""
        from khata.sign_in.surroundings import connection_surroundings  # noqa: PLC0415 - as above

        return connection_surroundings(self.hub, tenant, self.hub.tenant(tenant).connections.get_by_id(connection_id))


@dataclass(frozen=True, slots=True)
class Secrets:
    """Opens secrets of connections; the vault is asked only where something is sealed."""

    settings: Settings

    def opened(self, config: Mapping[str, JsonValue], tenant: str, connection: str) -> Mapping[str, JsonValue]:
        """Return settings with their secrets open, for use in memory."""
        return open_vault(self.settings).open_all(config, tenant, connection) if has_sealed(config) else config
