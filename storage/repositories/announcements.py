"""Announcements: objects that products' deliveries named, until a sync has looked for them.

An object is kept once however often it is announced; each announcement raises ``times``. A sync settles what it has
seen by that number, so one that comes while the sync runs is not settled with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.engine import Transaction
from storage.repositories.base import Repository, insert_of
from storage.tables.sign_in import announcement

WAITING_MAX = 1000
"""Announcements one sync takes on; the others wait for the next."""
AT_ONCE = 500
"""Rows of one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedObject:
    """One object a delivery named.

    Attributes:
        key: the object's; empty: something of the stream, the delivery did not say what.
        is_deletion: it was said to be gone.
    """

    stream: str
    key: str
    is_deletion: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What is kept of an object that was named.

    Attributes:
        times: how often it was announced so far.
        first_at: when first.
        last_at: when last.
        outcome: what the sync found; empty while it waits for one.
        run_id: of that sync.
    """

    named: NamedObject
    times: int
    first_at: datetime
    last_at: datetime
    outcome: str = ""
    run_id: int | None = None


class Announcements(Repository):
    """The tenant's announcements."""

    def note(self, connection_id: int, named: Iterable[NamedObject], *, at: datetime) -> int:
        """Note objects as announced, and waiting; return how many there are.

        A deletion that waits stays one, whatever is announced after it: deliveries come in any order.
        """
        rows = [
            {
                "tenant_id": self._tenant_id,
                "connection_id": connection_id,
                "stream": stream,
                "source_key": key,
                "is_deletion": is_deletion,
                "times": 1,
                "first_at": at,
                "last_at": at,
                "outcome": "",
                "run_id": None,
            }
            for (stream, key), is_deletion in _each_once(named).items()
        ]
        with self._write() as transaction:
            for start in range(0, len(rows), AT_ONCE):
                self._note(transaction, rows[start : start + AT_ONCE])
        return len(rows)

    @staticmethod
    def _note(transaction: Transaction, rows: list[dict[str, Any]]) -> None:
        statement = insert_of(transaction, announcement).values(rows)
        waits_as_deletion = sa.and_(announcement.c.outcome == "", announcement.c.is_deletion)
        again = {
            "is_deletion": sa.or_(waits_as_deletion, statement.excluded.is_deletion),
            "times": announcement.c.times + 1,
            "last_at": statement.excluded.last_at,
            "outcome": "",
            "run_id": None,
        }
        keys = ["tenant_id", "connection_id", "stream", "source_key"]
        transaction.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=again))

    def waiting(self, connection_id: int, *, limit: int = WAITING_MAX) -> tuple[Announcement, ...]:
        """What no sync has looked for yet, the longest waiting first."""
        order = (announcement.c.last_at, announcement.c.stream, announcement.c.source_key)
        query = self._of(connection_id).where(announcement.c.outcome == "").order_by(*order).limit(limit)
        return self._found(query)

    def count_waiting(self, connection_id: int) -> int:
        """How many no sync has looked for yet."""
        query = sa.select(sa.func.count()).where(
            self._mine(announcement), announcement.c.connection_id == connection_id, announcement.c.outcome == ""
        )
        with self._read() as transaction:
            return int(transaction.connection.execute(query).scalar_one())

    def settle(self, connection_id: int, outcomes: Mapping[Announcement, str], *, run_id: int | None) -> int:
        """Say what a sync found of announcements it had read; one that was repeated meanwhile goes on waiting.

        Returns:
            Number of those that wait no more.
        """
        done = 0
        with self._write() as transaction:
            for one, outcome in outcomes.items():
                statement = (
                    sa.update(announcement)
                    .where(
                        self._mine(announcement),
                        announcement.c.connection_id == connection_id,
                        announcement.c.stream == one.named.stream,
                        announcement.c.source_key == one.named.key,
                        announcement.c.times == one.times,
                        announcement.c.outcome == "",
                    )
                    .values(outcome=outcome, run_id=run_id)
                )
                done += int(transaction.connection.execute(statement).rowcount)
        return done

    def list(self, connection_id: int, *, limit: int = 1000) -> tuple[Announcement, ...]:
        """A connection's announcements, newest first."""
        order = (announcement.c.last_at.desc(), announcement.c.stream, announcement.c.source_key)
        return self._found(self._of(connection_id).order_by(*order).limit(limit))

    def forget_before(self, moment: datetime) -> int:
        """Delete what was announced last before a moment; return how many."""
        with self._write() as transaction:
            done = transaction.connection.execute(
                sa.delete(announcement).where(self._mine(announcement), announcement.c.last_at < moment)
            )
        return int(done.rowcount)

    def _of(self, connection_id: int) -> sa.Select[tuple[object, ...]]:
        return sa.select(announcement).where(self._mine(announcement), announcement.c.connection_id == connection_id)

    def _found(self, query: sa.Select[tuple[object, ...]]) -> tuple[Announcement, ...]:
        with self._read() as transaction:
            rows = transaction.connection.execute(query).all()
        return tuple(
            Announcement(
                named=NamedObject(stream=row.stream, key=row.source_key, is_deletion=row.is_deletion),
                times=row.times,
                first_at=row.first_at,
                last_at=row.last_at,
                outcome=row.outcome,
                run_id=row.run_id,
            )
            for row in rows
        )


def _each_once(named: Iterable[NamedObject]) -> dict[tuple[str, str], bool]:
    """One delivery may name an object several times; a deletion among them counts."""
    found: dict[tuple[str, str], bool] = {}
    for one in named:
        address = (one.stream, one.key)
        found[address] = found.get(address, False) or one.is_deletion
    return found
