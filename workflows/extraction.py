"""From a source to the raw store: runs the tap in process and stores what it says, batch by batch."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import msgspec

from canonical.issue import Issue
from canonical.record import JsonValue, RawRecord
from connectors.sdk.base import Connector, ProgressEvent, placeholder_name
from connectors.sdk.census import Census, CensusMember, CensusVerdict, HeldDay, values_in
from storage.store import TenantStore
from workflows.inputs import Progress, RunStatus
from workflows.polling import is_another_day
from workflows.proving.allowance import changes_allowed
from workflows.run_facts import step_facts

Beat = Callable[[Progress], None]
COMPANIES = "companies"
RUNS_REMEMBERED = 50
"""Runs looked through for the same content."""
CHANGES = ("new", "changed", "retired")
"""What the step notes of what it found other than it was held, by stream."""


def no_beat(progress: Progress) -> None:
    """Nobody is watching."""


@dataclass(slots=True)
class StoreSink:
    """Stores batches under the company they name; the bookmark after them; retires what a census finds gone.

    Attributes:
        companies: id by the source's identity of the books, in the order they were met.
        counts: raw records by stream.
        known: raw records that were stored before, unchanged.
        new: by stream, objects that were not held before; ``changed`` those that were held otherwise.
        retired: raw records by stream that the source has no more.
    """

    store: TenantStore
    connector: Connector
    run_id: int
    now: datetime
    beat: Beat = no_beat
    on_state: Callable[[JsonValue], None] | None = None
    companies: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    known: int = 0
    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    retired: Counter[str] = field(default_factory=Counter)

    def accept(self, stream: str, records: list[RawRecord]) -> None:
        """Store one batch."""
        by_company: dict[str, list[RawRecord]] = {}
        for record in records:
            by_company.setdefault(record.source.company, []).append(record)
        for company, some in by_company.items():
            name = str(msgspec.json.decode(some[-1].payload).get("name") or "") if stream == COMPANIES else ""
            if name == placeholder_name(company) and self._is_named(company):
                continue  # a file that names nobody says nothing of books that are known by name
            is_named = stream in self.connector.named_streams
            result = self.store.raw.append(self._company(company, name), self.run_id, some, is_named=is_named)
            self.known += result.known
            self.new[stream] += result.first
            self.changed[stream] += result.changed
        self.counts[stream] += len(records)
        self.beat(Progress("extract", self.counts.total(), 0, "records"))

    def bookmark(self, state: Mapping[str, JsonValue]) -> None:
        """Every batch before it is stored, so the state may be."""
        if self.on_state is not None:
            self.on_state(dict(state))

    def take_census(self, census: Census) -> CensusVerdict:
        """Compare; what is gone of a corroborated census gets a tombstone and leaves the books at once."""
        company_id = self._company(census.company)
        self.store.renames.settle(company_id)
        if census.only is not None:
            return self._take_named(company_id, census, census.only)
        members = ((one.key, one.version, one.day, one.number) for one in census.members)
        keys = (census.keys.after, census.keys.upto) if census.keys else None
        found = self.store.census.compare(company_id, census.stream, census.period, members, keys)
        if census.corroborated:
            self._retire(company_id, census, found.gone)
        self.beat(Progress("count", len(census.members), 0, "records"))
        return CensusVerdict(missing=found.missing, outdated=found.outdated, gone=found.gone)

    def _take_named(self, company_id: int, census: Census, only: tuple[str, ...]) -> CensusVerdict:
        """Compare single keys that were asked for; of what is there nothing else is compared."""
        there = {one.key for one in census.members}
        held = self.store.census.held(company_id, census.stream, only)
        gone = tuple(key for key in held if key not in there)
        if census.corroborated:
            self._retire(company_id, census, gone)
        return CensusVerdict(missing=tuple(sorted(there.difference(held))), gone=gone)

    def _retire(self, company_id: int, census: Census, gone: tuple[str, ...]) -> None:
        self.retired[census.stream] += self.store.retirement.retire(
            company_id, census.stream, gone, run_id=self.run_id, known_at=self.now, reason=_reason(census)
        )

    def held_by_day(self, company: str, stream: str) -> dict[date, HeldDay]:
        """Count what is held and not retired."""
        held = self.store.census.held_by_day(self._company(company), stream)
        return {day: HeldDay(*sums) for day, sums in held.items()}

    def values_of(self, company: str, stream: str, keys: Sequence[str], field: str) -> frozenset[str]:
        """Look into everything ever said under some keys."""
        return values_in(self.store.raw.payloads(self._company(company), stream, keys), field)

    def outdated(self, company: str, stream: str) -> tuple[CensusMember, ...]:
        """Name what mentions a master under the name it had before."""
        company_id = self._company(company)
        self.store.renames.settle(company_id)
        return tuple(CensusMember(*held) for held in self.store.census.outdated(company_id, stream))

    def changes_allowed(self, company: str) -> int:
        """Ask how much may change before everything is compared again."""
        return changes_allowed(self.store, self._company(company), self.now)

    def is_another_day(self, company: str) -> bool:
        """Ask whether what seems not to have moved should be looked at all the same."""
        del company  # a connection's companies are read together
        connection_id = self.store.runs.get(self.run_id).connection_id
        return connection_id is not None and is_another_day(self.store, connection_id, self.now)

    def _is_named(self, key: str) -> bool:
        """Whether the books are known already, by a name that somebody gave them."""
        known = self.store.companies.find(self.connector.name, key)
        if known is None or known.name in ("", placeholder_name(key)):
            return False
        self.companies[key] = known.company_id
        return True

    def _company(self, key: str, name: str = "") -> int:
        company_id = self.companies.get(key)
        if company_id is None or name:
            company_id = self.store.companies.ensure(self.connector.name, key, name, created_at=self.now)
            self.companies[key] = company_id
        return company_id


def _reason(census: Census) -> str:
    """Say for people why something is taken to be gone."""
    if census.only is not None:
        return "The source announced it, or was asked for it, and said by its id that there is none."
    scope = f"its {census.stream.replace('_', ' ')}"
    if census.period is not None:
        scope += f" of {census.period.start} to {census.period.end}"
    if census.keys is not None:
        scope += " (a part of them)"
    return f"The source listed {scope} ({len(census.members)}), its own count agreed, and this was not among them."


def watch(beat: Beat) -> Callable[[ProgressEvent], None]:
    """Turn a tap's progress into ours."""
    return lambda event: beat(Progress("read", event.done, event.total, event.unit))


def file_facts(path: Path) -> dict[str, JsonValue]:
    """Name, size and digest of a file handed over, for the run and its summary."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return {"path": path.name, "bytes": path.stat().st_size, "sha256": digest.hexdigest()}


@dataclass(frozen=True, slots=True)
class KnownContent:
    """Content an earlier run has read: what it noted then."""

    records: int
    facts: dict[str, JsonValue]
    issues: tuple[Issue, ...]


def content_key(connector: Connector, config: Mapping[str, JsonValue], files: list[dict[str, JsonValue]]) -> str:
    """Digest of what is about to be read and how: equal keys give equal raw records."""
    how = {name: value for name, value in config.items() if name != "files"}
    told = [connector.name, connector.raw_version, how, [file["sha256"] for file in files]]
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()


def see_content_again(store: TenantStore, run_id: int, content: str) -> KnownContent | None:
    """Take over what an earlier run read of the same bytes, if everything it read is still current.

    Only the newest runs are looked through; older content is simply read again, which changes nothing.
    """
    for earlier in store.runs.list(status=RunStatus.SUCCEEDED, limit=RUNS_REMEMBERED).items:
        held = store.runs.get(earlier.run_id)
        facts = dict(step_facts(held, "extract"))
        if facts.get("content") != content:
            continue
        counts = store.raw.see_again(run_id, held.run_id)
        if counts is None:
            return None
        records = sum(counts.values())
        noted = store.issues.page(run_id=held.run_id, limit=1000).items
        issues = tuple(item.issue for item in noted if item.raw_id is None and item.company_id is None)
        nothing: dict[str, JsonValue] = {name: {} for name in CHANGES}
        return KnownContent(records, {**facts, "known": records, **nothing}, issues)
    return None
