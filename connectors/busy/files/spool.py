"""Records on disk between reading a file to its end and handing its records over, stream by stream."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from typing import IO, Any

import msgspec


class Line(msgspec.Struct, array_like=True):
    """One record before it is known whose it is.

    Attributes:
        book: number of the books it belongs to, in the order they were met.
        file: number of its file.
        payload: the stored part of the record, encoded: ``route``, ``year``, ``element``, ``object``.
    """

    book: int
    file: int
    key: str
    element: str
    name: str
    day: str | None
    position: int
    payload: msgspec.Raw


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Line).decode


class Spool:
    """A temporary file per stream; gone with the process at the latest."""

    def __init__(self) -> None:
        self._files: dict[str, IO[bytes]] = {}
        weakref.finalize(self, _close, self._files)  # the SDK closes no tap

    def append(self, stream: str, line: Line) -> None:
        """Keep a record."""
        if stream not in self._files:
            self._files[stream] = tempfile.TemporaryFile(prefix="khata-busy-")  # noqa: SIM115 - closed in ``close``
        self._files[stream].write(_encode(line) + b"\n")

    def lines(self, stream: str) -> Iterator[Line]:
        """Yield a stream's records in the order they were kept."""
        file = self._files.get(stream)
        if file is None:
            return
        file.seek(0)
        for text in file:
            yield _decode(text)

    def close(self) -> None:
        """Give the disk back."""
        _close(self._files)


def _close(files: dict[str, IO[bytes]]) -> None:
    for file in files.values():
        file.close()
    files.clear()


def encoded(value: Any) -> bytes:
    """JSON without line breaks."""
    return _encode(value)
