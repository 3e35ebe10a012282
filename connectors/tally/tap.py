"""``tap-tally``: Tally's file exports as a Singer tap.

Run it with any target (``tap-tally --config config.json | target-...``) or in process by the hub. Every file is read
once, to its end, onto a spool; a file that is cut, foreign or hostile emits nothing. One stream per kind of object;
the ``object`` of a record is the element verbatim (see ``tree.py``). How a file is read: ``export/reader.py``.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar, cast

from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.singerlib import RecordMessage

from canonical.errors import KhataError
from canonical.issue import Issue
from canonical.record import JsonValue, SourceRef
from connectors.sdk.base import ProgressEvent
from connectors.tally.export import refusal
from connectors.tally.export.limits import Limits
from connectors.tally.export.reader import Export, Reader
from connectors.tally.export.spool import Spool
from connectors.tally.export.streams import REPORTS, STREAMS

Record = dict[str, JsonValue]

_TEXT = th.StringType(nullable=True)
_BASE = (
    th.Property("company_guid", th.StringType, required=True, description="identity of the books"),
    th.Property("company_name", _TEXT, description="the company's name as the files or the configuration give it"),
    th.Property("key", th.StringType, required=True, description="identity of the object inside company and stream"),
    th.Property("guid", _TEXT, description="Tally's GUID, empty if the file carries none"),
    th.Property("name", _TEXT, description="name of the master; type and number of a voucher"),
    th.Property("element", _TEXT, description="element name in the export"),
    th.Property("object", th.ObjectType(additional_properties=True), description="the object, verbatim"),
    th.Property("file", _TEXT, description="file it was read from"),
    th.Property("position", th.IntegerType(nullable=True), description="which of its kind it is in the file, from 1"),
)
_COMMON = (
    *_BASE,
    th.Property("remote_id", _TEXT, description="REMOTEID: the GUID in the company the object came from"),
    th.Property("alter_id", th.IntegerType(nullable=True), description="Tally's change counter"),
    th.Property("master_id", th.IntegerType(nullable=True), description="Tally's number of the object"),
)
_MASTER_COLUMNS = (th.Property("parent", _TEXT, description="name of the parent master"),)
_VOUCHER_COLUMNS = (
    th.Property("date", th.DateType(nullable=True), description="null if the file has it in another form than Tally's"),
    th.Property("voucher_type", _TEXT, description="the company's own type name"),
    th.Property("voucher_number", _TEXT),
    th.Property("reference", _TEXT, description="the other side's document number"),
    th.Property("party_ledger_name", _TEXT),
    th.Property("is_cancelled", th.BooleanType),
    th.Property("is_optional", th.BooleanType),
)
_NOT_DIGESTED = frozenset({"file", "position", "company_name"})
"""Where a record was read says nothing about the object: the same voucher in two files is one raw record."""
_FILES_REMEMBERED = 1000
_LIMITS = {item.name: item.default for item in fields(Limits)}
_LIMIT_TEXTS = {
    "text_bytes_max": "Bytes of one value; a longer one refuses the file.",
    "object_bytes_max": "Bytes of one voucher or master; a longer one refuses the file.",
    "zip_ratio_max": "Unpacked over packed size of a zip member; beyond it the zip is refused as a bomb.",
    "zip_bytes_max": "Unpacked bytes of all members of a zip.",
}


class TallyStream(Stream):
    """Objects of one kind."""

    primary_keys = ("company_guid", "key")
    # The loader checks types once per batch; per-record checks in the SDK cost 58 % of a tap's time (measured).
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    _tap: TapTally

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK signature
        """Yield the records from the spool, then remember the files in the stream's state."""
        yield from self._tap.export().records(self.name, is_encoded=self._tap.embedded)
        self._tap.remember_files(self)

    def _write_record_message(self, record: dict[str, Any]) -> None:
        """In the hub a record is stored whole: selection, maps and types (a fifth of the time) have no part in it."""
        if self._tap.embedded:
            self._tap.write_message(RecordMessage(stream=self.name, record=record))
            self.state_manager.is_flushed = False
        else:
            super()._write_record_message(record)

    @staticmethod
    def source_ref(stream: str, record: Record) -> SourceRef:
        """Address of a record."""
        return SourceRef("tally", record["company_guid"], stream, record["key"])

    @staticmethod
    def origin(record: Record) -> str:
        """Where it was read from, for people: ``daybook.xml#voucher 17``."""
        return f"{record['file']}#{str(record['element']).lower()} {record['position']}"

    @staticmethod
    def payload(record: Record) -> Record:
        """The part of a record that is the object; of a company, its name is a part."""
        if "encoded" in record:
            return cast("Record", record["encoded"])
        left_out = _NOT_DIGESTED - {"company_name"} if record["element"] == "COMPANY" else _NOT_DIGESTED
        return {name: value for name, value in record.items() if name not in left_out}


class TapTally(Tap):
    """Reads Tally's XML exports (Alt+E): day books and masters, plain or zipped, of ERP 9 and TallyPrime."""

    name = "tap-tally"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property(
            "files",
            th.ArrayType(th.StringType),
            required=True,
            description="Export files, or zips with exports inside; oldest first if they overlap.",
        ),
        th.Property(
            "company",
            th.StringType,
            description="Name of the company: names files that do not name one, picks one if the files hold several.",
        ),
        th.Property(
            "company_guid",
            th.StringType,
            description="Identity of the company, if it is known better than from the files.",
        ),
        th.Property(
            "skip_unchanged",
            th.BooleanType,
            default=False,
            description="Pass over a file whose content was read before (state remembers digests). Off by default: "
            "reading a file again changes nothing.",
        ),
        *(
            th.Property(name, th.IntegerType, default=_LIMITS[name], description=text)
            for name, text in _LIMIT_TEXTS.items()
        ),
    ).to_dict()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare; files are opened when the first stream asks."""
        self.progress: Callable[[ProgressEvent], None] | None = None
        self.embedded = False
        self._export: Export | None = None
        self._digests: dict[str, str] = {}
        super().__init__(*args, **kwargs)

    def discover_streams(self) -> list[Stream]:
        """One stream per kind of object; no file is opened."""
        masters = th.PropertiesList(*_COMMON, *_MASTER_COLUMNS).to_dict()
        special = {
            "companies": th.PropertiesList(*_BASE).to_dict(),
            REPORTS: th.PropertiesList(*_BASE).to_dict(),
            "vouchers": th.PropertiesList(*_COMMON, *_VOUCHER_COLUMNS).to_dict(),
        }
        return [TallyStream(self, schema=special.get(stream, masters), name=stream) for stream in STREAMS]

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Facts about the files themselves; complete once they are read."""
        return self._export.issues if self._export else ()

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """Per file: name, size, encoding, counts; for summaries."""
        return [dict(facts) for facts in self._export.files] if self._export else []

    def prepare(self) -> None:
        """Read all files.

        Raises:
            SourceMalformed: one of them is not a whole Tally export; nothing of any is emitted.
            ConfigurationError: a file is not there, or the company is not among those in the files.
        """
        self.export()

    def export(self) -> Export:
        """Return what the files hold; the first call reads them."""
        if self._export is None:
            with contextlib.ExitStack() as undo:
                spool = Spool()
                undo.callback(spool.close)
                self._export = self._read(spool)
                undo.pop_all()
        return self._export

    def close(self) -> None:
        """Free the spool; without this it goes with the process."""
        if self._export is not None:
            self._export.spool.close()
            self._export = None

    def remember_files(self, stream: TallyStream) -> None:
        """Note in a stream's state the files it has handed over; called after its last record."""
        if self._digests:
            state = stream.get_context_state(None)
            remembered = {**state.get("files", {}), **self._digests}
            state["files"] = dict(list(remembered.items())[-_FILES_REMEMBERED:])

    def _read(self, spool: Spool) -> Export:
        limits = Limits(**{name: self.config[name] for name in _LIMIT_TEXTS if name in self.config})
        reader = Reader(limits, spool, self.progress)
        reader.read(self._changed([Path(str(path)) for path in self.config["files"]]))
        return reader.finish(self.config.get("company") or "", self.config.get("company_guid") or "")

    def _changed(self, paths: list[Path]) -> list[Path]:
        if not self.config.get("skip_unchanged"):
            return paths
        bookmarks = self.state.get("bookmarks", {})
        known = [
            set(bookmarks.get(name, {}).get("files", {})) for name, stream in self.streams.items() if stream.selected
        ]
        digests = {path: _digest(path) for path in paths}
        self._digests = {digest: path.name for path, digest in digests.items()}
        return [path for path in paths if not all(digests[path] in files for files in known)]


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise refusal.not_found(str(path)) from error


def main() -> None:
    """Console script: what goes wrong with the source is one sentence on standard error, not a traceback."""
    try:
        TapTally.cli()
    except KhataError as error:
        sys.stderr.write(f"tap-tally: {error.message} ({error.code})\n")
        sys.exit(1)
