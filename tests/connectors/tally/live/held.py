"""What stands on the other side of the tap in these tests: a hub that holds records in memory, and a Singer target.

Both are written from the words of ``connectors.sdk.census``, not from the hub's code: they are the oracle for what a
sync hands over.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from canonical.record import RawRecord
from connectors.sdk.census import Census, CensusMember, CensusVerdict, HeldDay, values_in

Address = tuple[str, str, str]
"""Company, stream and key."""
Content = dict[Address, Any]


@dataclass
class Hub:
    """Holds the newest record of each address; retires by corroborated census, and never brings one back itself."""

    held: dict[Address, RawRecord] = field(default_factory=dict)
    retired: list[Address] = field(default_factory=list)
    stale: dict[Address, CensusMember] = field(default_factory=dict)
    states: list[Any] = field(default_factory=list)
    accepted: int = 0
    said: dict[Address, list[bytes]] = field(default_factory=dict)
    allowed: int = 0
    is_morning: bool = False

    def accept(self, stream: str, records: list[RawRecord]) -> None:
        for record in records:
            source = record.source
            address = (source.company, stream, source.key)
            before = self.held.get(address)
            self.held[address] = record
            self.said.setdefault(address, []).append(record.payload)
            self.stale.pop(address, None)
            self.accepted += 1
            if before and stream != "vouchers" and before.label and before.label != record.label:
                self._outdate(source.company, before.label)

    def _outdate(self, company: str, label: str) -> None:
        quoted = json.dumps(label, ensure_ascii=False).encode()
        for address, record in self.held.items():
            if address[:2] == (company, "vouchers") and quoted in record.payload:
                self.stale[address] = member(record)

    def bookmark(self, state: Any) -> None:
        self.states.append(json.loads(json.dumps(state)))

    def take_census(self, census: Census) -> CensusVerdict:
        mine = self._in_scope(census)
        told = {one.key: one for one in census.members}
        assert len(told) == len(census.members)
        missing = tuple(key for key in told if (census.company, census.stream, key) not in self.held)
        outdated = tuple(
            key
            for key, one in told.items()
            if (record := self.held.get((census.company, census.stream, key)))
            and (_differs(one, member(record)) or (census.company, census.stream, key) in self.stale)
        )
        gone = tuple(key for key in mine if key not in told)
        if census.corroborated:
            for key in gone:
                address = (census.company, census.stream, key)
                del self.held[address]
                self.stale.pop(address, None)
                self.retired.append(address)
        return CensusVerdict(missing, outdated, gone)

    def held_by_day(self, company: str, stream: str) -> Mapping[date, HeldDay]:
        held = [record for address, record in self.held.items() if address[:2] == (company, stream)]
        records = Counter(record.day for record in held)
        return {
            day: HeldDay(count, sum(record.version or 0 for record in held if record.day == day))
            for day, count in records.items()
            if day is not None
        }

    def values_of(self, company: str, stream: str, keys: Sequence[str], field: str) -> frozenset[str]:
        return values_in((one for key in keys for one in self.said.get((company, stream, key), ())), field)

    def changes_allowed(self, company: str) -> int:
        return self.allowed

    def is_another_day(self, company: str) -> bool:
        return self.is_morning

    def outdated(self, company: str, stream: str) -> tuple[CensusMember, ...]:
        return tuple(one for address, one in self.stale.items() if address[:2] == (company, stream))

    def content(self, *streams: str) -> Content:
        """What is held, by address."""
        return {
            address: json.loads(record.payload)
            for address, record in self.held.items()
            if not streams or address[1] in streams
        }

    def _in_scope(self, census: Census) -> list[str]:
        found = [address for address in self.held if address[:2] == (census.company, census.stream)]
        period = census.period
        return [address[2] for address in found if period is None or self.held[address].day in period]


def member(record: RawRecord) -> CensusMember:
    return CensusMember(record.source.key, record.version, record.day, record.label)


def _differs(told: CensusMember, held: CensusMember) -> bool:
    pairs = ((told.version, held.version), (told.day, held.day), (told.number, held.number))
    return any(one is not None and one != other for one, other in pairs)


@dataclass
class Target:
    """A Singer target: upserts records, and takes away what a corroborated census of its scope does not list."""

    held: Content = field(default_factory=dict)
    state: Any = None
    records: int = 0

    def read(self, lines: str) -> None:
        """Take the messages of one run of the tap."""
        for line in lines.splitlines():
            message = json.loads(line)
            if message["type"] == "STATE":
                self.state = message["value"]
            elif message["type"] == "RECORD" and message["stream"] == "census":
                self._count_out(message["record"])
            elif message["type"] == "RECORD":
                record = message["record"]
                self.held[record["company_guid"], message["stream"], record["key"]] = record
                self.records += 1

    def _count_out(self, census: dict[str, Any]) -> None:
        if not census["corroborated"]:
            return
        keys = {one["key"] for one in census["members"]}
        first, _, last = census["scope"].partition("/")
        for address, record in list(self.held.items()):
            if address[:2] != (census["company_guid"], census["stream"]) or address[2] in keys:
                continue
            if census["scope"] == "all" or first <= record["date"] <= last:
                del self.held[address]
