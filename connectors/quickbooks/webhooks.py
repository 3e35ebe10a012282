"""What QuickBooks calls us with: both formats of its notifications, under one signature.

The signature is base64 of HMAC-SHA256 over the raw body, keyed with the verifier token of the application. The older
format lists entities by realm; since May 2026 every application gets an array of CloudEvents instead. Deliveries come
late, twice and in any order, so an event only says where to look.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from canonical.errors import SourceRejected
from connectors.quickbooks.entities import BY_NAME
from connectors.sdk.webhooks import Pairs, WebhookAddress, WebhookEvent, require_recent, same_text

SIGNATURE: Final = "intuit-signature"
MADE_AT: Final = "intuit-created-time"
_TYPE: Final = re.compile(r"qbo\.([a-z]+)\.([a-z]+)\.v\d+")
_OPERATIONS: Final = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "merge": "merged",
    "void": "voided",
    "emailed": "emailed",
}
_STREAMS: Final = {name.casefold(): entity.stream for name, entity in BY_NAME.items()}
_ID: Final = re.compile(r"[A-Za-z0-9:._-]{1,60}")
_COLONLESS: Final = re.compile(r"([+-]\d{2})(\d{2})$")
_NANOSECONDS: Final = re.compile(r"(\.\d{6})\d+")


class QuickBooksWebhooks:
    """Verifies and reads deliveries of QuickBooks."""

    place: str = (
        "In Intuit's developer portal: your app > Webhooks, production and development each by itself. One address "
        "serves every company of the app; choose the entities there. Intuit shows the verifier token, and that is the "
        "secret: store it with --secret-file, for each of the app's connections"
    )

    def addresses(self, company: str) -> tuple[WebhookAddress, ...]:
        """One for all companies: a delivery says which it is about."""
        del company
        return (WebhookAddress(what="All entities"),)

    def verify(
        self, headers: Mapping[str, str], body: bytes, secret: str, now: datetime, *, query: Pairs = ()
    ) -> tuple[WebhookEvent, ...]:
        """Check that Intuit sent this, recently, and read it.

        Raises:
            SourceRejected: the signature is not of this secret, the delivery is too old, or it is no notification.
        """
        del query  # Intuit signs the body alone
        if not secret or not same_text(signature_of(body, secret), headers.get(SIGNATURE, "")):
            raise SourceRejected(
                "The delivery is not signed by QuickBooks with our verifier token.", code="webhook.refused"
            )
        events = tuple(_events(body))
        # the events' own times are under the signature, the header's is not: whoever replays can write any
        made_at = max((event.at for event in events if event.at), default=None) or _moment(headers.get(MADE_AT, ""))
        if made_at is not None:
            require_recent(made_at, now)
        return events


def signature_of(body: bytes, secret: str) -> str:
    """The signature Intuit puts on a body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def _events(body: bytes) -> Iterator[WebhookEvent]:
    try:
        told = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise SourceRejected("The delivery is no JSON.", code="webhook.refused") from error
    if isinstance(told, list):
        yield from (_cloud_event(one) for one in told if isinstance(one, dict))
        return
    for realm in _rows(told, "eventNotifications"):
        changed = realm.get("dataChangeEvent")
        for entity in _rows(changed, "entities"):
            event = _older_event(str(realm.get("realmId", "")), entity)
            yield event
            if gone := _id(str(entity.get("deletedId", ""))):  # merged into the object named
                yield replace(event, key=gone, operation="deleted", event_id=f"{event.event_id}-{gone}")


def _cloud_event(told: Mapping[str, Any]) -> WebhookEvent:
    found = _TYPE.fullmatch(str(told.get("type", "")))
    entity, operation = found.groups() if found else ("", "")
    return WebhookEvent(
        company=str(told.get("intuitaccountid", "")),
        stream=_STREAMS.get(entity, ""),
        key=_id(str(told.get("intuitentityid", ""))),
        operation=operation,
        event_id=str(told.get("id", "")),
        at=_moment(str(told.get("time", ""))),
    )


def _older_event(realm: str, told: Mapping[str, Any]) -> WebhookEvent:
    name, key = str(told.get("name", "")), _id(str(told.get("id", "")))
    word, updated = str(told.get("operation", "")), str(told.get("lastUpdated", ""))
    return WebhookEvent(
        company=realm,
        stream=_STREAMS.get(name.casefold(), ""),
        key=key,
        operation=_OPERATIONS.get(word.casefold(), word.casefold()),
        event_id=hashlib.sha256(f"{realm}|{name}|{key}|{word}|{updated}".encode()).hexdigest()[:32],
        at=_moment(updated),
    )


def _id(text: str) -> str:
    """An id as QuickBooks writes them; anything else names nothing."""
    return text if _ID.fullmatch(text) else ""


def _rows(node: Any, name: str) -> list[dict[str, Any]]:
    found = node.get(name) if isinstance(node, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _moment(text: str) -> datetime | None:
    """A time as either format writes it: an offset without a colon, or nine decimals of a second."""
    spelt = _NANOSECONDS.sub(r"\1", _COLONLESS.sub(r"\1:\2", text.strip()))
    try:
        found = datetime.fromisoformat(spelt)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


WEBHOOKS: Final = QuickBooksWebhooks()
