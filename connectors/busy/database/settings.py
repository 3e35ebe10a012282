"""The tap's setting ``database``: which files or which server, by what driver, with what patience.

Files: ``{"files": ["…/DATA/COMP0001"]}``, folders or single ``.bds`` files. A server: ``{"kind": "sqlserver", "server":
"pc-1", "database": "BusyComp0001", "user": …, "password": …}``; without ``_db1YYYY`` behind it every year is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from canonical.record import JsonValue
from connectors.busy.database import failure
from connectors.sdk.odbc.session import ReadLimits

_PORT_MAX = 65535
_SERVER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:\\_-]{0,252}[A-Za-z0-9])?", re.ASCII)
_DATABASE = re.compile(r"[A-Za-z0-9_]{1,128}", re.ASCII)


class Kind(StrEnum):
    """What holds the tables, and which driver speaks to it."""

    MDBTOOLS = "mdbtools"
    ACE = "ace"
    SQLSERVER = "sqlserver"
    MYSQL = "mysql"

    @property
    def is_file(self) -> bool:
        """Whether the database is a file."""
        return self in (Kind.MDBTOOLS, Kind.ACE)


class Incremental(StrEnum):
    """How it is told which vouchers changed."""

    STAMPS = "stamps"
    """By the voucher's own row in Tran1, which has a stamp and a time of change: lines are read of changed ones."""
    CONTENT = "content"
    """By everything a voucher has: all lines are read and compared."""


DRIVERS = {
    Kind.MDBTOOLS: "MDBTools",
    Kind.ACE: "Microsoft Access Driver (*.mdb, *.accdb)",
    Kind.SQLSERVER: "FreeTDS",
    Kind.MYSQL: "MariaDB Unicode",
}
PORTS = {Kind.SQLSERVER: 1433, Kind.MYSQL: 3306}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """What the tap was told.

    Attributes:
        files: folders and files, if it is files.
        driver: name of the ODBC driver.
        password: of the sign-in, or of the file where the driver wants one.
        years: first calendar years of the financial years to read; empty: all there are.
        encrypt: FreeTDS's and Microsoft's word for how the connection is encrypted; empty: the driver's own default.
        work_in_place: read the files themselves and not copies; for a folder nobody works in.
    """

    kind: Kind
    files: tuple[Path, ...] = ()
    server: str = ""
    port: int = 0
    database: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    driver: str = ""
    encrypt: str = ""
    years: frozenset[int] = frozenset()
    incremental: Incremental = Incremental.CONTENT
    work_in_place: bool = False
    limits: ReadLimits = field(default_factory=ReadLimits)


def parse_settings(config: Mapping[str, JsonValue]) -> DatabaseSettings:
    """Read and check the setting.

    Raises:
        ConfigurationError: ``busy.database.setting``.
    """
    files = tuple(Path(str(one)).expanduser() for one in _listed(config, "files"))
    kind = _kind(config, files)
    if kind.is_file is not bool(files):
        raise failure.setting("files", "and database.server exclude each other: give the one that kind is about")
    server, database = str(config.get("server") or ""), str(config.get("database") or "")
    if not kind.is_file:
        _check("server", server, _SERVER, "a host name or address")
        _check("database", database, _DATABASE, "a name such as BusyComp0001")
    return DatabaseSettings(
        kind=kind,
        files=files,
        server=server,
        port=_whole(config, "port", PORTS.get(kind, 0), _PORT_MAX),
        database=database,
        user=str(config.get("user") or ""),
        password=str(config.get("password") or ""),
        driver=_driver(config, kind),
        encrypt=_word(config, "encrypt"),
        years=frozenset(_year(one) for one in _listed(config, "years")),
        incremental=_incremental(config, kind),
        work_in_place=bool(config.get("work_in_place")),
        limits=_limits(config),
    )


def _kind(config: Mapping[str, JsonValue], files: tuple[Path, ...]) -> Kind:
    given = str(config.get("kind") or (Kind.MDBTOOLS if files else Kind.SQLSERVER))
    try:
        return Kind(given)
    except ValueError:
        raise failure.setting("kind", f"cannot be {given[:30]!r}: one of {', '.join(Kind)}") from None


def _driver(config: Mapping[str, JsonValue], kind: Kind) -> str:
    driver = str(config.get("driver") or DRIVERS[kind])
    if not driver.isprintable() or set(driver) & set("{};"):
        raise failure.setting("driver", "must be the name of an installed ODBC driver")
    return driver


def _incremental(config: Mapping[str, JsonValue], kind: Kind) -> Incremental:
    given = str(config.get("incremental") or (Incremental.CONTENT if kind.is_file else Incremental.STAMPS))
    try:
        return Incremental(given)
    except ValueError:
        raise failure.setting("incremental", f"cannot be {given[:30]!r}: one of {', '.join(Incremental)}") from None


def _limits(config: Mapping[str, JsonValue]) -> ReadLimits:
    usual = ReadLimits()
    return ReadLimits(
        connect_timeout_s=_seconds(config, "connect_timeout_s", usual.connect_timeout_s),
        answer_timeout_s=_seconds(config, "answer_timeout_s", usual.answer_timeout_s),
        query_timeout_s=_seconds(config, "query_timeout_s", usual.query_timeout_s),
        rows_max=_whole(config, "rows_max", usual.rows_max, 1 << 40),
    )


def _seconds(config: Mapping[str, JsonValue], name: str, usual: float) -> float:
    value = config.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
        raise failure.setting(name, "must be a number of seconds above 0")
    return float(value)


def _whole(config: Mapping[str, JsonValue], name: str, usual: int, most: int) -> int:
    value = config.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise failure.setting(name, f"must be a whole number up to {most}")
    return value


def _year(value: JsonValue) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1990 <= value <= 2200:  # noqa: PLR2004 - years
        raise failure.setting("years", "are first calendar years of financial years, such as 2025")
    return value


def _word(config: Mapping[str, JsonValue], name: str) -> str:
    word = str(config.get(name) or "")
    if word and not word.isalpha():
        raise failure.setting(name, "must be one word")
    return word


def _listed(config: Mapping[str, JsonValue], name: str) -> list[JsonValue]:
    value = config.get(name) or []
    if not isinstance(value, (list, tuple)):
        raise failure.setting(name, "must be a list")
    return list(value)


def _check(field: str, value: str, pattern: re.Pattern[str], wanted: str) -> None:
    if not pattern.fullmatch(value):
        raise failure.setting(field, f"cannot be {value[:60]!r}: {wanted} is expected")
