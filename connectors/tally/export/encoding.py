"""Which encoding a file is in, and its text as chunks of UTF-8 bytes.

Tally exports "Unicode" as UTF-16LE with a byte order mark and "ASCII" in the PC's ANSI code page; the gateway sends
UTF-16LE without a mark; other programs re-save as UTF-8 and may leave a wrong ``encoding=`` behind. So the order of
evidence is: byte order mark, the pattern of NUL bytes, valid UTF-8, then the declaration, then Windows-1252.
ASCII passes untouched; only at the first other byte is the rest looked through once to tell UTF-8 from a code page.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from connectors.tally.export import refusal
from connectors.tally.export.refusal import Place

CHUNK_BYTES = 256 * 1024
_HEAD_BYTES = 4096

_MARKS = (
    (codecs.BOM_UTF8, ""),  # the mark goes; whether the rest keeps its promise is looked at
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARATION = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Bytes 81 8D 8F 90 9D mean nothing in Windows-1252; like browsers, keep them as C1 controls rather than lose them.
_WINDOWS_1252 = "".join(
    bytes([code]).decode("cp1252") if code not in b"\x81\x8d\x8f\x90\x9d" else chr(code) for code in range(256)
)
_ESCAPED_AS_1252 = {0xDC00 + code: _WINDOWS_1252[code] for code in range(0x80, 0x100)}
_ESCAPED = re.compile("[\udc80-\udcff]")
_UTF8, _MIXED, _ANSI = "utf-8", "utf-8 with windows-1252", "windows-1252"
_SAME_AS_ANSI = frozenset({"cp1252", "iso8859-1", "ascii"})


@dataclass(slots=True)
class Encoding:
    """What was decided about a file's encoding; final once its last chunk was taken.

    Attributes:
        name: Python's name of it, or ``utf-8 with windows-1252`` for a file that mixes both.
        declared: what the XML declaration says, if there is one.
        is_guessed: neither a mark nor a pattern nor a declaration supports the choice.
    """

    name: str = "ascii"
    declared: str = ""
    is_guessed: bool = False

    @property
    def contradicts_declaration(self) -> bool:
        """The file says one thing and is another, and it matters."""
        declared = _known(self.declared)
        if not declared or self.name == "ascii":
            return False
        return declared not in _SAME_AS_ANSI if self.name == _ANSI else not self.name.startswith(declared)


def utf8_chunks(open_bytes: Callable[[], BinaryIO], place: Place, encoding: Encoding) -> Iterator[bytes]:
    """Yield a file's text as UTF-8 bytes without its byte order mark.

    Args:
        open_bytes: opens the file from its start; used a second time if the encoding shows only later.
        place: kept up to date with the bytes consumed.
        encoding: filled in with what was decided.

    Raises:
        SourceMalformed: ``tally.file.encoding``.
    """
    with open_bytes() as stream:
        head = stream.read(_HEAD_BYTES)
        encoding.declared = _declared(head)
        name, mark = _from_head(head)
        chunks = _measured(stream, head[mark:], place)
        place.byte = len(head)
        if name:
            encoding.name = name
            yield from _decoded(chunks, name, place)
            return
        for chunk in chunks:
            if not chunk.isascii():
                encoding.name, encoding.is_guessed = _look_through(open_bytes, place.byte - len(chunk), encoding)
                yield from _decoded(_prepend(chunk, chunks), encoding.name, place)
                return
            yield chunk


def _measured(stream: BinaryIO, head: bytes, place: Place) -> Iterator[bytes]:
    yield head
    while chunk := stream.read(CHUNK_BYTES):
        place.byte += len(chunk)
        yield chunk


def _prepend(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _from_head(head: bytes) -> tuple[str, int]:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    for name, nul in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        other = head[0::2] if name == "utf-16-le" else head[1::2]
        # Tags are ASCII, so in UTF-16 a large share of one byte of each pair is NUL, whatever the language.
        if nul.count(0) * 4 > len(nul) and other.count(0) * 4 < len(other) and len(head) > 1:
            return name, 0
    return "", 0


def _declared(head: bytes) -> str:
    match = _DECLARATION.match(head.replace(b"\0", b"").removeprefix(codecs.BOM_UTF8).lstrip(b"\xff\xfe"))
    return match.group(1).decode("ascii").lower() if match else ""


def _known(declared: str) -> str:
    try:
        return codecs.lookup(declared).name if declared else ""
    except LookupError:
        return ""


def _decoded(chunks: Iterator[bytes], name: str, place: Place) -> Iterator[bytes]:
    match name:
        case "utf-8":
            return chunks
        case "utf-8 with windows-1252":
            return _mixed(chunks)
        case "windows-1252":
            return (codecs.charmap_decode(chunk, "strict", _WINDOWS_1252)[0].encode() for chunk in chunks)
        case _:
            return _recoded(chunks, name, place)


def _recoded(chunks: Iterator[bytes], name: str, place: Place) -> Iterator[bytes]:
    # Lone halves of surrogate pairs pass here; the sanitiser maps them, as everything XML forbids.
    errors = "surrogatepass" if name.startswith("utf") else "replace"
    decoder = codecs.getincrementaldecoder(name)(errors)
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
        # Half a character may be left; the parser then finds the document cut, which says it better than we could.
    except UnicodeDecodeError as error:
        raise refusal.undecodable(place, name) from error


def _mixed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for chunk in chunks:
        yield decoder.decode(chunk).translate(_ESCAPED_AS_1252).encode()
    yield decoder.decode(b"", final=True).translate(_ESCAPED_AS_1252).encode()


def _look_through(open_bytes: Callable[[], BinaryIO], start: int, encoding: Encoding) -> tuple[str, bool]:
    """Tell UTF-8 from a code page by the rest of the file; also whether that is a guess."""
    valid, invalid = _count_sequences(open_bytes, start)
    if not invalid:
        return _UTF8, False
    if valid:
        return _MIXED, True
    declared = _known(encoding.declared)
    if declared and not declared.startswith("utf") and declared not in _SAME_AS_ANSI:
        return declared, False
    return _ANSI, declared not in _SAME_AS_ANSI


def _count_sequences(open_bytes: Callable[[], BinaryIO], start: int) -> tuple[int, int]:
    """Count characters beyond ASCII that are valid UTF-8, and bytes that are not."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    valid = invalid = 0
    with open_bytes() as stream:
        _skip(stream, start)
        while chunk := stream.read(CHUNK_BYTES):
            if chunk.isascii() and not decoder.getstate()[0]:
                continue
            found, wrong = _tally(decoder.decode(chunk))
            valid, invalid = valid + found, invalid + wrong
        found, wrong = _tally(decoder.decode(b"", final=True))
    return valid + found, invalid + wrong


def _tally(text: str) -> tuple[int, int]:
    wrong = len(_ESCAPED.findall(text))
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return beyond_ascii - wrong, wrong


def _skip(stream: BinaryIO, count: int) -> None:
    if stream.seekable():
        stream.seek(count)
        return
    while count > 0 and (chunk := stream.read(min(count, CHUNK_BYTES))):
        count -= len(chunk)
