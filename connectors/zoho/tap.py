"""``tap-zoho-books``: Zoho Books as a Singer tap.

Run it with any target (``tap-zoho-books --config config.json | target-...``) or in process by the hub. One stream per
list of Zoho's; the ``object`` of a record is Zoho's reply verbatim. How an organisation is read: ``source.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, ClassVar, cast

from singer_sdk import Stream, Tap

from canonical.errors import KhataError
from canonical.issue import Issue
from canonical.record import JsonValue, SourceRef
from connectors.sdk.base import ProgressEvent, Surroundings
from connectors.sdk.census import CENSUS, CENSUS_KEYS, Census, CensusMember, CensusVerdict, HubMemory, Settlement
from connectors.sdk.shell import shell_surroundings
from connectors.sdk.stream import SourceStream
from connectors.zoho.limits import limits_of
from connectors.zoho.schemas import READ_ORDER, config_schema, stream_schema
from connectors.zoho.source import COMPANIES, Record, ZohoSource

_NOT_STORED = frozenset({"organization_id", "key", "number", "date", "modified", "version"})
"""What was derived from a row of a list to compare it; the object says it itself."""


class ZohoStream(SourceStream):
    """Records of one list."""

    primary_keys: ClassVar[tuple[str, ...]] = ("organization_id", "key")
    _tap: TapZohoBooks

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK signature
        """Yield the records of the source."""
        return self._tap.source().records(self.name)

    @staticmethod
    def source_ref(stream: str, record: Record) -> SourceRef:
        """Address of a record."""
        return SourceRef("zoho", record["organization_id"], stream, record["key"])

    @staticmethod
    def origin(record: Record) -> str:
        """Where it was read from, for people."""
        return f"Zoho Books organisation {record['organization_id']}"

    @staticmethod
    def payload(record: Record) -> Record:
        """The part of a record that is the object, and the rates it is understood by."""
        return {name: value for name, value in record.items() if name not in _NOT_STORED and value not in (None, {})}

    @staticmethod
    def member(record: Record) -> CensusMember:
        """What a census says of the record: what its list says."""
        day = record.get("date")
        return CensusMember(
            key=record["key"],
            version=record["version"],
            day=date.fromisoformat(day) if day else None,
            number=record["number"],
        )


class CensusStream(ZohoStream):
    """What exists, by stream; emitted while the other streams are read, and only from the shell."""

    primary_keys: ClassVar[tuple[str, ...]] = CENSUS_KEYS

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK signature
        """Nothing of its own."""
        return ()


class TapZohoBooks(Tap):
    """Reads one organisation of Zoho Books over its API."""

    name = "tap-zoho-books"
    config_jsonschema: ClassVar[dict[str, Any]] = config_schema()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare; nothing is asked before the first stream."""
        self.progress: Callable[[ProgressEvent], None] | None = None
        self.embedded = False
        self.compare: Callable[[Census], CensusVerdict] | None = None
        self.memory: HubMemory | None = None
        self.surroundings: Surroundings | None = None
        self._source: ZohoSource | None = None
        super().__init__(*args, **kwargs)

    def load_state(self, state: dict[str, Any]) -> None:
        """Take the state of the last run; beside bookmarks it holds how far each organisation was read."""
        super().load_state(state)
        self.whole_state.update({name: value for name, value in state.items() if name != "bookmarks"})

    def discover_streams(self) -> list[Stream]:
        """One stream per list; nothing is asked."""
        return [
            (CensusStream if stream == CENSUS else ZohoStream)(self, schema=stream_schema(stream), name=stream)
            for stream in READ_ORDER
        ]

    @property
    def streams(self) -> dict[str, Stream]:
        """The streams in the order they are read; the SDK's own order is that of the alphabet."""
        found = super().streams
        return {name: found[name] for name in READ_ORDER if name in found}

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Facts about the organisation and the connection; complete once it is read."""
        return self._source.issues if self._source else ()

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """The plan of calls, and what was used."""
        return self._source.facts() if self._source else []

    @property
    def settlement(self) -> Settlement:
        """Whether everything was read; asked at the end."""
        return self._source.settlement if self._source else Settlement.SETTLED

    def prepare(self) -> None:
        """Walk the lists and plan the calls before the first record is handed over.

        Raises:
            KhataError: the sign-in or a list is refused, or Zoho does not answer; nothing is emitted.
        """
        self.source().prepare()

    def source(self) -> ZohoSource:
        """Return what is read from."""
        if self._source is None:
            selected = frozenset(name for name, stream in self.streams.items() if stream.selected)
            place = self.surroundings or shell_surroundings(self.config, limits_of(self.config))
            self._source = ZohoSource(self.config, self, place, selected, self.compare)
        return self._source

    def close(self) -> None:
        """Nothing is held between runs."""
        self._source = None

    @property
    def whole_state(self) -> dict[str, Any]:
        """What the last run left, and what this one adds."""
        return cast("dict[str, Any]", self.state)

    def checkpoint(self, stream: str = COMPANIES) -> None:
        """Emit the state: every record yielded so far has been emitted."""
        held = self.streams[stream]
        if isinstance(held, ZohoStream):
            held.checkpoint()

    def emit_aside(self, stream: str, record: Mapping[str, JsonValue]) -> None:
        """Emit a record of another stream than the one being read, if it was selected."""
        held = self.streams[stream]
        if isinstance(held, ZohoStream):
            held.emit(dict(record))


def main() -> None:
    """Console script: what goes wrong with the source is one sentence on standard error, not a traceback."""
    try:
        TapZohoBooks.cli()
    except KhataError as error:
        sys.stderr.write(f"tap-zoho-books: {error.message} ({error.code})\n")
        sys.exit(1)
