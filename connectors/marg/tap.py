"""``tap-marg``: Marg ERP 9+ as a Singer tap: sale bills, the Corporate EDE web API, or tables of a database.

Run it with any target (``tap-marg --config config.json | target-...``) or in process by the hub. The ``object`` of a
record is what Marg said, verbatim; a voucher is its header, lines and ledger legs together.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, ClassVar, cast

from singer_sdk import Stream, Tap
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.singerlib import RecordMessage

from canonical.errors import KhataError
from canonical.issue import Issue
from canonical.record import JsonValue, SourceRef
from connectors.marg.settings import SourceKind, config_schema, kind_of
from connectors.marg.source import Row, Source
from connectors.marg.streams import COMPANIES, CONNECTOR, READ_ORDER, stream_schema
from connectors.sdk.base import ProgressEvent, Surroundings
from connectors.sdk.census import (
    CENSUS,
    CENSUS_KEYS,
    Census,
    CensusMember,
    CensusVerdict,
    HubMemory,
    Settlement,
    census_record,
)
from connectors.sdk.shell import shell_surroundings
from connectors.sdk.tokens import Limits

_PER_MINUTE = 60
"""Nothing is published of limits by the minute; answers take many seconds anyway."""
_STORED = ("name", "object")
"""What makes a record; the other columns repeat parts of it, or say where it was read."""


class MargStream(Stream):
    """Records of one kind."""

    primary_keys: ClassVar[tuple[str, ...]] = ("company_id", "key")
    # The loader checks types once per batch; per-record checks in the SDK cost more than half of a tap's time.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    _tap: TapMarg

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[Row]:  # noqa: ARG002 - SDK signature
        """Yield the records of the source."""
        return self._tap.source().records(self.name)

    def _write_record_message(self, record: Row) -> None:
        """In the hub a record is stored whole: selection, maps and types have no part in it."""
        if self._tap.embedded:
            self._tap.write_message(RecordMessage(stream=self.name, record=record))
            self.state_manager.is_flushed = False
        else:
            super()._write_record_message(record)

    def emit(self, record: Row) -> None:
        """Emit a record while another stream is read."""
        if self.selected:
            self._write_record_message(record)

    def checkpoint(self) -> None:
        """Emit the state as it is."""
        self.state_manager.is_flushed = False
        self._write_state_message()

    @staticmethod
    def source_ref(stream: str, record: Row) -> SourceRef:
        """Address of a record."""
        return SourceRef(CONNECTOR, record["company_id"], stream, record["key"])

    @staticmethod
    def origin(record: Row) -> str:
        """Where it was read from, for people."""
        return str(record.get("place") or "Marg")

    @staticmethod
    def payload(record: Row) -> Row:
        """The part of a record that is the object."""
        return {name: record[name] for name in _STORED if name in record}

    @staticmethod
    def member(record: Row) -> CensusMember:
        """What a census says of the record: its day and number."""
        day = record.get("date")
        return CensusMember(
            key=record["key"], day=date.fromisoformat(day) if day else None, number=record.get("number")
        )


class CensusStream(MargStream):
    """What exists; emitted while the other streams are read, and only from the shell."""

    primary_keys: ClassVar[tuple[str, ...]] = CENSUS_KEYS

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[Row]:  # noqa: ARG002 - SDK signature
        """Nothing of its own."""
        return ()


class TapMarg(Tap):
    """Reads Marg ERP 9+: sale bills, the web API, or tables."""

    name = "tap-marg"
    config_jsonschema: ClassVar[dict[str, Any]] = config_schema()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare; nothing is read before the first stream."""
        self.progress: Callable[[ProgressEvent], None] | None = None
        self.embedded = False
        self.compare: Callable[[Census], CensusVerdict] | None = None
        self.memory: HubMemory | None = None
        self.surroundings: Surroundings | None = None
        self._source: Source | None = None
        super().__init__(*args, **kwargs)

    def load_state(self, state: dict[str, Any]) -> None:
        """Take the state of the last run; beside bookmarks it holds how far each branch was read."""
        super().load_state(state)
        self.whole_state.update({name: value for name, value in state.items() if name != "bookmarks"})

    def discover_streams(self) -> list[Stream]:
        """The streams; nothing is asked."""
        return [
            (CensusStream if stream == CENSUS else MargStream)(self, schema=stream_schema(stream), name=stream)
            for stream in READ_ORDER
        ]

    @property
    def streams(self) -> dict[str, Stream]:
        """The streams in the order they are read; the SDK's own order is that of the alphabet."""
        found = super().streams
        return {name: found[name] for name in READ_ORDER if name in found}

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Facts about the files or the connection; complete once everything is read."""
        return self._source.issues if self._source else ()

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """Per file, or what was asked."""
        return self._source.facts() if self._source else []

    @property
    def settlement(self) -> Settlement:
        """Whether everything was read; asked at the end."""
        return self._source.settlement if self._source else Settlement.SETTLED

    def prepare(self) -> None:
        """Read what must be whole before the first record is handed over.

        Raises:
            KhataError: the source cannot be read as configured; nothing is emitted.
        """
        self.source().prepare()

    def source(self) -> Source:
        """Return what is read from."""
        if self._source is None:
            place = self.surroundings or shell_surroundings(self.config, Limits(per_minute=_PER_MINUTE))
            self._source = open_source(self.config, self, place)
        return self._source

    def close(self) -> None:
        """Nothing is held between runs."""
        self._source = None

    @property
    def whole_state(self) -> dict[str, Any]:
        """What the last run left, and what this one adds."""
        return cast("dict[str, Any]", self.state)

    def checkpoint(self) -> None:
        """Emit the state: every record yielded so far has been emitted."""
        held = self.streams[COMPANIES]
        if isinstance(held, MargStream):
            held.checkpoint()

    def take_census(self, census: Census) -> CensusVerdict | None:
        """Hand a census to the hub; from the shell it becomes a record."""
        if self.compare is not None:
            return self.compare(census)
        held = self.streams[CENSUS]
        if isinstance(held, MargStream):
            held.emit(census_record(census))
        return None


def open_source(config: Mapping[str, JsonValue], tap: TapMarg, surroundings: Surroundings) -> Source:
    """The source that is configured.

    Raises:
        ConfigurationError: none, or more than one.
    """
    match kind_of(config):
        case SourceKind.FILES:
            from connectors.marg.sale_bill.source import BillSource  # noqa: PLC0415 - only what is used is imported

            return BillSource(config)
        case SourceKind.API:
            from connectors.marg.ede.source import ApiSource  # noqa: PLC0415 - as above

            return ApiSource(config, tap, surroundings)
        case SourceKind.DATABASE:
            from connectors.marg.tables.source import TableSource  # noqa: PLC0415 - as above

            return TableSource(config, tap, surroundings.clock)


def main() -> None:
    """Console script: what goes wrong with the source is one sentence on standard error, not a traceback."""
    try:
        TapMarg.cli()
    except KhataError as error:
        sys.stderr.write(f"tap-marg: {error.message} ({error.code})\n")
        sys.exit(1)
