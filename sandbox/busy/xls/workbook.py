"""One sheet of texts, numbers and days as a BIFF8 workbook (.xls).

What Excel asks of a workbook is there (fonts, the sixteen formats of cells that come first, a style, a window), nothing
else: no widths, no formulas. Numbers are doubles; a day is the number of days since 1899-12-30 in a format of days,
whose order is the reader's country's. Rests on Microsoft's public description of the format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sandbox.busy.xls.compound import compound_file
from sandbox.busy.xls.strings import SharedTexts, record, short_text

Cell = str | int | float | date | None
Merged = tuple[int, int, int, int]
"""First and last row, first and last column; from 0."""
ROWS_MAX, COLUMNS_MAX, TEXT_MAX, MERGED_MAX = 65536, 256, 32767, 1027
_BOF, _EOF, _CODEPAGE, _WINDOW1, _WINDOW2, _DATEMODE = 0x0809, 0x000A, 0x0042, 0x003D, 0x023E, 0x0022
_FONT, _XF, _STYLE, _BOUNDSHEET, _DIMENSIONS = 0x0031, 0x00E0, 0x0293, 0x0085, 0x0200
_LABELSST, _NUMBER, _MERGED = 0x00FD, 0x0203, 0x00E5
_GLOBALS, _SHEET = 0x0005, 0x0010
_UTF_16 = 1200
_STYLES: Final = 15
_PLAIN, _DAY = _STYLES, _STYLES + 1
"""Places of the cells' own formats, behind those of the styles."""
_FORMAT_OF_DAYS: Final = 14
_ZERO, _FIRST_DAY = date(1899, 12, 30), date(1900, 3, 1)
"""Days are counted from the first; before the second Excel's count is one off, for it has a 29 February 1900."""


def write_xls(path: Path, name: str, rows: Sequence[Sequence[Cell]], merged: Sequence[Merged] = ()) -> None:
    """Write a workbook with one sheet.

    Raises:
        ValueError: more rows, columns, merged areas or characters of a cell than the format has room for, or a value
            that is none of a cell.
    """
    width = max((len(row) for row in rows), default=0)
    if len(rows) > ROWS_MAX or width > COLUMNS_MAX or len(merged) > MERGED_MAX:
        raise ValueError(f"An .xls sheet holds {ROWS_MAX} rows of {COLUMNS_MAX} cells, not {len(rows)} of {width}.")
    texts = SharedTexts()
    sheet = b"".join(_sheet(rows, width, merged, texts))
    before, shared = b"".join(_globals()), b"".join(texts.records())
    end = record(_EOF, b"")
    place = len(before) + len(_bound_sheet(0, name)) + len(shared) + len(end)
    path.write_bytes(compound_file("Workbook", before + _bound_sheet(place, name) + shared + end + sheet))


def _bof(kind: int) -> bytes:
    return record(_BOF, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0x41, 0x06))


def _bound_sheet(place: int, name: str) -> bytes:
    return record(_BOUNDSHEET, struct.pack("<IBB", place, 0, 0) + short_text(name))


def _globals() -> Iterator[bytes]:
    yield _bof(_GLOBALS)
    yield record(_CODEPAGE, struct.pack("<H", _UTF_16))
    yield record(_WINDOW1, struct.pack("<9H", 0, 0, 0x3A98, 0x2328, 0x38, 0, 0, 1, 0x258))
    yield record(_DATEMODE, struct.pack("<H", 0))
    for _ in range(4):
        yield record(_FONT, struct.pack("<5H4B", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + short_text("Arial"))
    for _ in range(_STYLES):
        yield _format(0, 0xFFF5, 0)
    yield _format(0, 0x0001, 0)
    yield _format(_FORMAT_OF_DAYS, 0x0001, 0x04)
    yield record(_STYLE, struct.pack("<HBB", 0x8000, 0, 0xFF))


def _format(number_format: int, parent: int, own: int) -> bytes:
    """How cells look: font 0, aligned to the bottom, no border, no pattern; ``own``: what differs from the style."""
    return record(_XF, struct.pack("<3H4BIIH", 0, number_format, parent, 0x20, 0, 0, own, 0, 0, 0x20C0))


def _sheet(rows: Sequence[Sequence[Cell]], width: int, merged: Sequence[Merged], texts: SharedTexts) -> Iterator[bytes]:
    yield _bof(_SHEET)
    yield record(_DIMENSIONS, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                yield _cell(number, column, cell, texts)
    yield record(_WINDOW2, struct.pack("<HHHIHHI", 0x06B6, 0, 0, 0x40, 0, 0, 0))
    if merged:
        areas = b"".join(struct.pack("<4H", *area) for area in merged)
        yield record(_MERGED, struct.pack("<H", len(merged)) + areas)
    yield record(_EOF, b"")


def _cell(row: int, column: int, cell: Cell, texts: SharedTexts) -> bytes:
    match cell:
        case str():
            if len(cell) > TEXT_MAX:
                raise ValueError(f"A cell of an .xls sheet holds {TEXT_MAX} characters, not {len(cell)}.")
            return record(_LABELSST, struct.pack("<HHHI", row, column, _PLAIN, texts.place_of(cell)))
        case date() if not isinstance(cell, datetime) and cell >= _FIRST_DAY:
            return record(_NUMBER, struct.pack("<HHHd", row, column, _DAY, (cell - _ZERO).days))
        case int() | float() if not isinstance(cell, bool):
            return record(_NUMBER, struct.pack("<HHHd", row, column, _PLAIN, float(cell)))
        case _:
            raise ValueError(f"{cell!r} is no value of a cell here.")
