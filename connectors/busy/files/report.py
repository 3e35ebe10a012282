"""A report's rows into vouchers: header fields stand on a voucher's first row only, the row of totals ends the list.

A voucher is kept as its rows, each by the header's own words, so that nothing of the sheet is lost and a corrected cell
is found again. Blank rows are passed over; whatever follows the row of totals is not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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
        fields, columns = self._fields, self.seen.columns
        day_at, number_at = fields.index(DAY), fields.index(NUMBER)
        item_at = fields.index(ITEM) if ITEM in fields else day_at
        current: ReportVoucher | None = None
        for number, row in self._rows:
            cells = {name: cell for name, cell in zip(columns, row, strict=False) if cell is not None}
            if not cells:
                continue
            head = (_at(row, day_at), _at(row, number_at))
            if head == (None, None) and _at(row, item_at) is None and _is_totals(cells):
                self._note_totals(row)
                break
            if head != (None, None):
                if current is not None:
                    yield current
                current = self._begin(head[0], head[1], number)
            elif current is None:
                self.seen.stray.append(number)
                continue
            current.rows.append(cells)
            self._add(row)
        if current is not None:
            yield current

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

    def _add(self, row: Sequence[Cell]) -> None:
        self.seen.lines += 1
        for place, name in enumerate(self._fields):
            if name in SUMMED:
                value = find_number(_at(row, place))
                if value is not None:
                    self.seen.sums[name] = self.seen.sums.get(name, ZERO) + value

    def _note_totals(self, row: Sequence[Cell]) -> None:
        self.seen.has_totals = True
        for place, name in enumerate(self._fields):
            value = find_number(_at(row, place)) if name in SUMMED else None
            if value is not None:
                self.seen.totals[name] = value


def _at(row: Sequence[Cell], place: int) -> Cell:
    return row[place] if place < len(row) else None


def _is_totals(cells: dict[str, JsonValue]) -> bool:
    texts = [cell.strip().casefold().rstrip(".:") for cell in cells.values() if isinstance(cell, str)]
    return any(text in (TOTALS, "total", "grand total") for text in texts)
