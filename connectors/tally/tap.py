"""``tap-tally``: Tally's file exports as a Singer tap.

Run it with any target (``tap-tally --config config.json | target-...``) or in process by the hub. Each file is read
once, to its end, into a
spool; a file that is cut, foreign or hostile emits nothing. One stream per kind of object; the payload of every
record is the object
verbatim (see ``tree.py``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, cast

from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from singer_sdk.helpers.conform import TypeConformanceLevel

from canonical.issue import Issue
from canonical.record import SourceRef
from connectors.sdk.base import ProgressEvent
from connectors.tally.container import ExportFile, iter_exports
from connectors.tally.reader import OTHER_STREAM, REPORT_STREAM, STREAM_OF, open_facts
from connectors.tally.spool import Record, Spool

_TEXT = th.StringType(nullable=True)
_COMMON = (
    th.Property("company_guid", th.StringType, required=True, description="identity of the books"),
    th.Property("company_name", _TEXT, description="name of the company, as the file gives it"),
    th.Property("guid", th.StringType, required=True, description="Tally's GUID, or the best key the file carries"),
    th.Property("name", _TEXT, description="name of the object"),
    th.Property("alter_id", th.IntegerType(nullable=True), description="Tally's change counter"),
    th.Property("master_id", th.IntegerType(nullable=True), description="Tally's number of the object"),
    th.Property("element", _TEXT, description="element name in the export"),
    th.Property("object", th.ObjectType(additional_properties=True), description="the object, verbatim"),
    th.Property("file", _TEXT, description="file it was read from"),
    th.Property("position", th.IntegerType(nullable=True), description="number of the object in the file"),
)
_VOUCHER_COLUMNS = (
    th.Property("date", _TEXT, description="YYYYMMDD"),
    th.Property("voucher_type", _TEXT, description="the company's own type name"),
    th.Property("voucher_number", _TEXT),
    th.Property("party_ledger_name", _TEXT),
    th.Property("is_cancelled", th.BooleanType),
    th.Property("is_optional", th.BooleanType),
)
_NOT_DIGESTED = frozenset({"file", "position", "company_name"})
"""Where a record was read says nothing about the object: the same voucher in two files is one raw record."""


class TallyStream(Stream):
    """Objects of one kind."""

    primary_keys = ("company_guid", "guid")
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    _tap: TapTally

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK signature
        """Yield the records from the spool."""
        yield from self._tap.spool().iter_records(self.name)

    @staticmethod
    def source_ref(stream: str, record: Record) -> SourceRef:
        """Address of a record."""
        return SourceRef("tally", record["company_guid"], stream, record["guid"])

    @staticmethod
    def origin(record: Record) -> str:
        """Where it was read from, for people."""
        return f"{record['file']}#{record['position']}" if record.get("position") else str(record["file"])

    @staticmethod
    def payload(record: Record) -> Record:
        """The part of a record that is the object."""
        return {name: value for name, value in record.items() if name not in _NOT_DIGESTED}


class CompaniesStream(TallyStream):
    """One record per company seen, first of all streams."""

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK signature
        """Yield companies, with their own object where the file carries one."""
        spool = self._tap.spool()
        objects = {record["company_guid"]: record for record in spool.iter_records("companies")}
        seen: set[str] = set()
        for spooled in spool.spooled:
            for section in spooled.sections:
                if section.guid in seen:
                    continue
                seen.add(section.guid)
                held = objects.get(section.guid, {})
                yield {
                    "company_guid": section.guid,
                    "company_name": section.name,
                    "guid": section.guid,
                    "name": section.name,
                    "element": "COMPANY",
                    "object": held.get("object", {}),
                    "file": spooled.export.label,
                }

    @staticmethod
    def payload(record: Record) -> Record:
        """The name is part of what a company is."""
        return {name: value for name, value in record.items() if name not in {"file", "position"}}


class TapTally(Tap):
    """Reads Tally's XML exports (Alt+E): day books and masters, plain or zipped, of ERP 9 and TallyPrime."""

    name = "tap-tally"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property(
            "files",
            th.ArrayType(th.StringType),
            required=True,
            description="Export files, or zips with exports inside.",
        ),
        th.Property(
            "company",
            th.StringType,
            description="Name of the company; overrides what the files say. Needed for files that name none.",
        ),
        th.Property(
            "skip_unchanged",
            th.BooleanType,
            default=False,
            description="Pass over a file whose content was read before (state remembers its digest).",
        ),
    ).to_dict()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare; files are opened when the first stream asks."""
        self.progress: Callable[[ProgressEvent], None] | None = None
        self._spool: Spool | None = None
        super().__init__(*args, **kwargs)

    def discover_streams(self) -> list[Stream]:
        """One stream per kind of object; no file is opened."""
        masters = (*(s for s in STREAM_OF.values() if s not in {"companies", "vouchers"}), OTHER_STREAM, REPORT_STREAM)
        schema = th.PropertiesList(*_COMMON).to_dict()
        vouchers = th.PropertiesList(*_COMMON, *_VOUCHER_COLUMNS).to_dict()
        return [
            CompaniesStream(self, schema=schema, name="companies"),
            *(TallyStream(self, schema=schema, name=stream) for stream in masters),
            TallyStream(self, schema=vouchers, name="vouchers"),
        ]

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Facts about the files themselves."""
        return tuple(self._spool.issues) if self._spool else ()

    def spool(self) -> Spool:
        """Read all files, once.

        Raises:
            SourceMalformed: one of them is not a whole Tally export; nothing of any is emitted.
        """
        if self._spool is None:
            spool = Spool()
            try:
                self._fill(spool)
            except BaseException:
                spool.close()
                raise
            self._spool = spool
        return self._spool

    def _fill(self, spool: Spool) -> None:
        exports = [export for file in self.config["files"] for export in iter_exports(Path(file))]
        total, before = sum(export.size for export in exports), 0
        for export in exports:
            if self._is_known(export):
                continue
            spool.add(export, open_facts(export), self.config.get("company") or "", self._counter(before, total))
            before += export.size

    def _is_known(self, export: ExportFile) -> bool:
        if not self.config.get("skip_unchanged"):
            return False
        digest = _file_digest(export)
        known = cast("dict[str, Any]", self.state).setdefault("files", {})
        if known.get(export.label) == digest:
            return True
        known[export.label] = digest
        return False

    def _counter(self, before: int, total: int) -> Callable[[int], None] | None:
        report = self.progress
        if report is None:
            return None
        return lambda done: report(ProgressEvent("read", before + done, total))

    def file_facts(self) -> list[dict[str, Any]]:
        """Per file: name, size, encoding, objects; for summaries."""
        return [
            {
                "path": spooled.export.label,
                "bytes": spooled.export.size,
                "encoding": spooled.facts.encoding.name,
                "objects": spooled.facts.objects,
                "report": spooled.facts.report_name,
                "companies": [section.name for section in spooled.sections],
                "counts": spooled.counts,
            }
            for spooled in (self._spool.spooled if self._spool else ())
        ]

    def close(self) -> None:
        """Remove the spool; without this it goes with the process."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None


def _file_digest(export: ExportFile) -> str:
    digest = hashlib.sha256()
    with export.open() as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def iter_stream_names() -> Iterator[str]:
    """Names of all streams."""
    yield from (*STREAM_OF.values(), OTHER_STREAM, REPORT_STREAM)


def main() -> None:
    """Console script."""
    TapTally.cli()
