"""What every repository has: the database, its tenant, ids, and pages with a cursor."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from canonical.errors import RuleError
from storage.engine import Database, Transaction
from storage.ids import IdAllocator

T = TypeVar("T")


class CursorInvalid(RuleError):
    """A page cursor was not made by this store."""

    default_code = "storage.cursor_invalid"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of many: hand ``next_cursor`` back for the rest; None means this was the end."""

    items: tuple[T, ...]
    next_cursor: str | None = None


def render_cursor(position: list[Any]) -> str:
    """Pack the position after a page's last row into opaque text."""
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")


def parse_cursor(cursor: str, parts: int) -> list[Any]:
    """Unpack what ``render_cursor`` made.

    Raises:
        CursorInvalid: it did not.
    """
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise CursorInvalid("The page cursor is not one of ours; start again without it.") from error
    if not isinstance(position, list) or len(position) != parts or not _is_position(position):
        raise CursorInvalid("The page cursor belongs to another list; start again without it.")
    return position


def _is_position(position: list[Any]) -> bool:
    """Every position of ours is text followed by a row id that fits the column."""
    *texts, row_id = position
    return all(isinstance(text, str) for text in texts) and type(row_id) is int and abs(row_id) < 2**63


def insert_of(transaction: Transaction, table: sa.Table) -> Any:
    """The database's own INSERT, which knows what to do about a row that is there already."""
    return (postgresql.insert if transaction.dialect.name == "postgresql" else sqlite.insert)(table)


class Repository:
    """Base of all repositories."""

    def __init__(self, database: Database, tenant_id: int, ids: IdAllocator) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._ids = ids

    @contextmanager
    def _read(self) -> Iterator[Transaction]:
        with self._database.read(self._tenant_id) as transaction:
            yield transaction

    @contextmanager
    def _write(self) -> Iterator[Transaction]:
        with self._database.write(self._tenant_id) as transaction:
            yield transaction

    def _mine(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """The condition every Core statement starts with."""
        return table.c.tenant_id == self._tenant_id
