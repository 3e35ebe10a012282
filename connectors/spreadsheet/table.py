"""The table in a sheet: where its header is, what stands in each row, which rows are none of it.

Cells are kept as text, exactly as they stand; a number of a workbook is written with all its digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from canonical.errors import SourceMalformed
from connectors.sdk.recognition import read_head
from connectors.sdk.sheets import Cell, Sheet, iter_sheets
from connectors.spreadsheet.headers import words_of
from connectors.spreadsheet.matching import Column, document_kinds, fields_of

HEADER_ROWS = 40
"""Rows from the top among which the header is looked for."""
EXAMPLES = 200
_TOTALS = frozenset({"total", "totals", "grand total", "sub total", "closing balance", "net total"})
_HEADER_CELLS_MIN = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as people see it, and its cells by header."""

    number: int
    cells: dict[str, str]

    @property
    def is_total(self) -> bool:
        """Whether it adds up the rows above; such a row is no record."""
        return any(words_of(text) in _TOTALS for text in self.cells.values())


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its headers in order, unique, and its rows, read once."""

    file: str
    sheet: str
    headers: tuple[str, ...]
    rows: Iterator[Row]
    above: tuple[str, ...] = field(default=())
    """Texts above the header: the company's name, the report's title, its period."""


def iter_tables(path: Path, wanted: Sequence[str] = ()) -> Iterator[Table]:
    """Yield the table of each sheet that has one; the rows of one are read before the next is asked for.

    Args:
        path: a workbook or a text file of columns.
        wanted: headers that are looked for; by default those that look like headers.

    Raises:
        SourceMalformed: the file cannot be opened.
    """
    for sheet in iter_sheets(path, is_workbook=read_head(path).is_workbook):
        found = _table(path.name, sheet, frozenset(wanted))
        if found is not None:
            yield found


def first_table(path: Path) -> tuple[Table, tuple[Column, ...]]:
    """Read the first table and examples of its columns' values.

    Raises:
        SourceMalformed: there is none.
    """
    for table in iter_tables(path):
        rows = [row for row in islice(table.rows, EXAMPLES) if not row.is_total]
        values = {header: tuple(row.cells.get(header, "") for row in rows) for header in table.headers}
        return table, tuple(Column(header=header, values=values[header]) for header in table.headers)
    raise SourceMalformed(
        f"{path.name} holds no table: no row looks like a header. Put one row with the columns' names above the data.",
        code="spreadsheet.table.none",
        file=path.name,
    )


def text_of_cell(cell: Cell) -> str:
    """Write a cell as text."""
    match cell:
        case None:
            return ""
        case bool():
            return "Yes" if cell else "No"
        case float():
            return repr(cell)
        case _:
            return str(cell)


def _table(file: str, sheet: Sheet, wanted: frozenset[str]) -> Table | None:
    rows = ((number, [text_of_cell(cell) for cell in row]) for number, row in enumerate(sheet.rows, start=1))
    top = list(islice(rows, HEADER_ROWS))
    place = _header_place([cells for _, cells in top], wanted)
    if place is None:
        return None
    headers = _unique(top[place][1])
    above = tuple(text.strip() for _, cells in top[:place] for text in cells if text.strip())
    named = tuple(header for header in headers if header)
    return Table(file, sheet.name, named, _rows(headers, [*top[place + 1 :]], rows), above)


def _rows(
    headers: Sequence[str], top: Iterable[tuple[int, list[str]]], rest: Iterable[tuple[int, list[str]]]
) -> Iterator[Row]:
    for source in (top, rest):
        for number, cells in source:
            named = {header: text for header, text in zip(headers, cells, strict=False) if header and text.strip()}
            if named:
                yield Row(number, named)


def _header_place(rows: Sequence[Sequence[str]], wanted: frozenset[str]) -> int | None:
    """The row with most of the headers wanted, or most cells that are words of fields."""
    known = wanted or _header_words()
    counts = [len({text for text in _cells(row, is_exact=bool(wanted)) if text in known}) for row in rows]
    best = max(counts, default=0)
    if best >= (_HEADER_CELLS_MIN if not wanted else max(_HEADER_CELLS_MIN, len(wanted) // 2)):
        return counts.index(best)
    return None


def _cells(row: Sequence[str], *, is_exact: bool) -> Iterator[str]:
    if is_exact:
        yield from _unique(row)
    else:
        yield from (words_of(text) for text in row)


def _header_words() -> frozenset[str]:
    return frozenset(word for document in document_kinds() for one in fields_of(document) for word in one.words)


def _unique(cells: Sequence[str]) -> tuple[str, ...]:
    """Headers as they are, a repeated one with its number: ``Price``, ``Price (2)``."""
    seen: dict[str, int] = {}
    found = []
    for text in cells:
        name = " ".join(text.split())
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return tuple(found)
