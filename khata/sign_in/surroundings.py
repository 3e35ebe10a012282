"""What a tap is given of this process: place, clock, and for a product one signs in to its tokens, pace and breaker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from connectors.sdk.registry import get_connector
from connectors.sdk.tokens import Limits
from khata.sign_in.keeper import HubKeeper
from khata.sign_in.pace import HubBreaker, HubPace
from khata.vault import open_vault
from khata.wiring import surroundings_of

if TYPE_CHECKING:
    from connectors.sdk.base import Surroundings
    from khata.wiring import Hub
    from storage import Connection

USUAL: Final = Limits(per_minute=60)
"""For a product whose limits nobody knows."""


def connection_surroundings(hub: Hub, tenant: str, connection: Connection) -> Surroundings:
    """Surroundings of one connection; all workers on this store share its tokens, pace and breaker.

    Args:
        hub: of this process.
        tenant: the connection's.
        connection: as saved.

    Raises:
        ConfigurationError: its connector is not here.
    """
    common = replace(surroundings_of(hub.settings), now=hub.clock)
    connector = get_connector(connection.connector)
    if connector.oauth is None:
        return common
    books = hub.tenant(tenant)
    limits = connector.limits(connection.config) if connector.limits else USUAL
    return replace(
        common,
        tokens=keeper_of(hub, tenant, connection),
        pace=HubPace(
            throttles=books.throttles,
            connection_id=connection.connection_id,
            limits=limits,
            now=hub.clock,
            sleep=common.sleep,
        ),
        breaker=HubBreaker(throttles=books.throttles, connection_id=connection.connection_id, now=hub.clock),
    )


def keeper_of(hub: Hub, tenant: str, connection: Connection) -> HubKeeper:
    """The keeper of a connection's tokens."""
    return HubKeeper(
        books=hub.tenant(tenant),
        vault=open_vault(hub.settings),
        tenant=tenant,
        connection=connection,
        now=hub.clock,
        sleep=surroundings_of(hub.settings).sleep,
    )
