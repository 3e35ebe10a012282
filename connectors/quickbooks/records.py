"""From an object of QuickBooks to a record of the tap: the object verbatim, beside it what identifies and dates it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from connectors.quickbooks.entities import COMPANIES, PAYING, REPORTS, Entity
from connectors.quickbooks.translate.values import changed_at, text_of

Record = dict[str, Any]


def record_of(realm_id: str, entity: Entity, row: Mapping[str, Any], rates: Mapping[str, str] | None = None) -> Record:
    """Wrap an object; the company itself is known by its realm, everything else by its id."""
    record: Record = {
        "realm_id": realm_id,
        "key": realm_id if entity.stream == COMPANIES else text_of(row, "Id"),
        "entity": entity.name,
        "name": name_of(entity, row),
        "object": row,
        "sync_token": _version(row),
    }
    if entity.is_document:
        record["date"] = text_of(row, "TxnDate") or None
        if entity.stream in PAYING:
            record["rates"] = dict(rates or {})
    return record


def with_columns(record: Record, columns: Container[str]) -> Record:
    """Add those of the columns that repeat what the object says; targets may want them, the hub does not."""
    row, found = record["object"], dict(record)
    if "updated_at" in columns:
        found["updated_at"] = _updated(row)
    if "is_active" in columns:
        found["is_active"] = row.get("Active")
    return found


def report_record(realm_id: str, kind: str, kept: Mapping[str, Any]) -> Record:
    """Wrap a report; a later one of the same kind takes its place."""
    return {"realm_id": realm_id, "key": kind, "entity": REPORTS, "name": kind, "object": kept}


def name_of(entity: Entity, row: Mapping[str, Any]) -> str:
    """What people call it."""
    if entity.is_document:
        return text_of(row, "DocNumber")
    names = ("FullyQualifiedName", "DisplayName", "Name", "CompanyName")
    return next((found for name in names if (found := text_of(row, name))), "")


def _version(row: Mapping[str, Any]) -> int | None:
    token = text_of(row, "SyncToken")
    return int(token) if token.isdigit() else None


def _updated(row: Mapping[str, Any]) -> str | None:
    at = changed_at(row)
    return at.isoformat().replace("+00:00", "Z") if at else None
