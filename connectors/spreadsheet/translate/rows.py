"""The rows of one record, read by field: amounts, days and texts, and what to say of a cell that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from canonical.issue import Issue, IssueLevel
from canonical.record import RawRecord, SourceRef
from connectors.sdk.bad_rows import BadRow, row_issue
from connectors.spreadsheet.mapping import MONTH_FIRST, SheetMapping, mapping_from
from connectors.spreadsheet.values import find_amount, find_day

_AMOUNT_REMEDY = "Write a plain amount such as 1234.50, correct it and import the sheet again."
_DAY_REMEDY = "Write the day as 31-03-2026, correct it and import the sheet again."


class BadCell(Exception):
    """A cell that the record cannot do without is missing or cannot be read."""

    def __init__(self, bad: BadRow, code: str) -> None:
        super().__init__(bad.reason)
        self.bad, self.code = bad, code


@dataclass(frozen=True, slots=True)
class MappedRow:
    """One row, read by field."""

    sheet: Rows
    number: int
    cells: dict[str, str]
    before: str = ""

    def text(self, name: str) -> str:
        """A field's text; empty if it is not there."""
        return " ".join(self.cells.get(self.sheet.mapping.header_of(name), "").split())

    def amount(self, name: str) -> Decimal | None:
        """A field's amount, None if nothing is there.

        Raises:
            BadCell: something is there and is no amount.
        """
        text = self.text(name)
        amount = find_amount(text) if text else None
        if text and amount is None:
            raise self.bad(name, "spreadsheet.amount.unreadable", "This is no amount.", _AMOUNT_REMEDY)
        return amount

    def day(self, name: str) -> date | None:
        """A field's day, None if nothing is there.

        Raises:
            BadCell: something is there and is no day.
        """
        text = self.text(name)
        is_month_first = self.sheet.mapping.dates == MONTH_FIRST
        day = find_day(text, is_month_first=is_month_first) if text else None
        if text and day is None:
            raise self.bad(name, "spreadsheet.date.unreadable", "This is no day.", _DAY_REMEDY)
        return day

    def needed_day(self, name: str) -> date:
        """A day that has to be there.

        Raises:
            BadCell: it is not.
        """
        day = self.day(name)
        if day is None:
            raise self.bad(name, "spreadsheet.field.missing", "It has no day.", _DAY_REMEDY)
        return day

    def needed_text(self, name: str) -> str:
        """A text that has to be there.

        Raises:
            BadCell: it is not.
        """
        text = self.text(name)
        if not text:
            remedy = "Fill it in and import the sheet again."
            raise self.bad(name, "spreadsheet.field.missing", "It is empty.", remedy)
        return text

    def bad(self, name: str, code: str, reason: str, remedy: str) -> BadCell:
        """Say what is wrong with a field of this row."""
        header = self.sheet.mapping.header_of(name)
        return BadCell(
            BadRow(
                file=self.sheet.file,
                sheet=self.sheet.sheet,
                row=self.number,
                column=header,
                value=self.cells.get(header, ""),
                reason=reason,
                remedy=remedy,
            ),
            code,
        )


@dataclass(slots=True)
class Rows:
    """A raw record's rows, and where they stood."""

    mapping: SheetMapping
    source: SourceRef
    file: str
    sheet: str
    first: int
    rows: tuple[MappedRow, ...] = ()
    issues: list[Issue] = field(default_factory=list)

    def note(self, cell: BadCell, level: IssueLevel = IssueLevel.REJECTED) -> None:
        """Keep what is wrong with a row."""
        self.issues.append(row_issue(cell.code, cell.bad, self.source, level))


def read_rows(record: RawRecord) -> Rows:
    """Read a raw record of rows."""
    told: dict[str, Any] = msgspec.json.decode(record.payload)
    file, _, rest = record.origin.partition("#")
    sheet, _, number = rest.rpartition("row ")
    first = int(number) if number.isdigit() else 1
    rows = Rows(mapping_from(told["mapping"]), record.source, file, sheet.strip(), first)
    rows.rows = tuple(MappedRow(rows, first + one["at"], one["cells"], one.get("before", "")) for one in told["rows"])
    return rows
