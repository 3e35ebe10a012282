"""Runs the command line in this process: same arguments, same border, same exit codes as the ``khata`` script."""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path
from unittest import mock

from khata.__main__ import main
from tests.support.cli import Ran

KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "TMPDIR")


def run(home: Path, *arguments: str, env: dict[str, str] | None = None) -> Ran:
    """Run one command with a private home and none of the caller's settings."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    out, err = _stream(), _stream()
    variables = {**kept, "HOME": str(home), **(env or {})}
    with (
        mock.patch.dict(os.environ, variables, clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = main(list(arguments))
    return Ran(int(code), _text(out), _text(err))


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")


_ID = re.compile(r"\s+(?:v|l|r|p|b|party|issue):\S+$", re.MULTILINE)
_ID_HEADER = re.compile(r"\s+ID$", re.MULTILINE)
_RULE = re.compile("─+")


def without_ids(text: str) -> str:
    """Drop the id column, whose numbers the store chooses."""
    return _RULE.sub("─", _ID.sub("", _ID_HEADER.sub("", text)))
