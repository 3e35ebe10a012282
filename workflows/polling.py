"""Whether a live connection has anything to sync: one small question instead of a sync.

The source's change counters now are compared with those before the last reconciled reading. After a sync that failed,
or that the source did not show everything to, the next one waits, longer each time: a program that hangs is left alone
rather than asked again and again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.sdk.census import Settlement
from storage.repositories.runs import RUNNING, Run
from storage.store import TenantStore
from workflows.inputs import Look, RunStatus
from workflows.proving.allowance import LONGEST

PAUSE_FIRST = timedelta(seconds=30)
PAUSE_LONGEST = timedelta(hours=1)
RUNS_LOOKED_AT = 20

FIRST = Look(is_due=True, reason="first")
MOVED = Look(is_due=True, reason="moved")
NOT_LIVE = Look(is_due=True, reason="not_live")
UNCHANGED = Look(is_due=False, reason="unchanged")
ANOTHER_DAY = Look(is_due=True, reason="another_day")
WAITING = Look(is_due=False, reason="waiting")


def pause_after(failures: int) -> timedelta:
    """How long to leave a source alone after so many failed syncs in a row."""
    return min(PAUSE_FIRST * 2 ** min(failures - 1, RUNS_LOOKED_AT), PAUSE_LONGEST) if failures else timedelta(0)


def is_waiting(store: TenantStore, connection_id: int, now: datetime) -> bool:
    """Say whether the connection's last sync came to nothing so lately that the next one should wait."""
    ended = [run for run in _latest(store, connection_id) if run.status != RUNNING and run.finished_at is not None]
    failures = 0
    for run in ended:
        if run.status != RunStatus.FAILED and run.summary.get("settlement") != Settlement.UNSURE.value:
            break
        failures += 1
    return bool(failures) and now - (ended[0].finished_at or now) < pause_after(failures)


def is_another_day(store: TenantStore, connection_id: int, now: datetime) -> bool:
    """Say whether the connection's last sync that went to its end began a day ago: a restored backup may hide.

    Change numbers are given a second time there, and can come to where they were before.
    """
    last = store.runs.list(kind="sync", status=RunStatus.SUCCEEDED, connection_id=connection_id, limit=1).items
    return bool(last) and now - last[0].started_at > LONGEST


def _latest(store: TenantStore, connection_id: int) -> tuple[Run, ...]:
    return store.runs.list(kind="sync", connection_id=connection_id, limit=RUNS_LOOKED_AT).items
