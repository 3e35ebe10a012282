"""A report's rows into vouchers: header fields stand on a voucher's first row only, the row of totals ends the list.

A voucher is kept as its rows, each by the header's own words, so that nothing of the sheet is lost and a corrected cell
is found again. Blank rows are passed over; whatever follows the row of totals is not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from canonical.money import ZERO
from canonical.record import JsonValue
from connectors.busy.files import refusal
from connectors.busy.files.layouts import (
    DAY,
    ITEM,
    NUMBER,
    PERIOD,
    SUMMED,
    ReportKind,
    column_names,
    field_of,
    find_title,
    is_header,
)
from connectors.busy.values import find_day, find_number
from connectors.sdk.sheets import Cell

HEAD_ROWS = 30
"""A title and a header further down are not looked for."""
TOTALS = "totals"


@dataclass(slots=True)
class ReportVoucher:
    """One voucher as the report lists it.

    Attributes:
        key: report, day and number; a number that occurs twice on a day is told apart by its place.
        row: number of its first row, as the spreadsheet program counts.
    """

    key: str
    number: str
    day: str
    row: int
    rows: list[dict[str, JsonValue]]


@dataclass(slots=True)
class SeenReport:
    """What the sheet says as a whole; complete once its vouchers were taken.

    Attributes:
        company: the first text of the sheet.
        stray: rows before the first voucher, with their numbers.
        sums: of the columns that the row of totals adds up; ``totals`` what it says.
        has_totals: whether the list was ended by its row of totals.
    """

    kind: ReportKind | None = None
    company: str = ""
    period: tuple[str, str] = ("", "")
    columns: tuple[str, ...] = ()
    vouchers: int = 0
    lines: int = 0
    stray: list[int] = field(default_factory=list)
    sums: dict[str, Decimal] = field(default_factory=dict)
    totals: dict[str, Decimal] = field(default_factory=dict)
    has_totals: bool = False

    @property
    def differing(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Columns whose sum is not what the row of totals says: ours and theirs."""
        return {
            name: (self.sums.get(name, ZERO), said)
            for name, said in self.totals.items()
            if abs(self.sums.get(name, ZERO) - said) > _ROUNDING * max(self.lines, 1)
        }


_ROUNDING = Decimal("0.005")
"""Cells show two decimals; the row of totals adds what stands behind them."""


class Report:
    """Reads one sheet; iterate ``vouchers`` to its end, then read ``seen``."""

    def __init__(self, rows: Iterable[Sequence[Cell]], file: str) -> None:
        self.seen = SeenReport()
        self._rows = enumerate(rows, start=1)
        self._file = file
        self._keys: Counter[str] = Counter()
        self._fields: tuple[str, ...] = ()
        self._summed: list[tuple[str, str]] = []

    def find_header(self) -> bool:
        """Read title and header; False if the sheet is no report of BUSY.

        Raises:
            SourceMalformed: it has the title and no header.
        """
        seen = self.seen
        for number, row in self._rows:
            first = next((cell for cell in row if isinstance(cell, str) and cell.strip()), "")
            seen.company = seen.company or first.strip()
            seen.kind = seen.kind or find_title(row)
            self._note_period(row)
            if seen.kind is not None and is_header(row):
                seen.columns = column_names(row)
                self._fields = tuple(field_of(name) for name in seen.columns)
                self._summed = [
                    (word, own) for word, own in zip(seen.columns, self._fields, strict=True) if own in SUMMED
                ]
                return True
            if number >= HEAD_ROWS:
                break
        if seen.kind is not None:
            raise refusal.without_header(self._file)
        return False

    def _note_period(self, row: Sequence[Cell]) -> None:
        for cell in row:
            if isinstance(cell, str) and (found := PERIOD.search(cell)):
                self.seen.period = (found[1], found[2])

    def vouchers(self) -> Iterator[ReportVoucher]:
        """Yield the vouchers."""
        columns = self.seen.columns
        day_word, number_word, item_word = self._word(DAY), self._word(NUMBER), self._word(ITEM)
        current: ReportVoucher | None = None
        for number, row in self._rows:
            cells = {name: cell for name, cell in zip(columns, row, strict=False) if cell is not None}
            if not cells:
                continue
            is_head = day_word in cells or number_word in cells
            if not is_head and item_word not in cells and _is_totals(cells):
                self._note_totals(cells)
                break
            if is_head:
                if current is not None:
                    yield current
                current = self._begin(cells.get(day_word), cells.get(number_word), number)
            elif current is None:
                self.seen.stray.append(number)
                continue
            current.rows.append(cells)
            self._add(cells)
        if current is not None:
            yield current

    def _word(self, field: str) -> str:
        """The header's word for a field; empty if there is no such column."""
        return next((word for word, own in zip(self.seen.columns, self._fields, strict=True) if own == field), "")

    def _begin(self, day: Cell, number: Cell, row: int) -> ReportVoucher:
        self.seen.vouchers += 1
        found = find_day(day)
        day_text = found.isoformat() if found else str(day or "")
        number_text = "" if number is None else str(number).strip()
        word = self.seen.kind.word if self.seen.kind else ""
        key = f"{word}|{day_text}|{number_text}"
        self._keys[key] += 1
        if self._keys[key] > 1:
            key = f"{key}|{self._keys[key]}"
        return ReportVoucher(key, number_text, found.isoformat() if found else "", row, [])

    def _add(self, cells: Mapping[str, Cell]) -> None:
        self.seen.lines += 1
        sums = self.seen.sums
        for word, name in self._summed:
            if word in cells and (value := find_number(cells[word])) is not None:
                sums[name] = sums.get(name, ZERO) + value

    def _note_totals(self, cells: Mapping[str, Cell]) -> None:
        self.seen.has_totals = True
        for word, name in self._summed:
            if (value := find_number(cells.get(word))) is not None:
                self.seen.totals[name] = value


def _is_totals(cells: dict[str, JsonValue]) -> bool:
    texts = [cell.strip().casefold().rstrip(".:") for cell in cells.values() if isinstance(cell, str)]
    return any(text in (TOTALS, "total", "grand total") for text in texts)
