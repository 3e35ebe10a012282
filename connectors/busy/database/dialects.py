"""How each driver is spoken to: the few questions we ask, and what the driver is known to get wrong.

Every statement is a SELECT over one table. Names of tables come from our own list (``tables.py``), values travel as
parameters. MDBTools knows neither WHERE worth relying on (one on a date is ignored) nor ORDER BY nor parameters, so it
is asked for whole tables and what is wanted is picked here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from canonical.errors import InvariantError
from connectors.busy.database.settings import DatabaseSettings, Kind
from connectors.sdk.odbc.addressing import MYSQL_SNAPSHOT, ServerAddress, Speaker, connection_text, speaker_of
from connectors.sdk.odbc.session import Target

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
PARAMETERS_MAX = 100
"""Codes asked for at once; every driver takes that many."""
_BRACKETS, _TICKS = ("[", "]"), ("`", "`")
_QUOTES = {Kind.MDBTOOLS: _BRACKETS, Kind.ACE: _BRACKETS, Kind.SQLSERVER: _BRACKETS, Kind.MYSQL: _TICKS}
_SERVER_TIME_S = 3600


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
        return Target(label=label, text=connection_text(parts), options={"read_only": True, "raw_numbers": True})
    secured = {**parts, "ReadOnly": "1", "Exclusive": "0", "PWD": settings.password}
    secrets = (settings.password,) if settings.password else ()
    return Target(label=label, text=connection_text(secured), options={"read_only": True}, secrets=secrets)


def server_target(settings: DatabaseSettings, database: str, label: str) -> Target:
    """How to sign in to a database of a server, for reading only."""
    options: dict[str, Any] = {"read_only": True}
    if settings.kind is Kind.MYSQL:
        speaker = Speaker.MYSQL
        options["begin"] = list(MYSQL_SNAPSHOT)
    else:
        speaker = Speaker.FREETDS if speaker_of(settings.driver) is Speaker.FREETDS else Speaker.MICROSOFT
        options["query_timeout_s"] = _SERVER_TIME_S  # MariaDB's driver would set it by a statement before each question
    address = ServerAddress(
        driver=settings.driver,
        server=settings.server,
        port=settings.port,
        database=database,
        user=settings.user,
        password=settings.password,
        encrypt="" if settings.kind is Kind.MYSQL else settings.encrypt,
        speaker=speaker,
    )
    return Target(label=label, text=address.text, options=options, secrets=address.secrets)
