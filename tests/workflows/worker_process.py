"""A worker in a process of its own, so that a test can kill it: ``python -m tests.workflows.worker_process SPEC``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from khata.supervisor.probes import mark_ready
from tests.workflows.scripted import Script, ScriptedSteps
from workflows.leaving import leave
from workflows.temporal.connection import TemporalTarget
from workflows.temporal.pulse import PulseSettings
from workflows.temporal.worker import WorkerSettings, run_worker


def main(spec: dict[str, str]) -> None:
    """Serve ``queue`` of the server at ``address`` with the script's steps; write ``ready`` once known there."""
    run_worker(
        TemporalTarget(address=spec["address"]),
        ScriptedSteps(Path(spec["effects"]), Script.load(spec["script"])),
        WorkerSettings(
            task_queue=spec["queue"], grace_s=float(spec.get("grace_s", "1")), pulse=PulseSettings(every_s=0.2)
        ),
        on_ready=lambda: mark_ready(Path(spec["ready"])),
    )
    leave(0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
