"""A hub over BUSY's tables, and how its books differ from the truth the sandbox knows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from canonical.codec import RECORD_TYPES, CanonicalRecord
from canonical.record import JsonValue
from connectors.sdk.base import Surroundings
from sandbox.busy.chart import short
from sandbox.busy.tables import YearTables, build_years
from sandbox.world import World, build_world
from sandbox.world.truth import Truth
from storage import Store, TenantStore
from tests.support.stores import empty_store
from workflows.inputs import RunSummary, SyncRequest
from workflows.local import sync_connection
from workflows.steps import Steps

REQUEST = SyncRequest(tenant="default", connection="shop", source="busy")
BASE = "BusyComp0001"
Databases = dict[str, dict[str, list[dict[str, Any]]]]


@cache
def world() -> World:
    """A year of business."""
    return build_world(seed=7, vouchers=180)


@cache
def truth() -> Truth:
    """What its books come to."""
    return world().truth()


def databases(years: list[YearTables] | None = None) -> Databases:
    """The world as a server's databases; rows may be changed."""
    made = years if years is not None else build_years(world(), carry_over=True)
    return {f"{BASE}_db1{one.first}": {table: list(rows) for table, rows in one.rows.items()} for one in made}


@dataclass
class BusyHub:
    """One connection."""

    store: Store
    folder: Path
    now: datetime = datetime(2026, 6, 1, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    @property
    def books(self) -> TenantStore:
        return self.store.tenant()

    @property
    def company(self) -> int:
        (found,) = self.books.companies.list()
        return found.company_id

    def connect(self, config: Mapping[str, JsonValue]) -> None:
        self.books.connections.save("shop", "busy", dict(config), at=self.clock())

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    @property
    def steps(self) -> Steps:
        place = Surroundings(work_directory=self.folder, clock=time.monotonic, sleep=self.slept.append)
        return Steps(stores=self.store.tenant, clock=self.clock, surroundings=place)

    def sync(self) -> RunSummary:
        return sync_connection(self.steps, REQUEST)

    def has_moved(self) -> bool:
        """Whether a look at the counters finds a sync to be due."""
        return self.steps.look(REQUEST).is_due

    def records(self, kind: type[Any]) -> list[Any]:
        return list(self.books.records.iter(self.company, kind))

    def held(self) -> dict[tuple[str, str], CanonicalRecord]:
        """Every current canonical record by type and key."""
        return {(one.__name__, record.source.key): record for one in RECORD_TYPES for record in self.records(one)}

    def issues(self) -> list[str]:
        return [f"{one.issue.level} {one.issue.code}: {one.issue.message}" for one in self.books.issues.page().items]


@contextmanager
def hub(config: Mapping[str, JsonValue]) -> Iterator[BusyHub]:
    """A hub that has never read anything."""
    with tempfile.TemporaryDirectory(prefix="khata-test-") as folder:
        made = BusyHub(empty_store(Path(folder) / "books.db"), Path(folder) / "work")
        made.connect(config)
        try:
            yield made
        finally:
            made.store.close()


def rupees(paise: int) -> Decimal:
    return Decimal(paise) / 100


def fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def differences(mine: BusyHub, known: Truth | None = None, as_of: date | None = None) -> list[str]:
    """Where the hub's books are not the truth, to the paisa: every account, every open bill of every party."""
    known = known or truth()
    day = as_of or known.as_of
    ours = {row.ledger_key: row.closing for row in mine.books.reports.trial_balance(mine.company, day)}
    theirs = {fold(short(name)): rupees(row.closing) for name, row in known.trial_balance.items()}
    open_: dict[tuple[str, str], Decimal] = {}
    for bill in mine.books.reports.open_bills(mine.company, day):
        key = (bill.party_key, fold(bill.ref))
        open_[key] = open_.get(key, Decimal(0)) + bill.net
    bills = {
        (fold(short(name)), fold(bill.ref)): rupees(bill.paise)
        for name, party in known.parties.items()
        for bill in party.bills
    }
    return [*_unlike("account", ours, theirs), *_unlike("bill", {k: n for k, n in open_.items() if k[1]}, bills)]


def _unlike(what: str, ours: Mapping[Any, Decimal], theirs: Mapping[Any, Decimal]) -> list[str]:
    return [
        f"{what} {key}: {ours.get(key)} here, {theirs.get(key)} there"
        for key in sorted({*ours, *theirs})
        if ours.get(key, Decimal(0)) != theirs.get(key, Decimal(0))
    ]
