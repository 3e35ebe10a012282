"""How a Tally is, in plain words: the address, the company of a connection, and the ODBC drivers of this computer."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connectors.tally.gateway.diagnose import Diagnosis, diagnose, find_gateways
from connectors.tally.gateway.endpoint import DEFAULT_PORT, Endpoint, parse_endpoint
from connectors.tally.gateway.profile import parse_profile
from khata.live.connecting import client_of, endpoint_of, known_company

if TYPE_CHECKING:
    from canonical.record import JsonValue
    from connectors.sdk.base import Surroundings
    from storage import Connection

PATIENCE_S = 20.0
"""How long a person is made to wait for a Tally that does not come free, at most, twice over."""
ODBC = "connectors.tally.odbc.drivers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at.

    Attributes:
        what: the connection, the address or the driver.
        state: one word or two.
        sentence: what it means.
        remedy: what to do; empty if nothing.
        is_usable: reading can go ahead.
    """

    what: str
    state: str
    sentence: str
    remedy: str = ""
    is_usable: bool = True

    def to_json(self) -> dict[str, JsonValue]:
        """For programs."""
        return {
            "what": self.what,
            "state": self.state,
            "sentence": self.sentence,
            "remedy": self.remedy,
            "usable": self.is_usable,
        }


def examine_connection(connection: Connection, surroundings: Surroundings) -> Finding:
    """Ask the Tally of a connection how it is, and whether the company is the one connected.

    Raises:
        ConfigurationError: the connection reads files.
    """
    client = client_of(patient(endpoint_of(connection)), surroundings)
    stored = connection.config.get("profile")
    found = diagnose(client, company=known_company(connection), profile=parse_profile(stored) if stored else None)
    return _finding(f"connection {connection.name}", found)


def examine_address(url: str, surroundings: Surroundings) -> Finding:
    """Ask the Tally at an address how it is.

    Raises:
        ConfigurationError: the address cannot be one.
    """
    endpoint = patient(parse_endpoint({"url": url}))
    return _finding(endpoint.url, diagnose(client_of(endpoint, surroundings)))


def examine_computer(surroundings: Surroundings) -> Iterator[Finding]:
    """Look for Tallys on this computer, on the ports they are found on in practice."""
    found = find_gateways(lambda endpoint: client_of(endpoint, surroundings), endpoint=patient(Endpoint()))
    for endpoint in found:
        yield examine_address(endpoint.url, surroundings)
    if not found:
        yield examine_address(f"http://localhost:{DEFAULT_PORT}", surroundings)


def examine_drivers() -> Iterator[Finding]:
    """Say which ODBC drivers of Tally this computer has; the XML gateway needs none of them."""
    for driver in _odbc_drivers():
        bits = f" ({driver.bits} bits)" if driver.bits else ""
        yield Finding(
            what=f"ODBC driver {driver.name}{bits}" if driver.name else "ODBC driver",
            state=str(driver.state.value).replace("_", " "),
            sentence=driver.sentence,
            remedy=driver.remedy,
            is_usable=True,  # a second opinion only: reading goes over the gateway
        )


def patient(endpoint: Endpoint) -> Endpoint:
    """The endpoint with as much patience as a person at a prompt has."""
    return replace(endpoint, lock_wait_s=PATIENCE_S, drain_min_s=1.0, drain_max_s=PATIENCE_S)


def _odbc_drivers() -> Sequence[Any]:
    found: Sequence[Any] = importlib.import_module(ODBC).diagnose()
    return found


def _finding(what: str, found: Diagnosis) -> Finding:
    return Finding(
        what=what,
        state=found.state.value,
        sentence=found.sentence,
        remedy=found.remedy,
        is_usable=found.is_usable,
    )
