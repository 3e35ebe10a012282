"""How each driver is spoken to: connection texts, the few questions we ask, and what the driver is known to get wrong.

Every statement is a SELECT over one table. Names of tables come from our own list (``tables.py``), values travel as
parameters. MDBTools knows neither WHERE worth relying on (one on a date is ignored) nor ORDER BY nor parameters, so it
is asked for whole tables and what is wanted is picked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from canonical.errors import InvariantError
from connectors.busy.database import failure
from connectors.busy.database.settings import DatabaseSettings, Kind
from connectors.sdk.odbc.session import Target

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
PARAMETERS_MAX = 100
"""Codes asked for at once; every driver takes that many."""
_BRACKETS, _TICKS = ("[", "]"), ("`", "`")
_QUOTES = {Kind.MDBTOOLS: _BRACKETS, Kind.ACE: _BRACKETS, Kind.SQLSERVER: _BRACKETS, Kind.MYSQL: _TICKS}
_SERVER_TIME_S = 3600
_FREETDS = ("freetds", "tdsodbc")
"""In the driver's registered name, or in the name of its library."""


def quote(kind: Kind, name: str) -> str:
    """Quote a name of ours.

    Raises:
        InvariantError: it is no identifier; our own list is wrong.
    """
    if not _NAME.fullmatch(name):
        raise InvariantError(f"{name[:40]!r} cannot be the name of a table.", code="busy.database.statement")
    opening, closing = _QUOTES[kind]
    return f"{opening}{name}{closing}"


def select_all(kind: Kind, table: str) -> str:
    """The whole table.

    >>> select_all(Kind.MDBTOOLS, "Tran1")
    'SELECT * FROM [Tran1]'
    """
    return f"SELECT * FROM {quote(kind, table)}"


def select_by(kind: Kind, table: str, column: str, values: Sequence[int]) -> str:
    """Rows with one of so many values, as parameters."""
    marks = ", ".join("?" * len(values))
    return f"{select_all(kind, table)} WHERE {quote(kind, column)} IN ({marks})"


def count_rows(kind: Kind, table: str) -> str:
    """The table's own count; MDBTools takes it from the table's definition, not from the rows it can read."""
    return f"SELECT COUNT(*) FROM {quote(kind, table)}"


def newest_change(kind: Kind, table: str) -> str:
    """The largest stamp and time of change; a change that moves neither is seen by the next thorough reading."""
    stamp, time = quote(kind, "Stamp"), quote(kind, "ModificationTime")
    return f"SELECT MAX({stamp}) AS Stamp, MAX({time}) AS Changed FROM {quote(kind, table)}"


def can_filter(kind: Kind) -> bool:
    """Whether WHERE works."""
    return kind is not Kind.MDBTOOLS


def list_tables(kind: Kind) -> str:
    """Names of the tables of a server's database; empty: ask the driver's catalogue."""
    match kind:
        case Kind.SQLSERVER:
            return "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"
        case Kind.MYSQL:
            return "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = DATABASE()"
        case _:
            return ""


def list_databases(kind: Kind) -> str:
    """Names of a server's databases that this login may see."""
    return "SELECT name FROM sys.databases" if kind is Kind.SQLSERVER else "SHOW DATABASES"


def file_target(settings: DatabaseSettings, path: Path, label: str) -> Target:
    """How to open an Access file, for reading only."""
    parts = {"DRIVER": settings.driver, "DBQ": str(path)}
    if settings.kind is Kind.MDBTOOLS:
        return Target(label=label, text=_text(parts), options={"read_only": True, "raw_numbers": True})
    secured = {**parts, "ReadOnly": "1", "Exclusive": "0"}
    if settings.password:
        secured["PWD"] = settings.password
    return Target(label=label, text=_text(secured), options={"read_only": True}, secrets=_secrets(settings))


def server_target(settings: DatabaseSettings, database: str, label: str) -> Target:
    """How to sign in to a database of a server, for reading only."""
    parts, doubles = {"DRIVER": settings.driver}, True
    options: dict[str, Any] = {"read_only": True, "query_timeout_s": _SERVER_TIME_S}
    if settings.kind is Kind.MYSQL:
        parts |= _mysql(settings, database)
        options["begin"] = [
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ]
        del options["query_timeout_s"]  # the driver would set it by a statement of its own for each question
    elif any(word in settings.driver.casefold() for word in _FREETDS):
        parts, doubles = {**parts, **_freetds(settings, database)}, False
    else:
        parts |= _microsoft(settings, database)
    return Target(label=label, text=_text(parts, doubles=doubles), options=options, secrets=_secrets(settings))


def _mysql(settings: DatabaseSettings, database: str) -> Mapping[str, str]:
    return {
        "SERVER": settings.server,
        "PORT": str(settings.port),
        "DATABASE": database,
        "UID": settings.user,
        "PWD": settings.password,
        "CHARSET": "utf8mb4",
        "FORWARDONLY": "1",
        "NO_CACHE": "1",
    }


def _freetds(settings: DatabaseSettings, database: str) -> Mapping[str, str]:
    encrypt = {"Encryption": settings.encrypt} if settings.encrypt else {}
    return {
        "SERVER": settings.server,
        "PORT": str(settings.port),
        "DATABASE": database,
        "UID": settings.user,
        "PWD": settings.password,
        "TDS_Version": "7.4",
        "ClientCharset": "UTF-8",
        **encrypt,
    }


def _microsoft(settings: DatabaseSettings, database: str) -> Mapping[str, str]:
    encrypt = {"Encrypt": settings.encrypt} if settings.encrypt else {}
    return {
        "SERVER": f"{settings.server},{settings.port}",
        "DATABASE": database,
        "UID": settings.user,
        "PWD": settings.password,
        "ApplicationIntent": "ReadOnly",
        **encrypt,
    }


def _secrets(settings: DatabaseSettings) -> tuple[str, ...]:
    return (settings.password,) if settings.password else ()


_PLAIN = frozenset(
    {"SERVER", "PORT", "CHARSET", "TDS_Version", "ClientCharset", "Encryption", "ReadOnly", "Exclusive", "FORWARDONLY"}
    | {"NO_CACHE", "DATABASE", "DBQ", "Encrypt", "ApplicationIntent"}
)
"""Written without braces where the value allows it: not every driver takes them off."""


def _text(parts: Mapping[str, str], *, doubles: bool = True) -> str:
    r"""Write a connection text; values in braces, so that no value can end its own.

    Args:
        parts: keyword and value.
        doubles: a closing brace inside a value is doubled, as ODBC has it; FreeTDS takes a value up to ``};`` as it is.

    >>> _text({"DRIVER": "FreeTDS", "PWD": "a;}b"})
    'DRIVER={FreeTDS};PWD={a;}}b};'

    Raises:
        ConfigurationError: a value that the driver cannot be told.
    """
    return "".join(f"{name}={_value(name, value, doubles=doubles)};" for name, value in parts.items() if value)


def _value(name: str, value: str, *, doubles: bool) -> str:
    if name in _PLAIN and not set(value) & set(";{}"):
        return value
    if doubles:
        return "{" + value.replace("}", "}}") + "}"
    if "};" in value or value.endswith("}"):
        raise failure.setting(
            "password" if name == "PWD" else name.casefold(),
            "holds a closing brace where FreeTDS cannot be told it; choose another, or use Microsoft's driver",
        )
    return "{" + value + "}"
