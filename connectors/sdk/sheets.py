"""Rows of a spreadsheet: workbooks (.xlsx, .xls, .xlsb, .ods) through calamine, text files by their own delimiter.

A cell is text, a number, yes or no, a day as ISO text, or None; merged cells hold their value in the first one. Numbers
are those the file holds, which for a workbook are binary floats: whole ones come as int, so that a bill number typed
as a number has no ``.0``; what was lost before the file was written (leading zeroes, digits past the fifteenth) stays
lost.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine
from python_calamine import CalamineWorkbook

from canonical.errors import SourceMalformed

Cell = str | int | float | bool | None
_EXACT_TO = 1e15
"""Whole numbers beyond it were rounded by the program that wrote the file."""
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",;\t|"
_SNIFFED_LINES = 30
_MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name (empty for a text file) and its rows, read once, while they are asked for."""

    name: str
    rows: Iterator[Sequence[Cell]]


def iter_sheets(path: Path, *, is_workbook: bool) -> Iterator[Sheet]:
    """Yield the sheets of a file; the rows of one are read before the next is asked for.

    Raises:
        SourceMalformed: it cannot be opened.
    """
    if is_workbook:
        yield from _workbook(path)
    else:
        yield Sheet("", _text_rows(path))


def _workbook(path: Path) -> Iterator[Sheet]:
    try:
        workbook = CalamineWorkbook.from_path(path)
        try:
            for name in workbook.sheet_names:
                yield Sheet(name, _rows(workbook.get_sheet_by_name(name)))
        finally:
            workbook.close()
    except (python_calamine.CalamineError, OSError) as error:
        raise SourceMalformed(
            f"{path.name} cannot be opened as a workbook: {error}. If it has a password, save it without; else export "
            "it again.",
            code="sheet.unreadable",
            file=path.name,
        ) from error


def _rows(sheet: Any) -> Iterator[Sequence[Cell]]:
    """Blank rows before the first cell are given, blank columns are not: they are put back, so that places agree."""
    read = _READ
    lead: list[Cell] = [None] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        cells: list[Cell] = [read[type(value)](value) for value in row]
        yield lead + cells if lead else cells


def _number(value: float) -> Cell:
    return int(value) if value.is_integer() and abs(value) < _EXACT_TO else value


def _moment(value: datetime) -> Cell:
    return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat()


_READ: dict[type, Callable[[Any], Cell]] = {
    str: lambda value: value or None,
    float: _number,
    int: lambda value: value,
    bool: lambda value: value,
    datetime: _moment,
    date: lambda value: value.isoformat(),
    time: lambda value: value.isoformat(),
    timedelta: str,
    type(None): lambda _value: None,
}


def _text_rows(path: Path) -> Iterator[Sequence[Cell]]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        head = "".join(line for _, line in zip(range(_SNIFFED_LINES), file, strict=False))
        file.seek(0)
        for row in csv.reader(file, delimiter=_delimiter(head)):
            yield [value or None for value in row]


def _encoding(path: Path) -> str:
    """By its mark, else UTF-8 if all of it is; else Windows-1252, in which every Indian accounting program exports."""
    with path.open("rb") as file:
        start = file.read(4)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8"


def _delimiter(head: str) -> str:
    """The delimiter that makes the widest row; quoted ones do not count."""
    widths = {
        one: max((len(row) for row in csv.reader(io.StringIO(head), delimiter=one)), default=0) for one in _DELIMITERS
    }
    return max(_DELIMITERS, key=lambda one: widths[one])
