"""Deliveries of a product that reach a hub: verified, kept with what they name, news or a repeat, as at the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from canonical.errors import SourceRejected
from connectors.sdk.registry import get_connector
from khata.sign_in.webhooks import named_in
from storage import TenantStore


def is_news(
    books: TenantStore,
    connection: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    secret: str,
    now: datetime,
    query: Sequence[tuple[str, str]] = (),
) -> bool:
    """Take one delivery; say whether it asks for a sync. One that is too old is refused: as good as lost."""
    held = books.connections.get(connection)
    webhooks = get_connector(held.connector).webhooks
    assert webhooks is not None
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        events = webhooks().verify(lower, body, secret, now, query=query)
    except SourceRejected as refused:
        if refused.code != "webhook.replayed":
            raise
        return False
    told: list[Any] = [{"id": one.event_id} for one in events]
    is_new = books.deliveries.keep(held.connection_id, body, told, at=now)
    news = [one for one in events if is_new or one.at is None]
    books.announcements.note(held.connection_id, named_in(news), at=now)
    return bool(news)
