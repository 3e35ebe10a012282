"""What can go wrong between a client and a web API, each thing a switch that may be turned while the server runs.

A vendor's own refusals (its 429, its 5xx, its expired token) are the fake's to spell: it is asked to by
``rate_limited``, ``server_error`` and ``expired_token``. The rest the server does by itself. ``script`` turns switches
for single requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self


@dataclass(slots=True, kw_only=True)
class Faults:
    """The switches. Times are seconds, sizes bytes of the body as sent."""

    only: str = ""
    """Faults strike only requests whose path contains this."""

    # The vendor's words
    rate_limited: str = ""
    """Refuse as over a limit; which limit is the fake's word, and an unknown word is its usual one."""
    server_error: int = 0
    """Refuse with this 5xx status and the vendor's body for it."""
    expired_token: bool = False
    """Treat the access token as expired."""

    # The way there and back
    gateway_page: int = 0
    """Answer with this status and a page of HTML, as a proxy before the API does."""
    gateway_page_after: int = 0
    """Do what was asked, then answer with this status and a page of HTML all the same."""
    delay_s: float = 0.0
    """Think this long before answering."""
    reset: bool = False
    """Break the connection before anything is done."""
    answer_lost: bool = False
    """Do what was asked, then break the connection instead of answering."""
    truncate_after_bytes: int = -1
    """Send only the beginning of the body, under a length that fits it; negative: all."""
    drop_after_bytes: int = -1
    """Send only the beginning of the body, then break the connection; negative: all."""

    script: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """Switches for single requests: number of the request (the first is 1), then names and values."""

    def at(self, number: int, path: str = "") -> Self:
        """Return the switches in force for one request."""
        turned = self.script.get(number)
        if turned is None and (not self.only or self.only in path):
            return self
        if turned is None:
            return type(self)()
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return type(self)(**{**values, **turned})

    def turn(self, name: str, text: str = "") -> None:
        """Turn a switch by name, its value given as text (a logical one needs none).

        Raises:
            ValueError: no such switch, or the value does not fit it.
        """
        name = name.replace("-", "_")
        if name == "script" or name not in {one.name for one in fields(self)}:
            known = ", ".join(one.name.replace("_", "-") for one in fields(self) if one.name != "script")
            raise ValueError(f"No fault is called {name}; there are: {known}.")
        setattr(self, name, _value_like(getattr(self, name), text))


def list_switches(healthy: Faults | None = None) -> list[tuple[str, str]]:
    """List every switch as the command line spells it, with its default.

    Args:
        healthy: an example of the fake's own kind, if it has more switches than these.
    """
    healthy = healthy or Faults()
    return [
        (one.name.replace("_", "-"), str(getattr(healthy, one.name))) for one in fields(healthy) if one.name != "script"
    ]


def _value_like(sample: object, text: str) -> object:
    match sample:
        case bool():
            return text.casefold() not in {"no", "off", "false", "0"}
        case int():
            return int(text)
        case float():
            return float(text)
        case _:
            return text
