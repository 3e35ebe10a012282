"""In-process runs: batches, bookmarks after them, and nothing kept that the sink was given."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from singer_sdk.helpers.conform import TypeConformanceLevel

from canonical.dates import Period
from canonical.issue import Issue
from canonical.record import JsonValue, RawRecord, SourceRef
from connectors.sdk import run
from connectors.sdk.base import ProgressEvent, Surroundings
from connectors.sdk.census import (
    CENSUS_KEYS,
    Census,
    CensusMember,
    CensusVerdict,
    HeldDay,
    HubMemory,
    census_record,
    census_schema,
    values_in,
)
from connectors.sdk.run import run_tap

NOW = datetime(2026, 4, 1, tzinfo=UTC)


class Numbers(Stream):
    """Yields as many records as the settings say."""

    name = "numbers"
    primary_keys = ("n",)
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("n", th.IntegerType), th.Property("object", th.ObjectType(additional_properties=True))
    ).to_dict()
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        """One record per number; ``object`` is encoded if nobody looks inside."""
        assert isinstance(self._tap, Counting)
        assert self._tap.is_prepared
        for n in range(self.config["count"]):
            whole = {"text": "x" * self.config.get("size", 1)}
            yield {"n": n, "object": msgspec.Raw(msgspec.json.encode(whole)) if self._tap.embedded else whole}
        self.get_context_state(None)["read"] = self.config["count"]
        if self._tap.compare and self._tap.memory:
            members = tuple(CensusMember(str(n)) for n in range(self.config["count"] + 1))
            verdict = self._tap.compare(Census("company", "numbers", None, members, corroborated=True))
            self._tap.asked = (verdict, self._tap.memory.held_by_day("company", "numbers"))

    @staticmethod
    def source_ref(stream: str, record: dict[str, JsonValue]) -> SourceRef:
        """Address."""
        return SourceRef("counting", "company", stream, str(record["n"]))

    @staticmethod
    def origin(record: dict[str, JsonValue]) -> str:
        """Place."""
        return f"number {record['n']}"

    @staticmethod
    def payload(record: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """All of it."""
        return record

    @staticmethod
    def member(record: dict[str, JsonValue]) -> CensusMember:
        """Two numbers a day."""
        n = int(record["n"])
        return CensusMember(str(n), version=n + 7, day=date(2026, 4, 1) + timedelta(n // 2), number=f"no. {n}")


class Counting(Tap):
    """A tap without a source."""

    name = "tap-counting"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("count", th.IntegerType), th.Property("size", th.IntegerType)
    ).to_dict()
    issues: tuple[Issue, ...] = ()
    progress: Any = None
    embedded = False
    compare: Callable[[Census], CensusVerdict] | None = None
    memory: HubMemory | None = None
    surroundings: Surroundings | None = None
    is_prepared = False
    closed: ClassVar[list[str]] = []
    asked: Any = None

    def discover_streams(self) -> list[Stream]:
        """One stream."""
        return [Numbers(self)]

    def prepare(self) -> None:
        """Say so."""
        self.is_prepared = True
        if self.progress:
            self.progress(ProgressEvent("read", 1, 1))

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """No files."""
        return []

    def close(self) -> None:
        """Say so."""
        self.closed.append("closed")


class Sink:
    """Keeps batch sizes, bookmarks and records."""

    def __init__(self) -> None:
        self.events: list[int | dict[str, Any]] = []
        self.records: list[RawRecord] = []

    def accept(self, stream: str, records: list[RawRecord]) -> None:
        self.events.append(len(records))
        self.records += records

    def bookmark(self, state: Any) -> None:
        self.events.append(state)
        state["bookmarks"]["spoiled"] = {}

    def take_census(self, census: Census) -> CensusVerdict:
        self.events.append({"census": len(census.members), "held": len(self.records)})
        held = {record.source.key for record in self.records}
        return CensusVerdict(missing=tuple(member.key for member in census.members if member.key not in held))

    def held_by_day(self, company: str, stream: str) -> dict[date, HeldDay]:
        days = Counter(record.day for record in self.records if record.day)
        return {day: HeldDay(count, 0) for day, count in days.items()}

    def values_of(self, company: str, stream: str, keys: Sequence[str], field: str) -> frozenset[str]:
        return values_in((record.payload for record in self.records if record.source.key in keys), field)

    def changes_allowed(self, company: str) -> int:
        return 0

    def is_another_day(self, company: str) -> bool:
        return False

    def outdated(self, company: str, stream: str) -> tuple[CensusMember, ...]:
        return tuple(CensusMember(record.source.key) for record in self.records[:1])


def test_batches_and_the_bookmark_after_them() -> None:
    sink, seen = Sink(), list[ProgressEvent]()
    done = run_tap(Counting, {"count": 2500}, sink, now=NOW, progress=seen.append)
    assert [event for event in sink.events if isinstance(event, int)] == [1000, 1000, 500]
    assert sink.events[3] == {"census": 2501, "held": 2500}  # everything emitted before it is with the sink
    assert isinstance(sink.events[-1], dict)
    assert done.state == {"bookmarks": {"numbers": {"read": 2500}}}  # what the sink does to its copy is its own affair
    assert done.counts == {"numbers": 2500}
    assert seen == [ProgressEvent("read", 1, 1)]
    assert Counting.closed.pop() == "closed"


def test_huge_records_go_in_smaller_batches() -> None:
    sink = Sink()
    run_tap(Counting, {"count": 10, "size": run.BATCH_BYTES // 2}, sink, now=NOW)
    assert [event for event in sink.events if isinstance(event, int)] == [2, 2, 2, 2, 2]


def test_encoded_parts_are_stored_as_they_are() -> None:
    sink = Sink()
    run_tap(Counting, {"count": 1}, sink, now=NOW)
    (record,) = sink.records
    assert json.loads(record.payload) == {"n": 0, "object": {"text": "x"}}
    assert (record.extracted_at, record.origin) == (NOW, "number 0")


def test_the_state_given_is_not_changed() -> None:
    given = {"bookmarks": {"numbers": {"read": 1}}}
    run_tap(Counting, {"count": 2}, Sink(), now=NOW, state=given)
    assert given == {"bookmarks": {"numbers": {"read": 1}}}


def test_records_are_stamped_with_what_a_census_would_say_of_them() -> None:
    sink = Sink()
    run_tap(Counting, {"count": 3}, sink, now=NOW)
    assert [(record.version, record.day, record.label) for record in sink.records] == [
        (7, date(2026, 4, 1), "no. 0"),
        (8, date(2026, 4, 1), "no. 1"),
        (9, date(2026, 4, 2), "no. 2"),
    ]


def test_the_tap_may_ask_what_the_hub_holds(tmp_path: Path) -> None:
    asked: list[Any] = []

    class Asking(Counting):
        def close(self) -> None:
            asked.extend([*self.asked, self.surroundings])

    place = Surroundings(work_directory=tmp_path, clock=lambda: 1.0, sleep=lambda _: None)
    done = run_tap(Asking, {"count": 3}, Sink(), now=NOW, surroundings=place)
    assert asked == [
        CensusVerdict(missing=("3",)),
        {date(2026, 4, 1): HeldDay(2, 0), date(2026, 4, 2): HeldDay(1, 0)},
        place,
    ]
    assert done.census == {"numbers": 4}


def test_a_census_as_a_singer_record() -> None:
    members = (CensusMember("a", 4, date(2026, 4, 1), "INV/1"), CensusMember("b"))
    period = Period(date(2026, 4, 1), date(2026, 4, 30))
    record = census_record(Census("company", "vouchers", period, members, corroborated=True))
    assert record["scope"] == "2026-04-01/2026-04-30"
    assert record["members"][0] == {"key": "a", "version": 4, "day": "2026-04-01", "number": "INV/1"}
    assert record["members"][1] == {"key": "b", "version": None, "day": None, "number": None}
    assert set(CENSUS_KEYS) < set(record) == set(census_schema()["properties"])
    assert census_record(Census("company", "vouchers", None, (), corroborated=False))["scope"] == "all"
    json.dumps(record)
