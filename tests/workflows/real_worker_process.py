"""A worker with the real steps over a real store: ``python -m tests.workflows.real_worker_process SPEC``."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from khata.supervisor.probes import mark_ready
from storage import open_store
from workflows.leaving import leave
from workflows.steps import Steps
from workflows.temporal.connection import TemporalTarget
from workflows.temporal.worker import WorkerSettings, run_worker


def main(spec: dict[str, str]) -> None:
    """Serve ``queue`` with the steps over the store at ``database``."""
    store = open_store(spec["database"])
    steps = Steps(stores=store.tenant, clock=lambda: datetime.now(tz=UTC))
    run_worker(
        TemporalTarget(address=spec["address"]),
        steps,
        WorkerSettings(task_queue=spec["queue"], grace_s=1),
        on_ready=lambda: mark_ready(Path(spec["ready"])),
    )
    store.close()
    leave(0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
