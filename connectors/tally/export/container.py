"""A file, or the XML members of a zip archive, as things that open as byte streams.

Archives come from people and mail: they may be cut, encrypted, packed by a method Python lacks, full of other files,
or made to explode. Each has its own refusal; a zip inside a zip is not opened.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from connectors.tally.export import refusal, sniff
from connectors.tally.export.limits import Limits
from connectors.tally.export.refusal import Place

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_HEAD_BYTES = 4096
_ENCRYPTED = 0x1
_NOISE = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Member:
    """One document: a plain file or one file of an archive.

    Attributes:
        name: for people: ``daybook.xml`` or ``books.zip/daybook.xml``.
        size: unpacked bytes.
        open: opens it from its start.
        is_packed: it lies in an archive beside others.
    """

    name: str
    size: int
    open: Callable[[], BinaryIO]
    is_packed: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """The documents of one file, and the names of archive members left aside."""

    members: tuple[Member, ...]
    skipped: tuple[str, ...] = ()


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[Container]:
    """Look into a file.

    Raises:
        ConfigurationError: ``tally.file.not_found``.
        SourceMalformed: not a file this reader takes, or an archive it cannot or will not unpack.
    """
    place = Place(path.name)
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError as error:
        raise refusal.not_found(str(path)) from error
    if not head.startswith((_ZIP, _EMPTY_ZIP)):
        sniff.refuse_other_formats(head, place)
        yield Container((Member(path.name, path.stat().st_size, lambda: path.open("rb")),))
        return
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise refusal.zip_damaged(place, str(error)) from error
    place.byte = path.stat().st_size
    with archive:
        yield _unpacked(archive, place, limits)


def _unpacked(archive: zipfile.ZipFile, place: Place, limits: Limits) -> Container:
    files = [info for info in archive.infolist() if not info.is_dir() and not _is_noise(info.filename)]
    _refuse_other_archives(files, place)
    _refuse_bombs(files, place, limits)
    chosen = [info for info in files if info.filename.lower().endswith(".xml")]
    if not chosen:
        raise refusal.zip_without_xml(place)
    members = tuple(_member(archive, info, place) for info in chosen)
    return Container(members, tuple(info.filename for info in files if info not in chosen))


def _refuse_bombs(files: list[zipfile.ZipInfo], place: Place, limits: Limits) -> None:
    """Judge by the directory: Python's reader never unpacks a member beyond the size stated there."""
    if len(files) > limits.zip_members_max:
        raise refusal.zip_bomb(place, f"holds {len(files)} files, more than {limits.zip_members_max}")
    total = sum(info.file_size for info in files)
    if total > limits.zip_bytes_max:
        raise refusal.zip_bomb(place, f"unpacks to {total} bytes, more than {limits.zip_bytes_max}")
    for info in files:
        if info.file_size > max(limits.zip_ratio_from_bytes, info.compress_size * limits.zip_ratio_max):
            raise refusal.zip_bomb(place, f"holds {info.filename}, packed more than {limits.zip_ratio_max} to one")
    if total > max(limits.zip_ratio_from_bytes, place.byte * limits.zip_ratio_max):  # members may overlap
        raise refusal.zip_bomb(place, f"unpacks to more than {limits.zip_ratio_max} times its size")


def _is_noise(name: str) -> bool:
    return name.lower().startswith(_NOISE) or name.lower().endswith(_NOISE[1:])


def _refuse_other_archives(files: list[zipfile.ZipInfo], place: Place) -> None:
    names = {info.filename for info in files}
    if "[Content_Types].xml" in names:
        kind = "an Excel workbook" if any(name.startswith("xl/") for name in names) else "an Office document"
        raise refusal.not_tally(place, kind)
    if "mimetype" in names and "content.xml" in names:
        raise refusal.not_tally(place, "an OpenDocument file")


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Place) -> Member:
    name = f"{place.file}/{info.filename}"
    if info.flag_bits & _ENCRYPTED:
        raise refusal.zip_encrypted(place)

    def open_member() -> BinaryIO:
        where = Place(name)
        try:
            packed = archive.open(info)
        except NotImplementedError as error:
            raise refusal.zip_method(where) from error
        except (zipfile.BadZipFile, OSError) as error:
            raise refusal.zip_damaged(where, str(error)) from error
        return io.BufferedReader(_Unpacking(packed, where))

    return Member(name, info.file_size, open_member, is_packed=True)


class _Unpacking(io.RawIOBase):
    """The unpacked bytes of a member; damage shows as our error, whatever the layer that noticed."""

    def __init__(self, packed: IO[bytes], place: Place) -> None:
        self._packed = packed
        self._place = place

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        try:
            data = self._packed.read(len(view))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise refusal.zip_damaged(self._place, str(error)) from error
        view[: len(data)] = data
        self._place.byte += len(data)
        return len(data)

    def close(self) -> None:
        self._packed.close()
        super().close()
