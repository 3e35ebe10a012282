"""Where Tally's ODBC server is, and the connection text that says so.

Tally registers a data source of the user for its port when it starts as ODBC server: ``TallyODBC64_9000`` (64 bits) or
``TallyODBC_9000`` (32 bits); the number is the port. There is neither user nor password. A data source is preferred to
naming driver, server and port: with the latter some set-ups were seen to open the driver's own dialog, behind which
nothing answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from canonical.errors import ConfigurationError
from canonical.record import JsonValue

PORT_DEFAULT = 9000
DRIVER_64 = "Tally ODBC Driver64"
DRIVER_32 = "Tally ODBC Driver"
LOCAL = "(local)"
_PORT_MAX = 65535
_FORBIDDEN = {"dsn": frozenset("[]{}(),;?*=!@\\"), "driver": frozenset("{};=")}
"""Characters the driver manager refuses in the name of a data source; those that would end a driver's name."""
_LENGTH_MAX = {"dsn": 32, "driver": 255}
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class OdbcAddress:
    """One ODBC server: by data source, else by driver, server and port.

    Attributes:
        data_source: its DSN; empty to name the driver instead.
        driver: the driver's name, if there is no data source.
        server: host; ``(local)`` is this machine.
        port: as in Tally's connectivity settings.
    """

    data_source: str = ""
    driver: str = DRIVER_64
    server: str = LOCAL
    port: int = PORT_DEFAULT

    def __post_init__(self) -> None:
        """Refuse what could not be a name.

        Raises:
            ConfigurationError: ``tally.odbc.address``.
        """
        for field, name in (("dsn", self.data_source), ("driver", self.driver)):
            if not _is_name(field, name) and (name or field == "driver"):
                forbidden = "".join(sorted(_FORBIDDEN[field]))
                raise _invalid(field, name, f"at most {_LENGTH_MAX[field]} printable characters, none of {forbidden}")
        if self.server != LOCAL and not _HOST.fullmatch(self.server):
            raise _invalid("server", self.server, "a host name or an address, or (local)")
        if not 0 < self.port <= _PORT_MAX:
            raise _invalid("port", str(self.port), "a number from 1 to 65535")

    @property
    def label(self) -> str:
        """For people: ``ODBC TallyODBC64_9000``, ``ODBC port 9000``."""
        return f"ODBC {self.data_source}" if self.data_source else f"ODBC port {self.port}"

    def connection_text(self) -> str:
        """Return what the driver manager is given; every part has passed the checks above.

        >>> OdbcAddress(data_source="TallyODBC64_9000").connection_text()
        'DSN=TallyODBC64_9000;'
        >>> OdbcAddress().connection_text()
        'DRIVER={Tally ODBC Driver64};SERVER=(local);PORT=9000;'
        """
        if self.data_source:
            return f"DSN={self.data_source};"
        return f"DRIVER={{{self.driver}}};SERVER={self.server};PORT={self.port};"


def parse_address(config: Mapping[str, JsonValue]) -> OdbcAddress:
    """Read ``dsn``, ``driver``, ``server`` and ``port`` of the tap's ``odbc`` setting.

    Raises:
        ConfigurationError: ``tally.odbc.address``.
    """
    port = config.get("port", PORT_DEFAULT)
    if not isinstance(port, int) or isinstance(port, bool):
        raise _invalid("port", str(port), "a number from 1 to 65535")
    return OdbcAddress(
        data_source=str(config.get("dsn") or ""),
        driver=str(config.get("driver") or DRIVER_64),
        server=str(config.get("server") or LOCAL),
        port=port,
    )


def data_source_names(port: int) -> tuple[str, str]:
    """Return the names Tally gives its data sources for a port, of 64 and of 32 bits."""
    return f"TallyODBC64_{port}", f"TallyODBC_{port}"


def _is_name(field: str, name: str) -> bool:
    is_tidy = name == name.strip() and name.isprintable()
    return 0 < len(name) <= _LENGTH_MAX[field] and is_tidy and not _FORBIDDEN[field].intersection(name)


def _invalid(field: str, value: str, expected: str) -> ConfigurationError:
    return ConfigurationError(
        f"odbc.{field} cannot be {value[:60]!r}: expected {expected}.", code="tally.odbc.address", field=field
    )
