"""Rows that could not be booked: one form for every connector that reads rows, so that an accountant can correct them.

The issue's facts say where the cell is and what stands in it. ``khata issues --export`` writes such issues into a
workbook, beside the row they are about if its raw record keeps the row's cells (see ``CELLS``).
"""

from __future__ import annotations

from dataclasses import dataclass

from canonical.issue import Issue, IssueLevel
from canonical.record import SourceRef

CELLS = "cells"
"""Field of a raw record that holds the row's cells by the header's words, in their order."""
VALUE_SHOWN_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """One row and what is wrong with one of its cells.

    Attributes:
        file: name of the file, without folders.
        sheet: of a workbook; empty for text files.
        row: as the spreadsheet program numbers it, from 1.
        column: the header's word; empty if the whole row is meant.
        value: what stands there, as text.
        reason: what is wrong, a whole sentence.
        remedy: what to do, a whole sentence.
    """

    file: str
    row: int
    column: str
    value: str
    reason: str
    remedy: str
    sheet: str = ""

    @property
    def where(self) -> str:
        """File, sheet, row and column for people: ``sales.xlsx, Sheet1, row 17, Bill Amount``."""
        return ", ".join(part for part in (self.file, self.sheet, f"row {self.row}", self.column) if part)


def row_issue(
    code: str, bad: BadRow, source: SourceRef | None = None, level: IssueLevel = IssueLevel.REJECTED
) -> Issue:
    """Say that a row is not in the books, or is with a doubt (``level``)."""
    value = bad.value[:VALUE_SHOWN_MAX]
    told = f"{bad.column} is {value!r}. " if bad.column else ""
    return Issue(
        code=code,
        level=level,
        message=f"Row {bad.row}: {told}{bad.reason}",
        where=bad.where,
        hint=bad.remedy,
        source=source,
        facts={
            "file": bad.file,
            "sheet": bad.sheet,
            "row": bad.row,
            "column": bad.column,
            "value": value,
            "reason": bad.reason,
            "remedy": bad.remedy,
        },
    )
