"""The adapter's own values: what a workflow is started with, what it answers, what a failure carries.

Like ``workflows.inputs`` they are small, only grow by fields with defaults, and hold references instead of data.

Where next: ``definitions.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workflows.inputs import RunRef, StepOutcome, SyncRequest
from workflows.policies import SyncLimits


@dataclass(frozen=True, slots=True)
class SyncJob:
    """Input of the sync workflow: what to sync, and the limits it runs under."""

    request: SyncRequest
    limits: SyncLimits = field(default_factory=SyncLimits)


@dataclass(frozen=True, slots=True)
class CloseRequest:
    """Input of the activity that closes a run: ``error_code`` is empty unless it failed."""

    run: RunRef
    status: str
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class SyncState:
    """Answer of the ``progress`` query: where the sync stands, from the workflow's point of view.

    Attributes:
        run_id: of the run in our store; 0 until it is open.
        step: the one that runs now, or ran last.
        step_number: 1-based; ``steps_total`` counts opening and closing too.
        outcomes: of the steps that are done.
        status: ``running`` or one of ``RunStatus``.
        error_code: dotted, once a step has failed for good.
    """

    run_id: int = 0
    step: str = ""
    step_number: int = 0
    steps_total: int = 0
    outcomes: tuple[StepOutcome, ...] = ()
    status: str = "running"
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class FailureFacts:
    """What a failure carries besides its sentence and code: enough to raise the same kind of error again.

    Attributes:
        error: class name in ``canonical.errors``.
        recovery: ``retry``, ``act`` or ``abort``.
        step: where it happened.
        numbers: numeric facts of the error (HTTP status, seconds to wait); text facts stay in the worker's log.
    """

    error: str
    recovery: str
    step: str = ""
    numbers: dict[str, float] = field(default_factory=dict)
