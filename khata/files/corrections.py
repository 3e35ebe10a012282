"""Refused records as a workbook that an accountant corrects and gives back to ``khata import``.

The first sheet lists every issue: file, sheet, row, column, value, what is wrong, what to do. Rows that were read by a
mapping follow on sheets of their own, with the key of their record, so that what comes back replaces what was refused;
all rows of a record are there, the wrong ones marked. Records of other sources are corrected where they come from.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from canonical.issue import Issue, IssueLevel
from canonical.record import JsonValue
from connectors.sdk.bad_rows import CELLS
from connectors.spreadsheet.mapping import KEY_COLUMN, REMEDY_COLUMN, WRONG_COLUMN
from connectors.spreadsheet.recognition import MAPPING_SHEET
from storage import TenantStore
from storage.repositories.issues import StoredIssue

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

PAGE = 500
_FACTS = ("file", "sheet", "row", "column", "value", "reason", "remedy")
_HEADINGS = ("File", "Sheet", "Row", "Column", "Value", WRONG_COLUMN, REMEDY_COLUMN, "Code", "Record")
_SHEET = "spreadsheet"
Cells = list[str | int | None]


@dataclass(slots=True)
class Layout:
    """Records of one mapping and company: their columns, and their rows."""

    mapping: dict[str, JsonValue]
    headers: list[str] = field(default_factory=list)
    rows: list[tuple[str, dict[str, str], str, str]] = field(default_factory=list)

    def add(self, key: str, cells: dict[str, str], wrong: str, remedy: str) -> None:
        """Add a row; columns that are new come last."""
        self.headers += [header for header in cells if header not in self.headers]
        self.rows.append((key, cells, wrong, remedy))


@dataclass(slots=True)
class Corrections:
    """What a workbook of corrections holds."""

    issues: list[Issue] = field(default_factory=list)
    layouts: dict[bytes, Layout] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows that can be corrected in it."""
        return sum(len(layout.rows) for layout in self.layouts.values())


def gather(
    store: TenantStore, *, company_id: int | None, run_id: int | None, level: IssueLevel, code: str | None
) -> Corrections:
    """Gather issues, and the rows of the records they are about; see ``Issues.page`` for the arguments."""
    found = Corrections()
    by_record: dict[int, list[Issue]] = {}
    for stored in _issues(store, company_id, run_id, level, code):
        found.issues.append(stored.issue)
        source = stored.issue.source
        if stored.raw_id is not None and source is not None and source.connector == _SHEET:
            by_record.setdefault(stored.raw_id, []).append(stored.issue)
    for raw_id, issues in by_record.items():
        _add_record(found, store, raw_id, issues)
    return found


def render_workbook(found: Corrections) -> bytes:
    """Write the workbook."""
    from openpyxl import Workbook  # noqa: PLC0415 - loads for XLSX only

    book = Workbook(write_only=True)
    _put(book.create_sheet("Issues"), _HEADINGS, (_issue_cells(issue) for issue in found.issues))
    named: list[tuple[str, Layout]] = []
    for number, layout in enumerate(found.layouts.values(), start=1):
        name = f"Rows {number}"
        named.append((name, layout))
        headings = (*layout.headers, WRONG_COLUMN, REMEDY_COLUMN, KEY_COLUMN)
        rows = (
            [*(cells.get(header) for header in layout.headers), wrong, remedy, key]
            for key, cells, wrong, remedy in layout.rows
        )
        _put(book.create_sheet(name), headings, rows)
    if named:
        sheet = book.create_sheet(MAPPING_SHEET)
        for name, layout in named:
            sheet.append([_text(sheet, name), _text(sheet, msgspec.json.encode(layout.mapping).decode())])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _issues(
    store: TenantStore, company_id: int | None, run_id: int | None, level: IssueLevel, code: str | None
) -> Iterable[StoredIssue]:
    cursor: str | None = None
    while True:
        page = store.issues.page(
            company_id=company_id, run_id=run_id, level=level, code=code, cursor=cursor, limit=PAGE
        )
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _add_record(found: Corrections, store: TenantStore, raw_id: int, issues: Sequence[Issue]) -> None:
    stored = store.raw.get(raw_id)
    told = msgspec.json.decode(stored.record.payload)
    source = stored.record.source
    known = [one for one in store.companies.list() if (one.connector, one.source_key) == (_SHEET, source.company)]
    mapping = {**told["mapping"], "company": known[0].name if known else source.company}
    layout = found.layouts.setdefault(msgspec.json.encode(mapping), Layout(mapping, list(mapping["columns"])))
    start = stored.record.origin.rpartition("row ")[2]
    first = int(start) if start.isdigit() else 1
    for row in told["rows"]:
        about = [issue for issue in issues if issue.facts.get("row") == first + row["at"]]
        wrong = "; ".join(f"{issue.facts.get('column')}: {issue.facts.get('reason')}" for issue in about)
        layout.add(source.key, row[CELLS], wrong, "; ".join(dict.fromkeys(issue.hint for issue in about)))


def _issue_cells(issue: Issue) -> Cells:
    facts = [issue.facts.get(name) for name in _FACTS]
    cells: Cells = [fact if isinstance(fact, int) else str(fact or "") for fact in facts]
    if not issue.facts.get("file"):
        cells[0], cells[5], cells[6] = issue.where, issue.message, issue.hint
    return [*cells, issue.code, str(issue.source or "")]


def _put(sheet: WriteOnlyWorksheet, headings: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> None:
    sheet.append([_text(sheet, heading) for heading in headings])
    for row in rows:
        sheet.append([_text(sheet, cell) if isinstance(cell, str) else cell for cell in row])


def _text(sheet: WriteOnlyWorksheet, value: str) -> object:
    """A cell that stays text, whatever it begins with: a value is never a formula."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above

    cell = WriteOnlyCell(sheet, value="".join(char for char in value if char.isprintable() or char in "\t\n"))
    cell.data_type = "s"
    return cell
