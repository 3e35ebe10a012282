"""A company file grown from a small one: no writer of Access files is known on Linux, but whole pages can be repeated.

A table's rows lie in data pages; which pages are its own stands in a usage map that its definition points to, how many
rows it has in the definition itself. So its data pages are appended as often as wanted, the map is turned from the form
that lists pages itself into the one that points to pages of bits, and the number of rows is written. Jet 4 only; for
reading, not for Access.
"""

from __future__ import annotations

import struct

PAGE = 4096
_DATA, _DEFINITION, _BITS = 0x01, 0x02, 0x05
_ROWS_AT, _COLUMNS_AT, _MAP_AT = 16, 45, 55
_OWNER_AT, _ROW_COUNT_AT, _OFFSETS_AT = 4, 12, 14
_OFFSET_MASK = 0x1FFF
_BITS_PER_PAGE = (PAGE - 4) * 8
_POINTERS = 17
"""Pages of bits a map row of 69 bytes can point to."""


def grow(raw: bytes, columns: int, rows: int, wanted: int) -> tuple[bytes, int]:
    """Repeat the data pages of a table until it has about so many rows.

    Args:
        raw: the file.
        columns: of the table, by which it is found together with
        rows: it has.
        wanted: rows.

    Returns:
        The grown file, and the number of rows the table has in it.

    Raises:
        ValueError: there is no such table, or the file would be too large for its map.
    """
    file = bytearray(raw)
    definition = _definition(file, columns, rows)
    pages = [n for n in range(len(file) // PAGE) if file[n * PAGE] == _DATA and _owner(file, n) == definition]
    copies = max(wanted // rows - 1, 0)
    first = len(file) // PAGE
    own = [*pages, *range(first, first + copies * len(pages))]
    for _ in range(copies):
        for page in pages:
            file += file[page * PAGE : (page + 1) * PAGE]
    _map(file, definition, own)
    struct.pack_into("<I", file, definition * PAGE + _ROWS_AT, rows * (copies + 1))
    return bytes(file), rows * (copies + 1)


def _definition(file: bytearray, columns: int, rows: int) -> int:
    for page in range(len(file) // PAGE):
        start = page * PAGE
        if file[start] == _DEFINITION:
            found = struct.unpack_from("<I", file, start + _ROWS_AT)[0], struct.unpack_from("<H", file, start + 45)[0]
            if found == (rows, columns):
                return page
    raise ValueError(f"no table of {columns} columns and {rows} rows")


def _owner(file: bytearray, page: int) -> int:
    return int(struct.unpack_from("<I", file, page * PAGE + _OWNER_AT)[0])


def _map(file: bytearray, definition: int, own: list[int]) -> None:
    """Write which pages are the table's own, as bits in pages appended for them."""
    last = max(own) // _BITS_PER_PAGE
    if last >= _POINTERS:
        raise ValueError("too many pages for one map")
    pointers = []
    for part in range(last + 1):
        bits = bytearray(PAGE)
        bits[0] = _BITS
        for page in own:
            if page // _BITS_PER_PAGE == part:
                place = page % _BITS_PER_PAGE
                bits[4 + place // 8] |= 1 << (place % 8)
        pointers.append(len(file) // PAGE)
        file += bits
    start, end = _map_row(file, definition)
    row = bytes((1,)) + b"".join(struct.pack("<I", pointer) for pointer in pointers)
    file[start:end] = row.ljust(end - start, b"\0")


def _map_row(file: bytearray, definition: int) -> tuple[int, int]:
    (pointer,) = struct.unpack_from("<I", file, definition * PAGE + _MAP_AT)
    number, page = pointer & 0xFF, pointer >> 8
    at = page * PAGE + _OFFSETS_AT
    offset = struct.unpack_from("<H", file, at + 2 * number)[0] & _OFFSET_MASK
    end = PAGE if not number else struct.unpack_from("<H", file, at + 2 * (number - 1))[0] & _OFFSET_MASK
    return page * PAGE + offset, page * PAGE + end
