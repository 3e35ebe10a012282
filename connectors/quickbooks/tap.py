"""``tap-quickbooks``: QuickBooks Online as a Singer tap.

Run it with any target (``tap-quickbooks --config config.json | target-...``) or in process by the hub. One stream per
entity; the ``object`` of a record is QuickBooks' object verbatim. How a company is read: ``company_run.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, ClassVar, cast

import requests
from singer_sdk import Stream, Tap

from canonical.errors import KhataError
from canonical.issue import Issue
from canonical.record import JsonValue, SourceRef
from connectors.quickbooks.client import QuickBooks
from connectors.quickbooks.company_run import CompanyRun
from connectors.quickbooks.connection import rest_client
from connectors.quickbooks.entities import CONNECTOR, READ_ORDER
from connectors.quickbooks.records import Record, with_columns
from connectors.quickbooks.schemas import stream_schema
from connectors.quickbooks.settings import config_schema, how_to_read, limits_of, realm_of
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
from connectors.sdk.stream import SourceStream

_DIGESTED = ("name", "object", "rates")
"""What makes a record: the object, and what was looked up for it; the other columns repeat parts of it."""


class QuickBooksStream(SourceStream):
    """Objects of one entity."""

    primary_keys: ClassVar[tuple[str, ...]] = ("realm_id", "key")
    _tap: TapQuickBooks

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK signature
        """Yield the records of the company."""
        return self._tap.run.records(self.name)

    def post_process(self, row: Record, context: Mapping[str, Any] | None = None) -> Record | None:  # noqa: ARG002
        """Complete a record on its way to a target (the SDK's hook, called from the shell only)."""
        return with_columns(row, self.schema["properties"])

    @staticmethod
    def source_ref(stream: str, record: Record) -> SourceRef:
        """Address of a record."""
        return SourceRef(CONNECTOR, record["realm_id"], stream, record["key"])

    @staticmethod
    def origin(record: Record) -> str:
        """Where it was read from, for people: ``QuickBooks, Invoice 130``."""
        return f"QuickBooks, {record['entity']} {record['key']}"

    @staticmethod
    def payload(record: Record) -> Record:
        """The part of a record that is the object."""
        return {name: record[name] for name in _DIGESTED if name in record}

    @staticmethod
    def member(record: Record) -> CensusMember:
        """What is noted of the object: its change counter, day and number or name."""
        return CensusMember(
            key=record["key"],
            version=record.get("sync_token"),
            day=_day(record.get("date")),
            number=record.get("name") or "",
        )


class CensusStream(QuickBooksStream):
    """What exists, by entity; emitted while the other streams are read, and only from the shell."""

    primary_keys: ClassVar[tuple[str, ...]] = CENSUS_KEYS

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK signature
        """Nothing of its own."""
        return ()


class TapQuickBooks(Tap):
    """Reads one company of QuickBooks Online: lists, documents, and QuickBooks' own reports as oracles."""

    name = "tap-quickbooks"
    config_jsonschema: ClassVar[dict[str, Any]] = config_schema()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare; nothing is asked before the first stream."""
        self.progress: Callable[[ProgressEvent], None] | None = None
        self.embedded = False
        self.compare: Callable[[Census], CensusVerdict] | None = None
        self.memory: HubMemory | None = None
        self.surroundings: Surroundings | None = None
        self._run: CompanyRun | None = None
        self._session: requests.Session | None = None
        super().__init__(*args, **kwargs)

    def load_state(self, state: dict[str, Any]) -> None:
        """Take the state of the last run; beside bookmarks it holds how far the company was read."""
        super().load_state(state)
        self.whole_state.update({name: value for name, value in state.items() if name != "bookmarks"})

    def discover_streams(self) -> list[Stream]:
        """One stream per entity; nothing is asked."""
        kinds = {CENSUS: CensusStream}
        return [
            kinds.get(name, QuickBooksStream)(self, schema=stream_schema(name), name=name)
            for name in (CENSUS, *READ_ORDER)
        ]

    @property
    def streams(self) -> dict[str, Stream]:
        """The streams in the order they are read; the SDK's own order is that of the alphabet."""
        found = super().streams
        return {name: found[name] for name in (CENSUS, *READ_ORDER) if name in found}

    @property
    def run(self) -> CompanyRun:
        """The reading of the company."""
        if self._run is None:
            wanted = tuple(name for name, one in self.streams.items() if one.selected and name != CENSUS)
            self._run = CompanyRun(self._api(), self, how_to_read(self.config), wanted)
        return self._run

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Facts about the source itself; complete once it is read."""
        return tuple(self._run.issues) if self._run else ()

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """The plan of calls, and what was used."""
        run = self._run
        if run is None or run.budget is None:
            return []
        return [{"realm": run.api.realm_id, "calls_used": run.api.calls, "plan": dict(run.budget.to_json())}]

    @property
    def settlement(self) -> Settlement:
        """Whether QuickBooks showed everything; asked at the end."""
        return self._run.settlement if self._run else Settlement.SETTLED

    def prepare(self) -> None:
        """Ask who the company is and what changed.

        Raises:
            KhataError: QuickBooks does not answer, or does not let us in; nothing is emitted.
        """
        self.run.prepare()

    def close(self) -> None:
        """End the connection."""
        if self._session is not None:
            self._session.close()
            self._session = None

    @property
    def whole_state(self) -> dict[str, Any]:
        """What the last run left, and what this one adds."""
        return cast("dict[str, Any]", self.state)

    def checkpoint(self, stream: str) -> None:
        """Emit the state: every record yielded so far has been emitted."""
        held = self.streams[stream]
        if isinstance(held, QuickBooksStream):
            held.checkpoint()

    def take_census(self, stream: str, census: Census) -> CensusVerdict | None:  # noqa: ARG002 - the census names it
        """Hand a census to the hub; from the shell it becomes a record once it is sure."""
        if self.compare is not None:
            return self.compare(census)
        held = self.streams[CENSUS]
        if census.corroborated and isinstance(held, QuickBooksStream):
            held.emit(census_record(census))
        return None

    def _api(self) -> QuickBooks:
        config = self.config
        how = how_to_read(config)
        rest = rest_client(
            config, self._web_session(), self.surroundings or shell_surroundings(config, limits_of(config))
        )
        return QuickBooks(rest, realm_of(config), minor_version=how.minor_version, page_rows=how.page_rows)

    def _web_session(self) -> requests.Session:
        if self._session is None:
            self._session = requests.Session()
        return self._session


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:  # a date that no calendar has; the translation says so
        return None


def main() -> None:
    """Console script: what goes wrong with the source is one sentence on standard error, not a traceback."""
    try:
        TapQuickBooks.cli()
    except KhataError as error:
        sys.stderr.write(f"tap-quickbooks: {error.message} ({error.code})\n")
        sys.exit(1)
