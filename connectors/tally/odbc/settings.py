"""The tap's ``odbc`` setting: where, how long, how much, and what for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from canonical.errors import ConfigurationError
from canonical.record import JsonValue
from connectors.tally.odbc.address import OdbcAddress, parse_address
from connectors.tally.odbc.session import OdbcLimits


class OdbcUse(StrEnum):
    """What ODBC is for."""

    CROSSCHECK = "crosscheck"
    """Compare what the XML gateway gave; store nothing of it but the comparison's figures."""
    FALLBACK = "fallback"
    """Also take masters from it where the XML gateway's answers cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OdbcSettings:
    """All of the setting.

    Attributes:
        address: where; with ``is_named`` as given, else to be looked for by its port.
        is_named: a data source, a driver or a server was given.
    """

    address: OdbcAddress
    is_named: bool
    limits: OdbcLimits
    use: OdbcUse = OdbcUse.CROSSCHECK


SETTINGS: dict[str, tuple[str, str]] = {
    "dsn": ("string", "Data source, such as TallyODBC64_9000; if none is named, the one of the port is looked for."),
    "driver": ("string", "Driver's name, if there is no data source: 'Tally ODBC Driver64' by default."),
    "server": ("string", "Host of Tally, with driver: (local) by default."),
    "port": ("integer", "Port of Tally: 9000 by default."),
    "use": ("string", "crosscheck (compare only, the default) or fallback (also masters the gateway cannot give)."),
    "connect_timeout_s": ("number", "Seconds to sign in: 15 by default."),
    "answer_timeout_s": ("number", "Seconds for one table: 120 by default."),
    "rows_max": ("integer", "Rows of one table, more is an error: 100000 by default."),
    "pause_s": ("number", "Seconds of rest after a query: 0.5 by default."),
    "drain_s": ("number", "Seconds to wait for Tally after a query was given up; by default twice the limit it broke."),
}
"""Type and sentence of each key, for the tap's schema."""


def parse_settings(config: Mapping[str, JsonValue]) -> OdbcSettings:
    """Read the setting.

    Raises:
        ConfigurationError: ``tally.odbc.setting`` or ``tally.odbc.address``.
    """
    unknown = sorted(set(config) - set(SETTINGS))
    if unknown:
        raise _invalid(f"odbc.{unknown[0]} is no setting; there are {', '.join(SETTINGS)}.")
    use = str(config.get("use") or OdbcUse.CROSSCHECK)
    if use not in set(OdbcUse):
        raise _invalid(f"odbc.use cannot be {use[:40]!r}: it is crosscheck or fallback.")
    given = {item.name: config[item.name] for item in fields(OdbcLimits) if config.get(item.name) is not None}
    for name, value in given.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or value < 0 or (value == 0 and name not in ("pause_s", "drain_s")):
            raise _invalid(f"odbc.{name} cannot be {str(value)[:40]!r}: a positive number is expected.")
    return OdbcSettings(
        address=parse_address(config),
        is_named=any(config.get(name) for name in ("dsn", "driver", "server")),
        limits=OdbcLimits(**given),
        use=OdbcUse(use),
    )


def _invalid(message: str) -> ConfigurationError:
    return ConfigurationError(message, code="tally.odbc.setting")
