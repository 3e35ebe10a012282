"""What the taps of all connectors do alike: streams in an order of their own, a source behind them, a state kept whole.

A connector's tap says its streams, their schemas and how its source is opened; its stream says what the hub wants to
know of a record (``connectors.sdk.run.HubStream``). Everything else of Singer is the SDK's.
"""

from __future__ import annotations

import logging
import sys
import time
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping
from datetime import date
from pathlib import Path
from tempfile import gettempdir
from typing import Any, ClassVar, cast

from singer_sdk import Stream, Tap
from singer_sdk.helpers.conform import TypeConformanceLevel

from canonical.errors import KhataError
from canonical.issue import Issue
from canonical.record import JsonValue
from connectors.sdk.announcements import Announcements
from connectors.sdk.base import ProgressEvent, Surroundings
from connectors.sdk.census import (
    CENSUS,
    CENSUS_KEYS,
    Census,
    CensusVerdict,
    HubMemory,
    Settlement,
    census_record,
)
from connectors.sdk.source import Source


class BooksStream(Stream):
    """Records of one kind, from the tap's source.

    On its way to a pipe the SDK looks at every record for selection, maps, types, children and metrics. The hub takes
    each record whole, so there it goes straight from the source to the hub.

    Attributes:
        take: the hub's, of this stream (``connectors.sdk.run``); None from the shell.
    """

    # The loader checks types once per batch; per-record checks in the SDK cost 58 % of a tap's time (measured).
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    _tap: BooksTap
    take: Callable[[dict[str, Any]], None] | None = None

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK signature
        """Yield the records of the source."""
        return self._tap.source().records(self.name)

    def _sync_records(
        self, context: Mapping[str, Any] | None = None, *, write_messages: bool = True
    ) -> Generator[dict[str, Any], Any, Any]:
        """Hand over every record, then the state, if there were any; ``sync`` itself is final in the SDK."""
        if self.take is None:
            yield from super()._sync_records(context, write_messages=write_messages)
            return
        for record in self.get_records(context):
            self.take(record)
            self.state_manager.is_flushed = False
        self._write_state_message()

    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        """Log; what ends a stream on purpose is told by whoever runs the tap; the SDK calls it unhandled."""
        is_told = level >= logging.ERROR and isinstance(sys.exc_info()[1], KhataError)
        super().log(message, *args, level=logging.DEBUG if is_told else level, **kwargs)

    def emit(self, record: dict[str, Any]) -> None:
        """Emit a record while another stream is read."""
        if not self.selected:
            return
        if self.take is None:
            self._write_record_message(record)
        else:
            self.take(record)
            self.state_manager.is_flushed = False

    def checkpoint(self) -> None:
        """Emit the state as it is."""
        self.state_manager.is_flushed = False
        self._write_state_message()


class CensusStream(BooksStream):
    """What exists, by scope; emitted while the other streams are read, and only from the shell."""

    primary_keys: ClassVar[tuple[str, ...]] = CENSUS_KEYS

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK signature
        """Nothing of its own."""
        return ()


class BooksTap(Tap):
    """Base of taps; see ``connectors.sdk.run.HubTap`` for what the hub sets and asks.

    Attributes:
        stream_kind: class of the streams; that of the census is the same everywhere.
        read_order: names of the streams in the order they are read.
        package_name: the distribution all taps are part of; the SDK reads ``--version`` and ``--about`` from it.
    """

    package_name = "khata-hub"
    stream_kind: ClassVar[type[BooksStream]]
    read_order: ClassVar[tuple[str, ...]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare; nothing is read before the first stream asks."""
        self.progress: Callable[[ProgressEvent], None] | None = None
        self.embedded = False
        self.compare: Callable[[Census], CensusVerdict] | None = None
        self.memory: HubMemory | None = None
        self.surroundings: Surroundings | None = None
        self.announcements: Announcements | None = None
        self._source: Source | None = None
        super().__init__(*args, **kwargs)

    @abstractmethod
    def open_source(self) -> Source:
        """Open what is read from, as configured.

        Raises:
            ConfigurationError: the settings name no source, or several.
        """

    @abstractmethod
    def schema_of(self, stream: str) -> dict[str, Any]:
        """Return the JSON schema of a stream's records."""

    def load_state(self, state: dict[str, Any]) -> None:
        """Take the state of the last run; beside bookmarks it holds what is known of each company."""
        super().load_state(state)
        self.whole_state.update({name: value for name, value in state.items() if name != "bookmarks"})

    def discover_streams(self) -> list[Stream]:
        """Every stream; nothing is opened and nobody is asked."""
        return [
            (CensusStream if name == CENSUS else self.stream_kind)(self, schema=self.schema_of(name), name=name)
            for name in self.read_order
        ]

    @property
    def streams(self) -> dict[str, Stream]:
        """The streams in the order they are read; the SDK's own order is that of the alphabet."""
        found = super().streams
        return {name: found[name] for name in self.read_order if name in found}

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Facts about the source itself; complete once it is read."""
        return tuple(self._source.issues) if self._source else ()

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """For summaries: per file, or what was asked of a live source."""
        return self._source.file_facts() if self._source else []

    @property
    def settlement(self) -> Settlement:
        """Whether everything was read, and nobody went on working; asked at the end."""
        return self._source.settlement if self._source else Settlement.SETTLED

    def prepare(self) -> None:
        """Read and check what must be whole before the first record is handed over.

        Raises:
            KhataError: a file is no whole export, or the source does not answer; nothing is emitted.
        """
        self.source().prepare()

    def source(self) -> Source:
        """Return what is read from; it is opened once.

        Raises:
            ConfigurationError: as ``open_source``.
        """
        if self._source is None:
            self._source = self.open_source()
        return self._source

    def close(self) -> None:
        """Free what the source holds; without this temporary files go with the process."""
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

    def checkpoint(self, stream: str = "") -> None:
        """Emit the state: every record yielded so far has been emitted.

        Args:
            stream: being read; any will do, for the state is the tap's.
        """
        cast("BooksStream", self.streams[stream or self.read_order[-1]]).checkpoint()

    def emit_aside(self, stream: str, record: Mapping[str, JsonValue]) -> None:
        """Emit a record of another stream than the one being read, if it was selected."""
        cast("BooksStream", self.streams[stream]).emit(dict(record))

    def take_census(self, census: Census) -> CensusVerdict | None:
        """Hand a census to the hub; from the shell, where nobody compares, it becomes a record."""
        if self.compare is not None:
            return self.compare(census)
        self.emit_aside(CENSUS, census_record(census))
        return None

    def selected_streams(self) -> tuple[str, ...]:
        """Names of the streams whose records are wanted, the census apart."""
        return tuple(name for name, stream in self.streams.items() if stream.selected and name != CENSUS)


def day_of(text: str | None) -> date | None:
    """Return an ISO date as a date; None of one that no calendar has, for which the translation has the words."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def work_surroundings(folder: str) -> Surroundings:
    """What a tap has that runs from the shell and signs in nowhere: a folder of its user's own, and the clock.

    Args:
        folder: its name below the temporary one.
    """
    place = Path(gettempdir()) / folder
    place.mkdir(mode=0o700, exist_ok=True)
    return Surroundings(work_directory=place, clock=time.monotonic, sleep=time.sleep)


def run_from_shell(tap: type[Tap]) -> None:
    """Be a tap's console script: what goes wrong is one sentence on standard error, not a traceback."""
    try:
        tap.cli()
    except KhataError as error:
        sys.stderr.write(f"{tap.name}: {error.message} ({error.code})\n")
        sys.exit(1)
