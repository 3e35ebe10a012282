"""Telling others: notifications of changes, in both formats, signed as Intuit signs them, with what goes wrong.

The signature is base64 of HMAC-SHA256 over the raw body, keyed with the verifier token as text. Notifications carry no
data. They come in any order, more than once, or not at all; one delivery may tell of several companies.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from sandbox.quickbooks.building import Books
from sandbox.quickbooks.catalogue import ENTITIES
from sandbox.quickbooks.changes import Change, Operation
from sandbox.quickbooks.times import PACIFIC
from sandbox.world.dice import Dice

RETRY_AFTER_S = (10, 20, 30, 300, 1200, 7200, 14_400, 21_600)
"""Waits between attempts; after the last, every six hours."""
ANSWER_WITHIN_S = 3.0
_NAMESPACE = UUID("6f1f7f4e-8f0b-5d0c-9a43-0d6f2a1b7c55")
_SOURCE = "intuit.c2FuZGJveC1vZi1raGF0YS1ub3QtaW50dWl0LWl0c2VsZg="
_VERBS = {
    Operation.CREATE: "created",
    Operation.UPDATE: "updated",
    Operation.DELETE: "deleted",
    Operation.VOID: "voided",
    Operation.MERGE: "merged",
    Operation.EMAILED: "emailed",
}


class Format(StrEnum):
    """How a notification is written."""

    LEGACY = "legacy"
    CLOUD_EVENTS = "cloudevents"
    """Mandatory since 15 May 2026."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change in one company."""

    realm_id: str
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One POST: the raw body and its headers."""

    body: bytes
    headers: dict[str, str]


def sign(body: bytes, verifier: str) -> str:
    """Return the ``intuit-signature`` of a body."""
    return base64.b64encode(hmac.new(verifier.encode(), body, hashlib.sha256).digest()).decode()


@dataclass(slots=True)
class Notifier:
    """Turns what happened in the books into deliveries.

    Attributes:
        verifier: the verifier token of the app.
        dice: decides what is lost, doubled and shuffled; None does none of it.
        lost_one_in: one event in so many is lost; 0 none. ``doubled_one_in`` likewise.
        positions: up to where each company's journal has been told.
    """

    books: Books
    verifier: str
    format: Format = Format.CLOUD_EVENTS
    dice: Dice | None = None
    lost_one_in: int = 0
    doubled_one_in: int = 0
    positions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for live in self.books.companies:
            self.positions.setdefault(live.realm_id, len(live.company.journal.changes))

    def collect(self, per_delivery: int = 10) -> list[Delivery]:
        """Return the deliveries for everything that happened since the last time."""
        events = self._disturbed(list(self._new_events()))
        now = self.books.clock()
        parts = [events[start : start + per_delivery] for start in range(0, len(events), per_delivery)]
        return [self.delivery(part, now) for part in parts]

    def delivery(self, events: Iterable[Event], now: datetime) -> Delivery:
        """Write and sign one delivery."""
        shown: Any = legacy_body(events) if self.format is Format.LEGACY else cloud_body(events)
        body = json.dumps(shown, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "intuit_notification_server/0.1",
            "intuit-signature": sign(body, self.verifier),
            "intuit-created-time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "intuit-t-id": str(uuid5(_NAMESPACE, body.hex())),
            "intuit-notification-schema-version": "0.1",
        }
        return Delivery(body=body, headers=headers)

    def _new_events(self) -> Iterable[Event]:
        for live in self.books.companies:
            changes, self.positions[live.realm_id] = live.company.journal.since(self.positions[live.realm_id])
            for change in changes:
                if ENTITIES[change.entity].in_webhooks:
                    yield Event(realm_id=live.realm_id, change=change)

    def _disturbed(self, events: list[Event]) -> list[Event]:
        dice = self.dice
        if dice is None:
            return events
        kept = [event for event in events if not (self.lost_one_in and dice.one_in(self.lost_one_in))]
        kept += [event for event in kept if self.doubled_one_in and dice.one_in(self.doubled_one_in)]
        order = [(dice.below(1_000_000), position) for position in range(len(kept))]
        return [kept[position] for _, position in sorted(order)]


def legacy_body(events: Iterable[Event]) -> dict[str, Any]:
    """Write events as they came until 2026: companies, and under each its entities."""
    by_realm: dict[str, list[dict[str, str]]] = {}
    for event in events:
        change = event.change
        shown = {
            "name": change.entity,
            "id": change.key,
            "operation": change.operation.value,
            "lastUpdated": change.at.astimezone(PACIFIC).strftime("%Y-%m-%dT%H:%M:%S%z"),
        }
        if change.deleted_key:
            shown["deletedId"] = change.deleted_key
        by_realm.setdefault(event.realm_id, []).append(shown)
    notices = [{"realmId": realm, "dataChangeEvent": {"entities": rows}} for realm, rows in by_realm.items()]
    return {"eventNotifications": notices}


def cloud_body(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Write events as CloudEvents; the same event always has the same id."""
    return [_cloud_event(event) for event in events]


def _cloud_event(event: Event) -> dict[str, Any]:
    change = event.change
    stamp = change.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    name = f"{event.realm_id}/{change.entity}/{change.key}/{change.operation}/{stamp}"
    return {
        "specversion": "1.0",
        "id": str(uuid5(_NAMESPACE, name)),
        "source": _SOURCE,
        "type": f"qbo.{change.entity.lower()}.{_VERBS[change.operation]}.v1",
        "datacontenttype": "application/json",
        "time": f"{stamp}.000000000Z",
        "intuitentityid": change.key,
        "intuitaccountid": event.realm_id,
        "data": {},
    }


def post(delivery: Delivery, url: str) -> int:
    """Post a delivery once; returns the status, 0 if no answer came in time."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=ANSWER_WITHIN_S)
    try:
        connection.request("POST", parts.path or "/", delivery.body, delivery.headers)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def send(delivery: Delivery, url: str, sleep: Callable[[float], None], attempts: int = 4) -> bool:
    """Post a delivery, again after the documented waits; says whether it was taken."""
    for attempt in range(attempts):
        if attempt:
            sleep(RETRY_AFTER_S[min(attempt - 1, len(RETRY_AFTER_S) - 1)])
        if post(delivery, url) == HTTP_OK:
            return True
    return False


HTTP_OK = 200
