"""Deliveries of webhooks as a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from khata.rendering.sheet import Column, ColumnKind, Sheet

if TYPE_CHECKING:
    from canonical.record import JsonValue
    from storage.repositories.deliveries import Delivery

COLUMNS = (
    Column("received_at", "Received", ColumnKind.MOMENT),
    Column("last_at", "Last", ColumnKind.MOMENT, is_extra=True),
    Column("times", "Times", ColumnKind.COUNT),
    Column("about", "About"),
    Column("bytes", "Bytes", ColumnKind.COUNT),
)
NAMED = 3
"""Objects named of one delivery."""


def deliveries_sheet(deliveries: Sequence[Delivery]) -> Sheet:
    """List deliveries: when they came, how often, and what they are about."""
    return Sheet(
        title="Deliveries",
        noun="deliveries",
        columns=COLUMNS,
        rows=[(one.received_at, one.last_at, one.times, _about(one.events), len(one.body)) for one in deliveries],
    )


def _about(events: Sequence[JsonValue]) -> str:
    named = ", ".join(_words(event) for event in events[:NAMED])
    return f"{named} and {len(events) - NAMED} more" if len(events) > NAMED else named


def _words(event: JsonValue) -> str:
    parts: Iterable[JsonValue] = (event.get(name) for name in ("stream", "key", "operation"))
    return " ".join(str(part) for part in parts if part) or "changes"
