"""Values of Tally's own functions: the period on screen, the company on screen."""

from __future__ import annotations

import html
import re
from datetime import date

from connectors.tally.gateway import refusal
from connectors.tally.gateway.allowed import SystemFunction
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.requests import function
from connectors.tally.translate.values import UnreadableValue, parse_date, parse_serial

_RESULT = re.compile(r"<RESULT([^>]*)>(.*?)</RESULT>", re.DOTALL)
_SERIAL = re.compile(r'\bJD="(\d+)"')


def ask_text(client: GatewayClient, which: SystemFunction) -> str:
    """Return a function's result as Tally writes it.

    Raises:
        SourceError: as ``GatewayClient.send``; ``tally.gateway.malformed`` if there is no result.
    """
    return _ask(client, which)[1]


def ask_day(client: GatewayClient, which: SystemFunction) -> date | None:
    """Return a function's result as a date: by its day serial, else by its text; None if it is empty."""
    attributes, text = _ask(client, which)
    serial = _SERIAL.search(attributes)
    try:
        return parse_serial(serial.group(1)) if serial else parse_date(text)
    except UnreadableValue as error:
        raise refusal.malformed(client.endpoint.url, which.name.lower(), f"{text!r} is not a date") from error


def _ask(client: GatewayClient, which: SystemFunction) -> tuple[str, str]:
    with client.send(function(which)) as answer:
        found = _RESULT.search(answer.read_text())
    if found is None:
        raise refusal.malformed(client.endpoint.url, which.name.lower(), "it has no RESULT")
    return found.group(1), html.unescape(found.group(2)).strip()
