"""Where planted secrets are looked for: what is logged, what a database holds, what Temporal was told."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from khata.logs import MaskingFormatter


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """Every record of every library at its most talkative, as our handler would write it."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(MaskingFormatter().format(record))

    root, keep = logging.getLogger(), Keep(logging.DEBUG)
    level = root.level
    root.addHandler(keep)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(keep)
        root.setLevel(level)


def columns_of(url: str) -> str:
    """Every column of every row of every table, as text."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        rows = [row for name in names for row in connection.exec_driver_sql(f"SELECT * FROM {name}")]
    engine.dispose()
    return "\n".join(_text(value) for row in rows for value in row)


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def payloads_of(events: str) -> str:
    """What stands in base64 in the JSON of Temporal's events."""
    found = re.findall(r'"data": "([A-Za-z0-9+/=]+)"', events)
    return "\n".join(base64.b64decode(text).decode("utf-8", "replace") for text in found)


def files_below(folder: Path, *but: str) -> bytes:
    """Every byte of every file."""
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name not in but)


def found_in(text: str | bytes, secrets: Iterable[str]) -> list[str]:
    """Those of the secrets that stand there."""
    whole = text.encode() if isinstance(text, str) else text
    return [secret for secret in secrets if secret.encode() in whole]
