"""The activities: each calls one step and translates its errors, heartbeats and cancels.

The steps come from outside (the worker's composition root passes them), so this module knows neither a store nor a
connector. They run in threads; several syncs at once share one ``SyncSteps``.

Where next: ``pulse.py`` for heartbeats, ``failures.py`` for errors, ``worker.py`` for the process.
"""

from __future__ import annotations

from collections.abc import Callable
from traceback import format_exc
from typing import Protocol, TypeVar

from temporalio import activity
from temporalio.exceptions import FailureError

from canonical.errors import KhataError
from workflows.inputs import Look, Progress, RunRef, RunSummary, StepOutcome, SyncRequest
from workflows.temporal import names
from workflows.temporal.failures import failure_of, failure_of_unexpected
from workflows.temporal.pulse import Pulse, PulseSettings
from workflows.temporal.redaction import without_secrets
from workflows.temporal.values import CloseRequest

Result = TypeVar("Result")
Beat = Callable[[Progress], None]
LongStep = Callable[[RunRef, Beat], StepOutcome]


class SyncSteps(Protocol):
    """What a sync consists of (``workflows.steps.Steps``): all may run again harmlessly and raise KhataError."""

    def look(self, request: SyncRequest) -> Look:
        """Ask the source whether anything moved."""

    def open_run(self, request: SyncRequest) -> RunRef:
        """Open a run in the store."""

    def extract(self, run: RunRef, beat: Beat) -> StepOutcome:
        """Source to raw store."""

    def translate(self, run: RunRef, beat: Beat) -> StepOutcome:
        """Raw store to canonical records and issues."""

    def prove(self, run: RunRef, beat: Beat) -> StepOutcome:
        """Our totals against the source's own reports."""

    def harmonize(self, run: RunRef, beat: Beat) -> StepOutcome:
        """Many sources to one party."""

    def close_run(self, run: RunRef, status: str, error_code: str) -> RunSummary:
        """Close the run with its ending."""


class SyncActivities:
    """The steps under the names that the workflows call."""

    def __init__(self, steps: SyncSteps, pulse: PulseSettings | None = None) -> None:
        self._steps = steps
        self._pulse = pulse or PulseSettings()

    def registered(self) -> list[Callable[..., object]]:
        """All activities, for the worker."""
        return [self.look, self.open_run, self.extract, self.translate, self.prove, self.harmonize, self.close_run]

    @activity.defn(name=names.LOOK, no_thread_cancel_exception=True)
    def look(self, request: SyncRequest) -> Look:
        """See ``SyncSteps.look``."""
        return guarded(lambda: self._steps.look(request))

    @activity.defn(name=names.OPEN_RUN, no_thread_cancel_exception=True)
    def open_run(self, request: SyncRequest) -> RunRef:
        """See ``SyncSteps.open_run``."""
        return guarded(lambda: self._steps.open_run(request))

    @activity.defn(name=names.EXTRACT, no_thread_cancel_exception=True)
    def extract(self, run: RunRef) -> StepOutcome:
        """See ``SyncSteps.extract``."""
        return self._long(self._steps.extract, run)

    @activity.defn(name=names.TRANSLATE, no_thread_cancel_exception=True)
    def translate(self, run: RunRef) -> StepOutcome:
        """See ``SyncSteps.translate``."""
        return self._long(self._steps.translate, run)

    @activity.defn(name=names.PROVE, no_thread_cancel_exception=True)
    def prove(self, run: RunRef) -> StepOutcome:
        """See ``SyncSteps.prove``."""
        return self._long(self._steps.prove, run)

    @activity.defn(name=names.HARMONIZE, no_thread_cancel_exception=True)
    def harmonize(self, run: RunRef) -> StepOutcome:
        """See ``SyncSteps.harmonize``."""
        return self._long(self._steps.harmonize, run)

    @activity.defn(name=names.CLOSE_RUN, no_thread_cancel_exception=True)
    def close_run(self, request: CloseRequest) -> RunSummary:
        """See ``SyncSteps.close_run``."""
        return guarded(lambda: self._steps.close_run(request.run, request.status, request.error_code))

    def _long(self, step: LongStep, run: RunRef) -> StepOutcome:
        def beating() -> StepOutcome:
            with Pulse(current_step(), self._pulse) as pulse:
                return step(run, pulse.beat)

        return guarded(beating)


def current_step() -> str:
    """The word of the step that this thread runs."""
    return names.step_word(activity.info().activity_type)


def guarded(call: Callable[[], Result]) -> Result:
    """Run a step; whatever it raises leaves as a failure that says code and recovery, and hides the rest."""
    try:
        return call()
    except FailureError:  # already in Temporal's words: a cancel, a shutdown
        raise
    except KhataError as error:
        activity.logger.warning("%s: %s", error.code, without_secrets(error.message))
        failure = failure_of(error, current_step())
    except Exception as error:  # noqa: BLE001 - the border: nothing may leave with its own text
        activity.logger.error("Unexpected error: %s", without_secrets(format_exc()))
        failure = failure_of_unexpected(error, current_step(), activity.info().attempt)
    raise failure  # outside the handlers, so no cause with its own text travels along
