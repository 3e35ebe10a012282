"""The same answer as XML: what a client gets that forgets to ask for JSON."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "http://schema.intuit.com/finance/v3"


def render_xml(document: dict[str, Any]) -> str:
    """Write an answer as ``IntuitResponse``; ``time`` becomes an attribute, lists repeat their element."""
    stamp = quoteattr(str(document.get("time", "")))
    inner = "".join(_element(key, value) for key, value in document.items() if key != "time")
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<IntuitResponse xmlns="{NAMESPACE}" time={stamp}>{inner}</IntuitResponse>'


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, dict):
        attributes = f" name={quoteattr(str(value['name']))}" if set(value) == {"value", "name"} else ""
        if "value" in value and set(value) <= {"value", "name", "type"}:
            return f"<{name}{attributes}>{escape(str(value['value']))}</{name}>"
        return f"<{name}>{''.join(_element(key, one) for key, one in value.items())}</{name}>"
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(shown)}</{name}>"
