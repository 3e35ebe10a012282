"""What a notebook gives back, whatever was put away in between; and that its portions leave no key out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sdk.census import KeyRange
from connectors.sdk.notebook import Notebook


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    number: int = 0
    day: date | None = None
    at: datetime | None = None
    row: dict[str, Any] | None = None


def key_of(line: Line) -> str:
    return line.key


def notebook(folder: Path, lines: Iterator[Line] | list[Line], held_max: int) -> Notebook[Line]:
    made = Notebook(Line, key_of, folder, held_max)
    for line in lines:
        made.add(line)
    return made


LINES = st.lists(st.builds(Line, key=st.text("0129é", min_size=1, max_size=3), number=st.integers(0, 9)), max_size=60)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, held_max=st.integers(1, 70))
def test_each_key_comes_once_as_added_last_in_order(tmp_path: Path, lines: list[Line], held_max: int) -> None:
    made = notebook(tmp_path, lines, held_max)
    assert list(made) == [line for _, line in sorted({line.key: line for line in lines}.items())]
    assert list(made) == list(made)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, size=st.integers(1, 20))
def test_portions_cover_every_key_there_could_be_once(tmp_path: Path, lines: list[Line], size: int) -> None:
    made = notebook(tmp_path, lines, 7)
    portions = list(made.portions(size))
    assert [row for portion in portions for row in portion.rows] == list(made)
    if len(portions) == 1:
        assert portions[0].keys is None
        return
    ranges = [portion.keys or KeyRange("?", "?") for portion in portions]
    assert (ranges[0].after, ranges[-1].upto) == ("", None)
    assert [one.upto for one in ranges[:-1]] == [one.after for one in ranges[1:]]
    for portion, keys in zip(portions, ranges, strict=True):
        assert 0 < len(portion.rows) <= size
        assert all(row.key > keys.after for row in portion.rows if keys.after)
        assert all(keys.upto is None or row.key <= keys.upto for row in portion.rows)


def test_values_come_back_from_the_disk_as_they_were(tmp_path: Path) -> None:
    line = Line("1", 2, date(2026, 4, 1), datetime(2026, 4, 1, 6, 30, tzinfo=UTC), {"name": "a\nb", "empty": ""})
    assert list(notebook(tmp_path, [line, Line("2")], 1)) == [line, Line("2")]
    assert not list(tmp_path.iterdir()), "the file has no name"


class Encoded(msgspec.Struct, frozen=True, array_like=True):
    key: str
    row: msgspec.Raw


def test_what_is_encoded_already_comes_back_byte_for_byte(tmp_path: Path) -> None:
    rows = {str(number): f'{{"total":"{number}.50","of":[null,"\\u20b9"]}}'.encode() for number in range(9)}
    made = Notebook[Encoded](Encoded, lambda one: one.key, tmp_path, 4)
    for key, row in rows.items():
        made.add(Encoded(key, msgspec.Raw(row)))
    assert {one.key: bytes(one.row) for one in made} == rows


def test_a_long_list_stays_out_of_the_memory(tmp_path: Path) -> None:
    """Two hundred thousand rows would be 40 MB and more; a portion of them is not."""
    tracemalloc = pytest.importorskip("tracemalloc")
    made = Notebook(Line, key_of, tmp_path, 2000)
    tracemalloc.start()
    try:
        for number in range(30_000):
            made.add(Line(f"{number * 7919 % 30_000:018d}", number))
        assert sum(len(portion.rows) for portion in made.portions(1000)) == 30_000
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
