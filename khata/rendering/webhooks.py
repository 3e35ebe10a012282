"""Deliveries of webhooks as a report: what came, about whom, and what a sync found of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khata.rendering.sheet import Column, ColumnKind, Sheet

if TYPE_CHECKING:
    from canonical.record import JsonValue
    from storage.repositories.announcements import Announcement
    from storage.repositories.deliveries import Delivery

COLUMNS = (
    Column("received_at", "Received", ColumnKind.MOMENT),
    Column("last_at", "Last", ColumnKind.MOMENT, is_extra=True),
    Column("times", "Times", ColumnKind.COUNT),
    Column("connection", "Connection"),
    Column("about", "About"),
    Column("found", "Found by the sync"),
    Column("bytes", "Bytes", ColumnKind.COUNT, is_extra=True),
)
NAMED = 3
"""Objects named of one delivery."""
WAITS = "waits for a sync"
WORDS = {
    "read": "read",
    "unchanged": "as held",
    "gone": "gone, retired",
    "absent": "not there, not held",
    "compared": "list compared",
    "refused": "not shown to this sign-in",
}
Found = Mapping[tuple[int, str, str], "Announcement"]
"""Announcements by connection, stream and key."""


def deliveries_sheet(
    deliveries: Sequence[Delivery], names: Mapping[int, str], found: Found, notes: tuple[str, ...] = ()
) -> Sheet:
    """List deliveries.

    Args:
        deliveries: newest first.
        names: of connections, by id; a delivery of none of them is about a company that is not connected.
        found: what syncs have found.
        notes: sentences under the table.
    """
    return Sheet(
        title="Deliveries",
        noun="deliveries",
        columns=COLUMNS,
        rows=[
            (
                one.received_at,
                one.last_at,
                one.times,
                names.get(one.connection_id) or f"none: {_companies(one.events) or 'names no company'}",
                _few([_words(event) for event in one.events]),
                _few(_outcomes(one, found)) if one.connection_id in names else "",
                len(one.body),
            )
            for one in deliveries
        ],
        notes=notes,
    )


def _few(texts: Sequence[str]) -> str:
    named = ", ".join(texts[:NAMED])
    return f"{named} and {len(texts) - NAMED} more" if len(texts) > NAMED else named


def _companies(events: Sequence[JsonValue]) -> str:
    return _few(list(dict.fromkeys(str(event.get("company")) for event in events if event.get("company"))))


def _words(event: Mapping[str, Any]) -> str:
    parts = (event.get(name) for name in ("stream", "key", "operation"))
    return " ".join(str(part) for part in parts if part) or "changes"


def _outcomes(delivery: Delivery, found: Found) -> list[str]:
    told: dict[str, None] = {}
    for event in delivery.events:
        one = found.get((delivery.connection_id, str(event.get("stream", "")), str(event.get("key", ""))))
        if one is not None:
            run = f" (run {one.run_id})" if one.run_id else ""
            told[f"{WORDS.get(one.outcome, one.outcome)}{run}" if one.outcome else WAITS] = None
    return list(told)
