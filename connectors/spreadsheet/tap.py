"""``tap-spreadsheet``: lists in workbooks and text files as a Singer tap, read by an approved mapping.

Streams: the company, its parties (lists of parties and of open bills) and its vouchers (registers and ledgers). A
record holds the rows it was made of, cell by cell as text, and the mapping they are read by, so that what it means can
be worked out again from the raw store alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from singer_sdk import typing as th

from canonical.errors import ConfigurationError
from canonical.issue import Issue
from canonical.ledger import name_key
from canonical.record import JsonValue, SourceRef
from connectors.sdk.census import CensusMember, Settlement
from connectors.sdk.recognition import read_head
from connectors.sdk.sheets import iter_sheets
from connectors.sdk.source import Source
from connectors.sdk.tap import BooksStream, BooksTap, run_from_shell
from connectors.spreadsheet.documents import PARTIES, VOUCHERS, Record, iter_records
from connectors.spreadsheet.mapping import NOTE_COLUMNS, MappingError, SheetMapping, mapping_from
from connectors.spreadsheet.recognition import MAPPING_SHEET, recognise
from connectors.spreadsheet.table import Table, iter_tables, text_of_cell

COMPANIES = "companies"
_TEXT = th.StringType(nullable=True)
_BASE = (
    th.Property("company_key", th.StringType, required=True, description="identity of the books: their name, folded"),
    th.Property("key", th.StringType, required=True, description="identity of the document or party"),
)
_ROWS = (
    th.Property("mapping", th.ObjectType(additional_properties=True), description="how the rows are read"),
    th.Property(
        "rows",
        th.ArrayType(th.ObjectType(additional_properties=True)),
        description="the rows: place after the first, cells by header, the balance of the row before",
    ),
    th.Property("file", _TEXT),
    th.Property("sheet", _TEXT),
    th.Property("row", th.IntegerType(nullable=True), description="number of the first row in the sheet"),
    th.Property("is_correction", th.BooleanType(nullable=True), description="it came back corrected by hand"),
)
_SCHEMAS = {
    COMPANIES: th.PropertiesList(*_BASE, th.Property("name", _TEXT)).to_dict(),
    PARTIES: th.PropertiesList(*_BASE, *_ROWS).to_dict(),
    VOUCHERS: th.PropertiesList(*_BASE, *_ROWS).to_dict(),
}
_WHERE = frozenset({"company_key", "file", "sheet", "row", "is_correction"})
"""Where a record was found says nothing about it: the same invoice in two files is one raw record."""
_CORRECTED = 1
"""Version of a record that a person corrected: the sheet it was corrected from, read again, does not undo it."""


class SheetStream(BooksStream):
    """Records of one stream."""

    primary_keys: ClassVar[tuple[str, ...]] = ("company_key", "key")

    @staticmethod
    def source_ref(stream: str, record: Record) -> SourceRef:
        """Address of a record."""
        return SourceRef("spreadsheet", record["company_key"], stream, record["key"])

    @staticmethod
    def origin(record: Record) -> str:
        """File, sheet and row for people: ``bills.xlsx#Sheet1 row 17``."""
        if "row" not in record:
            return "settings"
        return " ".join(part for part in (f"{record['file']}#{record['sheet']}", f"row {record['row']}") if part)

    @staticmethod
    def payload(record: Record) -> Record:
        """The record without where it was found."""
        return {name: value for name, value in record.items() if name not in _WHERE}

    @staticmethod
    def member(record: Record) -> CensusMember:
        """What is noted of a record beside its rows: that it is a correction."""
        return CensusMember(key=record["key"], version=_CORRECTED if record.get("is_correction") else None)


class TapSpreadsheet(BooksTap):
    """Reads lists of bills, registers, ledgers and parties out of spreadsheets, by a mapping."""

    name = "tap-spreadsheet"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("files", th.ArrayType(th.StringType), required=True, description="Workbooks or text files."),
        th.Property(
            "mapping",
            th.ObjectType(additional_properties=True),
            description="How they are read; not needed for a workbook of 'khata issues --export'.",
        ),
        th.Property("company", th.StringType, description="Whose books these are, if the mapping does not say."),
    ).to_dict()
    stream_kind = SheetStream
    read_order = tuple(_SCHEMAS)

    def schema_of(self, stream: str) -> dict[str, Any]:
        """Columns by stream."""
        return _SCHEMAS[stream]

    def open_source(self) -> Source:
        """The files."""
        return SheetFiles(self.config)


class SheetFiles:
    """Spreadsheets as the source of the tap; nothing is wrong with a file that can be read, rows are judged later."""

    issues: tuple[Issue, ...] = ()
    settlement = Settlement.SETTLED

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._found: dict[str, list[Record]] | None = None
        self._facts: list[dict[str, JsonValue]] = []

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """Per file: name and records."""
        return list(self._facts)

    def prepare(self) -> None:
        """Read the files.

        Raises:
            KhataError: one cannot be read, or it is not said how or whose it is; nothing is emitted.
        """
        if self._found is None:
            self._found = self._read()

    def records(self, stream: str) -> Iterator[Record]:
        """Yield a stream's records."""
        self.prepare()
        yield from (self._found or {}).get(stream, ())

    def close(self) -> None:
        """Forget what was read."""
        self._found = None

    def _read(self) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {name: [] for name in _SCHEMAS}
        seen: dict[tuple[str, str, str], Record] = {}
        for path in (Path(str(one)) for one in self._config["files"]):
            count = 0
            for table, mapping in self._tables(path):
                company = self._company(mapping, path)
                key = name_key(company)
                seen.setdefault((COMPANIES, key, key), {"company_key": key, "key": key, "name": company})
                for stream, record in iter_records(table, mapping):
                    seen[stream, key, record["key"]] = {"company_key": key, **record}
                    count += 1
            self._facts.append({"path": path.name, "bytes": path.stat().st_size, "records": count})
        for (name, _, _), record in seen.items():
            found[name].append(record)
        return found

    def _company(self, mapping: SheetMapping, path: Path) -> str:
        company = str(self._config.get("company") or mapping.company).strip()
        if not company:
            raise ConfigurationError(
                f"{path.name} does not say whose books it belongs to. Name the company: --company NAME, or @company in "
                "the mapping.",
                code="spreadsheet.company.missing",
                file=path.name,
            )
        return company

    def _tables(self, path: Path) -> Iterator[tuple[Table, SheetMapping]]:
        own = _own_mappings(path)
        told = self._config.get("mapping")
        if not own and not told:
            raise ConfigurationError(
                f"It is not said how {path.name} is read. Approve a mapping of its columns: khata import FILE --map.",
                code="spreadsheet.mapping.missing",
                file=path.name,
            )
        given = None if own else mapping_from(dict(told or {}))
        is_met = False
        for table in iter_tables(path, NOTE_COLUMNS if given is None else tuple(given.columns)):
            mapping = own.get(table.sheet) if given is None else given
            if mapping is None or not {h for h, meant in mapping.columns.items() if meant} <= set(table.headers):
                continue
            is_met = True
            yield table, mapping
        if not is_met:
            raise MappingError(
                f"No sheet of {path.name} has the columns of its mapping. If its layout changed, map it again: "
                "khata import FILE --map.",
                code="spreadsheet.mapping.other_layout",
                file=path.name,
            )


def _own_mappings(path: Path) -> dict[str, SheetMapping]:
    """Mappings that a workbook carries itself, by sheet; the company among them."""
    if recognise(read_head(path)) is None:
        return {}
    found: dict[str, SheetMapping] = {}
    for sheet in iter_sheets(path, is_workbook=True):
        rows = [[text_of_cell(cell) for cell in row] for row in sheet.rows]
        if sheet.name == MAPPING_SHEET:
            found = {row[0]: mapping_from(msgspec.json.decode(row[1])) for row in rows if len(row) > 1 and row[0]}
    return found


def main() -> None:
    """Console script."""
    run_from_shell(TapSpreadsheet)
