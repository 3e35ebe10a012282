"""Files on disk or inside a zip archive, written as a stream in the wanted encoding."""

from __future__ import annotations

import re
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sandbox.tally.options import Scaffolding, TallyOptions

FLUSH_CHARS = 1 << 19
ZIP_TIME = (2026, 4, 1, 9, 0, 0)
"""A fixed time stamp: archives of one seed are equal whenever they are made."""

_VALUE_LINE = re.compile(r"(?m)^( *)(<[^/<>]+>)([^<\n]+)(</[^<>]+>)$")
_DECODED = (("&#4;", "\x04"), ("&apos;", "'"), ("&quot;", '"'), ("&#13;&#10;", "\n"))
_INDENT = re.compile(r"\n +(?=<)")


class TallyFile:
    """One text file being written; lines end in CRLF on disk.

    Args:
        stream: binary, open for writing; closed with this object.
        options: encoding and whether to pretty-print.
        start: whether the file begins here (writes the byte order mark).
    """

    def __init__(self, stream: IO[bytes], options: TallyOptions, *, start: bool = True) -> None:
        self._stream = stream
        self._options = options
        self._pending: list[str] = []
        self._pending_chars = 0
        if start:
            stream.write(options.encoding.mark)

    def write(self, text: str) -> None:
        """Append text; whole lines ending in LF."""
        self._pending.append(text)
        self._pending_chars += len(text)
        if self._pending_chars >= FLUSH_CHARS:
            self._flush()

    def copy(self, path: Path) -> None:
        """Append the bytes of a file written with the same options and ``start=False``."""
        self._flush()
        with path.open("rb") as source:
            while chunk := source.read(1 << 20):
                self._stream.write(chunk)

    def _flush(self) -> None:
        text = "".join(self._pending)
        self._pending.clear()
        self._pending_chars = 0
        if self._options.pretty:
            text = pretty_print(text)
        elif self._options.scaffolding is Scaffolding.LEAN:
            text = _INDENT.sub("\n", text)
        encoding = self._options.encoding
        self._stream.write(text.replace("\n", "\r\n").encode(encoding.codec, "replace"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        self._stream.close()


def pretty_print(text: str) -> str:
    """Do to a text what pretty-printers do: values on lines of their own, references decoded, the prefix undeclared."""
    return _VALUE_LINE.sub(_spread, text.replace(' xmlns:UDF="TallyUDF"', ""))


def _spread(line: re.Match[str]) -> str:
    pad, start, value, end = line.groups()
    for reference, character in _DECODED:
        value = value.replace(reference, character)
    return f"{pad}{start}\n{pad} {value}\n{pad}{end}"


def open_archive_member(archive: ZipFile, name: str) -> IO[bytes]:
    """Open a file inside an archive for writing, with a fixed time stamp."""
    info = ZipInfo(name, ZIP_TIME)
    info.compress_type = ZIP_DEFLATED
    info.create_system = 0
    return archive.open(info, "w", force_zip64=True)
