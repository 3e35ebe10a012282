"""How fast a connection may ask, for all its workers in all processes: figures only, the rules are the hub's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Final

from storage.engine import Row, Transaction
from storage.repositories.base import Repository


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


_COLUMNS: Final = ("free_at", "held_until", "day", "used", "failures", "open_until")
_MINE: Final = "WHERE tenant_id = ? AND connection_id = ?"
_READ: Final = f"SELECT {', '.join(_COLUMNS)} FROM throttle {_MINE}"
_CHANGE: Final = f"UPDATE throttle SET {', '.join(f'{name} = ?' for name in _COLUMNS)} {_MINE}"
_BEGIN: Final = (
    f"INSERT INTO throttle (tenant_id, connection_id, {', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT DO NOTHING"
)


class Throttles(Repository):
    """The tenant's throttles; read and changed with every call of a product, so by statements that stand ready."""

    def get(self, connection_id: int) -> Throttle:
        """The figures now; those of a rested connection if there are none."""
        with self._read() as transaction:
            rows = transaction.rows(_READ, (self._tenant_id, connection_id))
        return _throttle(rows[0]) if rows else Throttle()

    def change(self, connection_id: int, how: Callable[[Throttle], Throttle]) -> Throttle:
        """Change the figures; of several workers each sees what the one before it left.

        Args:
            connection_id: whose.
            how: given what is there; the same value again writes nothing, an error changes nothing.
        """
        mine = (self._tenant_id, connection_id)
        with self._write() as transaction:
            before = self._locked(transaction, mine)
            after = how(before)
            if after != before:
                transaction.change(_CHANGE, (*astuple(after), *mine))
        return after

    @staticmethod
    def _locked(transaction: Transaction, mine: tuple[int, int]) -> Throttle:
        """The row, kept from other workers; made if there is none (SQLite: whoever writes is alone anyway)."""
        sql = _READ if transaction.dialect.name == "sqlite" else f"{_READ} FOR UPDATE"
        rows = transaction.rows(sql, mine)
        if not rows:
            transaction.change(_BEGIN, (*mine, *astuple(Throttle())))
            rows = transaction.rows(sql, mine)
        return _throttle(rows[0])


def _throttle(row: Row) -> Throttle:
    return Throttle(**dict(zip(_COLUMNS, row, strict=True)))
