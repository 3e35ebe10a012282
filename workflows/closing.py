"""Closing a run: what it came to, and the bookmark that moves with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from canonical.record import JsonValue
from storage.repositories.runs import Run
from storage.store import TenantStore
from workflows.bookmarks import commit_reading
from workflows.extraction import CHANGES
from workflows.inputs import RunStatus, RunSummary
from workflows.run_facts import step_facts

ANNOUNCED = "announced"
AFTER = "after"
"""Fact of a run that follows another at once, to compare everything: the number of that one."""


def close(
    store: TenantStore, run: Run, status: str, error_code: str, at: datetime, *, looks_again: bool = False
) -> RunSummary:
    """Write a run's ending; commit what it reached if it succeeded.

    Args:
        store: the tenant's.
        run: to be closed.
        status: how it ended.
        error_code: why it failed; empty otherwise.
        at: now.
        looks_again: another run follows at once, which compares everything.
    """
    read, proved = step_facts(run, "extract"), step_facts(run, "prove")
    told = {name: _counts(read, name) for name in ("counts", *CHANGES, ANNOUNCED)}
    proof, publication = str(proved.get("status", "")), str(proved.get("publication", ""))
    ending: dict[str, JsonValue] = {"proof": proof, "publication": publication, "error": error_code}
    if status == RunStatus.SUCCEEDED:
        commit_reading(store, run, at)
    store.runs.finish(run.run_id, status, {**told, **ending, "settlement": read.get("settlement", "")}, at)
    for name, counts in _before(store, run).items():
        told[name] = dict(Counter(told[name]) + counts)
    counted = told.pop("counts")
    return RunSummary(run.run_id, status, counted, proof, publication, **told, looks_again=looks_again)


def _before(store: TenantStore, run: Run) -> dict[str, Counter[str]]:
    """What the run that this one follows had found: whoever waits for both is told of both."""
    if not run.facts.get(AFTER):
        return {}
    earlier = store.runs.get(int(run.facts[AFTER])).summary
    return {name: Counter(_counts(earlier, name)) for name in (*CHANGES, ANNOUNCED)}


def _counts(facts: Mapping[str, Any], name: str) -> dict[str, int]:
    return {str(key): int(count) for key, count in (facts.get(name) or {}).items()}
