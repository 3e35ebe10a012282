"""``tap-busy``: BUSY as a Singer tap, from files it exported, its databases or its web service.

Run it with any target (``tap-busy --config config.json | target-...``) or in process by the hub. One stream per kind of
object; the ``object`` of a record is what BUSY wrote, verbatim for its route. All routes give the same streams and
columns. How files are read: ``files/source.py``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, cast

from singer_sdk import Stream, Tap
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.singerlib import RecordMessage

from canonical.errors import ConfigurationError, KhataError
from canonical.issue import Issue
from canonical.record import JsonValue, SourceRef
from connectors.busy.files.source import FileSource
from connectors.busy.recognition import holds_databases
from connectors.busy.schemas import config_schema, stream_schema
from connectors.busy.source import Record, Source
from connectors.busy.streams import COMPANIES, STREAMS
from connectors.sdk.base import ProgressEvent, Surroundings
from connectors.sdk.census import Census, CensusMember, CensusVerdict, HubMemory, Settlement

_NOT_STORED = frozenset({"company", "key", "file", "position", "name", "date", "company_name", "version"})
"""Where a record was read says nothing about the object: the same voucher in two files is one raw record."""
ROUTES = ("files", "database", "service")
WORK_DIRECTORY = "khata-busy"
"""Folder for copies of databases below the temporary one, when the tap runs from the shell."""


class BusyStream(Stream):
    """Objects of one kind."""

    primary_keys: ClassVar[tuple[str, ...]] = ("company", "key")
    # The loader checks types once per batch; per-record checks in the SDK cost more than half of a tap's time.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    _tap: TapBusy

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK signature
        """Yield the records of the source."""
        return self._tap.source().records(self.name)

    def _write_record_message(self, record: dict[str, Any]) -> None:
        """In the hub a record is stored whole: selection, maps and types have no part in it."""
        if self._tap.embedded:
            self._tap.write_message(RecordMessage(stream=self.name, record=record))
            self.state_manager.is_flushed = False
        else:
            super()._write_record_message(record)

    def emit(self, record: dict[str, Any]) -> None:
        """Emit a record while another stream is read."""
        if self.selected:
            self._write_record_message(record)

    def checkpoint(self) -> None:
        """Emit the state as it is."""
        self.state_manager.is_flushed = False
        self._write_state_message()

    @staticmethod
    def source_ref(stream: str, record: Record) -> SourceRef:
        """Address of a record."""
        return SourceRef("busy", record["company"], stream, record["key"])

    @staticmethod
    def origin(record: Record) -> str:
        """Where it was read from, for people: ``TR.DAT#Sale 17``, ``sales.xlsx#row 8``."""
        return f"{record['file']}#{record['element']} {record['position']}"

    @staticmethod
    def payload(record: Record) -> Record:
        """The part of a record that is the object; of the books, their name is a part."""
        left_out = _NOT_STORED - {"company_name"} if record["element"] == "Company" else _NOT_STORED
        return {name: value for name, value in record.items() if name not in left_out and value is not None}

    @staticmethod
    def member(record: Record) -> CensusMember:
        """What a census says of the object: its change mark and day, the number of a voucher or name of a master."""
        day = _day(record.get("date"))
        return CensusMember(record["key"], version=record.get("version"), day=day, number=record.get("name") or "")


class TapBusy(Tap):
    """Reads BUSY: XML exports and reports, or a company's databases, or the web service."""

    name = "tap-busy"
    config_jsonschema: ClassVar[dict[str, Any]] = config_schema()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare; nothing is read before the first stream asks."""
        self.progress: Callable[[ProgressEvent], None] | None = None
        self.embedded = False
        self.compare: Callable[[Census], CensusVerdict] | None = None
        self.memory: HubMemory | None = None
        self.surroundings: Surroundings | None = None
        self._source: Source | None = None
        super().__init__(*args, **kwargs)

    def load_state(self, state: dict[str, Any]) -> None:
        """Take the state of the last run; beside bookmarks it holds what is known of each company."""
        super().load_state(state)
        self.whole_state.update({name: value for name, value in state.items() if name != "bookmarks"})

    def discover_streams(self) -> list[Stream]:
        """One stream per kind of object; nothing is opened."""
        return [BusyStream(self, schema=stream_schema(stream), name=stream) for stream in STREAMS]

    @property
    def streams(self) -> dict[str, Stream]:
        """The streams in the order they are read; the SDK's own order is that of the alphabet."""
        found = super().streams
        return {name: found[name] for name in STREAMS if name in found}

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Facts about the source itself; complete once it is read."""
        return self._source.issues if self._source else ()

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """Per file: name, size, counts; for summaries."""
        return self._source.file_facts() if self._source else []

    @property
    def settlement(self) -> Settlement:
        """Whether everything was read; asked at the end."""
        return self._source.settlement if self._source else Settlement.SETTLED

    def prepare(self) -> None:
        """Read and check what must be whole before the first record is handed over.

        Raises:
            KhataError: a file is no whole export, or the source does not answer; nothing is emitted.
        """
        self.source().prepare()

    def source(self) -> Source:
        """Return what is read from, as configured.

        Raises:
            ConfigurationError: no route is given, or several.
        """
        if self._source is None:
            self._source = self._open()
        return self._source

    def close(self) -> None:
        """Free temporary files; without this they go with the process."""
        if self._source is not None:
            self._source.close()
            self._source = None

    @property
    def whole_state(self) -> dict[str, Any]:
        """What the last run left, and what this one adds."""
        return cast("dict[str, Any]", self.state)

    def bookmark_of(self, stream: str) -> dict[str, JsonValue]:
        """The part of the state that belongs to a stream; changes are kept."""
        return self.streams[stream].get_context_state(None)

    def checkpoint(self, stream: str = COMPANIES) -> None:
        """Emit the state: every record yielded so far has been emitted."""
        held = self.streams[stream]
        if isinstance(held, BusyStream):
            held.checkpoint()

    def emit_aside(self, stream: str, record: Mapping[str, JsonValue]) -> None:
        """Emit a record of another stream than the one being read, if it was selected."""
        held = self.streams[stream]
        if isinstance(held, BusyStream):
            held.emit(dict(record))

    def _open(self) -> Source:
        given = [route for route in ROUTES if self.config.get(route)]
        if len(given) != 1:
            raise ConfigurationError(
                "Give one of files (exports and reports of BUSY), database (a company's databases) and service (BUSY's "
                "web service).",
                code="busy.settings.source",
            )
        if given == ["files"] and not holds_databases(self.config["files"]):
            return FileSource(self.config, self)
        surroundings = self.surroundings or _shell()
        if given != ["service"]:
            from connectors.busy.database.source import database_source  # noqa: PLC0415 - files need none of it

            return database_source(self.config, self, surroundings, self.memory)
        from connectors.busy.service.source import service_source  # noqa: PLC0415 - as above

        return service_source(self.config, self, surroundings, self.memory)


def _shell() -> Surroundings:
    """What a process started from the shell has."""
    folder = Path(tempfile.gettempdir()) / WORK_DIRECTORY
    folder.mkdir(mode=0o700, exist_ok=True)
    return Surroundings(work_directory=folder, clock=time.monotonic, sleep=time.sleep)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:  # a date that no calendar has; the translation says so
        return None


def main() -> None:
    """Console script: what goes wrong with the source is one sentence on standard error, not a traceback."""
    try:
        TapBusy.cli()
    except KhataError as error:
        sys.stderr.write(f"tap-busy: {error.message} ({error.code})\n")
        sys.exit(1)
