"""One read-only connection to a database through ODBC, with a time limit for every query.

``pyodbc`` is imported when it is asked for: it comes with ``khata-hub[agent]``. Nothing but SELECT is sent, and the
password appears in no message: drivers repeat connection strings in theirs, so only the SQLSTATE is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from types import TracebackType
from typing import Any, Final, Self

from canonical.errors import ConfigurationError, CredentialError, SourceError, SourceRejected, SourceUnavailable
from canonical.record import JsonValue
from connectors.marg.source import Row

TIMEOUT_S: Final = 120
ROWS_AT_ONCE: Final = 2000
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}")
_SQLSTATE: Final = re.compile(r"[0-9A-Z]{5}")
_REFUSED, _NO_DRIVER, _NO_TABLE = ("28000",), ("IM002", "IM003", "01000"), ("42S02", "42S22")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the database is and how to get in."""

    options: Mapping[str, str]
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_s: int = TIMEOUT_S

    def connection_text(self) -> str:
        """The driver manager's text, every value in braces so that none can end itself."""
        told = {**self.options, "UID": self.user, "PWD": self.password}
        return "".join(f"{name}={_braced(value)};" for name, value in told.items() if value)


def address_of(told: Mapping[str, JsonValue]) -> Address:
    """Read the setting ``database``.

    Raises:
        ConfigurationError: neither a driver nor a data source is named.
    """
    if not (told.get("driver") or told.get("dsn")):
        raise ConfigurationError(
            "Say which ODBC driver or data source leads to Marg's tables: database.driver or database.dsn.",
            code="marg.settings",
        )
    names = {
        "dsn": "DSN",
        "driver": "DRIVER",
        "server": "SERVER",
        "port": "PORT",
        "name": "DATABASE",
        "encrypt": "Encryption",
    }
    return Address(
        options={word: str(told[name]) for name, word in names.items() if told.get(name)},
        user=str(told.get("user") or ""),
        password=str(told.get("password") or ""),
        timeout_s=int(float(told.get("timeout_s") or TIMEOUT_S)),
    )


class Session:
    """A connection; use it as a context manager.

    Args:
        address: where.

    Raises:
        ConfigurationError: pyodbc or the driver is not here.
        CredentialError: the server refuses the user.
        SourceUnavailable: it does not answer.
    """

    def __init__(self, address: Address) -> None:
        self._pyodbc = _pyodbc()
        try:
            self._connection = self._pyodbc.connect(
                address.connection_text(), timeout=min(address.timeout_s, 30), autocommit=False, readonly=True
            )
        except self._pyodbc.Error as error:
            raise _failure(error, "cannot be connected to") from None  # the cause shows the connection text
        self._connection.timeout = address.timeout_s

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def rows(self, table: str, branch: str | None = None) -> Iterator[Row]:
        """Yield a table's rows, of one branch if one is given, as JSON values.

        Raises:
            ConfigurationError: the name cannot be a table's.
            SourceError: the server refuses or breaks off.
        """
        where, values = (" WHERE CompanyID = ?", (branch,)) if branch is not None else ("", ())
        try:
            cursor = self._connection.execute(f"SELECT * FROM {_checked(table)}{where}", *values)
            names = [column[0] for column in cursor.description]
            while some := cursor.fetchmany(ROWS_AT_ONCE):
                for row in some:
                    yield {name: as_json(value) for name, value in zip(names, row, strict=True)}
        except self._pyodbc.Error as error:
            raise _failure(error, f"did not give the table {table}") from None

    def count(self, table: str, branch: str) -> int:
        """Number of a table's rows of one branch.

        Raises:
            SourceError: as ``rows``.
        """
        try:
            found = self._connection.execute(f"SELECT COUNT(*) FROM {_checked(table)} WHERE CompanyID = ?", branch)
            return int(found.fetchone()[0])
        except self._pyodbc.Error as error:
            raise _failure(error, f"did not count the table {table}") from None

    def end_snapshot(self) -> None:
        """End the transaction: what is asked after it sees what others have done meanwhile."""
        self._connection.rollback()


def as_json(value: Any) -> Any:
    """A value of the driver as JSON: amounts as exact text, days and moments in ISO form."""
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case float():
            return repr(value)
        case bytes() | bytearray():
            return bytes(value).hex()
        case _:
            return value


def _braced(value: str) -> str:
    return value if re.fullmatch(r"[A-Za-z0-9._-]+", value) else "{" + value.replace("}", "}}") + "}"


def _checked(table: str) -> str:
    """A table's name; it is put into statements, so it must be nothing else."""
    if not _NAME.fullmatch(table):
        raise ConfigurationError(f"{table[:40]!r} cannot be the name of a table.", code="marg.settings")
    return table


def _pyodbc() -> Any:
    try:
        import pyodbc  # noqa: PLC0415 - an optional package
    except ImportError as error:
        raise ConfigurationError(
            "Tables are read through pyodbc, which is not installed: pip install 'khata-hub[agent]'.",
            code="marg.tables.no_pyodbc",
        ) from error
    return pyodbc


def _failure(error: Exception, what: str) -> ConfigurationError | CredentialError | SourceError:
    """Our error for the driver's; of its words only the state, because they repeat addresses and users."""
    told = str(error.args[0]) if error.args else ""
    state = told if _SQLSTATE.fullmatch(told) else "unknown"
    if state in _REFUSED:
        return CredentialError(
            f"Marg's database {what}: the user or password is refused.", code="marg.tables.refused_user", state=state
        )
    if state in _NO_DRIVER:
        return ConfigurationError(
            f"Marg's database {what}: the ODBC driver or data source of the settings is not on this computer.",
            code="marg.tables.no_driver",
            state=state,
        )
    if state in _NO_TABLE:
        return SourceRejected(
            f"Marg's database {what}: it, or its column CompanyID, is not there. Name the table in 'tables'.",
            code="marg.tables.absent",
            state=state,
        )
    return SourceUnavailable(
        f"Marg's database {what} (state {state}). Try again.", code="marg.tables.unavailable", state=state
    )
