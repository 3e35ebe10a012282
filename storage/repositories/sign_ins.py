"""Sign-ins: the sealed tokens of connections. Nothing here can open them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from canonical.errors import InvariantError
from canonical.record import JsonValue
from storage.repositories.base import Repository, insert_of
from storage.tables.sign_in import sign_in


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The sign-in of a connection.

    Attributes:
        sealed: its tokens, as the vault sealed them.
        renewals: how often tokens were saved; grows with every change.
        refusal: code with which the authorisation server ended it; empty while it is good.
        refused_at: when that was.
        updated_at: when tokens were saved last.
    """

    connection_id: int
    sealed: Mapping[str, JsonValue]
    renewals: int
    refusal: str = ""
    refused_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignInMark:
    """Equal marks of a connection mean the same tokens: whatever is sealed is sealed with a number used once.

    Attributes:
        sealed: as the database gives it.
        refusal: as of ``SignIn``.
    """

    sealed: object
    refusal: str


class SignIns(Repository):
    """The tenant's sign-ins; whoever changes one holds its turn (``TenantStore.sign_in_turn``)."""

    def find(self, connection_id: int) -> SignIn | None:
        """Find a connection's sign-in."""
        found = self._select(sign_in.c.connection_id == connection_id)
        return found[0] if found else None

    def mark(self, connection_id: int) -> SignInMark | None:
        """What tells whether a sign-in is the one found before; cheap, because it is asked with every call."""
        with self._read() as transaction:
            rows = transaction.rows(
                "SELECT sealed, refusal FROM sign_in WHERE tenant_id = ? AND connection_id = ?",
                (self._tenant_id, connection_id),
            )
        return SignInMark(*rows[0]) if rows else None

    def list(self) -> tuple[SignIn, ...]:
        """All of them."""
        return self._select()

    def save(self, connection_id: int, sealed: Mapping[str, JsonValue], *, at: datetime) -> None:
        """Save tokens; when this returns they survive a power cut, and an earlier refusal is forgotten.

        Raises:
            InvariantError: called inside a transaction, which might still be rolled back.
        """
        if self._database.in_transaction:
            raise InvariantError("Tokens are saved in a transaction of their own: they are used as soon as it ends.")
        change = {"sealed": dict(sealed), "refusal": "", "refused_at": None, "updated_at": at}
        row = {"tenant_id": self._tenant_id, "connection_id": connection_id, "renewals": 1, **change}
        counted = {**change, "renewals": sign_in.c.renewals + 1}
        with self._write() as transaction:
            statement = insert_of(transaction, sign_in).values(row)
            transaction.connection.execute(
                statement.on_conflict_do_update(index_elements=["tenant_id", "connection_id"], set_=counted)
            )
        self._database.make_durable()

    def refuse(self, connection_id: int, code: str, *, at: datetime) -> None:
        """Note that the authorisation server ended a sign-in."""
        with self._write() as transaction:
            transaction.connection.execute(
                sa.update(sign_in)
                .where(self._mine(sign_in), sign_in.c.connection_id == connection_id)
                .values(refusal=code, refused_at=at)
            )

    def reseal(self, connection_id: int, sealed: Mapping[str, JsonValue]) -> None:
        """Store the same tokens sealed by another key; a refusal stays."""
        with self._write() as transaction:
            transaction.connection.execute(
                sa.update(sign_in)
                .where(self._mine(sign_in), sign_in.c.connection_id == connection_id)
                .values(sealed=dict(sealed))
            )

    def forget(self, connection_id: int) -> None:
        """Delete a connection's tokens."""
        with self._write() as transaction:
            transaction.connection.execute(
                sa.delete(sign_in).where(self._mine(sign_in), sign_in.c.connection_id == connection_id)
            )

    def _select(self, *conditions: sa.ColumnElement[bool]) -> tuple[SignIn, ...]:
        query = sa.select(sign_in).where(self._mine(sign_in), *conditions).order_by(sign_in.c.connection_id)
        with self._read() as transaction:
            rows = transaction.connection.execute(query).all()
        return tuple(
            SignIn(
                connection_id=row.connection_id,
                sealed=row.sealed,
                renewals=row.renewals,
                refusal=row.refusal,
                refused_at=row.refused_at,
                updated_at=row.updated_at,
            )
            for row in rows
        )
