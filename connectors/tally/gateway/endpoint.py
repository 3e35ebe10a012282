"""Where a Tally listens and how patiently it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from math import inf
from typing import Any
from urllib.parse import urlsplit

from canonical.errors import ConfigurationError
from canonical.record import JsonValue

DEFAULT_PORT = 9000
PORTS_SEEN = (9000, 9001, 9002, 9003, 9004, 9005, 9006, 9007, 9008, 9009, 9010, 9999)
"""Ports that Tally was found on in practice; 9000 is what it proposes, 9008 what hosters use."""
_MEBIBYTE = 1024 * 1024
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORT_MAX = 65535


class Charset(StrEnum):
    """In which characters we ask; Tally answers in the same ("mirrored")."""

    UTF16 = "utf-16"
    """Lossless. The default."""
    UTF8 = "utf-8"
    """Only for a Tally that refuses UTF-16: letters outside the PC's code page come back as ``?``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One Tally gateway.

    Attributes:
        host: name or address of the computer Tally runs on.
        port: as set in Tally (F1 > Settings > Connectivity).
        path: ``/``, unless something stands in front of Tally.
        is_tls: a tunnel or proxy in front of Tally speaks HTTPS; Tally itself never does.
        charset: see ``Charset``.
        connect_timeout_s: until a connection stands.
        answer_timeout_s: until an answer is complete, unless the request says otherwise.
        pause_s: after each request, so that the person at the keyboard gets a turn.
        drain_min_s: least time to wait for Tally to come free after an expired request.
        drain_max_s: most time; between them it is twice the expired budget.
        lock_wait_s: how long another Khata process may keep this Tally before we give up.
        bytes_max: an answer larger than this is cut off and refused.
        troubles_max: so many expired or oversized requests end the run.
    """

    host: str = "localhost"
    port: int = DEFAULT_PORT
    path: str = "/"
    is_tls: bool = False
    charset: Charset = Charset.UTF16
    connect_timeout_s: float = 5.0
    answer_timeout_s: float = 120.0
    pause_s: float = 0.5
    drain_min_s: float = 60.0
    drain_max_s: float = 600.0
    lock_wait_s: float = 60.0
    bytes_max: int = 64 * _MEBIBYTE
    troubles_max: int = 5

    @property
    def url(self) -> str:
        """As a person types it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.is_tls else 'http'}://{host}:{self.port}{self.path.rstrip('/')}"

    @property
    def key(self) -> str:
        """Names the one program that answers here: file-name safe, the same for every spelling of this computer."""
        host = "localhost" if self.host.casefold() in _LOOPBACK else self.host.casefold()
        return f"{''.join(char if char.isalnum() or char in '.-' else '_' for char in host)}-{self.port}"

    def drain_budget_s(self, expired_s: float) -> float:
        """How long to wait for Tally after a request expired; it goes on working on it (measured: 523 s more)."""
        return min(max(2 * expired_s, self.drain_min_s), self.drain_max_s)


def parse_endpoint(config: Mapping[str, JsonValue]) -> Endpoint:
    """Read a connection's ``gateway`` settings: ``url`` and, optionally, any attribute of ``Endpoint`` but the host's.

    >>> parse_endpoint({"url": "localhost:9001", "pause_s": 2}).url
    'http://localhost:9001'

    Raises:
        ConfigurationError: the address cannot be one, or a setting is unknown.
    """
    settings = dict(config)
    where = _parse_url(str(settings.pop("url", "") or f"http://localhost:{DEFAULT_PORT}"))
    unknown = sorted(set(settings) - set(_PATIENCE) - {"charset"})
    if unknown:
        allowed = ", ".join(sorted({*_PATIENCE, "charset", "url"}))
        raise _wrong(f"The gateway has no setting {unknown[0]!r}; there are: {allowed}.")
    try:
        patience: dict[str, Any] = {name: _PATIENCE[name](settings[name]) for name in _PATIENCE if name in settings}
        charset = Charset(settings.get("charset", Charset.UTF16))
    except (TypeError, ValueError) as error:
        raise _wrong(f"A setting of the gateway has a value it cannot have: {error}.") from error
    for name, value in patience.items():
        if not 0 <= value < inf:
            raise _wrong(f"A setting of the gateway has a value it cannot have: {name} is {value}.")
    return Endpoint(**where, **patience, charset=charset)


_PATIENCE: dict[str, type[float | int]] = {
    item.name: int if item.type == "int" else float
    for item in fields(Endpoint)
    if item.name not in {"host", "port", "path", "is_tls", "charset"}
}


SETTINGS = tuple(_PATIENCE)
"""What may be set of a gateway beside its address and its characters."""


def _parse_url(text: str) -> dict[str, JsonValue]:
    parts = urlsplit(text if "://" in text else f"http://{text}")
    try:
        port = parts.port
    except ValueError:
        port = _PORT_MAX + 1
    if parts.username or parts.password:
        raise _wrong("Tally's gateway has no user and no password; leave them out of the address.")
    if parts.scheme not in ("http", "https") or not parts.hostname or (port or 0) > _PORT_MAX:
        raise _wrong(f"{text[:100]!r} is not an address of a Tally gateway; write it like http://localhost:9000.")
    is_tls = parts.scheme == "https"
    return {
        "host": parts.hostname,
        "port": port or (443 if is_tls else DEFAULT_PORT),
        "path": parts.path or "/",
        "is_tls": is_tls,
    }


def _wrong(message: str) -> ConfigurationError:
    return ConfigurationError(message, code="tally.gateway.address")
