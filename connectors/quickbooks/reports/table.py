"""QuickBooks' report format: columns with keys, rows in sections, every value a text.

Keys are read where there are any: titles are localised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from canonical.errors import SourceMalformed
from canonical.money import ZERO, AmountError, parse_amount
from connectors.quickbooks.translate.values import Json, part, rows, text_of

DEPTH_MAX = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and the id of what it names, both may be empty."""

    value: str = ""
    id: str = ""

    @property
    def amount(self) -> Decimal:
        """The value as an amount; blank is zero.

        Raises:
            SourceMalformed: it is no number.
        """
        if not self.value:
            return ZERO
        try:
            return parse_amount(self.value.replace(",", ""))
        except AmountError as error:
            raise SourceMalformed(f"A report has {self.value[:20]!r} where an amount stands.") from error


Row = Mapping[str, Cell]


def columns_of(report: Json) -> list[str]:
    """Keys of the columns: ``ColKey`` where there is one, else the type, else the title."""
    return [_column_key(column) for column in rows(part(report, "Columns"), "Column")]


def _column_key(column: Json) -> str:
    told = {text_of(one, "Name"): text_of(one, "Value") for one in rows(column, "MetaData")}
    return told.get("ColKey") or _typed(column)


def _typed(column: Json) -> str:
    kind = text_of(column, "ColType")
    return kind if kind not in ("", "Money", "Account", "String") else text_of(column, "ColTitle") or kind


def data_rows(report: Json) -> Iterator[list[Cell]]:
    """Cells of every data row, in order; headers and sums are left out."""
    yield from _rows(part(report, "Rows"), 0)


def _rows(node: Json, depth: int) -> Iterator[list[Cell]]:
    if depth > DEPTH_MAX:
        raise SourceMalformed("A report nests deeper than any of QuickBooks does.")
    for row in rows(node, "Row"):
        if row.get("Rows"):
            yield from _rows(part(row, "Rows"), depth + 1)
        if row.get("ColData") and text_of(row, "group") != "GrandTotal":
            yield [Cell(text_of(cell, "value"), text_of(cell, "id")) for cell in rows(row, "ColData")]


def last_day(report: Json) -> date | None:
    """The day a report stands for."""
    return _day(text_of(part(report, "Header"), "EndPeriod"))


def first_day(report: Json) -> date | None:
    """The first day of its period."""
    return _day(text_of(part(report, "Header"), "StartPeriod"))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def is_empty(report: Any) -> bool:
    """Whether the report says itself that it has no data."""
    options = rows(part(report, "Header"), "Option")
    return any(text_of(one, "Name") == "NoReportData" and text_of(one, "Value") == "true" for one in options)
