"""A report as a value: typed columns, rows, totals and notes, before anybody decides how it is shown.

Where next: ``terminal.py`` (people) and ``files.py`` (JSON, CSV, XLSX).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from canonical.record import JsonValue

Cell = str | int | Decimal | date | datetime | None


class ColumnKind(StrEnum):
    """What the cells of a column are, which decides how each format writes them."""

    TEXT = "text"
    AMOUNT = "amount"
    """Rupees, exact; grouped for people, plain in files. A whole number among them is a count: shown without paise."""
    COUNT = "count"
    DAY = "day"
    MOMENT = "moment"


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in files, its title for people, its kind.

    Attributes:
        is_extra: left out of the table where the terminal is too narrow for all; files always have it.
    """

    key: str
    title: str
    kind: ColumnKind = ColumnKind.TEXT
    is_extra: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One report.

    Attributes:
        title: over the table.
        facts: what the figures depend on (as_of, basis, company); the head of the JSON object.
        rows: one cell per column.
        totals: one cell per column, or None if the report has no total line.
        noun: what the rows are called in JSON.
        notes: sentences under the table: what is left out, what to look at next.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Cell] | None = None
    facts: Mapping[str, JsonValue] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    noun: str = "rows"


def text(key: str, title: str, *, extra: bool = False) -> Column:
    """Declare a text column."""
    return Column(key, title, ColumnKind.TEXT, extra)


def amount(key: str, title: str, *, extra: bool = False) -> Column:
    """Declare a column of rupees."""
    return Column(key, title, ColumnKind.AMOUNT, extra)


def count(key: str, title: str, *, extra: bool = False) -> Column:
    """Declare a column of whole numbers."""
    return Column(key, title, ColumnKind.COUNT, extra)


def day(key: str, title: str, *, extra: bool = False) -> Column:
    """Declare a column of dates."""
    return Column(key, title, ColumnKind.DAY, extra)


def moment(key: str, title: str, *, extra: bool = False) -> Column:
    """Declare a column of times (UTC in files, Indian time for people)."""
    return Column(key, title, ColumnKind.MOMENT, extra)
