"""Whose file is this? Every connector looks at a file's first bytes and the names packed in it; content decides.

``khata import`` and ``khata watch`` read one ``FileHead`` per file and ask the connectors; the ending of its name plays
no part, because people rename files and mail programs rename them too. A connector's own eyes are in its
``recognition.py``, which imports nothing heavy: it runs before anybody knows that the connector is needed.
"""

from __future__ import annotations

import codecs
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from canonical.errors import ConfigurationError

if TYPE_CHECKING:
    from connectors.sdk.base import Connector

HEAD_BYTES = 64 * 1024
"""How much of a file the connectors are shown."""
MEMBERS_MAX = 10_000
"""Names listed of a zip archive; one with more is nobody's export."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK_PARTS = frozenset({"xl/workbook.xml", "xl/workbook.bin"})
_WORKBOOK_STREAMS = tuple(f"{name}\0".encode("utf-16-le") for name in ("Workbook", "Book"))
_OLE_SECTOR_SHIFT, _OLE_DIRECTORY = slice(0x1E, 0x20), slice(0x30, 0x34)
_OLE_DIRECTORY_BYTES = 4096
_OLE_SECTOR_SHIFTS = (9, 12)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CONFIDENCE_MAX = 100
_NUL_SHARE = 4
"""Text of which more than one byte in so many is NUL is UTF-16 without a mark."""
_BEFORE_ROOT = ("<?", "<!--", "<!DOCTYPE", "<!doctype")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""What the zip reader raises for cut, encrypted, oddly packed and contradictory archives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHead:
    """The beginning of a file.

    Attributes:
        path: where it is; its name is a hint at most.
        size: bytes of the whole file.
        start: its first bytes, up to ``HEAD_BYTES``.
        members: names packed in it, if it is a zip archive that can be read (an .xlsx is one).
    """

    path: Path
    size: int
    start: bytes
    members: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The beginning as text, without mark and leading blanks; bytes that mean nothing become U+FFFD."""
        return text_of(self.start)

    @property
    def is_workbook(self) -> bool:
        """Whether it is a spreadsheet program's workbook: .xlsx, .xlsm, .xlsb, .ods or the older .xls."""
        if self.start.startswith(_OLE):
            return self._holds_workbook_stream()
        packed = set(self.members)
        return bool(packed & _WORKBOOK_PARTS) or ("content.xml" in packed and self._is_open_document_sheet())

    def member_start(self, name: str) -> bytes:
        """Return the first bytes of a packed file; empty if it cannot be unpacked."""
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(name) as member:
                return member.read(HEAD_BYTES)
        except (*_UNREADABLE, KeyError):
            return b""

    def _holds_workbook_stream(self) -> bool:
        """Look for Excel's stream in the directory of an OLE file, whose place the file's header tells."""
        shift = int.from_bytes(self.start[_OLE_SECTOR_SHIFT], "little")
        if shift not in _OLE_SECTOR_SHIFTS:
            return False
        try:
            with self.path.open("rb") as file:
                file.seek((int.from_bytes(self.start[_OLE_DIRECTORY], "little") + 1) << shift)
                directory = file.read(_OLE_DIRECTORY_BYTES)
        except OSError:
            return False
        return any(name in directory for name in _WORKBOOK_STREAMS)

    def _is_open_document_sheet(self) -> bool:
        return self.member_start("mimetype").startswith(b"application/vnd.oasis.opendocument.spreadsheet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What a connector says about a file.

    Attributes:
        connector: name of the connector that would read it.
        format: ``tally-xml``, ``busy-report``; two files of one format are read by the same code.
        confidence: 1 to 100. 90 and more: a mark that only this product writes; about 50: the layout fits.
        reason: what was seen, for people: "root element BusyData".
    """

    connector: str
    format: str
    confidence: int
    reason: str

    def __post_init__(self) -> None:
        """Refuse a confidence that is none.

        Raises:
            ValueError: it is not between 1 and 100.
        """
        if not 1 <= self.confidence <= CONFIDENCE_MAX:
            raise ValueError(f"A confidence is 1 to {CONFIDENCE_MAX}, not {self.confidence}.")


def read_head(path: Path) -> FileHead:
    """Read the beginning of a file.

    Raises:
        ConfigurationError: it is not there or may not be read.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(HEAD_BYTES)
    except OSError as error:
        raise ConfigurationError(
            f"There is no readable file {path}. Check the path and its permissions.",
            code="recognition.file_not_found",
            file=path.name,
        ) from error
    return FileHead(path=path, size=size, start=start, members=_members(path) if start.startswith(_ZIP) else ())


def recognise(head: FileHead, connectors: Iterable[Connector]) -> tuple[Recognition, ...]:
    """Ask the connectors about a file; the most confident answer first, equals by name."""
    answers = (connector.recognise(head) for connector in connectors if connector.recognise is not None)
    return tuple(sorted((one for one in answers if one), key=lambda one: (-one.confidence, one.connector, one.format)))


def text_of(data: bytes) -> str:
    """Decode a beginning by its byte order mark, its NUL bytes or as UTF-8; leading blanks go."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace").lstrip()
    for encoding, nul in (("utf-16-le", data[1::2]), ("utf-16-be", data[0::2])):
        other = data[0::2] if encoding == "utf-16-le" else data[1::2]
        if nul.count(0) * _NUL_SHARE > len(nul) and not other.count(0):
            return data.decode(encoding, "replace").lstrip()
    return data.decode("utf-8", "replace").lstrip()


def xml_root(text: str) -> str:
    """Name of the first element of a text, past declaration, comments and doctype; empty if it is no XML."""
    rest = text.lstrip()
    while rest.startswith(_BEFORE_ROOT):
        _, closed, rest = rest.partition(_end_of(rest))
        if not closed:
            return ""
        rest = rest.lstrip()
    if not rest.startswith("<"):
        return ""
    name = rest[1:]
    for stop in (">", "/", " ", "\t", "\r", "\n"):
        name = name.partition(stop)[0]
    return name if name[:1].isalpha() or name[:1] == "_" else ""


def _end_of(rest: str) -> str:
    """What closes a declaration, comment or doctype that text starts with."""
    if rest.startswith("<!--"):
        return "-->"
    if rest.startswith("<?"):
        return "?>"
    before_end = rest.partition(">")[0]
    return "]>" if "[" in before_end else ">"


def _members(path: Path) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except _UNREADABLE:
        return ()
    return tuple(names[:MEMBERS_MAX])
