"""Scripted steps: the same contract as the real ones, with rows, pauses and failures that a test writes down.

They commit each row together with the cursor it stands for into SQLite, as the real store does, so a test can count
what a crash lost or repeated.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from canonical import errors
from workflows.inputs import Look, Progress, RunRef, RunSummary, StepOutcome, SyncRequest

Beat = Callable[[Progress], None]

SCHEMA = (
    "create table if not exists runs (run_id integer primary key, tenant, connection, status, error_code, key)",
    "create table if not exists rows (run_id integer, step text, n integer, pid integer)",
    "create table if not exists attempts (step text, pid integer)",
)


@dataclass(frozen=True)
class Failing:
    """Raise ``error`` at row ``at_row`` on the first ``attempts`` attempts of a step."""

    error: str
    attempts: int = 1
    at_row: int = 0
    message: str = "scripted"
    facts: dict[str, str | int | float] = field(default_factory=dict)

    def raise_it(self) -> None:
        kind = getattr(errors, self.error, None)
        if kind is None:
            raise {"ValueError": ValueError, "OSError": OSError}[self.error](self.message)
        raise kind(self.message, **self.facts)


@dataclass(frozen=True)
class Script:
    """What the steps do: rows per long step, seconds per row, failures by step, and where to stand still.

    ``looks`` are the answers of looks at the source's counters, the last one for ever; ``differing`` the runs after
    which everything is to be compared at once; what they were asked for is in ``requests``.
    """

    rows: int = 3
    looks: tuple[str, ...] = ("moved",)
    pause_s: float = 0.0
    failing: dict[str, Failing] = field(default_factory=dict)
    silent_s: dict[str, float] = field(default_factory=dict)
    differing: tuple[int, ...] = ()

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> Script:
        raw = json.loads(text)
        raw["looks"], raw["differing"] = tuple(raw["looks"]), tuple(raw["differing"])
        failing = {step: Failing(**value) for step, value in raw.pop("failing").items()}
        return cls(failing=failing, **raw)


class ScriptedSteps:
    """See the module."""

    def __init__(self, path: Path, script: Script) -> None:
        self.path = path
        self.script = script
        self.requests: list[SyncRequest] = []
        with self._write() as db:
            for statement in SCHEMA:
                db.execute(statement)

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        try:
            db.execute("pragma journal_mode=wal")
            db.execute("begin immediate")
            yield db
            db.execute("commit")
        finally:
            db.close()

    def query(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        db = sqlite3.connect(self.path, timeout=10)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def attempts(self, step: str) -> int:
        return len(self.query("select 1 from attempts where step = ?", step))

    def rows(self, step: str) -> list[int]:
        return [int(str(n)) for (n,) in self.query("select n from rows where step = ? order by rowid", step)]

    def runs(self) -> list[tuple[object, ...]]:
        return self.query("select run_id, status, error_code from runs order by run_id")

    def _attempt(self, step: str) -> int:
        with self._write() as db:
            db.execute("insert into attempts values (?, ?)", (step, os.getpid()))
        return self.attempts(step)

    def _fail(self, step: str, attempt: int, row: int) -> None:
        failing = self.script.failing.get(step)
        if failing and attempt <= failing.attempts and row == failing.at_row:
            failing.raise_it()

    def look(self, request: SyncRequest) -> Look:
        attempt = self._attempt("look")
        self._fail("look", attempt, 0)
        time.sleep(self.script.silent_s.get("look", 0))
        reason = self.script.looks[min(attempt, len(self.script.looks)) - 1]
        return Look(is_due=reason not in {"unchanged", "waiting"}, reason=reason)

    def open_run(self, request: SyncRequest) -> RunRef:
        self.requests.append(request)
        attempt = self._attempt("open_run")
        self._fail("open_run", attempt, 0)
        with self._write() as db:
            known = db.execute("select run_id from runs where key = ?", (request.key,)).fetchone()
            values = (request.tenant, request.connection, request.key)
            insert = "insert into runs (tenant, connection, status, key) values (?, ?, 'running', ?)"
            run_id = int(known[0] if known else db.execute(insert, values).lastrowid or 0)
        time.sleep(self.script.silent_s.get("open_run", 0))
        return RunRef(tenant=request.tenant, run_id=run_id, connection=request.connection, company_ids=(11,))

    def _long(self, step: str, run: RunRef, beat: Beat) -> StepOutcome:
        attempt = self._attempt(step)
        done = len(self.rows(step))  # the cursor in the store is the truth
        for n in range(done, self.script.rows):
            self._fail(step, attempt, n)
            if attempt == 1:
                time.sleep(self.script.silent_s.get(step, 0))
            with self._write() as db:
                db.execute("insert into rows values (?, ?, ?, ?)", (run.run_id, step, n, os.getpid()))
            beat(Progress(step=step, done=n + 1, total=self.script.rows, unit="rows"))
            time.sleep(self.script.pause_s)
        detail = {"companies": "11,12"} if step == "extract" else {}  # as the source has told
        return StepOutcome(step=step, records=self.script.rows, detail=detail)

    def extract(self, run: RunRef, beat: Beat) -> StepOutcome:
        return self._long("extract", run, beat)

    def translate(self, run: RunRef, beat: Beat) -> StepOutcome:
        return self._long("translate", run, beat)

    def prove(self, run: RunRef, beat: Beat) -> StepOutcome:
        return self._long("prove", run, beat)

    def harmonize(self, run: RunRef, beat: Beat) -> StepOutcome:
        return self._long("harmonize", run, beat)

    def close_run(self, run: RunRef, status: str, error_code: str) -> RunSummary:
        self._attempt("close_run")
        with self._write() as db:
            db.execute("update runs set status = ?, error_code = ? where run_id = ?", (status, error_code, run.run_id))
        counts = {"voucher": self.script.rows}
        again = run.run_id in self.script.differing
        return RunSummary(run.run_id, status, counts, "proved", "held" if again else "published", looks_again=again)
