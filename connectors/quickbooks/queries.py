"""Statements of QuickBooks' query language. Only what is documented to work is used: AND, =, >=, IN, one order.

Inactive members of lists are hidden from a plain query, so both states are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from connectors.quickbooks.entities import Entity

PAGE_MAX: Final = 1000
_BOTH: Final = "Active IN (true, false)"


def select(entity: Entity, *, position: int, rows: int, since: datetime | None = None) -> str:
    """One page of an entity, whole objects.

    Args:
        entity: what.
        position: of the first row, from 1.
        rows: at most; up to 1000.
        since: only what changed at that moment or later; in the order of change then.
    """
    conditions = [_BOTH] if entity.has_active else []
    if since is not None:
        conditions.append(f"MetaData.LastUpdatedTime >= '{render_moment(since)}'")
    order = "MetaData.LastUpdatedTime" if since is not None else "Id"
    return f"SELECT * FROM {entity.name}{_where(conditions)} ORDERBY {order} STARTPOSITION {position} MAXRESULTS {rows}"


def select_ids(entity: Entity, *, position: int) -> str:
    """One page of the ids an entity has."""
    conditions = [_BOTH] if entity.has_active else []
    paging = f"STARTPOSITION {position} MAXRESULTS {PAGE_MAX}"
    return f"SELECT Id FROM {entity.name}{_where(conditions)} ORDERBY Id {paging}"


def count(entity: Entity) -> str:
    """How many an entity has."""
    return f"SELECT COUNT(*) FROM {entity.name}{_where([_BOTH] if entity.has_active else [])}"


def select_some(entity: Entity, ids: Iterable[str]) -> str:
    """Whole objects by id."""
    listed = ", ".join(f"'{render_text(identity)}'" for identity in ids)
    conditions = [f"Id IN ({listed})", *([_BOTH] if entity.has_active else [])]
    return f"SELECT * FROM {entity.name}{_where(conditions)} STARTPOSITION 1 MAXRESULTS {PAGE_MAX}"


def select_where(entity: Entity, conditions: Mapping[str, str], *, position: int) -> str:
    """Whole objects whose properties are exactly these; inactive ones too."""
    equal = [f"{name} = '{render_text(value)}'" for name, value in conditions.items()]
    where = _where([*equal, *([_BOTH] if entity.has_active else [])])
    return f"SELECT * FROM {entity.name}{where} ORDERBY Id STARTPOSITION {position} MAXRESULTS {PAGE_MAX}"


def render_moment(moment: datetime) -> str:
    """A moment as a literal; without an offset QuickBooks would read it in the zone of its server."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def render_text(text: str) -> str:
    """A text inside quotes."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
