"""Record the histories that the replay test replays: ``python -m tests.workflows.record_histories VERSION``.

Run it when a release changes the order of commands on purpose, and commit the new folder beside the old ones: an old
history stays as long as a sync started by that release may still be running. What names this machine is removed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle

from canonical.errors import KhataError
from tests.workflows.scripted import Failing, Script, ScriptedSteps
from tests.workflows.servers import RunningServer, running_server
from tests.workflows.sync_support import QUICK, during, request_of, started, until
from workflows.temporal.client import sync_result
from workflows.temporal.definitions import ScheduledSyncWorkflow
from workflows.temporal.values import SyncJob

HISTORIES = Path(__file__).with_name("histories")

SCRIPTS: dict[str, Script] = {
    "succeeded": Script(),
    "retried": Script(failing={"extract": Failing("SourceUnavailable", attempts=2)}),
    "failed": Script(failing={"prove": Failing("InvariantError", attempts=9)}),
    "not_opened": Script(failing={"open_run": Failing("ConfigurationError", attempts=9)}),
    "cancelled": Script(rows=400, pause_s=0.02),
    "cancelled_opening": Script(silent_s={"open_run": 0.7}),
    "scheduled": Script(),
}


def scrubbed(value: Any) -> Any:
    """The same history without host names, process ids and paths."""
    if isinstance(value, list):
        return [scrubbed(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("kind") == "TASK_QUEUE_KIND_STICKY":
        return {**value, "name": "sticky"}
    hidden = {"identity": "recorder", "stackTrace": "", "workerInstanceKey": "", "binaryChecksum": "", "source": ""}
    return {key: hidden.get(key, scrubbed(item)) for key, item in value.items()}


async def acted_out(name: str, client: Client, steps: ScriptedSteps) -> WorkflowHandle[Any, Any]:
    """Let the scenario happen; the handle of the workflow whose history is wanted."""
    if name == "scheduled":
        job = SyncJob(request_of(name), QUICK)
        scheduled = await client.start_workflow(ScheduledSyncWorkflow.run, job, id=f"recorded-{name}", task_queue=name)
        await scheduled.result()
        return scheduled
    handle = await started(client, name)
    if name.startswith("cancelled"):
        waited_for = "open_run" if name == "cancelled_opening" else "extract"
        await until(lambda: steps.attempts(waited_for) > 0)
        await handle.cancel()
    try:
        await sync_result(handle)
    except KhataError as error:
        print(f"{name}: {error.code}")  # noqa: T201 - a program for the terminal
    return handle


def record(server: RunningServer, folder: Path, version: str, name: str) -> None:
    """Write one scenario's history."""

    async def body(client: Client) -> str:
        return (await (await acted_out(name, client, steps)).fetch_history()).to_json()

    steps = ScriptedSteps(folder / f"{name}.db", SCRIPTS[name])
    events = json.loads(during(server, steps, name, body))["events"]
    lines = ",\n".join(json.dumps(scrubbed(event), sort_keys=True, separators=(",", ":")) for event in events)
    (HISTORIES / version).mkdir(parents=True, exist_ok=True)
    (HISTORIES / version / f"{name}.json").write_text(f'{{"events":[\n{lines}\n]}}\n', encoding="utf-8")


def main() -> None:
    """Record every scenario under the version given."""
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        for name in SCRIPTS:
            record(server, Path(folder), sys.argv[1], name)


if __name__ == "__main__":
    main()
