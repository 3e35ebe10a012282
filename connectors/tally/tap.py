"""``tap-tally``: Tally as a Singer tap, from files it exported or from its gateway while it runs.

Run it with any target (``tap-tally --config config.json | target-...``) or in process by the hub. One stream per kind
of object; the ``object`` of a record is the element verbatim (see ``tree.py``). Both sources give the same streams,
keys and columns. How a file is read: ``export/reader.py``; how a running Tally: ``live/source.py``.
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
from connectors.sdk.base import ProgressEvent, Surroundings
from connectors.sdk.census import (
    CENSUS,
    CENSUS_KEYS,
    Census,
    CensusMember,
    CensusVerdict,
    HubMemory,
    Settlement,
)
from connectors.tally.export.source import FileSource
from connectors.tally.schemas import READ_ORDER, config_schema, stream_schema
from connectors.tally.source import Record, Source

_NOT_DIGESTED = frozenset({"file", "position", "company_name"})
"""Where a record was read says nothing about the object: the same voucher in two files is one raw record."""
WORK_DIRECTORY = "khata-tally"
"""Folder for answers and locks below the temporary one, when the tap runs from the shell."""


class TallyStream(Stream):
    """Objects of one kind."""

    primary_keys: ClassVar[tuple[str, ...]] = ("company_guid", "key")
    # The loader checks types once per batch; per-record checks in the SDK cost 58 % of a tap's time (measured).
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    _tap: TapTally

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK signature
        """Yield the records of the source."""
        return self._tap.source().records(self.name)

    def _write_record_message(self, record: dict[str, Any]) -> None:
        """In the hub a record is stored whole: selection, maps and types (a fifth of the time) have no part in it."""
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

    @staticmethod
    def member(record: Record) -> CensusMember:
        """What a census says of the object: a voucher by its number, a master by its name.

        A record that is handed over encoded says its address only.
        """
        return CensusMember(
            key=record["key"],
            version=record.get("alter_id"),
            day=_day(record.get("date")),
            number=record.get("voucher_number" if record["element"] == "VOUCHER" else "name", ""),
        )


class CensusStream(TallyStream):
    """What exists, by scope; emitted while the other streams are read, and only from the shell."""

    primary_keys: ClassVar[tuple[str, ...]] = CENSUS_KEYS

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK signature
        """Nothing of its own."""
        return ()


class TapTally(Tap):
    """Reads Tally: its XML exports (day books and masters, ERP 9 and TallyPrime), or its gateway while it runs."""

    name = "tap-tally"
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
        return [
            (CensusStream if stream == CENSUS else TallyStream)(self, schema=stream_schema(stream), name=stream)
            for stream in READ_ORDER
        ]

    @property
    def streams(self) -> dict[str, Stream]:
        """The streams in the order they are read; the SDK's own order is that of the alphabet."""
        found = super().streams
        return {name: found[name] for name in READ_ORDER if name in found}

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Facts about the source itself; complete once it is read."""
        return self._source.issues if self._source else ()

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """Per file: name, size, encoding, counts; for summaries."""
        return self._source.file_facts() if self._source else []

    @property
    def settlement(self) -> Settlement:
        """Whether a running Tally showed everything, and nobody went on working; asked at the end."""
        return self._source.settlement if self._source else Settlement.SETTLED

    def prepare(self) -> None:
        """Read and check what must be whole before the first record is handed over.

        Raises:
            KhataError: a file is no whole export, or Tally does not answer; nothing is emitted.
        """
        self.source().prepare()

    def source(self) -> Source:
        """Return what is read from, as configured.

        Raises:
            ConfigurationError: neither files nor a gateway are given, or both.
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

    def checkpoint(self, stream: str) -> None:
        """Emit the state: every record yielded so far has been emitted."""
        held = self.streams[stream]
        if isinstance(held, TallyStream):
            held.checkpoint()

    def emit_aside(self, stream: str, record: Mapping[str, JsonValue]) -> None:
        """Emit a record of another stream than the one being read, if it was selected."""
        held = self.streams[stream]
        if isinstance(held, TallyStream):
            held.emit(dict(record))

    def _open(self) -> Source:
        if bool(self.config.get("files")) is bool(self.config.get("gateway")):
            raise ConfigurationError(
                "Give either files (Tally's exports) or gateway (a running Tally), one of the two.",
                code="tally.settings.source",
            )
        if self.config.get("files"):
            if self.config.get("odbc"):
                raise ConfigurationError("odbc goes with gateway, not with files.", code="tally.odbc.setting")
            read = [name for name, one in self.streams.items() if one.selected and name != CENSUS]
            return FileSource(self.config, self, read)
        from connectors.tally.live.source import GatewaySource  # noqa: PLC0415 - files need none of it

        surroundings = self.surroundings or _shell()
        source = GatewaySource(self.config, self, surroundings, self.memory)
        if not self.config.get("odbc"):
            return source
        from connectors.tally.odbc.beside import beside_gateway  # noqa: PLC0415 - only who asks for it needs it

        return beside_gateway(source, self.config, self, surroundings, self.memory)


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
        TapTally.cli()
    except KhataError as error:
        sys.stderr.write(f"tap-tally: {error.message} ({error.code})\n")
        sys.exit(1)
