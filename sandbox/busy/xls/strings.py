"""Texts as BIFF8 has them, and the table in which every different text of a workbook stands once.

A text is compressed (one byte a character) if all its characters are below U+0100, else it is UTF-16. A record holds
8224 bytes; the table goes on in CONTINUE records, and a text that is cut says again, in a byte, whether its rest is
compressed. Rests on Microsoft's public description of the format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

RECORD_MAX: Final = 8224
_SST, _CONTINUE = 0x00FC, 0x003C
_HIGH_SURROGATES: Final = range(0xD8, 0xDC)
"""First half of a character beyond U+FFFF: its second byte in UTF-16."""


def record(kind: int, body: bytes) -> bytes:
    """Return a record: its kind, its length, its body."""
    return struct.pack("<HH", kind, len(body)) + body


def encode_text(text: str) -> tuple[int, int, bytes]:
    """Return a text's length in units, whether it is wide (1) or compressed (0), and its bytes."""
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        raw = text.encode("utf-16-le")
        return len(raw) // 2, 1, raw
    return len(raw), 0, raw


def short_text(text: str) -> bytes:
    """Return a text whose length is one byte: names of sheets and fonts."""
    length, wide, raw = encode_text(text)
    return struct.pack("<BB", length, wide) + raw


class SharedTexts:
    """The table of a workbook's texts, filled while its cells are written."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._uses = 0

    def place_of(self, text: str) -> int:
        """Return a text's place in the table; count its use."""
        self._uses += 1
        return self._places.setdefault(text, len(self._places))

    def records(self) -> Iterator[bytes]:
        """Yield the record with the table, and those it goes on in."""
        blocks = _Blocks(struct.pack("<II", self._uses, len(self._places)))
        for text in self._places:
            blocks.add(*encode_text(text))
        for number, block in enumerate(blocks.made):
            yield record(_CONTINUE if number else _SST, bytes(block))


class _Blocks:
    """Bodies of records, none longer than a record may be."""

    def __init__(self, start: bytes) -> None:
        self.made = [bytearray(start)]

    def add(self, length: int, wide: int, raw: bytes) -> None:
        head = struct.pack("<HB", length, wide)
        if self._room < len(head):
            self.made.append(bytearray())
        self.made[-1] += head
        fitting = self._fitting(raw, wide)
        while fitting < len(raw):
            self.made[-1] += raw[:fitting]
            self.made.append(bytearray((wide,)))
            raw = raw[fitting:]
            fitting = self._fitting(raw, wide)
        self.made[-1] += raw

    @property
    def _room(self) -> int:
        return RECORD_MAX - len(self.made[-1])

    def _fitting(self, raw: bytes, wide: int) -> int:
        """Bytes that fit: whole units, and no first half of a character without its second."""
        if not wide or len(raw) <= self._room:
            return min(self._room, len(raw))
        fitting = self._room // 2 * 2
        return fitting - 2 if fitting and raw[fitting - 1] in _HIGH_SURROGATES else fitting
