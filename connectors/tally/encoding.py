"""Which encoding a Tally file is in, and its bytes as UTF-8, in bounded memory.

Tally's Alt+E writes "Unicode" (UTF-16LE with BOM) or "ASCII" (the machine's ANSI code page, cp1252 in India); other
tools re-save
as UTF-8, with or without BOM, and leave a wrong ``encoding=`` behind. So the bytes decide, not the declaration: BOM,
then the
NUL pattern of UTF-16 without BOM, then strict UTF-8 over the whole file, then cp1252.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from canonical.errors import SourceMalformed

CHUNK = 1 << 18
"""Bytes read at a time."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SNIFFED = 4096
_NUL_SHARE = 0.3
"""ASCII text in UTF-16 is half NUL bytes; Devanagari narrations lower the share."""

Opener = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is written.

    Attributes:
        name: Python's codec name.
        bom: length of the byte order mark, bytes.
        guessed: no mark said so; the bytes fit.
    """

    name: str
    bom: int
    guessed: bool


def find_encoding(opener: Opener, path: str) -> Encoding:
    """Decide the encoding by reading the file once.

    Raises:
        SourceMalformed: the file is empty.
    """
    with opener() as file:
        head = file.read(_SNIFFED)
    if not head.strip(b"\0 \t\r\n"):
        raise SourceMalformed(f"{path} is empty; export it again from Tally.", code="tally.file.empty", file=path)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return Encoding(name, len(mark), guessed=False)
    wide = _sniff_wide(head)
    if wide:
        return Encoding(wide, 0, guessed=True)
    return Encoding("utf-8" if _is_utf8(opener) else "cp1252", 0, guessed=True)


def _sniff_wide(head: bytes) -> str:
    even, odd = head[0::2], head[1::2]
    if odd.count(0) > _NUL_SHARE * len(odd) and even.count(0) < odd.count(0):
        return "utf-16-le"
    if even.count(0) > _NUL_SHARE * len(even):
        return "utf-16-be"
    return ""


def _is_utf8(opener: Opener) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        with opener() as file:
            while chunk := file.read(CHUNK):
                if not chunk.isascii() or decoder.getstate()[0]:
                    decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def iter_utf8(file: BinaryIO, encoding: Encoding, path: str) -> Iterator[tuple[bytes, int]]:
    """Yield the file as UTF-8 chunks, each with the number of source bytes it came from.

    Bytes that cp1252 leaves undefined become the character of the same number (they are control characters, which the
    sanitiser keeps in the private-use range).

    Raises:
        SourceMalformed: the bytes stop fitting the encoding (UTF-16 cut in the middle of a character).
    """
    file.read(encoding.bom)
    if encoding.name == "utf-8":
        while chunk := file.read(CHUNK):
            yield chunk, len(chunk)
        return
    decoder = codecs.getincrementaldecoder(encoding.name)("khata_latin" if encoding.name == "cp1252" else "strict")
    position = encoding.bom
    while True:
        chunk = file.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
            data = text.encode("utf-8")
        except UnicodeError as error:
            raise SourceMalformed(
                f"{path} stops being {encoding.name} text near byte {position}; the file is cut or damaged. "
                "Export it again from Tally.",
                code="tally.file.encoding",
                file=path,
                position=position,
            ) from error
        position += len(chunk)
        if not chunk:
            if data:
                yield data, 0
            return
        yield data, len(chunk)


def _undefined_as_latin(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("khata_latin", _undefined_as_latin)
