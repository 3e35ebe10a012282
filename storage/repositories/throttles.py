"""How fast a connection may ask, for all its workers in all processes: figures only, the rules are the hub's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from storage.engine import Transaction
from storage.repositories.base import Repository
from storage.repositories.connections import insert_of
from storage.tables.sign_in import throttle


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """The figures of a connection; moments are seconds since 1970 UTC.

    Attributes:
        free_at: when its token bucket is full again.
        held_until: nobody calls before; the source asked for it.
        day: which day ``used`` counts, as ISO text.
        used: calls made on it.
        failures: running.
        open_until: the breaker rests until then.
    """

    free_at: float = 0.0
    held_until: float = 0.0
    day: str = ""
    used: int = 0
    failures: int = 0
    open_until: float = 0.0


class Throttles(Repository):
    """The tenant's throttles."""

    def get(self, connection_id: int) -> Throttle:
        """The figures now; those of a rested connection if there are none."""
        with self._read() as transaction:
            return self._found(transaction, connection_id)

    def change(self, connection_id: int, how: Callable[[Throttle], Throttle]) -> Throttle:
        """Change the figures; of several workers each sees what the one before it left.

        Args:
            connection_id: whose.
            how: given what is there; the same value again writes nothing, an error changes nothing.
        """
        with self._write() as transaction:
            self._come_first(transaction, connection_id)
            before = self._found(transaction, connection_id)
            after = how(before)
            if after != before:
                transaction.connection.execute(
                    sa.update(throttle)
                    .where(self._mine(throttle), throttle.c.connection_id == connection_id)
                    .values(**asdict(after))
                )
        return after

    def _come_first(self, transaction: Transaction, connection_id: int) -> None:
        """Make the row if there is none, and lock it (SQLite: whoever writes is alone anyway)."""
        row = {"tenant_id": self._tenant_id, "connection_id": connection_id, **asdict(Throttle())}
        transaction.connection.execute(insert_of(transaction, throttle).values(row).on_conflict_do_nothing())
        transaction.connection.execute(
            sa.select(throttle.c.day)
            .where(self._mine(throttle), throttle.c.connection_id == connection_id)
            .with_for_update()
        )

    def _found(self, transaction: Transaction, connection_id: int) -> Throttle:
        names = Throttle.__dataclass_fields__
        query = sa.select(*(throttle.c[name] for name in names)).where(
            self._mine(throttle), throttle.c.connection_id == connection_id
        )
        row = transaction.connection.execute(query).one_or_none()
        return Throttle(**row._mapping) if row is not None else Throttle()  # noqa: SLF001 - SQLAlchemy's public name
