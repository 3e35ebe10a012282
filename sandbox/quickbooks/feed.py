"""Change data capture: everything of the named entities that changed since a time, deletions as tombstones.

Look-back 30 days, 1,000 objects for all entities together (both documented). Which fault an older time meets is not
known: here it is a query validation fault. Neither is the order; oldest change first unless the quirk turns it round.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.quickbooks.catalogue import BY_FOLDED, Entity
from sandbox.quickbooks.changes import Change
from sandbox.quickbooks.company import Company
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Document
from sandbox.quickbooks.times import parse_time, render_time

LOOK_BACK = timedelta(days=30)
OBJECTS_MAX = 1000


def changes_since(company: Company, entities: str, since: str, *, is_newest_first: bool = False) -> Document:
    """Answer ``/cdc`` (the part in ``CDCResponse``).

    Raises:
        Refusal: no entities or a bad time (4001), an entity without the feature (500), or too far back (4001).
    """
    kinds = [_kind(name.strip()) for name in entities.split(",") if name.strip()]
    if not kinds:
        raise Refusal.missing("entities")
    try:
        start = parse_time(since)
    except ValueError as error:
        raise Refusal.invalid_query(f"Invalid date time value {since!r} for changedSince") from error
    if company.clock() - start > LOOK_BACK:
        raise Refusal.invalid_query("changedSince reaches more than 30 days back")
    left = OBJECTS_MAX
    parts = []
    for kind in kinds:
        rows = _rows(company, kind, start, is_newest_first=is_newest_first)[:left]
        left -= len(rows)
        parts.append(_part(kind, rows))
    found = [part for part in parts if part]
    return {"CDCResponse": [{"QueryResponse": found or [{}]}]}


def _kind(name: str) -> Entity:
    kind = BY_FOLDED.get(name.casefold())
    if kind is None:
        raise Refusal.invalid_query(f"Metadata for Entity {name} not found")
    if not kind.in_changes:
        raise Refusal.unsupported(f"changes of {kind.name}")
    return kind


def _rows(company: Company, kind: Entity, start: datetime, *, is_newest_first: bool) -> list[Document]:
    rows = [
        (record.updated, record.number, record.document)
        for record in company.records(kind.name)
        if record.updated >= start
    ]
    rows += [
        (change.at, int(change.key), _tombstone(change))
        for change in company.journal.tombstones
        if change.entity == kind.name and change.at >= start
    ]
    rows.sort(key=lambda row: row[:2], reverse=is_newest_first)
    return [document for _, _, document in rows]


def _tombstone(change: Change) -> Document:
    meta = {"LastUpdatedTime": render_time(change.at)}
    return {"domain": "QBO", "status": "Deleted", "Id": change.key, "MetaData": meta}


def _part(kind: Entity, rows: list[Document]) -> Document:
    if not rows:
        return {}
    return {kind.name: rows, "startPosition": 1, "maxResults": len(rows), "totalCount": len(rows)}
