"""What may be said in a failure: histories and the Web UI are readable by everyone who runs the server.

A KhataError builds its sentence from its facts, so a fact that names somebody ("party", "company", "file") is put
back as its own name, ``<party>``; codes, counts and connector words stay. Then patterns remove what slipped in from
a source's own words: GSTIN, PAN, phone, e-mail, passwords and tokens. The full sentence is in the worker's log and
in our store, which are guarded.

Where next: ``failures.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PUBLIC_FACTS = frozenset(
    {"connector", "source", "stream", "step", "status", "method", "version", "expected_version", "encoding", "setting"}
)
"""Text facts whose values are words of the trade, never of a customer."""

_LENGTH_MAX = 600
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=://)[^/\s@]+@"), "<secret>@"),
    (re.compile(r"(?i)\b(bearer|basic|zoho-oauthtoken)\s+[A-Za-z0-9._~+/=-]{6,}"), r"\1 <secret>"),
    (
        re.compile(
            r"(?i)\b((?:[a-z]+[_-])*(?:password|passwd|pwd|secret|token|api[_-]?key|authori[sz]ation))"
            r"(['\"]?\s*[=:]\s*['\"]?)[^\s'\",;&<>]+"
        ),
        r"\1\2<secret>",
    ),
    (re.compile(r"(?i)\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]{3}"), "<gstin>"),
    (re.compile(r"(?i)\b[A-Z]{5}\d{4}[A-Z]\b"), "<pan>"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<email>"),
    (re.compile(r"(?<!\d)(?:\+?91[\s-]?)?[6-9]\d{4}[\s-]?\d{5}(?!\d)"), "<phone>"),
)


def without_secrets(text: str) -> str:
    """The text without identifiers of people, passwords and tokens; for the worker's log too."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redacted(message: str, facts: Mapping[str, object]) -> str:
    """The sentence without what identifies a person or opens a door.

    Args:
        message: of the error.
        facts: of the error; text values outside ``PUBLIC_FACTS`` are replaced by their names.
    """
    private = {key: value for key, value in facts.items() if isinstance(value, str) and key not in PUBLIC_FACTS}
    for key, value in sorted(private.items(), key=lambda item: -len(str(item[1]))):  # longest first: names nest
        if len(value) > 1:
            message = message.replace(value, f"<{key}>")
    message = without_secrets(message)
    return message if len(message) <= _LENGTH_MAX else message[: _LENGTH_MAX - 1] + "…"
