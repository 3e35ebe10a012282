"""Replay: today's workflow code must still make the commands that recorded runs made. Needs no server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

from workflows.temporal import names
from workflows.temporal.definitions import ScheduledSyncWorkflow, SyncWorkflow

HISTORIES = Path(__file__).with_name("histories")
RECORDED = sorted(HISTORIES.rglob("*.json"))

WHAT_TO_DO = """{path} was recorded from an earlier version and today's code does something else at that point.
A sync that is running while Khata is upgraded would stop with this very error and stay stuck until somebody resets it.
Keep the old order for old runs with workflow.patched("..."), or, if no release has shipped it, record it again:
    python -m tests.workflows.record_histories VERSION
"""


def replay(path: Path, runner: WorkflowRunner) -> None:
    replayer = Replayer(workflows=[SyncWorkflow, ScheduledSyncWorkflow], workflow_runner=runner)
    history = WorkflowHistory.from_json(f"sync:acme:{path.stem}", path.read_text(encoding="utf-8"))
    asyncio.run(_replay(replayer, history))


async def _replay(replayer: Replayer, history: WorkflowHistory) -> None:
    await replayer.replay_workflow(history)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_recorded_runs_replay(path: Path) -> None:
    try:
        replay(path, SandboxedWorkflowRunner())
    except NondeterminismError as error:
        pytest.fail(WHAT_TO_DO.format(path=path.name) + f"\n{error}", pytrace=False)


def test_the_replay_would_notice_a_changed_order(monkeypatch: pytest.MonkeyPatch) -> None:
    path = next(path for path in RECORDED if path.stem == "succeeded")
    monkeypatch.setattr(names, "STEPS", (names.EXTRACT, names.PROVE, names.TRANSLATE, names.HARMONIZE))
    with pytest.raises(NondeterminismError):
        replay(path, UnsandboxedWorkflowRunner())


def test_every_scenario_is_recorded_for_every_version() -> None:
    wanted = {"succeeded", "retried", "failed", "not_opened", "cancelled", "cancelled_opening", "scheduled"}
    for folder in HISTORIES.iterdir():
        assert {path.stem for path in folder.glob("*.json")} == wanted


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_recordings_name_no_machine(path: Path) -> None:
    def strings(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for item in value.values() for text in strings(item)]
        if isinstance(value, list):
            return [text for item in value for text in strings(item)]
        return [value] if isinstance(value, str) else []

    found = strings(json.loads(path.read_text(encoding="utf-8")))
    assert not [text for text in found if "@" in text or text.startswith("/") or ".py" in text]
