"""Connections, and the bookmarks of their streams.

A bookmark is committed after the rows it stands for, in the same transaction or a later one, never before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from canonical.errors import NotFound
from canonical.record import JsonValue
from storage.repositories.base import Repository, insert_of
from storage.tables.run import bookmark, connection
from storage.tables.sign_in import announcement, delivery, sign_in, throttle


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A configured connector. ``config`` holds references to secrets, never secrets.

    Attributes:
        company_id: whose books its last sync brought; None before the first, and where they are several.
    """

    connection_id: int
    name: str
    connector: str
    config: Mapping[str, JsonValue]
    company_id: int | None = None


class Connections(Repository):
    """The tenant's connections."""

    def save(
        self,
        name: str,
        connector: str,
        config: Mapping[str, JsonValue],
        *,
        company_id: int | None = None,
        at: datetime | None = None,
    ) -> Connection:
        """Enter a connection, or change the one of this name."""
        change = {"connector": connector, "config": dict(config), "company_id": company_id, "updated_at": at}
        row = {"tenant_id": self._tenant_id, "id": self._ids.one(), "name": name, "created_at": at, **change}
        with self._write() as transaction:
            statement = insert_of(transaction, connection).values(row)
            transaction.connection.execute(
                statement.on_conflict_do_update(index_elements=["tenant_id", "name"], set_=change)
            )
        return self.get(name)

    def note_company(self, connection_id: int, company_id: int | None) -> None:
        """Note whose books a sync brought."""
        is_it = (self._mine(connection), connection.c.id == connection_id)
        known = sa.select(connection.c.company_id).where(*is_it)
        with self._read() as transaction:
            row = transaction.connection.execute(known).one_or_none()
        if row is None or row.company_id == company_id:
            return
        with self._write() as transaction:
            transaction.connection.execute(sa.update(connection).where(*is_it).values(company_id=company_id))

    def get(self, name: str) -> Connection:
        """Return a connection by name.

        Raises:
            NotFound: this tenant has no such connection.
        """
        found = self._select(connection.c.name == name)
        if not found:
            raise NotFound(f"There is no connection named {name!r}.", connection=name)
        return found[0]

    def get_by_id(self, connection_id: int) -> Connection:
        """Return a connection by id.

        Raises:
            NotFound: this tenant has no such connection.
        """
        found = self._select(connection.c.id == connection_id)
        if not found:
            raise NotFound(f"There is no connection {connection_id}.", connection_id=connection_id)
        return found[0]

    def remove(self, name: str) -> None:
        """Forget a connection, its bookmarks, its sign-in and what it was called with; what it brought stays.

        Raises:
            NotFound: this tenant has no such connection.
        """
        found = self.get(name)
        with self._write() as transaction:
            for table in (bookmark, sign_in, throttle, delivery, announcement):
                transaction.connection.execute(
                    sa.delete(table).where(self._mine(table), table.c.connection_id == found.connection_id)
                )
            transaction.connection.execute(
                sa.delete(connection).where(self._mine(connection), connection.c.id == found.connection_id)
            )

    def list(self) -> tuple[Connection, ...]:
        """All connections, by name."""
        return self._select()

    def _select(self, *conditions: sa.ColumnElement[bool]) -> tuple[Connection, ...]:
        query = sa.select(connection).where(self._mine(connection), *conditions).order_by(connection.c.name)
        with self._read() as transaction:
            rows = transaction.connection.execute(query).all()
        return tuple(
            Connection(
                connection_id=row.id,
                name=row.name,
                connector=row.connector,
                config=row.config,
                company_id=row.company_id,
            )
            for row in rows
        )


class Bookmarks(Repository):
    """Positions in the streams of connections."""

    def get(self, connection_id: int, stream: str) -> JsonValue | None:
        """Find a stream's state; None if it was never read."""
        return self.all(connection_id).get(stream)

    def all(self, connection_id: int) -> dict[str, JsonValue]:
        """Every stream's state."""
        query = sa.select(bookmark.c.stream, bookmark.c.state).where(
            self._mine(bookmark), bookmark.c.connection_id == connection_id
        )
        with self._read() as transaction:
            return {row.stream: row.state for row in transaction.connection.execute(query)}

    def commit(
        self,
        connection_id: int,
        stream: str,
        state: JsonValue,
        *,
        run_id: int | None = None,
        at: datetime | None = None,
    ) -> None:
        """Move a stream's bookmark; call it after the rows it stands for, or inside their transaction."""
        key = {"tenant_id": self._tenant_id, "connection_id": connection_id, "stream": stream}
        change = {"state": state, "run_id": run_id, "updated_at": at}
        with self._write() as transaction:
            statement = insert_of(transaction, bookmark).values({**key, **change})
            transaction.connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=change))
