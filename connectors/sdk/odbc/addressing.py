"""How a database server is addressed: connection texts whose values cannot end themselves, and what drivers want.

Drivers differ in words for the same thing: Microsoft's has the port behind the server's name, FreeTDS a keyword of its
own for encryption, MariaDB's one for reading on without keeping what was read. Which driver it is, its registered name
or the name of its library says; an unknown one is given the words most of them know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from canonical.errors import ConfigurationError

MYSQL_SNAPSHOT: Final = (
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
"""MySQL, MariaDB: all that is read until signing out is of one moment, and nothing can be written."""
SNAPSHOTS: Final = {"mariadb": MYSQL_SNAPSHOT, "mysql": MYSQL_SNAPSHOT}
"""By the server's product as its driver names it. SQL Server has none that every database allows."""


class Speaker(StrEnum):
    """Whose words a driver knows."""

    FREETDS = "freetds"
    MICROSOFT = "microsoft"
    MYSQL = "mysql"
    OTHER = "other"


_SPEAKERS = {
    "freetds": Speaker.FREETDS,
    "tdsodbc": Speaker.FREETDS,
    "sql server": Speaker.MICROSOFT,
    "msodbcsql": Speaker.MICROSOFT,
    "mariadb": Speaker.MYSQL,
    "maodbc": Speaker.MYSQL,
    "mysql": Speaker.MYSQL,
    "myodbc": Speaker.MYSQL,
}
"""In the driver's registered name, or in the name of its library."""
_PLAIN = frozenset(
    {"DSN", "SERVER", "PORT", "CHARSET", "TDS_Version", "ClientCharset", "Encryption", "ReadOnly", "Exclusive"}
    | {"FORWARDONLY", "NO_CACHE", "DATABASE", "DBQ", "Encrypt", "ApplicationIntent"}
)
"""Written without braces where the value allows it: not every driver takes them off."""
_OWN_WORDS: Mapping[Speaker, Mapping[str, str]] = {
    Speaker.FREETDS: {"TDS_Version": "7.4", "ClientCharset": "UTF-8"},
    Speaker.MICROSOFT: {"ApplicationIntent": "ReadOnly"},
    Speaker.MYSQL: {"CHARSET": "utf8mb4", "FORWARDONLY": "1", "NO_CACHE": "1"},
    Speaker.OTHER: {},
}


def speaker_of(driver: str) -> Speaker:
    """Say whose words a driver knows.

    >>> speaker_of("ODBC Driver 18 for SQL Server").value, speaker_of("/usr/lib/odbc/libtdsodbc.so").value
    ('microsoft', 'freetds')
    """
    told = driver.casefold()
    return next((speaker for word, speaker in _SPEAKERS.items() if word in told), Speaker.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAddress:
    """A database of a server, and how to get in.

    Attributes:
        driver: its registered name or its library; empty if there is a data source.
        data_source: a DSN; the rest adds to what it says.
        port: 0: the driver's usual one.
        encrypt: the driver's own word for how the connection is encrypted; empty: its default.
        speaker: whose words the driver knows; of a data source's driver nothing is known.
    """

    driver: str = ""
    data_source: str = ""
    server: str = ""
    port: int = 0
    database: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    encrypt: str = ""
    speaker: Speaker = Speaker.OTHER

    @property
    def text(self) -> str:
        """The driver manager's text.

        Raises:
            ConfigurationError: as ``connection_text``.
        """
        is_microsoft = self.speaker is Speaker.MICROSOFT
        port = str(self.port) if self.port else ""
        parts = {
            "DSN": self.data_source,
            "DRIVER": self.driver,
            "SERVER": f"{self.server},{port}" if is_microsoft and port else self.server,
            "PORT": "" if is_microsoft else port,
            "DATABASE": self.database,
            "UID": self.user,
            "PWD": self.password,
            **_OWN_WORDS[self.speaker],
            "Encrypt" if is_microsoft else "Encryption": self.encrypt,
        }
        return connection_text(parts, doubles=self.speaker is not Speaker.FREETDS)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may show."""
        return (self.password,) if self.password else ()


def connection_text(parts: Mapping[str, str], *, doubles: bool = True) -> str:
    r"""Write a connection text; values in braces, so that no value can end its own. Empty ones are left out.

    Args:
        parts: keyword and value.
        doubles: a closing brace inside a value is doubled, as ODBC has it; FreeTDS takes a value up to ``};`` as it is.

    >>> connection_text({"DRIVER": "FreeTDS", "PWD": "a;}b"})
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
        what = {"PWD": "The password", "UID": "The user"}.get(name, f"{name.capitalize()} of the database")
        raise ConfigurationError(
            f"{what} holds a closing brace where FreeTDS cannot be told it; choose another, or use Microsoft's driver.",
            code="connection.closing_brace",
            keyword=name,
        )
    return "{" + value + "}"
