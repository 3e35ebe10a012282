"""The setting ``database``: where Marg's tables are, how to get in, and how much patience a question is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from canonical.errors import ConfigurationError
from canonical.record import JsonValue
from connectors.sdk.odbc.addressing import SNAPSHOTS, ServerAddress, speaker_of
from connectors.sdk.odbc.session import ReadLimits, Target

LABEL: Final = "Marg's database"
"""Its address is told nowhere: messages go to logs."""
TIMEOUT_S: Final = 120.0
_PORT_MAX: Final = 65535


def target_of(told: Mapping[str, JsonValue]) -> Target:
    """Say what to connect to: read-only, in one transaction where the server is known to have one for reading.

    The driver is not given a limit for questions, which some set by a question of their own: its process is ended.

    Raises:
        ConfigurationError: neither a driver nor a data source is named, or a setting cannot be.
    """
    driver = str(told.get("driver") or "")
    address = ServerAddress(
        driver=driver,
        data_source=str(told.get("dsn") or ""),
        server=str(told.get("server") or ""),
        port=_whole(told, "port", 0, _PORT_MAX),
        database=str(told.get("name") or ""),
        user=str(told.get("user") or ""),
        password=str(told.get("password") or ""),
        encrypt=str(told.get("encrypt") or ""),
        speaker=speaker_of(driver),
    )
    if not (address.driver or address.data_source):
        raise ConfigurationError(
            "Say which ODBC driver or data source leads to Marg's tables: database.driver or database.dsn.",
            code="marg.settings",
        )
    options = {"read_only": True, "begin_on": {name: list(begin) for name, begin in SNAPSHOTS.items()}}
    return Target(label=LABEL, text=address.text, options=options, secrets=address.secrets)


def limits_of(told: Mapping[str, JsonValue]) -> ReadLimits:
    """Return the limits: ``timeout_s`` until a row comes, and to sign in no more than usual; ``rows_max`` of a table.

    Raises:
        ConfigurationError: a limit is no number above 0.
    """
    usual = ReadLimits()
    patience = _seconds(told, "timeout_s", TIMEOUT_S)
    return ReadLimits(
        connect_timeout_s=min(patience, usual.connect_timeout_s),
        answer_timeout_s=patience,
        query_timeout_s=max(patience, usual.query_timeout_s),
        rows_max=_whole(told, "rows_max", usual.rows_max, 1 << 40) or usual.rows_max,
    )


def _seconds(told: Mapping[str, JsonValue], name: str, usual: float) -> float:
    value = _number(told, name, usual)
    if not 0 < value < float("inf"):
        raise _wrong(name, "must be a number of seconds above 0")
    return value


def _whole(told: Mapping[str, JsonValue], name: str, usual: int, most: int) -> int:
    value = _number(told, name, usual)
    if not (0 <= value <= most and value.is_integer()):
        raise _wrong(name, f"must be a whole number up to {most}")
    return int(value)


def _number(told: Mapping[str, JsonValue], name: str, usual: float) -> float:
    value = told.get(name)
    try:
        return float(usual if value in (None, "") else value)
    except (TypeError, ValueError):
        raise _wrong(name, "must be a number") from None


def _wrong(name: str, problem: str) -> ConfigurationError:
    return ConfigurationError(f"database.{name} {problem}.", code="marg.settings")
