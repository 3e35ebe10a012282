"""Connections and transactions, the same for both databases.

Every transaction says beforehand whether it reads or writes, and for which tenant. Writers take turns; a reader sees
one moment of the store from its first statement to its last. What differs between the databases (how to begin, how to
load many rows, how to bind a tenant) is a ``Dialect``: see ``sqlite.py`` and ``postgres.py``.

Inside ``Database.overlapping`` a loader need not wait for the server: a transaction that queued its last statements
is left finishing, and whatever the same thread does next with the database waits for it first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa

from canonical.errors import InvariantError, StorageError
from storage.types import Values

Row = tuple[Any, ...]
MEMBERS_MAX = 1000
"""Keys per statement: SQLite takes 32,766 parameters, and plans stay small."""
NO_TENANT = 0
"""For the tables that are read before the tenant is known."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A look-up by many keys: ``SELECT columns FROM table WHERE where AND column IN (members)``.

    Attributes:
        where: conditions with ``?`` parameters.
        index: the one to go through; without statistics SQLite's planner thinks a thousand keys cost more than reading
            all rows of the tenant, where another index begins with the tenant as well. Empty: there is no such other.
    """

    table: str
    columns: str
    where: str
    column: str
    index: str = ""


class Dialect(Protocol):
    """What the two databases do differently."""

    name: str
    values: Values
    driver_errors: tuple[type[BaseException], ...]
    """What the driver itself raises in the bulk paths."""
    batch_rows: int
    """Records one upsert batch takes: small enough that other writers wait less than 100 ms."""

    def create_engine(self) -> sa.Engine:
        """Make the pool of connections."""

    def begin(self, connection: sa.Connection, tenant_id: int, *, write: bool) -> None:
        """Start a transaction on a fresh connection and bind it to the tenant."""

    def insert(self, transaction: Transaction, table: sa.Table, rows: Sequence[Row], *, replace: bool) -> None:
        """Insert rows given in the table's column order, as fast as the driver can."""

    def find(self, transaction: Transaction, lookup: Lookup, bound: Sequence[Any], members: Sequence[Any]) -> list[Row]:
        """Look rows up by the members of one column, through the index whatever the statistics say."""

    def membership(self, column: str, count: int) -> str:
        """SQL saying that the column is one of ``count`` bound values (see ``bind_members``)."""

    def bind_members(self, values: Sequence[Any]) -> list[Any]:
        """Parameters for ``membership``."""

    def commit_soon(self, transaction: Transaction) -> Callable[[], None]:
        """Send the queued statements and the commit without waiting; the result waits, and raises what went wrong."""

    def make_durable(self, engine: sa.Engine) -> None:
        """Bring what was committed to the disk."""

    def refresh_statistics(self, engine: sa.Engine) -> None:
        """Have the planner know the tables after a large load; nobody waits for it, nor it for anybody."""

    def settle(self, engine: sa.Engine) -> None:
        """Bring statistics and files in order."""

    def translate(self, error: BaseException) -> StorageError | None:
        """Turn a driver's error into ours where it says something about the database rather than about our SQL."""


@dataclass(slots=True)
class Transaction:
    """One open transaction.

    Attributes:
        connection: SQLAlchemy's connection, for statements built with Core.
        dialect: of the database.
        tenant_id: the tenant all its statements are bound to.
        loaded: temporary tables that were filled in this transaction (PostgreSQL).
        queue: statements left for the commit, where the dialect can send them without waiting; None: it may not.
        after_commit: called when the rows are safe.
        spare_ids: see ``storage.ids``.
    """

    connection: sa.Connection
    dialect: Dialect
    tenant_id: int
    write: bool
    loaded: set[str] = field(default_factory=set)
    queue: list[str] | None = None
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    spare_ids: range = range(0)

    @property
    def driver(self) -> Any:
        """The driver's own connection, for the bulk paths."""
        return self.connection.connection.driver_connection

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run a prebuilt statement with ``?`` parameters and return its rows as the driver gives them."""
        cursor = self.driver.cursor()
        try:
            cursor.execute(self.native(sql), tuple(parameters))
            found: list[Row] = cursor.fetchall()
        finally:
            cursor.close()
        return found

    def find(self, lookup: Lookup, bound: Sequence[Any], members: Iterable[Any]) -> list[Row]:
        """Look rows up by many keys; a repeated key counts once."""
        wanted = list(dict.fromkeys(members))
        found: list[Row] = []
        for start in range(0, len(wanted), MEMBERS_MAX):
            found += self.dialect.find(self, lookup, bound, wanted[start : start + MEMBERS_MAX])
        return found

    def change_members(
        self, sql: str, bound: Sequence[Any], column: str, members: Sequence[Any], *, end: str = ""
    ) -> int:
        """Run ``sql AND column IN (members) end``, a thousand at a time; return the number of rows touched."""
        count = 0
        for start in range(0, len(members), MEMBERS_MAX):
            some = members[start : start + MEMBERS_MAX]
            condition = self.dialect.membership(column, len(some))
            count += self.change(f"{sql} AND {condition} {end}", (*bound, *self.dialect.bind_members(some)))
        return count

    def change(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a prebuilt writing statement with ``?`` parameters; return the number of rows it touched."""
        cursor = self.driver.cursor()
        try:
            cursor.execute(self.native(sql), tuple(parameters))
            count: int = cursor.rowcount
        finally:
            cursor.close()
        return count

    def native(self, sql: str) -> str:
        """Spell ``?`` as the driver wants it."""
        return sql if self.dialect.name == "sqlite" else sql.replace("?", "%s")

    def insert(self, table: sa.Table, rows: Sequence[Row], *, replace: bool = False) -> None:
        """Insert many rows, each a tuple in wire form and the table's column order.

        Args:
            table: where.
            rows: no key twice.
            replace: a row that is there already under its primary key is replaced.
        """
        if rows:
            self.dialect.insert(self, table, rows, replace=replace)


class Database:
    """One database: its pool, its transactions, and the turn-taking of writers inside this process."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.engine = dialect.create_engine()
        self._driver_errors: tuple[type[BaseException], ...] = (sa.exc.DBAPIError, *dialect.driver_errors)
        self._writer = threading.Lock()
        self._current = _ThreadState()

    @contextmanager
    def read(self, tenant_id: int) -> Iterator[Transaction]:
        """Open a reading transaction (or join the one this thread has open)."""
        with self._transaction(tenant_id, write=False) as transaction:
            yield transaction

    @contextmanager
    def write(self, tenant_id: int) -> Iterator[Transaction]:
        """Open a writing transaction; it commits at the end, or rolls back if an error leaves the block.

        Raises:
            InvariantError: this thread is already inside a reading transaction.
        """
        with self._transaction(tenant_id, write=True) as transaction:
            yield transaction

    @contextmanager
    def overlapping(self) -> Iterator[None]:
        """Let this thread go on while the server finishes a batch; on leaving, everything is committed.

        What goes wrong in a batch is raised by the next thing this thread asks of the database, or on leaving.
        """
        if self._current.overlaps:
            yield
            return
        self._current.overlaps = True
        try:
            yield
        finally:
            self._current.overlaps = False
            self._finish()

    def _finish(self) -> None:
        """Wait for the transaction that was left finishing, if there is one."""
        finish, self._current.unfinished = self._current.unfinished, None
        if finish is not None:
            finish()

    def make_durable(self) -> None:
        """Have what this process committed survive a power cut too, at once.

        A commit always survives a kill. SQLite writes its log to the disk now and then only, PostgreSQL at each commit.
        """
        with self._translated():
            self.dialect.make_durable(self.engine)

    @property
    def in_transaction(self) -> bool:
        """Whether this thread has a transaction open that the next one would join."""
        return self._current.transaction is not None

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _transaction(self, tenant_id: int, *, write: bool) -> Iterator[Transaction]:
        outer = self._current.transaction
        if outer is not None:
            if (write and not outer.write) or outer.tenant_id != tenant_id:
                raise InvariantError("A transaction cannot start writing or change its tenant half way.")
            yield outer
            return
        self._finish()
        turn = self._writer if write and self.dialect.name == "sqlite" else threading.Lock()
        with self._translated(), turn, self._fresh(tenant_id, write=write) as transaction:
            self._current.transaction = transaction
            try:
                yield transaction
            finally:
                self._current.transaction = None

    @contextmanager
    def _fresh(self, tenant_id: int, *, write: bool) -> Iterator[Transaction]:
        with ExitStack() as connected:
            connection = connected.enter_context(self.engine.connect())
            self.dialect.begin(connection, tenant_id, write=write)
            transaction = Transaction(connection=connection, dialect=self.dialect, tenant_id=tenant_id, write=write)
            transaction.queue = [] if write and self._current.overlaps else None
            yield transaction
            if transaction.queue:
                self._leave(transaction, connected.pop_all())
            else:
                connection.commit()
                _call_back(transaction)

    def _leave(self, transaction: Transaction, connected: ExitStack) -> None:
        """Let the server finish a transaction; the next one of this thread waits for it."""
        wait = self.dialect.commit_soon(transaction)

        def finish() -> None:
            with self._translated(), connected:
                wait()
                transaction.connection.commit()  # tells SQLAlchemy; the server has done it
            _call_back(transaction)

        self._current.unfinished = finish

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise a driver's error as ours, if it is one of ours."""
        try:
            yield
        except self._driver_errors as error:
            ours = self.dialect.translate(error)
            if ours is None:
                raise
            raise ours from error


class _ThreadState(threading.local):
    """What one thread has open: a transaction, one that the server is finishing, and whether it may leave such."""

    transaction: Transaction | None = None
    unfinished: Callable[[], None] | None = None
    overlaps: bool = False


def _call_back(transaction: Transaction) -> None:
    for callback in transaction.after_commit:
        callback()


def first_line(error: BaseException) -> str:
    """The driver's own words, without SQL and parameters (which may hold anything)."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error
    return (str(cause).strip().split("\n") or [""])[0][:300]
