"""Records on disk between reading and handing over, one anonymous temporary file per stream.

A file is handed over only after it was read to its very end without an error; until then its records wait here,
compressed (zstd, level 1: less than the parser costs, and a temporary folder may live in memory). The files have no
name, so nothing is left behind whatever happens to the process.
"""

from __future__ import annotations

import io
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec
import zstandard


class Line(msgspec.Struct, array_like=True):
    """One record: which company slot and file it belongs to, where in the file it stood, and what it says.

    Attributes:
        slot: see ``company.Companies``.
        file: number of the document in the order read.
        position: which of its kind it is in its document, 1 for the first.
        key: identity inside company and stream.
        element: its tag.
        label, version, day: what a census would say of it: number or name, change number, ISO date.
        said: the scalar columns and, as ``object``, the element tree; still encoded.
    """

    slot: int
    file: int
    position: int
    key: str
    element: str
    label: str
    version: int | None
    day: str | None
    said: msgspec.Raw


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Line)


class Spool:
    """Append records, ``finish``, then read each stream as often as wanted."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._files: dict[str, IO[bytes]] = {}
        self._writers: dict[str, zstandard.ZstdCompressionWriter] = {}
        self._skipped: dict[str, set[int]] = {}
        self.counts: Counter[str] = Counter()
        self._closing = weakref.finalize(self, _close, self._files)  # taps have no end that Singer tells them of

    def append(self, stream: str, line: Line) -> int:
        """Add a record; return its number in its stream, 0 for the first."""
        number = self.counts[stream]
        self.counts[stream] = number + 1
        writer = self._writers.get(stream) or self._open(stream)
        writer.write(_ENCODER.encode(line) + b"\n")
        return number

    def skip(self, stream: str, number: int) -> None:
        """Leave out a record when reading: a newer version of it follows."""
        self._skipped.setdefault(stream, set()).add(number)

    def finish(self) -> None:
        """Complete the files; nothing can be appended afterwards."""
        for writer in self._writers.values():
            writer.flush(zstandard.FLUSH_FRAME)
        self._writers.clear()

    def lines(self, stream: str) -> Iterator[Line]:
        """Yield a stream's records in the order read."""
        file = self._files.get(stream)
        if file is None:
            return
        file.seek(0)
        skipped = self._skipped.get(stream, set())
        reader = zstandard.ZstdDecompressor().stream_reader(file, closefd=False)
        for number, text in enumerate(io.BufferedReader(reader, 256 * 1024)):
            if number not in skipped:
                yield _DECODER.decode(text)

    def close(self) -> None:
        """Free the disk."""
        self._closing()

    def _open(self, stream: str) -> zstandard.ZstdCompressionWriter:
        file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - lives as long as the spool
        self._files[stream] = file
        self._writers[stream] = zstandard.ZstdCompressor(level=1).stream_writer(file, closefd=False)
        return self._writers[stream]


def _close(files: dict[str, IO[bytes]]) -> None:
    for file in files.values():
        file.close()
    files.clear()
