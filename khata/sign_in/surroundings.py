"""What a tap is given of this process: place, clock, and for a product one signs in to its tokens, pace and breaker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from connectors.sdk.pacing import day_of
from connectors.sdk.registry import get_connector
from connectors.sdk.tokens import Limits
from khata.sign_in.keeper import HubKeeper
from khata.sign_in.pace import HubBreaker, HubPace
from khata.vault import open_vault
from khata.wiring import surroundings_of

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.sdk.base import Surroundings
    from khata.wiring import Hub
    from storage import Connection, TenantStore

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
    common = replace(surroundings_of(hub.settings), now=hub.clock, connection=connection.name)
    pace = pace_of(hub, tenant, connection)
    if pace is None:
        return common
    return replace(
        common,
        tokens=keeper_of(hub, tenant, connection),
        pace=pace,
        breaker=HubBreaker(throttles=pace.throttles, connection_id=connection.connection_id, now=hub.clock),
    )


def pace_of(hub: Hub, tenant: str, connection: Connection) -> HubPace | None:
    """The pace of a connection; None where nobody signs in."""
    connector = get_connector(connection.connector)
    if connector.oauth is None:
        return None
    books = hub.tenant(tenant)
    limits = connector.limits(connection.config) if connector.limits else USUAL
    if limits.is_of_application:
        limits = replace(limits, reserve=limits.reserve + used_by_others(books, connection, limits, hub.clock()))
    return HubPace(
        throttles=books.throttles,
        connection_id=connection.connection_id,
        limits=limits,
        now=hub.clock,
        sleep=surroundings_of(hub.settings).sleep,
    )


def used_by_others(books: TenantStore, connection: Connection, limits: Limits, now: datetime) -> int:
    """Calls of the present day or month that other connections made with the same application."""
    application = connection.config.get("client_id")
    others = [
        one.connection_id
        for one in books.connections.list()
        if one.connector == connection.connector
        and one.connection_id != connection.connection_id
        and one.config.get("client_id") == application
    ]
    found = [books.throttles.get(one) for one in others]
    return sum(one.used for one in found if one.day == day_of(now, limits))


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
