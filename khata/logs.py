"""What is written while Khata works: one format, to standard error, without secrets.

A filter masks passwords in addresses, API keys, and the tokens and codes of sign-ins in every record, whoever wrote it:
libraries below us log what they are given. Levels are set by ``log.level``.
"""

from __future__ import annotations

import logging
import re
import sys

from khata.settings import MASK, mask_url

_API_KEY = re.compile(r"khata_[A-Za-z0-9_-]{20,}")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s'\"]+")
_PARAMETER = re.compile(r"(?i)([?&](?:[a-z_]*token|code|state|client_secret|secret)=)[^&\s'\"]+")
_AUTHORISATION = re.compile(r"(?i)\b(bearer|basic|zoho-oauthtoken)\s+[A-Za-z0-9._~+/=-]{6,}")
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def mask_secrets(text: str) -> str:
    """Replace passwords in addresses, API keys, tokens and codes of sign-ins, wherever they stand in a text.

    >>> mask_secrets("cannot reach postgresql://asha:hunter2@db.example/khata")
    'cannot reach postgresql://asha:********@db.example/khata'
    """
    masked = _API_KEY.sub(f"khata_{MASK}", _URL.sub(lambda found: mask_url(found.group()), text))
    return _AUTHORISATION.sub(rf"\1 {MASK}", _PARAMETER.sub(rf"\1{MASK}", masked))


class MaskingFormatter(logging.Formatter):
    """Formats a record, traceback and all, and masks what must not be read."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        return mask_secrets(super().format(record))


_SAID_AGAIN = "An unhandled error occurred while syncing"
"""What the SDK of taps logs of every error that it passes on; whoever catches the error says it, and what to do."""


def is_news(record: logging.LogRecord) -> bool:
    """Whether a record says what nobody else says."""
    return not str(record.msg).startswith(_SAID_AGAIN)


def configure_logging(level: str) -> None:
    """Send records of this level and above to standard error; calling it again only changes the level."""
    root = logging.getLogger()
    root.setLevel(level.upper())
    ours = [handler for handler in root.handlers if isinstance(handler.formatter, MaskingFormatter)]
    if not ours:
        ours = [logging.StreamHandler(sys.stderr)]
        ours[0].setFormatter(MaskingFormatter(_FORMAT))
        ours[0].addFilter(is_news)
        root.addHandler(ours[0])
    for handler in ours:
        handler.setLevel(level.upper())  # libraries that set the level of their own loggers are held to ours too
