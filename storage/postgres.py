"""PostgreSQL, the production store: COPY for loading, row-level security for tenants.

Transactions run under the role ``khata_app``, which neither owns the tables nor may pass over their policies, so that
even raw SQL sees one tenant only; each binds ``app.tenant`` for itself (a session setting would leak through a pool).
COPY cannot write into a table with row-level security: rows are copied into a temporary table and inserted from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import sqlalchemy as sa

from canonical.errors import ConcurrentUpdate, ConfigurationError, InvariantError, StorageError
from storage.engine import NO_TENANT, Lookup, Row, Transaction, first_line
from storage.types import Amount, Day, Moment, Number, PostgresValues, Values

APP_ROLE = "khata_app"
SESSION_OPTIONS = "-c timezone=UTC -c plan_cache_mode=force_custom_plan -c client_min_messages=warning"
"""A generic plan would compare every row with every member of an array parameter."""
IDLE_S_MAX = 2.0
"""Seconds after which a resting connection is asked whether it still lives."""
COPY_ROWS_MIN = 40
"""Below this a prepared INSERT is quicker than a COPY."""


class Postgres:
    """PostgreSQL as a ``storage.engine.Dialect``."""

    name = "postgresql"
    values: Values = PostgresValues
    batch_rows = 2000

    def __init__(self, url: sa.URL) -> None:
        driver = _load_driver()
        self.driver_errors: tuple[type[BaseException], ...] = (driver.Error,)
        self._connection_error: type[BaseException] = driver.OperationalError
        self.url = url.set(drivername="postgresql+psycopg")
        self._role: str | None = None

    def create_engine(self) -> sa.Engine:
        """Make the pool; a connection that died while idle is replaced."""
        engine = sa.create_engine(self.url, connect_args={"options": SESSION_OPTIONS, "application_name": "khata"})
        _replace_dead(engine)
        return engine

    def begin(self, connection: sa.Connection, tenant_id: int, *, write: bool) -> None:
        """Begin, step down to the application role and bind the tenant; readers see one moment throughout."""
        if not write:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        connection.begin()
        if tenant_id == NO_TENANT:
            return
        if self._role is None:
            self._role = _application_role(connection)
        connection.exec_driver_sql(
            "SELECT set_config('role', %s, true), set_config('app.tenant', %s, true)", (self._role, str(tenant_id))
        )

    def insert(self, transaction: Transaction, table: sa.Table, rows: Sequence[Row], *, replace: bool) -> None:
        """COPY into a temporary twin and insert from it; few rows are inserted directly."""
        cursor = transaction.driver.cursor()
        if len(rows) < COPY_ROWS_MIN:
            cursor.executemany(_insert_sql(table) + (_replace_sql(table) if replace else ""), rows)
            return
        twin = _twin(table)
        cursor.execute(twin.create_sql)
        if table.name in transaction.loaded:
            _run_queue(transaction)
            cursor.execute(twin.empty_sql)
        transaction.loaded.add(table.name)
        with cursor.copy(twin.copy_sql) as copy:
            copy.set_types(twin.types)
            for row in rows:
                copy.write_row(row)
        statement = twin.insert_sql + (_replace_sql(table) if replace else "")
        if transaction.queue is None:
            cursor.execute(statement)
        else:
            transaction.queue.append(statement)

    def find(self, transaction: Transaction, lookup: Lookup, bound: Sequence[Any], members: Sequence[Any]) -> list[Row]:
        """One index search per member.

        Fresh tables have no statistics, and the tenant's columns come first in every index, so the planner may take
        any of them and filter; a lateral look-up leaves it only the index that has the key as well.
        """
        return transaction.rows(
            f"SELECT found.* FROM unnest(?::{_member_type(lookup.column)}[]) AS wanted(member) CROSS JOIN LATERAL "
            f"(SELECT {lookup.columns} FROM {lookup.table} WHERE {lookup.where} AND {lookup.column} = wanted.member "
            "OFFSET 0) AS found",
            (list(members), *bound),
        )

    def membership(self, column: str, count: int) -> str:
        """One array parameter, so that the statement's text never changes."""
        del count
        return f"{column} = ANY(?::{_member_type(column)}[])"

    def bind_members(self, values: Sequence[Any]) -> list[Any]:
        """One array."""
        return [list(values)]

    def commit_soon(self, transaction: Transaction) -> Callable[[], None]:
        """Send everything that is left as one message; a third of an import's time was spent waiting for these."""
        connection = transaction.driver.pgconn
        connection.send_query(";".join([*(transaction.queue or ()), "COMMIT"]).encode())
        connection.flush()

        def wait() -> None:
            results = list(iter(connection.get_result, None))
            failed = next((result for result in results if result.status == _FATAL), None)
            if failed is not None:
                raise _load_driver().errors.error_from_result(failed)

        return wait

    def make_durable(self, engine: sa.Engine) -> None:
        """Nothing to do: a commit has reached the server's log."""

    def refresh_statistics(self, engine: sa.Engine) -> None:
        """Sample the large tables; what belongs to another user is left out."""
        _run_alone(engine, f"ANALYZE {_LARGE}")

    def settle(self, engine: sa.Engine) -> None:
        """Refresh statistics and the visibility map, without which index-only scans read the heap."""
        _run_alone(engine, f"VACUUM (ANALYZE) {_LARGE}")

    def translate(self, error: BaseException) -> StorageError | None:
        """Lost serialisation and deadlocks may be tried again; a server that is gone or full needs a person."""
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        state = getattr(cause, "sqlstate", None)
        if state in _RETRY_STATES:
            return ConcurrentUpdate(f"Another writer came in between: {first_line(error)}.")
        never_arrived = state is None and isinstance(cause, self._connection_error)
        return _gone(error) if never_arrived or (state or "")[:2] in _UNAVAILABLE_CLASSES else None


_LARGE = "posting, bill_allocation, voucher, raw_record, ledger"


def _run_alone(engine: sa.Engine, statement: str) -> None:
    """Run a statement outside of any transaction, without its warnings."""
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("SET client_min_messages = error")
        connection.exec_driver_sql(statement)


def _run_queue(transaction: Transaction) -> None:
    """Run now what was left for the commit."""
    for statement in transaction.queue or ():
        transaction.driver.cursor().execute(statement)
    if transaction.queue:
        transaction.queue.clear()


_FATAL = 7
"""libpq's PGRES_FATAL_ERROR."""
_RETRY_STATES = frozenset({"40001", "40P01", "55P03"})
_UNAVAILABLE_CLASSES = frozenset({"08", "28", "3D", "53", "57", "58"})
"""SQLSTATE classes: connection, authorisation, no such database, resources, operator intervention, system."""


def _gone(error: BaseException) -> StorageError:
    return StorageError(f"The database does not answer: {first_line(error)}.", code="storage.unavailable")


def _replace_dead(engine: sa.Engine) -> None:
    """Ask a connection that lay idle whether it still lives.

    SQLAlchemy's own way asks at every use; a loader with ten transactions a second need not pay for that.
    """

    @sa.event.listens_for(engine, "checkin")
    def rests(driver: Any, record: Any) -> None:
        del driver
        record.info["idle_since"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def wakes(driver: Any, record: Any, proxy: Any) -> None:
        del proxy
        if time.monotonic() - record.info.get("idle_since", time.monotonic()) < IDLE_S_MAX:
            return
        try:
            engine.dialect.do_ping(driver)
        except _load_driver().Error as error:
            raise sa.exc.DisconnectionError from error


@dataclass(frozen=True, slots=True)
class Twin:
    """A temporary table that takes rows in wire form, and how they go from there into the real one."""

    create_sql: str
    empty_sql: str
    copy_sql: str
    insert_sql: str
    types: list[str]


@cache
def _twin(table: sa.Table) -> Twin:
    name = f"load_{table.name}"
    columns = ", ".join(f"{column.name} {_wire(column)[0]}" for column in table.columns)
    names = ", ".join(column.name for column in table.columns)
    values = ", ".join(_wire(column)[1].format(column.name) for column in table.columns)
    return Twin(
        create_sql=f"CREATE TEMP TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS",
        empty_sql=f"TRUNCATE {name}",
        copy_sql=f"COPY {name} ({names}) FROM STDIN (FORMAT BINARY)",
        insert_sql=f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {name}",
        types=[_wire(column)[0] for column in table.columns],
    )


def _member_type(column: str) -> str:
    return "int8" if column in {"id", "r.id"} or column.endswith("_id") else "text"


@cache
def _insert_sql(table: sa.Table) -> str:
    names = ", ".join(column.name for column in table.columns)
    values = ", ".join(_wire(column)[1].format(f"%s::{_wire(column)[0]}") for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({values})"


@cache
def _replace_sql(table: sa.Table) -> str:
    key = {column.name for column in table.primary_key.columns}
    change = ", ".join(f"{c.name} = excluded.{c.name}" for c in table.columns if c.name not in key)
    action = f"DO UPDATE SET {change}" if change else "DO NOTHING"
    return f" ON CONFLICT ({', '.join(sorted(key))}) {action}"


def _wire(column: sa.Column[Any]) -> tuple[str, str]:
    """PostgreSQL type of the column's wire form, and the expression that turns it into the stored value."""
    for kind, wire in _WIRE:
        if isinstance(column.type, kind):
            return wire
    raise InvariantError(f"{column} has no wire form; bulk loading does not know its type.")


_WIRE: tuple[tuple[type, tuple[str, str]], ...] = (
    (Amount, ("int8", "{} * 0.0001")),
    (Number, ("int8", "{} * 0.000001")),
    (Day, ("int4", "DATE '0001-01-01' + ({} - 1)")),
    (Moment, ("int8", "TIMESTAMPTZ '1970-01-01 00:00:00+00' + {} * INTERVAL '1 microsecond'")),
    (sa.BigInteger, ("int8", "{}")),
    (sa.Integer, ("int4", "{}")),
    (sa.Boolean, ("bool", "{}")),
    (sa.LargeBinary, ("bytea", "{}")),
    (sa.Text, ("text", "{}")),
)
"""In this order: a BIGINT is an INTEGER to SQLAlchemy."""


def _application_role(connection: sa.Connection) -> str:
    """Choose the role transactions run under: the application role, or ourselves if policies bind us anyway.

    Raises:
        ConfigurationError: nothing would keep the tenants apart.
    """
    usable = connection.exec_driver_sql(
        "SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(current_user, oid, 'MEMBER')", (APP_ROLE,)
    ).scalar()
    if usable:
        return APP_ROLE
    exempt = connection.exec_driver_sql(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).scalar()
    if exempt:
        raise ConfigurationError(
            f"The database user passes over row-level security and there is no role {APP_ROLE} to step down to; run "
            f"the migration as a user that may create roles, or grant {APP_ROLE} to this user.",
            code="storage.tenants_not_separated",
        )
    return str(connection.exec_driver_sql("SELECT current_user").scalar())


def _load_driver() -> ModuleType:
    try:
        import psycopg  # noqa: PLC0415 - optional: only the production store needs it
    except ImportError as error:
        raise ConfigurationError(
            "The database is PostgreSQL, but its driver is not installed; install khata-hub[postgres].",
            code="storage.driver_missing",
        ) from error
    return psycopg
