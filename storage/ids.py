"""Surrogate ids, taken from the database in blocks so that loading needs no round trip per row.

An id is unique in its tenant across all tables: ``v:123`` and ``l:124`` can never be the same number. Blocks that a
killed process had taken leave gaps, which mean nothing. Within a process ids rise; between processes only those of
``after_all`` do.
"""

from __future__ import annotations

import threading

from storage.engine import Database, Transaction

FIRST_ID = 1
BLOCK_IDS = 5_000
"""Ids taken at least at a time; a larger need takes what it needs in one go."""


class IdAllocator:
    """Hands out one tenant's ids; safe for threads, and for any number of processes beside this one."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._lock = threading.Lock()
        self._next, self._end = 0, 0

    def take(self, count: int) -> range:
        """Return that many new ids, rising."""
        with self._lock:
            if self._end - self._next >= count:
                self._next += count
                return range(self._next - count, self._next)
        return self._inside(count) if self._database.in_transaction else self._refill(count)

    def one(self) -> int:
        """Return one new id."""
        return self.take(1)[0]

    def after_all(self, count: int = 1) -> range:
        """Return new ids that are above every one handed out before, in any process: for what is sorted by them.

        Ids out of a block say nothing of time: another process may have taken its block long ago.
        """
        with self._database.write(self._tenant_id) as transaction:
            return self._reserve(transaction, count)

    def _refill(self, count: int) -> range:
        """Take a block in a transaction of its own; not under the lock, which a writer we wait for might want."""
        with self._database.write(self._tenant_id) as transaction:
            block = self._reserve(transaction, count + BLOCK_IDS)
        with self._lock:
            self._next, self._end = block.start + count, block.stop
        return block[:count]

    def _inside(self, count: int) -> range:
        """Take from a block that belongs to the open transaction alone: if it rolls back, so does the counter."""
        with self._database.write(self._tenant_id) as transaction:
            if len(transaction.spare_ids) < count:
                transaction.spare_ids = self._reserve(transaction, max(count, BLOCK_IDS))
            taken, transaction.spare_ids = transaction.spare_ids[:count], transaction.spare_ids[count:]
        return taken

    def _reserve(self, transaction: Transaction, count: int) -> range:
        rows = transaction.rows(
            "INSERT INTO id_block (tenant_id, next_id) VALUES (?, ?) ON CONFLICT (tenant_id) DO UPDATE "
            "SET next_id = id_block.next_id + ? RETURNING next_id",
            (self._tenant_id, FIRST_ID + count, count),
        )
        end: int = rows[0][0]
        return range(end - count, end)
