"""A hub beside a fake Tally: the real connector, steps and store; and what it holds, to be compared with another."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from canonical.codec import RECORD_TYPES, to_document
from connectors.sdk.base import Surroundings
from connectors.sdk.census import Settlement
from storage import Store, TenantStore, open_store
from storage.repositories.proofs import StoredProof
from tests.connectors.tally.live.tally import Tally
from tests.support.stores import migrated_file
from workflows.inputs import RunSummary, SyncRequest
from workflows.local import poll_connection, sync_connection
from workflows.steps import Steps

Held = dict[tuple[str, str, str], Any]
"""Canonical documents by type, stream and key."""
REQUEST = SyncRequest(tenant="default", connection="shop", source="tally")


@dataclass
class Calendar:
    """A clock for the store: every look is a second later."""

    now: datetime = datetime(2026, 4, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class LiveHub:
    """One connection to one Tally."""

    tally: Tally
    store: Store
    clock: Calendar = field(default_factory=Calendar)
    doom: Callable[[], None] | None = None

    @property
    def books(self) -> TenantStore:
        return self.store.tenant()

    @property
    def steps(self) -> Steps:
        place = Surroundings(work_directory=self.tally.folder, clock=self._seconds, sleep=self.tally.clock.sleep)
        return Steps(stores=self.store.tenant, clock=self.clock, surroundings=place)

    @property
    def company(self) -> int:
        (found,) = self.books.companies.list()
        return found.company_id

    def connect(self, **more: Any) -> None:
        """Enter the connection, or change its settings."""
        self.books.connections.save("shop", "tally", self.tally.config(**more), at=self.clock())

    def _seconds(self) -> float:
        """The tap's clock; where a process is to die, it looks at it a last time."""
        if self.doom is not None:
            self.doom()
        return self.tally.clock()

    def reopen(self) -> None:
        """Begin a new process on the same database."""
        url = self.store.url
        self.store.close()
        self.store = open_store(url)

    def sync(self) -> RunSummary:
        return sync_connection(self.steps, REQUEST)

    def poll(self) -> RunSummary:
        return poll_connection(self.steps, REQUEST)

    @property
    def is_settled(self) -> bool:
        """The last sync has everything up to its end, as far as it knows."""
        (latest,) = self.books.runs.list(kind="sync", limit=1).items
        return bool(latest.summary["settlement"] == Settlement.SETTLED.value)

    def _records(self, record_type: type[Any]) -> Iterator[Any]:
        return self.books.records.iter(self.company, record_type)

    def held(self) -> Held:
        """Every current canonical record, as a document."""
        return {
            (record_type.__name__, record.source.stream, record.source.key): to_document(record)
            for record_type in RECORD_TYPES
            for record in self._records(record_type)
        }


@contextmanager
def hub(tally: Tally, **more: Any) -> Iterator[LiveHub]:
    """A hub that has never read anything."""
    with _opened(tally, migrated_file(), Calendar()) as made:
        made.connect(**more)
        yield made


def newest(live: LiveHub) -> StoredProof:
    """Its last proof."""
    stored = live.books.proofs.latest(live.company)
    assert stored is not None
    return stored


@dataclass(frozen=True)
class Synced:
    """A hub that has read its Tally once, put away: where a test begins there, it need not be read again.

    Attributes:
        template: its database, to copy.
        now: its clock.
    """

    tally: Tally
    template: Path
    now: datetime

    @contextmanager
    def again(self) -> Iterator[LiveHub]:
        """Open a copy; the books of its Tally must be those that were read."""
        with _opened(self.tally, self.template, Calendar(self.now)) as made:
            yield made


@contextmanager
def synced_once(tally: Tally) -> Iterator[Synced]:
    """Sync once, and put the database away."""
    with tempfile.TemporaryDirectory(prefix="khata-test-") as folder, hub(tally) as made:
        made.sync()
        now = made.clock.now
        made.store.close()
        template = Path(folder, "read.db")
        shutil.copy(made.store.url.removeprefix("sqlite:///"), template)
        yield Synced(tally, template, now)


@contextmanager
def _opened(tally: Tally, template: Path, clock: Calendar) -> Iterator[LiveHub]:
    with tempfile.TemporaryDirectory(prefix="khata-test-") as folder:
        path = shutil.copy(template, Path(folder) / "books.db")
        made = LiveHub(tally, open_store(f"sqlite:///{path}"), clock)
        try:
            yield made
        finally:
            made.store.close()


def fresh(tally: Tally) -> Held:
    """What a hub holds that has read the present state once, from the beginning."""
    patient = dataclasses.replace(tally, settings={**tally.settings, "answer_timeout_s": 30.0})
    with hub(patient) as other:
        other.sync()
        return other.held()


def differences(mine: Held, theirs: Held) -> list[str]:
    """What differs, for people: a few lines of it."""
    told = [f"only here: {key}" for key in mine.keys() - theirs.keys()]
    told += [f"not here: {key}" for key in theirs.keys() - mine.keys()]
    told += [
        f"{key}: {name} is {mine[key].get(name)!r}, fresh {theirs[key].get(name)!r}"
        for key in mine.keys() & theirs.keys()
        for name in mine[key].keys() | theirs[key].keys()
        if mine[key].get(name) != theirs[key].get(name)
    ]
    return sorted(told)[:20]
