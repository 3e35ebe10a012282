"""Make Tally's XML legal without losing a character.

Tally prefixes reserved values with U+0004 (``&#4; Primary``), separates parts of some values with raw U+0003 and
U+0005, and writes
``UDF:`` tags whose prefix other tools leave undeclared. XML 1.0 allows none of it. Characters that are illegal in XML
are moved to a
private-use range (U+E000 + code), reversibly: the marker keeps telling a system value from a user's object of the
same name.
Bare ``&`` (hand-made files) is escaped and counted. Document types are refused: entities are how XML attacks work.

Works on UTF-8 bytes in chunks, carrying what may continue in the next chunk; chunks without a suspect byte pass
untouched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from canonical.errors import SourceMalformed

TEXT_MAX = 16 << 20
"""Bytes of one text or tag; the longest real one seen (a signed QR code) is under 4 KB."""
_PRIVATE = 0xE000
_CARRY_MAX = 16
"""Longest reference or declaration head that may be cut by a chunk's end."""

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_REFERENCE = re.compile(rb"&(?:#(?:([0-9]{1,9})|[xX]([0-9a-fA-F]{1,8}));|(amp|lt|gt|quot|apos);)?")
_DECLARATION = re.compile(rb"<\?xml[^>]*\?>")
_SUSPECT_CONTROL = bytes(sorted({*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)}))


class Sanitiser:
    """Turns chunks of a Tally file into legal XML of a synthetic root.

    Args:
        path: for messages.

    Attributes:
        bare_ampersands: how many ``&`` had to be escaped.
        illegal_characters: how many were moved to the private-use range.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.bare_ampersands = 0
        self.illegal_characters = 0
        self._carry = b""
        self._text_run = 0
        self._position = 0

    def clean(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield cleaned chunks, in order.

        Raises:
            SourceMalformed: a document type, or one text longer than ``TEXT_MAX``.
        """
        for chunk in chunks:
            data = self._carry + chunk
            cut = _safe_cut(data)
            data, self._carry = data[:cut], data[cut:]
            if data:
                yield self._clean(data)
            self._position += len(chunk)
        if self._carry:
            yield self._clean(self._carry)
            self._carry = b""

    def _clean(self, data: bytes) -> bytes:
        self._bound_text(data)
        if b"<!" in data and (b"<!DOCTYPE" in data or b"<!ENTITY" in data):
            raise SourceMalformed(
                f"{self.path} declares a document type near byte {self._position}; Tally never writes one and it can "
                "hide an attack. Use the file exactly as Tally exported it.",
                code="tally.file.doctype",
                file=self.path,
                position=self._position,
            )
        if b"<?xml" in data:
            data = _DECLARATION.sub(b"", data)
        if b"UDF:" in data:
            data = data.replace(b"<UDF:", b"<UDF_").replace(b"</UDF:", b"</UDF_")
        if b"&" in data:
            data = _REFERENCE.sub(self._reference, data)
        if len(data.translate(None, _SUSPECT_CONTROL)) != len(data) or _has_rare_illegal(data):
            data = _CONTROL.sub(self._control, data)
        return data

    def _bound_text(self, data: bytes) -> None:
        first = data.find(b"<")
        if first < 0:
            self._text_run += len(data)
        else:
            self._text_run = len(data) - data.rfind(b"<")
        if self._text_run > TEXT_MAX:
            raise SourceMalformed(
                f"{self.path} holds one text longer than {TEXT_MAX >> 20} MB near byte {self._position}; no Tally "
                "export does. The file is damaged or hostile; export it again.",
                code="tally.file.text_too_long",
                file=self.path,
                position=self._position,
            )

    def _reference(self, match: re.Match[bytes]) -> bytes:
        decimal, hexadecimal, named = match.groups()
        if named:
            return match.group()
        if decimal is None and hexadecimal is None:
            self.bare_ampersands += 1
            return b"&amp;"
        code = int(decimal) if decimal is not None else int(hexadecimal, 16)
        if _is_legal(code):
            return match.group()
        self.illegal_characters += 1
        return _private(code)

    def _control(self, match: re.Match[bytes]) -> bytes:
        self.illegal_characters += 1
        return _private(ord(match.group().decode()))


def restore_character(char: str) -> str:
    """Return the original of a character moved to the private-use range; others unchanged."""
    code = ord(char) - _PRIVATE
    return chr(code) if 0 <= code < 0x20 and not _is_legal(code) else char  # noqa: PLR2004 - C0 controls


def _is_legal(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF  # noqa: PLR2004 - the Char production of XML 1.0
    )


def _private(code: int) -> bytes:
    return chr(_PRIVATE + code).encode() if code < 0x20 else b"\xef\xbf\xbd"  # noqa: PLR2004 - C0 controls


def _has_rare_illegal(data: bytes) -> bool:
    return b"\xef\xbf\xbe" in data or b"\xef\xbf\xbf" in data


def _safe_cut(data: bytes) -> int:
    """Where to cut so that no reference, tag head or UTF-8 character is split."""
    end = len(data)
    tail = max(0, end - _CARRY_MAX)
    ampersand = data.rfind(b"&", tail)
    if ampersand >= 0 and b";" not in data[ampersand:]:
        end = ampersand
    bracket = data.rfind(b"<", tail, end)
    if bracket >= 0 and b">" not in data[bracket:end]:
        end = bracket
    while end > tail and end < len(data) and (data[end] & 0xC0) == 0x80:  # noqa: PLR2004 - UTF-8 continuation
        end -= 1
    return _back_to_character(data, end)


def _back_to_character(data: bytes, end: int) -> int:
    for back in range(1, min(4, end) + 1):
        byte = data[end - back]
        if byte < 0x80:  # noqa: PLR2004 - ASCII
            return end
        if byte >= 0xC0:  # noqa: PLR2004 - first byte of a character
            length = 2 + (byte >= 0xE0) + (byte >= 0xF0)  # noqa: PLR2004 - UTF-8 lengths
            return end if length == back else end - back
    return end
