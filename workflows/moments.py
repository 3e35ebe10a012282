"""The moment from which what a run writes is known, where several runs write at the same time.

A proof stands for the books as known at one moment, and a reader whose newest state is held back is shown the books of
an earlier one. That works only if nobody writes into the past: not into a state that another run has proved already.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.repositories.runs import Run
from storage.store import TenantStore

_JUST_AFTER = timedelta(microseconds=1)


def moment_of(store: TenantStore, run: Run, company_id: int) -> datetime:
    """Return the time from which what a run writes or proves now is known; ask in the company's turn.

    It is the run's start, unless a run that started later has written before, or another has proved the company since:
    then it is just after those.
    """
    others = [store.runs.last_translating() or run.started_at]
    newest = store.proofs.newest_head(company_id)
    if newest is not None and newest.run_id != run.run_id:
        others.append(newest.known_at)
    return run.started_at if max(others) <= run.started_at else max(others) + _JUST_AFTER
