"""What is written while Khata works: one format, to standard error, without secrets.

A filter masks passwords in addresses and API keys in every record, whoever wrote it: libraries below us log what they
are given. Levels are set by ``log.level``.
"""

from __future__ import annotations

import logging
import re
import sys

from khata.settings import MASK, mask_url

_API_KEY = re.compile(r"khata_[A-Za-z0-9_-]{20,}")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s'\"]+")
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def mask_secrets(text: str) -> str:
    """Replace passwords in addresses, and our API keys, wherever they stand in a text.

    >>> mask_secrets("cannot reach postgresql://asha:hunter2@db.example/khata")
    'cannot reach postgresql://asha:********@db.example/khata'
    """
    return _API_KEY.sub(f"khata_{MASK}", _URL.sub(lambda found: mask_url(found.group()), text))


class MaskingFormatter(logging.Formatter):
    """Formats a record, traceback and all, and masks what must not be read."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        return mask_secrets(super().format(record))


def configure_logging(level: str) -> None:
    """Send records of this level and above to standard error; calling it again only changes the level."""
    root = logging.getLogger()
    root.setLevel(level.upper())
    ours = [handler for handler in root.handlers if isinstance(handler.formatter, MaskingFormatter)]
    if not ours:
        ours = [logging.StreamHandler(sys.stderr)]
        ours[0].setFormatter(MaskingFormatter(_FORMAT))
        root.addHandler(ours[0])
    for handler in ours:
        handler.setLevel(level.upper())  # libraries that set the level of their own loggers are held to ours too
