"""Deliveries: what products called us with, kept as it came, each once however often it is repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa

from canonical.record import JsonValue
from storage.repositories.base import Repository, insert_of
from storage.tables.sign_in import delivery

NOBODY = 0
"""In the place of a connection: deliveries for companies the tenant has not connected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery.

    Attributes:
        connection_id: whom it is about; ``NOBODY`` for a company that is no connection's.
        body: its bytes.
        events: what it told of, as the connector read it.
        times: how often it came.
        received_at: first.
        last_at: last.
    """

    connection_id: int
    body: bytes
    events: Sequence[JsonValue]
    times: int
    received_at: datetime
    last_at: datetime


class Deliveries(Repository):
    """The tenant's deliveries."""

    def keep(self, connection_id: int, body: bytes, events: Sequence[JsonValue], *, at: datetime) -> bool:
        """Keep a delivery; False if the same bytes came before (they are counted then)."""
        row = {
            "tenant_id": self._tenant_id,
            "id": self._ids.one(),
            "connection_id": connection_id,
            "digest": sha256(body).digest(),
            "body": body,
            "events": list(events),
            "times": 1,
            "received_at": at,
            "last_at": at,
        }
        again = {"times": delivery.c.times + 1, "last_at": at}
        with self._write() as transaction:
            statement = insert_of(transaction, delivery).values(row)
            kept = transaction.connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["tenant_id", "connection_id", "digest"], set_=again
                ).returning(delivery.c.times)
            )
            return bool(kept.scalar_one() == 1)

    def forget_before(self, moment: datetime) -> int:
        """Delete deliveries that came first before a moment; return how many."""
        with self._write() as transaction:
            done = transaction.connection.execute(
                sa.delete(delivery).where(self._mine(delivery), delivery.c.received_at < moment)
            )
        return int(done.rowcount)

    def forget_beyond(self, connection_id: int, kept: int) -> int:
        """Delete all but a connection's newest deliveries; return how many."""
        mine = (self._mine(delivery), delivery.c.connection_id == connection_id)
        newest = sa.select(delivery.c.id).where(*mine).order_by(delivery.c.last_at.desc(), delivery.c.id.desc())
        with self._write() as transaction:
            done = transaction.connection.execute(
                sa.delete(delivery).where(*mine, delivery.c.id.not_in(newest.limit(kept)))
            )
        return int(done.rowcount)

    def list(self, connection_id: int | None, *, limit: int = 100) -> tuple[Delivery, ...]:
        """A connection's deliveries, newest first; None: those of all, and of none."""
        wanted = [self._mine(delivery)]
        if connection_id is not None:
            wanted.append(delivery.c.connection_id == connection_id)
        query = (
            sa.select(delivery).where(*wanted).order_by(delivery.c.last_at.desc(), delivery.c.id.desc()).limit(limit)
        )
        with self._read() as transaction:
            rows = transaction.connection.execute(query).all()
        return tuple(
            Delivery(
                connection_id=row.connection_id,
                body=bytes(row.body),
                events=row.events,
                times=row.times,
                received_at=row.received_at,
                last_at=row.last_at,
            )
            for row in rows
        )
