"""Files as the source of a tap: all of them are read to their end before the first record is handed over."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from canonical.dates import year_start
from canonical.issue import Issue
from canonical.ledger import name_key
from canonical.record import JsonValue
from connectors.busy.files import notes, refusal
from connectors.busy.files.closing import Closing
from connectors.busy.files.document import SUMMARY, Document, Found, Seen
from connectors.busy.files.masters import master_key, master_stream, text, voucher_key
from connectors.busy.files.report import Report, ReportVoucher
from connectors.busy.files.spool import Line, Spool, encoded
from connectors.busy.identity import company_key
from connectors.busy.recognition import REPORT, XML, recognise
from connectors.busy.staging import MASTER_TYPES, Route
from connectors.busy.streams import ACCOUNTS, COMPANIES, REPORT_VOUCHERS, REPORTS, VOUCHERS
from connectors.busy.values import find_day
from connectors.sdk.base import ProgressEvent
from connectors.sdk.census import Settlement
from connectors.sdk.recognition import read_head
from connectors.sdk.sheets import iter_sheets
from connectors.sdk.source import Emission, Record

CHUNK = 1 << 16
MASTERS_DETAIL = "MastersDet"
_ABSENT: Record = {"year": None, "as_of": None, "extent": None, "report": None}
"""Columns that only some records fill."""


@dataclass(slots=True)
class Books:
    """What the files say of one company: its name, years, and the settings an export carries."""

    name: str
    years: set[str] = field(default_factory=set)
    settings: dict[str, JsonValue] = field(default_factory=dict)
    closing_as_of: str = ""

    def document(self) -> dict[str, JsonValue]:
        """The object of the company's record."""
        return {"Name": self.name, "years": sorted(self.years), **self.settings}


@dataclass(slots=True)
class _Export:
    """One XML export while it is read."""

    number: int
    book: int
    year: date
    document: Document
    positions: Counter[str] = field(default_factory=Counter)
    told: dict[str, int] = field(default_factory=dict)
    closing: Closing | None = None


class FileSource:
    """Exports and reports on disk.

    Args:
        config: the tap's settings; ``files`` among them.
        emission: the tap.
    """

    def __init__(self, config: Mapping[str, JsonValue], emission: Emission) -> None:
        self._config = config
        self._emission = emission
        self._spool: Spool | None = None
        self._books: list[Books] = []
        self._files: list[str] = []
        self._is_whole: list[bool] = []
        self._issues: list[Issue] = []
        self._facts: list[dict[str, JsonValue]] = []
        self._seen: set[bytes] = set()
        self._are_several = False
        self._bytes_done = self._bytes_total = 0

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Facts about the files themselves; complete once they are read."""
        return tuple(self._issues)

    @property
    def settlement(self) -> Settlement:
        """Files do not change while they are read."""
        return Settlement.SETTLED

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """Per file: name, size, what it is, counts."""
        return [dict(facts) for facts in self._facts]

    def prepare(self) -> None:
        """Read all files.

        Raises:
            SourceMalformed: one of them is not a whole export or report; nothing of any is emitted.
            ConfigurationError: a file is not there, or it is not said whose books an export holds.
        """
        self._read_once()

    def close(self) -> None:
        """Free the spool; without this it goes with the process."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def records(self, stream: str) -> Iterator[Record]:
        """Yield the records from the spool."""
        spool = self._read_once()
        if stream == COMPANIES:
            yield from (self._company(book) for book in self._books)
            return
        is_raw = self._emission.embedded
        for line in spool.lines(stream):
            record = self._record(line, is_raw=is_raw)
            if stream in (VOUCHERS, REPORT_VOUCHERS):
                record["date"] = line.day
            if stream == VOUCHERS:
                record["version"] = None
            yield record

    def _company(self, book: Books) -> Record:
        return {
            **_ABSENT,
            "company": company_key(book.name),
            "key": company_key(book.name),
            "route": Route.XML.value,
            "year": min(book.years, default=None),
            "company_name": book.name,
            "object": book.document(),
            "element": "Company",
            "name": book.name,
            "file": self._files[0],
            "position": 1,
        }

    def _record(self, line: Line, *, is_raw: bool) -> Record:
        payload: dict[str, Any] = msgspec.json.decode(line.payload, type=dict[str, msgspec.Raw] if is_raw else dict)
        extent = "used" if not self._is_whole[line.file] and "extent" in payload else None
        book = self._books[line.book]
        key = line.key if extent is None else f"{line.key}~"
        told = {**_ABSENT, "company": company_key(book.name), "key": key, "company_name": book.name, **payload}
        if "extent" in payload:
            told["extent"] = extent or "all"
        place = {"file": self._files[line.file], "position": line.position}
        return {**told, "element": line.element, "name": line.name, **place}

    def _read_once(self) -> Spool:
        if self._spool is None:
            with ExitStack() as undo:
                spool = Spool()
                undo.callback(spool.close)
                self._spool = spool
                self._read(spool)
                undo.pop_all()
        return self._spool

    def _read(self, spool: Spool) -> None:
        paths = [inner for name in self._config["files"] for inner in _files_of(Path(str(name)))]
        heads = [read_head(path) for path in paths]
        self._bytes_total = sum(head.size for head in heads)
        self._are_several = len(heads) > 1
        for head in heads:
            if not head.size:
                raise refusal.empty(head.path.name)
            found = recognise(head)
            if found is None:
                raise refusal.not_busy(head.path.name, "a file of another kind")
            number = len(self._files)
            self._files.append(head.path.name)
            self._is_whole.append(True)
            facts: dict[str, JsonValue] = {"path": head.path.name, "bytes": head.size, "format": found.format}
            if found.format == XML:
                facts |= self._read_export(head.path, number, spool)
            elif found.format == REPORT:
                facts |= self._read_report(head.path, number, spool, is_workbook=head.is_workbook)
            self._facts.append(facts)
            self._bytes_done += head.size

    def _book(self, name: str, year: date | None) -> int:
        wanted = str(self._config.get("company") or "").strip() or name
        if not wanted:
            raise refusal.without_company()
        keys = [name_key(book.name) for book in self._books]
        number = keys.index(name_key(wanted)) if name_key(wanted) in keys else len(keys)
        if number == len(keys):
            self._books.append(Books(wanted))
        if year is not None:
            self._books[number].years.add(year.isoformat())
        return number

    def _read_export(self, path: Path, number: int, spool: Spool) -> dict[str, JsonValue]:
        document = Document(self._chunks(path), path.name)
        export: _Export | None = None
        for found in document.records():
            if export is None:
                year = _year_of(document.seen, found, path.name)
                export = _Export(number, self._book("", year), year, document)
                export.closing = Closing.of(document.seen.marks.get("ClosingBalDate", ""))
            self._take(found, export, spool)
        if export is None:
            export = _Export(number, self._book("", None), date.min, document)
        self._finish_export(export, path.name, spool)
        return {"kind": "XML export", "year": document.seen.year, "counts": dict(export.positions)}

    def _take(self, found: Found, export: _Export, spool: Spool) -> None:
        node = found.node
        if found.tag == MASTERS_DETAIL:
            count = text(node, "NoOfMasters")
            export.told[text(node, "MasterType")] = int(count) if count.isdecimal() else 0
            return
        if found.is_voucher or (not export.document.seen.year and "VchType" in node):
            stream, key, name = VOUCHERS, voucher_key(node, export.year), text(node, "VchNo")
            day = find_day(text(node, "Date"))
        else:
            found_stream = master_stream(found)
            if found_stream is None:
                return
            stream, key, name, day = found_stream, master_key(found, export.year), text(node, "Name"), None
        payload: dict[str, JsonValue] = {"route": Route.XML.value, "year": export.year.isoformat()}
        if export.closing is not None and stream != VOUCHERS:
            payload["as_of"] = export.closing.day.isoformat()
            key = f"{key}@{payload['as_of']}"
            if stream == ACCOUNTS:
                export.closing.add(node)
        elif stream != VOUCHERS:
            payload["extent"] = "all"
        export.positions[stream] += 1
        line = Line(
            export.book,
            export.number,
            key,
            found.tag,
            name,
            day.isoformat() if day else None,
            export.document.seen.counts[found.tag],
            msgspec.Raw(encoded({**payload, "object": node})),
        )
        self._keep(stream, line, spool)

    def _keep(self, stream: str, line: Line, spool: Spool) -> None:
        """The same object in two files of a run is one record."""
        if self._are_several:
            told = f"{stream}\0{line.book}\0{line.key}\0".encode()
            mark = hashlib.blake2b(told + bytes(line.payload), digest_size=16).digest()
            if mark in self._seen:
                return
            self._seen.add(mark)
        spool.append(stream, line)

    def _finish_export(self, export: _Export, file: str, spool: Spool) -> None:
        seen, book = export.document.seen, self._books[export.book]
        book.settings |= {name: dict(node) for name, node in seen.settings.items() if name in ("Config", "Version")}
        self._is_whole[export.number] = SUMMARY in seen.settings or bool(export.told)
        self._issues += notes.about_export(file, seen, export.told, _counted(seen))
        if export.closing is None:
            return
        for part in export.closing.reports():
            line = Line(
                export.book,
                export.number,
                f"{part.word}:{export.closing.day}",
                "ClosingBalDate",
                part.word,
                None,
                1,
                msgspec.Raw(encoded({"route": Route.XML.value, "object": part.document()})),
            )
            self._keep(REPORTS, line, spool)

    def _read_report(self, path: Path, number: int, spool: Spool, *, is_workbook: bool) -> dict[str, JsonValue]:
        for sheet in iter_sheets(path, is_workbook=is_workbook):
            report = Report(sheet.rows, path.name)
            if not report.find_header():
                continue
            book = self._book(report.seen.company, None)
            for voucher in report.vouchers():
                self._take_report(voucher, report, number, book, spool)
                self._beat(voucher.row)
            self._issues += notes.about_report(path.name, sheet.name, report.seen)
            kind = report.seen.kind
            title = f"List of {kind.title} Vouchers" if kind else ""
            counts = {"vouchers": report.seen.vouchers, "lines": report.seen.lines}
            return {"kind": title, "sheet": sheet.name, "period": list(report.seen.period), "counts": counts}
        raise refusal.without_header(path.name)

    def _take_report(self, voucher: ReportVoucher, report: Report, number: int, book: int, spool: Spool) -> None:
        day = find_day(voucher.day)
        if day is not None:
            self._books[book].years.add(year_start(day).isoformat())
        payload = {"route": Route.REPORT.value, "object": {"rows": voucher.rows}}
        kind = report.seen.kind
        told = (f"{kind.word} row" if kind else "row", voucher.number, voucher.day or None, voucher.row)
        line = Line(book, number, voucher.key, *told, msgspec.Raw(encoded({**payload, "report": kind and kind.word})))
        self._keep(REPORT_VOUCHERS, line, spool)

    def _chunks(self, path: Path) -> Iterator[bytes]:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                self._beat(file.tell())
                yield chunk

    def _beat(self, done: int) -> None:
        if self._emission.progress is not None:
            self._emission.progress(
                ProgressEvent("read", min(self._bytes_done + done, self._bytes_total), self._bytes_total)
            )


def _files_of(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(inner for inner in path.iterdir() if inner.is_file())
    return [path]


def _year_of(seen: Seen, found: Found, file: str) -> date:
    """The export's year; of a bare voucher, the one its day is in."""
    year = find_day(seen.year)
    if year is None and not seen.year:
        day = find_day(text(found.node, "Date"))
        year = year_start(day) if day else None
    if year is None:
        raise refusal.without_year(file)
    return year


def _counted(seen: Seen) -> dict[str, int]:
    """Masters in the file, by BUSY's number of their type."""
    counts: Counter[str] = Counter()
    for tag, count in seen.counts.items():
        if tag in MASTER_TYPES:
            counts[str(int(MASTER_TYPES[tag]))] += count
    return dict(counts)
