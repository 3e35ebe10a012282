"""Rows of spreadsheets: what the fast reader gives is what the usual one gives."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from canonical.errors import SourceMalformed
from connectors.sdk.sheets import Cell, iter_sheets
from tests.support.samples import sample

LISTS = ("compA_sales", "compA_sales_return", "compA_material_issued_to_party", "compB_sales_return_empty")


def usual(path: Path) -> list[list[Cell]]:
    rows = load_workbook(path).active.iter_rows(values_only=True)
    return [[told(value) for value in row] for row in rows]


def told(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.date().isoformat()
    assert value is None or isinstance(value, str | int | float | bool)
    return value


@pytest.mark.parametrize("name", LISTS)
def test_real_workbooks_read_as_with_openpyxl(name: str) -> None:
    path = sample(f"busy/excel_reports/{name}.xlsx")
    (sheet,) = iter_sheets(path, is_workbook=True)
    assert sheet.name == "Sheet1"
    (again,) = iter_sheets(path, is_workbook=True)
    assert [list(row) for row in again.rows] == usual(path)


def test_kinds_of_cells_and_where_the_sheet_begins(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet["C3"], sheet["D3"], sheet["E3"] = "0012", 12, 12.5
    sheet["C4"], sheet["D4"], sheet["E4"] = date(2025, 4, 7), datetime(2025, 4, 7, 9, 30), True  # noqa: DTZ001 - a cell
    sheet["E5"] = 1234567890123.0
    book.create_sheet("Second")["A1"] = "x"
    path = tmp_path / "book.xlsx"
    book.save(path)
    found = {one.name: [list(row) for row in one.rows] for one in iter_sheets(path, is_workbook=True)}
    assert found["Sheet"][2:] == [
        [None, None, "0012", 12, 12.5],
        [None, None, "2025-04-07", "2025-04-07T09:30:00", True],
        [None, None, None, None, 1234567890123],
    ]
    assert len(found["Sheet"]) == 5, "row numbers are those that people see"
    assert found["Second"] == [["x"]]


def test_what_is_no_workbook_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing else")
    with pytest.raises(SourceMalformed) as refused:
        list(iter_sheets(path, is_workbook=True))
    assert (refused.value.code, refused.value.facts["file"]) == ("sheet.unreadable", "book.xlsx")
