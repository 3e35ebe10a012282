"""Reports for programs: JSON, CSV and XLSX with plain decimals, ISO dates and the same totals as the table.

Amounts are texts in JSON (no reader can round them), plain decimals in CSV, and numeric cells exact to the paisa in
XLSX. A text that begins with ``=`` stays a text in XLSX: a party's name is never a formula.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from canonical.record import JsonValue
from khata.rendering.sheet import Cell, ColumnKind, Sheet

if TYPE_CHECKING:
    from openpyxl.cell import Cell as XlsxCell
    from openpyxl.worksheet.worksheet import Worksheet

AMOUNT_FORMAT = "#,##0.00##"
"""Grouping follows the reader's own regional setting; up to four decimals, never fewer than two."""
SHEET_NAME_MAX = 31
_FORBIDDEN_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))


def plain_amount(amount: Decimal) -> str:
    """Write rupees for programs: no grouping, no exponent, at least two decimals.

    >>> plain_amount(Decimal("-123456.5"))
    '-123456.50'
    """
    exponent = amount.normalize().as_tuple().exponent
    decimals = max(2, -exponent if isinstance(exponent, int) else 0)
    return f"{amount + 0:.{decimals}f}"


def plain_cell(cell: Cell) -> str | int | None:
    """Write one cell for programs: amounts and dates as text, counts as numbers."""
    match cell:
        case Decimal():
            return plain_amount(cell)
        case datetime():
            return cell.astimezone(UTC).isoformat()
        case date():
            return cell.isoformat()
        case _:
            return cell


def sheet_document(sheet: Sheet) -> dict[str, JsonValue]:
    """Turn a sheet into one JSON object: its facts, its rows as objects, its totals."""
    keys = [column.key for column in sheet.columns]

    def as_object(cells: Sequence[Cell]) -> dict[str, JsonValue]:
        return dict(zip(keys, _plain_row(sheet, cells), strict=True))

    document: dict[str, JsonValue] = {**sheet.facts, sheet.noun: [as_object(row) for row in sheet.rows]}
    if sheet.totals is not None:
        document["totals"] = {key: value for key, value in as_object(sheet.totals).items() if value is not None}
    return document


def render_json(document: object) -> str:
    """Write a JSON document for files and pipes: UTF-8 as it is, two blanks of indent, a final line end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def render_csv(sheet: Sheet) -> str:
    """Write the rows as RFC 4180 CSV, keys as header, without the total line (a program would add it up twice)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.key for column in sheet.columns])
    writer.writerows(_plain_row(sheet, row) for row in sheet.rows)
    return out.getvalue()


def _plain_row(sheet: Sheet, cells: Sequence[Cell]) -> list[str | int | None]:
    """Write one row for programs: a column of amounts holds texts alone, whatever its figures count."""
    return [
        plain_amount(Decimal(cell)) if column.kind is ColumnKind.AMOUNT and isinstance(cell, int) else plain_cell(cell)
        for column, cell in zip(sheet.columns, cells, strict=True)
    ]


def render_xlsx(sheet: Sheet) -> bytes:
    """Write a workbook of one sheet: facts on top, header, rows, total line."""
    from openpyxl import Workbook  # noqa: PLC0415 - loads for XLSX only
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook()
    page: Worksheet = book.active
    page.title = sheet.title.translate(_FORBIDDEN_IN_SHEET_NAMES)[:SHEET_NAME_MAX]
    bold = Font(bold=True)
    _put_row(page, 1, [sheet.title], bold)
    line = 2
    for name, value in sheet.facts.items():
        if isinstance(value, str | int):
            _put_row(page, line, [name.replace("_", " "), value])
            line += 1
    _put_row(page, line + 1, [column.title for column in sheet.columns], bold)
    page.freeze_panes = page.cell(row=line + 2, column=1)
    for number, row in enumerate(sheet.rows, start=line + 2):
        _put_row(page, number, row)
    if sheet.totals is not None:
        _put_row(page, line + 2 + len(sheet.rows), sheet.totals, bold)
    _set_widths(page, sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _put_row(page: Worksheet, line: int, cells: Sequence[Cell], font: object = None) -> None:
    for number, value in enumerate(cells, start=1):
        cell: XlsxCell = page.cell(row=line, column=number)
        _put(cell, value)
        if font is not None:
            cell.font = font


def _put(cell: XlsxCell, value: Cell) -> None:
    match value:
        case Decimal():
            cell.value = value
            cell.number_format = AMOUNT_FORMAT
        case datetime():
            cell.value = value.astimezone(UTC).replace(tzinfo=None)  # a workbook has no time zones
        case date():
            cell.value = value
            cell.number_format = "yyyy-mm-dd"
        case str():
            cell.value = "".join(char for char in value if char.isprintable() or char in "\t\n")
            cell.data_type = "s"
        case _:
            cell.value = value


def _set_widths(page: Worksheet, sheet: Sheet) -> None:
    for number, column in enumerate(sheet.columns, start=1):
        longest = max((len(str(plain_cell(row[number - 1]) or "")) for row in sheet.rows), default=0)
        minimum = 14 if column.kind is ColumnKind.AMOUNT else 10
        letter = page.cell(row=1, column=number).column_letter
        page.column_dimensions[letter].width = min(max(longest + 2, minimum, len(column.title) + 2), 60)
