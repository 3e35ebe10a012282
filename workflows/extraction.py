"""From a source to the raw store: runs the tap in process and stores what it says, batch by batch."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from canonical.record import JsonValue, RawRecord
from connectors.sdk.base import ProgressEvent
from storage.store import TenantStore
from workflows.inputs import Progress

Beat = Callable[[Progress], None]
COMPANIES = "companies"


def no_beat(progress: Progress) -> None:
    """Nobody is watching."""


@dataclass(slots=True)
class StoreSink:
    """Stores batches under the company they name; the bookmark after them.

    Attributes:
        companies: id by the source's identity of the books, in the order they were met.
        counts: raw records by stream.
        known: raw records that were stored before, unchanged.
    """

    store: TenantStore
    connector: str
    run_id: int
    now: datetime
    beat: Beat = no_beat
    on_state: Callable[[JsonValue], None] | None = None
    companies: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    known: int = 0

    def accept(self, stream: str, records: list[RawRecord]) -> None:
        """Store one batch."""
        by_company: dict[str, list[RawRecord]] = {}
        for record in records:
            by_company.setdefault(record.source.company, []).append(record)
        for company, some in by_company.items():
            name = str(msgspec.json.decode(some[-1].payload).get("name") or "") if stream == COMPANIES else ""
            result = self.store.raw.append(self._company(company, name), self.run_id, some)
            self.store.raw.note_seen(self.run_id, result.raw_ids)
            self.known += result.known
        self.counts[stream] += len(records)
        self.beat(Progress("extract", self.counts.total(), 0, "records"))

    def bookmark(self, state: Mapping[str, JsonValue]) -> None:
        """Every batch before it is stored, so the state may be."""
        if self.on_state is not None:
            self.on_state(dict(state))

    def _company(self, key: str, name: str = "") -> int:
        company_id = self.companies.get(key)
        if company_id is None or name:
            company_id = self.store.companies.ensure(self.connector, key, name, created_at=self.now)
            self.companies[key] = company_id
        return company_id


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
