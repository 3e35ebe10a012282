"""The files a person hands over: an export, or a zip with exports; bounded, whatever is inside."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from canonical.errors import ConfigurationError, SourceMalformed

UNPACKED_MAX = 8 << 30
"""Bytes one zip member may unpack to."""
RATIO_MAX = 250
"""Unpacked to packed; UTF-16 exports with all their scaffolding reach about 60."""
_FREE_BYTES = 64 << 20
"""Below this size the ratio is not looked at."""
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One XML document to read: a file, or a member of a zip.

    Attributes:
        path: on disk.
        member: name inside the zip, empty for a plain file.
        size: unpacked bytes, for progress.
    """

    path: Path
    member: str
    size: int

    @property
    def label(self) -> str:
        """For people: file name, and member after ``!``."""
        return f"{self.path.name}!{self.member}" if self.member else self.path.name

    def open(self) -> BinaryIO:
        """Open from the start; a zip member is bounded by its ratio while it is read."""
        if not self.member:
            return self.path.open("rb")
        archive = zipfile.ZipFile(self.path)
        packed = archive.getinfo(self.member).compress_size
        return io.BufferedReader(_Bounded(archive, self.member, packed, self.label))


def iter_exports(path: Path) -> Iterator[ExportFile]:
    """Yield the documents in a file handed over by a person.

    Raises:
        ConfigurationError: there is no such file.
        SourceMalformed: a zip that is damaged, encrypted, or holds no file of Tally's kind.
    """
    if not path.is_file():
        raise ConfigurationError(f"There is no file {path}.", code="tally.file.missing", file=str(path))
    with path.open("rb") as file:
        head = file.read(len(_ZIP))
    if head != _ZIP:
        yield ExportFile(path, "", path.stat().st_size)
        return
    members = [info for info in _members(path) if not info.is_dir() and _may_be_export(info.filename)]
    if any("[Content_Types]" in info.filename for info in _members(path)):
        raise SourceMalformed(
            f"{path.name} is an Excel workbook; export XML from Tally (Alt+E, format XML).",
            code="tally.file.not_tally",
            file=path.name,
        )
    if not members:
        raise SourceMalformed(
            f"{path.name} is a zip without any XML file inside.", code="tally.zip.empty", file=path.name
        )
    for info in members:
        if info.flag_bits & 1:
            raise SourceMalformed(
                f"{path.name} is protected by a password; unpack it and import the XML inside.",
                code="tally.zip.encrypted",
                file=path.name,
            )
        if info.file_size > UNPACKED_MAX or _bomb(info.file_size, info.compress_size):
            raise _bomb_error(f"{path.name}!{info.filename}")
        yield ExportFile(path, info.filename, info.file_size)


def _members(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except zipfile.BadZipFile as error:
        raise SourceMalformed(
            f"{path.name} is a damaged zip ({error}); send it again.", code="tally.zip.damaged", file=path.name
        ) from error


def _may_be_export(name: str) -> bool:
    base = name.rsplit("/", 1)[-1]
    return base.lower().endswith((".xml", ".txt", ".dat")) and not base.startswith(".") and "__MACOSX" not in name


def _bomb(unpacked: int, packed: int) -> bool:
    return unpacked > _FREE_BYTES and unpacked > RATIO_MAX * max(packed, 1)


def _bomb_error(label: str) -> SourceMalformed:
    return SourceMalformed(
        f"{label} unpacks to more than {RATIO_MAX} times its size; no Tally export does. It was not read.",
        code="tally.zip.bomb",
        file=label,
    )


class _Bounded(io.RawIOBase):
    """A zip member that stops being read when it grows past what its header promised or its ratio allows."""

    def __init__(self, archive: zipfile.ZipFile, member: str, packed: int, label: str) -> None:
        self._archive, self._file, self._packed, self._label = archive, archive.open(member), packed, label
        self._read = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read on, counting."""
        try:
            data = self._file.read(len(buffer))
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise SourceMalformed(
                f"{self._label} is damaged inside its zip ({error}); send it again.",
                code="tally.zip.damaged",
                file=self._label,
            ) from error
        self._read += len(data)
        if self._read > UNPACKED_MAX or _bomb(self._read, self._packed):
            raise _bomb_error(self._label)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close member and archive."""
        self._file.close()
        self._archive.close()
        super().close()
