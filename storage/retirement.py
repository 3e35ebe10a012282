"""Retirement: what the source has no more leaves the books and stays in the history.

Nothing is deleted. A tombstone says when and by which run it was noticed; the raw record is current no more; the
canonical records made of it are closed, so a report as known before still shows them. If the source says anything under
the key again, ``RawStore.append`` makes it current and it is translated anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from canonical.record import SourceRef
from storage.batch import take_turn
from storage.engine import Transaction
from storage.raw_append import by_source_key, flag_current, forget_unfinished
from storage.repositories.base import Repository
from storage.tables.raw import tombstone
from storage.types import to_microseconds
from storage.upsert.closing import close_current
from storage.upsert.kinds import KINDS

BATCH_KEYS = 500
"""Records retired in one commit."""
TABLES = tuple(kind.table.name for kind in KINDS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is known of a record's going.

    Attributes:
        source: its address.
        raw_id: the last the source had said.
        run_id: the run that noticed.
        known_at: when that run began, UTC.
        reason: for people.
    """

    source: SourceRef
    raw_id: int
    run_id: int | None
    known_at: datetime
    reason: str


class Retirement(Repository):
    """Takes records out of the books, and says what was taken."""

    def retire(
        self,
        company_id: int,
        stream: str,
        source_keys: Sequence[str],
        *,
        run_id: int | None,
        known_at: datetime,
        reason: str,
    ) -> int:
        """Retire what is current under these keys; returns how many records that were.

        Every few hundred commit by themselves: after a kill the next census finds the rest.
        """
        count = 0
        for start in range(0, len(source_keys), BATCH_KEYS):
            keys = source_keys[start : start + BATCH_KEYS]
            with self._write() as transaction:
                take_turn(transaction, company_id)
                raw_ids = _current_raw(transaction, company_id, stream, keys)
                moment = to_microseconds(known_at)
                new_ids = self._ids.take(len(raw_ids))
                rows = [
                    (self._tenant_id, new_id, company_id, stream, key, raw_id, run_id, moment, reason)
                    for new_id, (key, raw_id) in zip(new_ids, raw_ids.items(), strict=True)
                ]
                transaction.insert(tombstone, rows)
                flag_current(transaction, list(raw_ids.values()), is_current=False)
                forget_unfinished(transaction, list(raw_ids.values()))
                close_current(
                    transaction, company_id, {table: [(stream, key) for key in keys] for table in TABLES}, moment
                )
            count += len(raw_ids)
        return count

    def of_raw(self, raw_id: int) -> tuple[Tombstone, ...]:
        """Every tombstone of a raw record, oldest first."""
        return self._where("t.raw_id = ?", (raw_id,))

    def of_source(self, company_id: int, source: SourceRef) -> tuple[Tombstone, ...]:
        """Every tombstone of an address, oldest first."""
        where = "t.company_id = ? AND t.stream = ? AND t.source_key = ?"
        return self._where(where, (company_id, source.stream, source.key))

    def of_run(self, run_id: int) -> tuple[Tombstone, ...]:
        """Every tombstone a run made, in its order."""
        return self._where("t.run_id = ?", (run_id,))

    def of_company(self, company_id: int) -> tuple[Tombstone, ...]:
        """Every tombstone of a company, oldest first."""
        return self._where("t.company_id = ?", (company_id,))

    def _where(self, condition: str, bound: tuple[object, ...]) -> tuple[Tombstone, ...]:
        with self._read() as transaction:
            moment = transaction.dialect.values.read_moment
            rows = transaction.rows(
                "SELECT c.connector, c.source_key, t.stream, t.source_key, t.raw_id, t.run_id, t.known_at, t.reason "
                "FROM tombstone t JOIN company c ON c.tenant_id = t.tenant_id AND c.id = t.company_id "
                f"WHERE t.tenant_id = ? AND {condition} ORDER BY t.known_at, t.id",
                (self._tenant_id, *bound),
            )
            return tuple(
                Tombstone(source=SourceRef(*address), raw_id=raw_id, run_id=run_id, known_at=moment(at), reason=reason)
                for *address, raw_id, run_id, at, reason in rows
            )


def _current_raw(transaction: Transaction, company_id: int, stream: str, keys: Sequence[str]) -> dict[str, int]:
    lookup = by_source_key("source_key, id", is_current=True)
    return dict(transaction.find(lookup, (transaction.tenant_id, company_id, stream), keys))
