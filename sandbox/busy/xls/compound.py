"""A compound file (OLE) with one stream: sectors of 512 bytes, tables of what follows what, a directory of two entries.

Layout: header, the stream, the directory, the allocation table (FAT), and what does not fit into the header of the list
of its sectors (DIFAT). Rests on Microsoft's public description of compound files, version 3. A stream under 4096 bytes
would belong into sectors of 64 bytes; it is filled up with zeroes instead.
"""

from __future__ import annotations

import struct
from typing import Final

SECTOR: Final = 512
_SIGNATURE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_MINI_CUTOFF: Final = 4096
_FREE, _END, _FAT, _DIFAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
_NUMBERS: Final = SECTOR // 4
"""Entries of a sector of the allocation table."""
_IN_HEADER: Final = 109
"""Sectors of the allocation table that the header lists; a sector of the DIFAT lists one less than it has places."""
_STREAM, _ROOT, _BLACK = 2, 5, 1


def compound_file(name: str, content: bytes) -> bytes:
    """Return a compound file with one stream.

    Args:
        name: of the stream, up to 31 characters.
        content: of the stream.
    """
    stream = content.ljust(_MINI_CUTOFF, b"\0")
    stream += bytes(-len(stream) % SECTOR)
    used = len(stream) // SECTOR
    directory = used
    fat_count, difat_count = _table_sizes(used + 1)
    fat = range(directory + 1, directory + 1 + fat_count)
    difat = range(fat.stop, fat.stop + difat_count)
    table = [*range(1, used), _END, _END, *[_FAT] * fat_count, *[_DIFAT] * difat_count]
    table += [_FREE] * (fat_count * _NUMBERS - len(table))
    return b"".join(
        (
            _header(directory, fat, difat),
            stream,
            _entry("Root Entry", _ROOT, child=1, start=_END, size=0),
            _entry(name, _STREAM, child=_FREE, start=0, size=len(stream)),
            *[_entry("", 0, child=_FREE, start=0, size=0)] * 2,
            struct.pack(f"<{len(table)}I", *table),
            *_difat_sectors(fat, difat),
        )
    )


def _table_sizes(used: int) -> tuple[int, int]:
    """Sectors of the FAT and of the DIFAT, which have entries themselves."""
    fat = difat = 0
    while True:
        needed = -(-(used + fat + difat) // _NUMBERS)
        listed = -(-max(needed - _IN_HEADER, 0) // (_NUMBERS - 1))
        if (needed, listed) == (fat, difat):
            return fat, difat
        fat, difat = needed, listed


def _header(directory: int, fat: range, difat: range) -> bytes:
    head = _SIGNATURE + bytes(16) + struct.pack("<HHHHH6x", 0x003E, 3, 0xFFFE, 9, 6)
    first_difat = difat.start if difat else _END
    counts = struct.pack("<9I", 0, len(fat), directory, 0, _MINI_CUTOFF, _END, 0, first_difat, len(difat))
    listed = list(fat[:_IN_HEADER])
    return head + counts + struct.pack(f"<{_IN_HEADER}I", *listed, *[_FREE] * (_IN_HEADER - len(listed)))


def _difat_sectors(fat: range, difat: range) -> list[bytes]:
    rest, size, made = list(fat[_IN_HEADER:]), _NUMBERS - 1, []
    for number, sector in enumerate(difat):
        part = rest[number * size : (number + 1) * size]
        following = sector + 1 if sector + 1 in difat else _END
        made.append(struct.pack(f"<{_NUMBERS}I", *part, *[_FREE] * (size - len(part)), following))
    return made


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2 if name else 0, kind, _BLACK)
    return head + struct.pack("<3I16xI8x8xIQ", _FREE, _FREE, child, 0, start, size)
