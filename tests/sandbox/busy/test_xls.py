"""Workbooks of the older kind, read back by an independent reader (calamine): texts, numbers, days, long and many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from connectors.sdk.recognition import read_head
from sandbox.busy.xls import Cell, write_xls
from sandbox.busy.xls.compound import SECTOR, compound_file

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("aé₹अ😀"), min_size=1, max_size=60)
CELLS = st.one_of(
    st.none(),
    TEXTS,
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1), date(9999, 12, 31)),
)


def read_back(path: Path) -> list[list[Any]]:
    """All rows from the first cell on."""
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["Sheet1"]
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def as_read(cell: Cell) -> Any:
    """What a reader makes of a cell: the format knows doubles only, and no text is no cell."""
    return float(cell) if isinstance(cell, int) else "" if cell is None else cell


@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=12))
def test_what_is_written_is_read(rows: list[list[Cell]], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("xls") / "a.xls"
    marked = [[*row, *[None] * (5 - len(row)), "end"] for row in rows]
    write_xls(path, "Sheet1", marked)
    assert read_back(path) == [[as_read(cell) for cell in row] for row in marked]


@pytest.mark.parametrize("shift", range(4))
def test_texts_over_the_ends_of_records_are_whole(shift: int, tmp_path: Path) -> None:
    """A record ends inside narrow and wide texts, at every place of a character of four bytes."""
    row: list[Cell] = ["s" * (shift + 1), "n" * 9000, "अ" * 9000, "😀" * 9000, "x" * 8000, "b" * 20, "ü" * 32767]
    write_xls(tmp_path / "a.xls", "Sheet1", [row, row[::-1]])
    assert read_back(tmp_path / "a.xls") == [row, row[::-1]]


@pytest.mark.slow
def test_a_file_beyond_what_its_header_lists(tmp_path: Path) -> None:
    """Above 7 MB the list of the allocation table's sectors goes on behind them."""
    rows: list[list[Cell]] = [[f"नाम {number}", number / 7, *["t"] * 150] for number in range(4000)]
    write_xls(tmp_path / "a.xls", "Sheet1", rows)
    assert (tmp_path / "a.xls").stat().st_size > 7_200_000
    assert read_back(tmp_path / "a.xls") == rows


@given(size=st.one_of(st.integers(0, 5000), st.integers(109 * 128 * 512 - 70_000, 109 * 128 * 512 + 70_000)))
def test_the_sectors_of_a_compound_file_account_for_all_of_it(size: int) -> None:
    """Every sector stands once in the allocation table, and following it gives the stream."""
    made = compound_file("Workbook", bytes(size))
    fat_count, directory = (int.from_bytes(made[at : at + 4], "little") for at in (0x2C, 0x30))
    difat_count = int.from_bytes(made[0x48:0x4C], "little")
    assert len(made) % SECTOR == 0
    assert len(made) // SECTOR == 1 + directory + 1 + fat_count + difat_count
    assert fat_count * 128 >= len(made) // SECTOR - 1
    assert max(fat_count - 109, 0) <= difat_count * 127 < max(fat_count - 109, 0) + 127


def test_it_is_a_workbook_by_content(tmp_path: Path) -> None:
    write_xls(tmp_path / "a.jpg", "Sheet1", [["List of Sales Vouchers"]])
    assert read_head(tmp_path / "a.jpg").is_workbook


@pytest.mark.parametrize(
    "rows",
    [
        [["a"]] * 65537,
        [["a"] * 257],
        [["a" * 32768]],
        [[True]],
        [[date(1900, 2, 28)]],
        [[datetime(2025, 4, 1, 13, 0)]],  # noqa: DTZ001 - a cell has no zone
    ],
)
def test_what_has_no_room_is_refused(rows: Sequence[Sequence[Cell]], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.xls|cell"):
        write_xls(tmp_path / "a.xls", "Sheet1", rows)
    assert not (tmp_path / "a.xls").exists()
