"""Runs: one execution each, with its steps, so that anyone can see what happened and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from canonical.errors import NotFound
from canonical.record import JsonValue
from storage.repositories.base import Page, Repository, insert_of, parse_cursor, render_cursor
from storage.tables.run import run, run_step

RUNNING = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStep:
    """One part of a run: ``done`` of ``total`` (None: not known yet)."""

    name: str
    status: str
    done: int
    total: int | None
    facts: Mapping[str, JsonValue]
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution.

    Attributes:
        kind: ``import``, ``sync`` ...
        status: ``running`` until it is finished.
        facts: what it was asked to do.
        summary: what came of it.
    """

    run_id: int
    kind: str
    connector: str
    company_id: int | None
    connection_id: int | None
    status: str
    facts: Mapping[str, JsonValue]
    summary: Mapping[str, JsonValue]
    started_at: datetime
    finished_at: datetime | None
    steps: tuple[RunStep, ...] = ()


class Runs(Repository):
    """The tenant's runs."""

    def start(
        self,
        kind: str,
        connector: str,
        company_id: int | None,
        facts: Mapping[str, JsonValue],
        started_at: datetime,
        *,
        connection_id: int | None = None,
    ) -> int:
        """Enter a run and return its id."""
        run_id = self._ids.after_all()[0]
        row = {
            "tenant_id": self._tenant_id,
            "id": run_id,
            "kind": kind,
            "connector": connector,
            "company_id": company_id,
            "connection_id": connection_id,
            "status": RUNNING,
            "facts": dict(facts),
            "summary": {},
            "started_at": started_at,
        }
        with self._write() as transaction:
            transaction.connection.execute(sa.insert(run).values(row))
        return run_id

    def finish(
        self,
        run_id: int,
        status: str,
        summary: Mapping[str, JsonValue],
        finished_at: datetime,
        *,
        company_id: int | None = None,
    ) -> None:
        """Close a run; a company found on the way is noted.

        Raises:
            NotFound: this tenant has no such run.
        """
        change: dict[str, Any] = {"status": status, "summary": dict(summary), "finished_at": finished_at}
        if company_id is not None:
            change["company_id"] = company_id
        with self._write() as transaction:
            done = transaction.connection.execute(
                sa.update(run).where(self._mine(run), run.c.id == run_id).values(change)
            )
        if done.rowcount != 1:
            raise NotFound(f"There is no run {run_id} in this store.", run_id=run_id)

    def progress(
        self,
        run_id: int,
        step: str,
        done: int,
        total: int | None = None,
        *,
        status: str = RUNNING,
        facts: Mapping[str, JsonValue] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Note how far a step is; the first note enters the step."""
        change = {"status": status, "done": done, "total": total, "facts": dict(facts or {}), "updated_at": at}
        key = {"tenant_id": self._tenant_id, "run_id": run_id, "name": step}
        position = sa.select(sa.func.count()).where(self._mine(run_step), run_step.c.run_id == run_id).scalar_subquery()
        with self._write() as transaction:
            statement = insert_of(transaction, run_step).values({**key, "position": position, **change})
            transaction.connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=change))

    def get(self, run_id: int) -> Run:
        """Return a run with its steps.

        Raises:
            NotFound: this tenant has no such run.
        """
        with self._read() as transaction:
            row = transaction.connection.execute(
                sa.select(run).where(self._mine(run), run.c.id == run_id)
            ).one_or_none()
            if row is None:
                raise NotFound(f"There is no run {run_id} in this store.", run_id=run_id)
            steps = transaction.connection.execute(
                sa.select(run_step)
                .where(self._mine(run_step), run_step.c.run_id == run_id)
                .order_by(run_step.c.position, run_step.c.name)
            ).all()
        return _run(row, tuple(_step(step) for step in steps))

    def list(
        self,
        *,
        company_id: int | None = None,
        kind: str | None = None,
        status: str | None = None,
        connection_id: int | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Run]:
        """Return runs, newest first, without their steps."""
        wanted = [
            column == value
            for column, value in (
                (run.c.company_id, company_id),
                (run.c.kind, kind),
                (run.c.status, status),
                (run.c.connection_id, connection_id),
            )
            if value is not None
        ]
        if cursor is not None:
            wanted.append(run.c.id < parse_cursor(cursor, 1)[0])
        query = sa.select(run).where(self._mine(run), *wanted).order_by(run.c.id.desc()).limit(limit + 1)
        with self._read() as transaction:
            rows = transaction.connection.execute(query).all()
        items = tuple(_run(row) for row in rows[:limit])
        return Page(items, render_cursor([items[-1].run_id]) if len(rows) > limit else None)


def _run(row: Any, steps: tuple[RunStep, ...] = ()) -> Run:
    return Run(
        run_id=row.id,
        kind=row.kind,
        connector=row.connector,
        company_id=row.company_id,
        connection_id=row.connection_id,
        status=row.status,
        facts=row.facts,
        summary=row.summary,
        started_at=row.started_at,
        finished_at=row.finished_at,
        steps=steps,
    )


def _step(row: Any) -> RunStep:
    return RunStep(
        name=row.name,
        status=row.status,
        done=row.done,
        total=row.total,
        facts=row.facts,
        updated_at=row.updated_at,
    )
