"""The tenant's crosswalk, kept entry by entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from canonical.crosswalk import Crosswalk, CrosswalkEntry
from storage.repositories.base import Repository, insert_of
from storage.tables.crosswalk import crosswalk
from storage.tables.master import party

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(CrosswalkEntry)


class Crosswalks(Repository):
    """Where the harmonizer's decisions are kept; golden parties are computed from them."""

    def load(self) -> Crosswalk:
        """Return all entries, past and present."""
        query = sa.select(crosswalk.c.document).where(self._mine(crosswalk)).order_by(crosswalk.c.entry_id)
        with self._read() as transaction:
            rows = transaction.connection.execute(query).all()
        return Crosswalk(tuple(_DECODER.decode(bytes(row.document)) for row in rows))

    def count_parties(self) -> dict[str, int]:
        """Count versions of parties and current ones: no party is written, changed or retired without moving one."""
        return self._counts(party, party.c.known_to)

    def count_entries(self) -> dict[str, int]:
        """Count entries and current ones: entries are added and end, and are never deleted."""
        return self._counts(crosswalk, crosswalk.c.ended_at)

    def _counts(self, table: sa.Table, ended: sa.Column[Any]) -> dict[str, int]:
        count = sa.func.count()
        query = sa.select(count, count.filter(ended.is_(None))).where(self._mine(table))
        with self._read() as transaction:
            total, current = transaction.connection.execute(query).one()
        return {f"{table.name}_versions": int(total), f"{table.name}_current": int(current)}

    def save(self, changes: Sequence[CrosswalkEntry]) -> None:
        """Store new entries and changed ones (ended, undone), by ``entry_id``; all of them or none."""
        if not changes:
            return
        rows = [
            {
                "tenant_id": self._tenant_id,
                "entry_id": entry.entry_id,
                "golden_id": entry.golden_id,
                "merge_id": entry.merge_id,
                "created_at": entry.created_at,
                "ended_at": entry.ended_at,
                "document": _ENCODER.encode(entry),
            }
            for entry in changes
        ]
        with self._write() as transaction:
            statement = insert_of(transaction, crosswalk)
            changed = {name: statement.excluded[name] for name in ("golden_id", "merge_id", "ended_at", "document")}
            transaction.connection.execute(
                statement.on_conflict_do_update(index_elements=["tenant_id", "entry_id"], set_=changed), rows
            )
