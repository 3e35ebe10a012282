"""Histories: people work in Tally, the hub syncs, things go wrong, and the books must come out right.

The law: after a sync that says it succeeded, the store equals that of a hub which reads the same Tally for the first
time. It holds whatever went wrong before or meanwhile; and nothing is ever called gone that is there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from canonical.errors import InvariantError, KhataError
from sandbox.tally.books.company import BooksState
from sandbox.tally.gateway import Faults
from tests.connectors.tally.live.tally import Edit, Tally, work
from tests.live.edits import guids
from tests.live.hub import LiveHub, differences, fresh
from workflows.inputs import RunStatus

FAULTS: dict[str, Mapping[str, Any]] = {
    "timeout": {"delay_s": 1.3},
    "cut in bytes": {"truncate_after_bytes": 900},
    "cut in objects": {"truncate_after_objects": 1},
    "cut at once": {"truncate_after_bytes": 0},
    "rows lost": {"lose_objects_after": 1},
    "nothing in it": {"empty": True},
    "nothing at all": {"empty_reply": True},
    "reset": {"reset": True},
    "malformed": {"malformed": True},
    "a row twice": {"duplicate_object": True},
    "refused": {"line_error": "Could not find description"},
    "unknown request": {"unknown_request": True},
    "no status": {"status_missing": True},
    "counters back": {"counters_back": 3},
    "period ignored": {"period": "ignored"},
    "period widened": {"period": "widened"},
    "period collapsed": {"period": "collapsed"},
    "current year only": {"period": "current-year"},
    "year from its start": {"period": "year-start"},
    "educational bounds": {"period": "educational"},
    "balances constant": {"closing_balance": "constant"},
}
LASTING = ("period ignored", "period widened", "period collapsed", "year from its start", "rows lost", "counters back")
"""These also come for a whole sync, as a Tally that behaves like that all day."""
PATIENCE = timedelta(hours=2)
"""After a failure the next poll waits; nobody waits here."""
TRIES_MAX = 6
"""Syncs after the last trouble within which a history must be right again."""


class Killed(BaseException):
    """The process ends here: no handler of ours may see it."""


@dataclass
class Requests:
    """Called before every request: turns a fault for one of them, or lets somebody work in the books meanwhile."""

    tally: Tally
    count: int = 0
    at: dict[int, Callable[[], None]] = field(default_factory=dict)

    def __call__(self, number: int, text: str) -> None:
        self.count += 1
        todo = self.at.pop(self.count, None)
        if todo is not None:
            todo()


@dataclass
class History:
    """One connection's life."""

    tally: Tally
    hub: LiveHub
    start: BooksState
    told: list[str] = field(default_factory=list)
    backups: list[BooksState] = field(default_factory=list)
    tombstones: int = 0
    syncs: int = 0
    failed: int = 0
    killed: int = 0
    compared: int = 0

    def edit(self, edits: list[Edit], seed: int) -> None:
        """Work in the books."""
        self.told.append(f"edits {[edit.__name__ for edit in edits]} seed {seed}")
        work(self.tally.company, edits, seed)

    def back_up(self) -> None:
        """Keep the books as they are."""
        self.told.append("backup")
        self.backups.append(self.tally.company.snapshot())

    def restore(self, seed: int) -> None:
        """Put an older state in their place, and go on working in it.

        The next sync is a day later: as many changes as before lead the counters to where they were, and until then
        nothing tells the two states apart.
        """
        if self.backups:
            self.told.append(f"restore, seed {seed}")
            self.tally.company.restore(self.backups[seed % len(self.backups)])
            self.hub.clock.now += timedelta(days=1)

    def sync(self) -> None:
        """A sync in peace: it succeeds, and the law holds."""
        self.told.append("sync")
        self._until_right()

    def sync_troubled(self, fault: str, at: int, *, lasting: bool) -> None:
        """A sync with a fault at one request, or at all of them; afterwards peace."""
        self.told.append(f"sync with {fault!r} {'always' if lasting else f'at request {at}'}")
        values = FAULTS[fault]
        if lasting:
            self._turn(values)
            is_done = self._try()
        else:
            with self._requests() as requests:
                requests.at = {at: lambda: self._turn(values), at + 1: lambda: self._turn({})}
                is_done = self._try()
        self._turn({})
        if is_done and not lasting and self.hub.is_settled:
            self._compare("after a sync that succeeded in spite of it")
        self._until_right()

    def sync_killed(self, at: int, *, in_writes: bool) -> None:
        """A sync whose process dies at one of its commits, or at one of its requests."""
        self.told.append(f"killed at {'write' if in_writes else 'request'} {at}")
        with contextlib.suppress(Killed):
            self.syncs += 1
            self.killed += 1
            with dying_at_write(self.hub, at) if in_writes else dying_at_request(self.hub, at):
                self._sync()
        self._check_tombstones()
        self.hub.reopen()
        self._until_right()

    def sync_while_working(self, edits: list[Edit], seed: int, at: int) -> None:
        """A sync during which somebody goes on working."""
        self.told.append(f"edits during sync at request {at}: {[edit.__name__ for edit in edits]} seed {seed}")
        with self._requests() as requests:
            requests.at = {at: lambda: work(self.tally.company, edits, seed)}
            self._try()
        self._until_right()

    def _until_right(self) -> None:
        for _ in range(TRIES_MAX):
            self.hub.clock.now += PATIENCE
            if self._try(poll=True) and self.hub.poll().status == RunStatus.UNCHANGED:
                break
        else:
            raise AssertionError(self._tell(f"no peace after {TRIES_MAX} syncs"))
        self._compare("in peace")

    def _try(self, *, poll: bool = False) -> bool:
        """Sync; False if it failed as the source made it fail."""
        self.syncs += 1
        try:
            self._sync(poll=poll)
        except InvariantError as error:
            raise AssertionError(self._tell(f"we were wrong: {error}")) from error
        except KhataError as error:
            self.told.append(f"  failed: {error.code}")
            self.failed += 1
            return False
        finally:
            self._check_tombstones()
        return True

    def _sync(self, *, poll: bool = False) -> None:
        (self.hub.poll if poll else self.hub.sync)()

    def _compare(self, when: str) -> None:
        self.compared += 1
        found = differences(self.hub.held(), fresh(self.tally))
        assert not found, self._tell(f"{when}: " + "\n".join(found))

    def _check_tombstones(self) -> None:
        """What was retired since the last look must really not be there."""
        books = self.hub.books
        for company in books.companies.list():
            made = books.retirement.of_company(company.company_id)
            there = guids(self.tally.company)
            for tombstone in made[self.tombstones :]:
                assert tombstone.source.key not in there, self._tell(f"false tombstone: {tombstone}")
            self.tombstones = len(made)

    def _turn(self, values: Mapping[str, Any]) -> None:
        faults = Faults()
        for name, value in values.items():
            faults.turn(name, str(value))
        self.tally.running.faults = faults

    @contextmanager
    def _requests(self) -> Iterator[Requests]:
        self.tally.running.watch = requests = Requests(self.tally)
        try:
            yield requests
        finally:
            self.tally.running.watch = None

    def _tell(self, sentence: str) -> str:
        return "\n".join([sentence, "history:", *self.told])


@contextmanager
def dying_at_write(hub: LiveHub, at: int) -> Iterator[None]:
    """End the process at its n-th writing transaction, before it begins: all commits before it are done, no more."""
    dialect = hub.store._database.dialect
    begin, count = dialect.begin, 0

    def begin_or_die(connection: sa.Connection, tenant_id: int, *, write: bool) -> None:
        nonlocal count
        count += write
        if write and count >= at:
            raise Killed
        begin(connection, tenant_id, write=write)

    dialect.begin = begin_or_die  # type: ignore[method-assign]
    try:
        yield
    finally:
        dialect.begin = begin  # type: ignore[method-assign]


@contextmanager
def dying_at_request(hub: LiveHub, at: int) -> Iterator[None]:
    """End the process when its n-th request has been answered, or is about to be sent."""
    requests = Requests(hub.tally)
    hub.tally.running.watch = requests

    def die() -> None:
        if requests.count >= at:
            raise Killed

    hub.doom = die
    try:
        yield
    finally:
        hub.doom, hub.tally.running.watch = None, None
