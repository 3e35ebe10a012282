"""Deliveries of webhooks: whose they are, whether they are genuine, and what they mean for a sync.

A delivery comes to one address per tenant and product, because products send several companies' changes in one. It is
verified with the secrets of the connections to that product, stored as it came, and each connection it is about is
synced; what it names is looked for by that sync. What a delivery says is never taken for data, so losing, doubling or
forging one can cost a sync and no figure.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from canonical.errors import ConfigurationError, NotFound, SourceRejected
from connectors.sdk.registry import get_connector
from khata.sign_in.connecting import company_key, hub_part_of
from khata.vault import Vault, open_vault, place_of
from storage.repositories.announcements import NamedObject
from storage.repositories.deliveries import NOBODY
from workflows.inputs import SyncRequest
from workflows.steps import HUB_ONLY

if TYPE_CHECKING:
    from datetime import datetime

    from canonical.record import JsonValue
    from connectors.sdk.webhooks import Pairs, WebhookEvent, Webhooks
    from khata.wiring import Hub
    from storage import Connection

WEBHOOK_SECRET: Final = "webhook_secret"  # noqa: S105 - the name of a field
SECRET_CHARACTERS: Final = 40
"""Zoho takes 12 to 50 letters and digits."""
EVENTS_KEPT: Final = 500
"""Events of one delivery that are kept beside its bytes."""
KEPT_FOR: Final = timedelta(days=30)
"""Deliveries older than that are of no use to anybody; vendors stop repeating them long before."""
STRANGERS_KEPT: Final = 200
"""Newest deliveries kept of companies that are not connected: enough to see what is the matter."""
DELETED: Final = "deleted"


UNKNOWN_HOST: Final = "https://YOUR-PUBLIC-HOST"


class DeliveryRefused(SourceRejected):
    """A delivery that none of the tenant's connections vouches for; why is not said."""

    default_code = "webhook.refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A delivery as it came.

    Attributes:
        tenant: of the address.
        connector: of the address.
        headers: names in lower case.
        body: exactly the bytes.
        query: of the address.
    """

    tenant: str
    connector: str
    headers: Mapping[str, str]
    body: bytes
    query: Pairs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a delivery that is genuine leads to.

    Attributes:
        asked: one request per connection to sync; none for a repeat that the vendor's own clock proves to be one.
        strangers: companies it tells of that no connection with this secret reads; it is kept all the same.
    """

    asked: tuple[SyncRequest, ...] = ()
    strangers: tuple[str, ...] = ()


def take_delivery(hub: Hub, arrival: Arrival) -> Taken:
    """Verify a delivery, store it and what it names, and say which syncs it asks for.

    A vendor whose call is refused repeats it for days, holds back what came after it, and may give the address up; so a
    genuine delivery about a company that is not connected is taken too, and kept where an operator finds it.

    Raises:
        DeliveryRefused: no such tenant, product or secret; not signed by it; too old. They all look the same.
    """
    now = hub.clock()
    candidates = _candidates(hub, arrival)
    events, secret = _verified(_webhooks_of(arrival), arrival, candidates, now)
    asked = []
    ours = [connection for connection, own in candidates if own == secret]
    for connection in ours:
        about = [event for event in events if event.company in ("", company_key(connection))]
        if about and _is_news(hub, arrival, connection, about, now):
            asked.append(_request(arrival.tenant, connection))
    known = {company_key(connection) for connection in ours}
    others = [event for event in events if event.company and event.company not in known]
    if others or not events:
        elsewhere = {company_key(connection) for connection, own in candidates if own != secret}
        _keep_stranger(hub, arrival, others, elsewhere, now)
    return Taken(asked=tuple(asked), strangers=tuple(dict.fromkeys(event.company for event in others)))


def forget_old(hub: Hub, tenant: str) -> None:
    """Delete deliveries of a tenant that are past their use."""
    books, moment = hub.tenant(tenant), hub.clock() - KEPT_FOR
    books.deliveries.forget_before(moment)
    books.deliveries.forget_beyond(NOBODY, STRANGERS_KEPT)
    books.announcements.forget_before(moment)


def set_secret(hub: Hub, tenant: str, connection: Connection, secret: str) -> None:
    """Seal the secret a connection's deliveries are signed with."""
    place = place_of(tenant, connection.name, HUB_ONLY, WEBHOOK_SECRET)
    sealed = open_vault(hub.settings).seal(secret, place)
    config = {**connection.config, HUB_ONLY: {**hub_part_of(connection.config), WEBHOOK_SECRET: sealed}}
    hub.tenant(tenant).connections.save(
        connection.name, connection.connector, config, company_id=connection.company_id, at=hub.clock()
    )


def new_secret() -> str:
    """A secret nobody can guess, of characters every product takes."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(SECRET_CHARACTERS))


def path_of(tenant: str, connector: str) -> str:
    """Where deliveries come to, below the API's public address."""
    return f"/webhooks/{tenant}/{connector}"


def addresses_of(tenant: str, connection: Connection, public_url: str) -> list[tuple[str, str]]:
    """What to enter at the vendor: which changes, and the whole address for them.

    Raises:
        ConfigurationError: the product sends no webhooks.
    """
    base = (public_url or UNKNOWN_HOST).rstrip("/") + path_of(tenant, connection.connector)
    found = []
    for one in webhooks_of(connection).addresses(company_key(connection)):
        query = urlencode([(name, value) for name, value in one.query if value])
        found.append((one.what, f"{base}?{query}" if query else base))
    return found


def webhooks_of(connection: Connection) -> Webhooks:
    """What verifies the deliveries of a connection's product.

    Raises:
        ConfigurationError: it sends none.
    """
    offered = get_connector(connection.connector).webhooks
    if offered is None:
        raise ConfigurationError(
            f"{connection.connector} sends no webhooks that Khata can verify.",
            code="webhook.not_offered",
            connector=connection.connector,
        )
    return offered()


def has_secret(connection: Connection) -> bool:
    """Say whether deliveries of a connection can be verified."""
    return WEBHOOK_SECRET in hub_part_of(connection.config)


def _candidates(hub: Hub, arrival: Arrival) -> list[tuple[Connection, str]]:
    """Connections of the tenant to the product, each with its secret."""
    try:
        known = hub.tenant(arrival.tenant).connections.list()
    except NotFound:
        raise _refused() from None
    ours = [one for one in known if one.connector == arrival.connector and has_secret(one)]
    vault = open_vault(hub.settings) if ours else None
    return [(one, _secret_of(one, arrival.tenant, vault)) for one in ours if vault is not None]


def _secret_of(connection: Connection, tenant: str, vault: Vault) -> str:
    sealed: Mapping[str, JsonValue] = hub_part_of(connection.config)[WEBHOOK_SECRET]
    return vault.open(sealed, place_of(tenant, connection.name, HUB_ONLY, WEBHOOK_SECRET))


def _webhooks_of(arrival: Arrival) -> Webhooks:
    try:
        connector = get_connector(arrival.connector)
    except ConfigurationError:
        raise _refused() from None
    if connector.webhooks is None:
        raise _refused()
    return connector.webhooks()


def _verified(
    webhooks: Webhooks, arrival: Arrival, candidates: Sequence[tuple[Connection, str]], now: datetime
) -> tuple[tuple[WebhookEvent, ...], str]:
    """Try every secret there is; of a delivery that fits none nothing is said."""
    for secret in dict.fromkeys(own for _, own in candidates):
        try:
            return webhooks.verify(arrival.headers, arrival.body, secret, now, query=arrival.query), secret
        except SourceRejected:
            continue
    raise _refused()


def _is_news(hub: Hub, arrival: Arrival, connection: Connection, events: Sequence[WebhookEvent], now: datetime) -> bool:
    """Store a delivery, and what it names for the next sync to look for, in one commit.

    The same bytes may be another change only if they do not say when it happened.
    """
    books, told = hub.tenant(arrival.tenant), [_told(event) for event in events[:EVENTS_KEPT]]
    with books.transaction():
        is_new = books.deliveries.keep(connection.connection_id, arrival.body, told, at=now)
        news = events if is_new else [event for event in events if event.at is None]
        books.announcements.note(connection.connection_id, named_in(news), at=now)
    return bool(news)


def named_in(events: Sequence[WebhookEvent]) -> list[NamedObject]:
    """What a sync can look for: an object, or a list from which something was deleted."""
    return [
        NamedObject(stream=event.stream, key=event.key, is_deletion=event.operation == DELETED)
        for event in events
        if event.stream and (event.key or event.operation == DELETED)
    ]


def _keep_stranger(
    hub: Hub, arrival: Arrival, events: Sequence[WebhookEvent], elsewhere: AbstractSet[str], now: datetime
) -> None:
    """Keep a delivery that is no connection's with the tenant whose secret signed it, and with nobody else."""
    told: list[JsonValue] = [
        {**_told(event), "connector": arrival.connector, "is_connected": event.company in elsewhere}
        for event in events[:EVENTS_KEPT]
    ]
    hub.tenant(arrival.tenant).deliveries.keep(NOBODY, arrival.body, told or [{"connector": arrival.connector}], at=now)


def _told(event: WebhookEvent) -> dict[str, Any]:
    return {
        "company": event.company,
        "stream": event.stream,
        "key": event.key,
        "operation": event.operation,
        "id": event.event_id,
        "at": event.at.isoformat() if event.at else None,
    }


def _request(tenant: str, connection: Connection) -> SyncRequest:
    return SyncRequest(tenant=tenant, connection=connection.name, source=connection.connector, reason="event")


def _refused() -> DeliveryRefused:
    return DeliveryRefused("This delivery is not taken.")
