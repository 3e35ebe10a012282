"""SQLite, the embedded default: WAL, and every writing transaction immediate.

A deferred transaction that reads and then writes can fail with "database is locked" however long it is willing to
wait, because its snapshot is old (measured: 108,000 such errors in six seconds with four processes; none with
immediate ones). Batches are short so that other writers get their turn.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from canonical.errors import ConcurrentUpdate, InvariantError, StorageError
from storage.engine import Lookup, Row, Transaction, first_line
from storage.types import SqliteValues, Values

BUSY_TIMEOUT_S = 60
TURN_POLL_S = 0.002
"""How often a waiting writer looks again. SQLite's own handler sleeps up to 100 ms and so can wait for ever beside a
busy loader."""
JOURNAL_BYTES_MAX = 64 * 1024 * 1024
CACHE_KIB = 32 * 1024
CHECKPOINT_PAGES = 8_000
"""Pages of the log before it is folded into the file; SQLite's own 1,000 folds the same hot pages again and again."""


class Sqlite:
    """SQLite as a ``storage.engine.Dialect``."""

    name = "sqlite"
    values: Values = SqliteValues
    driver_errors: tuple[type[BaseException], ...] = (sqlite3.Error,)
    batch_rows = 400

    def __init__(self, url: sa.URL) -> None:
        self.url = url

    def create_engine(self) -> sa.Engine:
        """Make the pool; each new connection is set to WAL."""
        engine = sa.create_engine(self.url, connect_args={"timeout": BUSY_TIMEOUT_S})
        sa.event.listen(engine, "connect", _prepare)
        sa.event.listen(engine, "begin", _begin)
        return engine

    def begin(self, connection: sa.Connection, tenant_id: int, *, write: bool) -> None:
        """Begin immediately for writing, deferred for reading."""
        del tenant_id  # rows are separated by the repositories; SQLite has no row-level security
        connection.execution_options(khata_write=write)
        connection.begin()

    def insert(self, transaction: Transaction, table: sa.Table, rows: Sequence[Row], *, replace: bool) -> None:
        """Insert with the driver's executemany."""
        cursor = transaction.driver.cursor()
        cursor.executemany(_insert_sql(table, replace=replace), rows)
        cursor.close()

    def find(self, transaction: Transaction, lookup: Lookup, bound: Sequence[Any], members: Sequence[Any]) -> list[Row]:
        """One statement with a list of placeholders."""
        condition = self.membership(lookup.column, len(members))
        table = f"{lookup.table} INDEXED BY {lookup.index}" if lookup.index else lookup.table
        return transaction.rows(
            f"SELECT {lookup.columns} FROM {table} WHERE {lookup.where} AND {condition}", (*bound, *members)
        )

    def membership(self, column: str, count: int) -> str:
        """A list of placeholders."""
        return f"{column} IN ({','.join('?' * count)})"

    def bind_members(self, values: Sequence[Any]) -> list[Any]:
        """One parameter each."""
        return list(values)

    def commit_soon(self, transaction: Transaction) -> Callable[[], None]:
        """Never asked: SQLite works in our own thread and leaves nothing for later."""
        del transaction
        raise InvariantError("SQLite has nothing to finish without us.")

    def make_durable(self, engine: sa.Engine) -> None:
        """Sync the write-ahead log, which a checkpoint begins with; it waits for nobody."""
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def refresh_statistics(self, engine: sa.Engine) -> None:
        """Refresh the planner's statistics."""
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA optimize")

    def settle(self, engine: sa.Engine) -> None:
        """Fold the write-ahead log into the file and refresh the planner's statistics."""
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA optimize")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def translate(self, error: BaseException) -> StorageError | None:
        """A lock that was not given in a minute may be tried again; a full disk or a broken file needs a person."""
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return ConcurrentUpdate(f"Another process kept the database for {BUSY_TIMEOUT_S} s: {first_line(error)}.")
        if code in _BROKEN:
            return StorageError(f"The database file cannot be used: {first_line(error)}.", code="storage.unavailable")
        return None


_BROKEN = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)


@cache
def _insert_sql(table: sa.Table, *, replace: bool) -> str:
    names = [column.name for column in table.columns]
    verb = "INSERT OR REPLACE" if replace else "INSERT"
    return f"{verb} INTO {table.name} ({','.join(names)}) VALUES ({','.join('?' * len(names))})"


def _prepare(connection: sqlite3.Connection, record: object) -> None:
    del record
    connection.isolation_level = None  # transactions are begun by _begin alone
    cursor = connection.cursor()
    _ensure_wal(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA journal_size_limit={JOURNAL_BYTES_MAX}")
    cursor.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    cursor.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    cursor.close()


def _ensure_wal(cursor: sqlite3.Cursor) -> None:
    """Switch to WAL once; the switch needs the file alone and does not wait by itself."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(TURN_POLL_S)


def _begin(connection: sa.Connection) -> None:
    driver: Any = connection.connection.driver_connection
    if not connection.get_execution_options().get("khata_write", True):
        driver.execute("BEGIN")
        return
    driver.execute("PRAGMA busy_timeout=0")
    try:
        _begin_immediate(driver)
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")


def _begin_immediate(driver: sqlite3.Connection) -> None:
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(TURN_POLL_S)
        else:
            return
