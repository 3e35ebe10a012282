"""The workflows: order, limits and endings of a sync, and nothing else.

The sandbox executes this module again for every run (25 ms when it is light, 800 ms when it is not, and a compiled
module such as cryptography kills the worker), so it imports only the standard library, temporalio and our plain
values; a test reads the imports. A change in the order of commands breaks runs that are under way: the replay test
says so and what to do.

Where next: ``activities.py`` runs the steps, ``values.py`` holds inputs and answers.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    WorkflowAlreadyStartedError,
    is_cancelled_exception,
)
from temporalio.exceptions import TimeoutError as StepTimeout
from temporalio.workflow import ActivityCancellationType

from workflows.inputs import Look, RunRef, RunStatus, RunSummary, StepOutcome
from workflows.policies import NO_RETRY_RULE, RetryRule
from workflows.temporal import names
from workflows.temporal.values import CloseRequest, SyncJob, SyncState

Result = TypeVar("Result")

LOOK_FIRST = "look-first"
"""Patch: scheduled syncs ask for the source's change counters before they open a run."""
TIMED_OUT = "sync.step.timed_out"
"""Code of a step that never answered: every attempt met its time limit or lost its worker."""


def retry_policy(rule: RetryRule) -> RetryPolicy:
    """Our rule in Temporal's words; whether an error is tried again at all, the error itself says."""
    return RetryPolicy(
        initial_interval=timedelta(seconds=rule.first_delay_s),
        backoff_coefficient=rule.factor,
        maximum_interval=timedelta(seconds=rule.longest_delay_s),
        maximum_attempts=rule.attempts,
    )


def reason_of(error: ActivityError) -> ApplicationError:
    """The failure that says why, instead of the wrapper that says which activity: its type is the error code."""
    if isinstance(error.cause, ApplicationError):
        return ApplicationError(
            error.cause.message, *error.cause.details, type=error.cause.type or "sync.failed", non_retryable=True
        )
    if isinstance(error.cause, StepTimeout):
        return ApplicationError(
            "The step did not answer within its time limit, on any attempt. See the worker's log, then sync again.",
            type=TIMED_OUT,
            non_retryable=True,
        )
    return ApplicationError("The sync failed; see the failed step.", type="sync.failed", non_retryable=True)


@workflow.defn(name=names.SYNC)
class SyncWorkflow:
    """One sync of one connection: open the run, the steps in order, close the run whatever happened."""

    def __init__(self) -> None:
        """Start with nothing done."""
        self._state = SyncState(steps_total=len(names.STEPS) + 2)
        self._has_changed = False

    @workflow.query(name="progress", description="Where the sync stands")
    def progress(self) -> SyncState:
        """Where the sync stands; the rows inside a step are in the pending activity's heartbeat."""
        return self._state

    @workflow.signal(name=names.CHANGED, description="Something changed in the source")
    def changed(self) -> None:
        """What is being read may have been read already: look once more afterwards."""
        self._has_changed = True

    @workflow.run
    async def run(self, job: SyncJob) -> RunSummary:
        """Run the steps; on failure or cancel close the run with the reason, then end the same way."""
        if job.request.reason in names.LOOKING_REASONS and workflow.patched(LOOK_FIRST) and not await self._is_due(job):
            self._finished(RunStatus.UNCHANGED, "")
            return RunSummary(run_id=0, status=RunStatus.UNCHANGED)
        run = await self._open(job)
        try:
            for step in names.STEPS:
                await self._step(step, run, job)
        except (ActivityError, asyncio.CancelledError) as error:
            if not isinstance(error, ActivityError) or is_cancelled_exception(error):
                await self._close(run, job, RunStatus.CANCELLED)
                raise
            reason = reason_of(error)
            await self._close(run, job, RunStatus.FAILED, reason.type or "")
            raise reason from error
        summary = await self._close(run, job, RunStatus.SUCCEEDED)
        if summary.looks_again:
            workflow.continue_as_new(replace(job, request=job.request.looking_again(summary.run_id)))
        if self._has_changed:
            workflow.continue_as_new(replace(job, request=replace(job.request, reason="event", key="")))
        return summary

    async def _is_due(self, job: SyncJob) -> bool:
        """Look at the source's counters; again if somebody says that they moved while we looked."""
        while True:
            self._has_changed = False
            self._entering(names.LOOK)
            try:
                look: Look = await workflow.execute_activity(
                    names.LOOK,
                    job.request,
                    result_type=Look,
                    start_to_close_timeout=timedelta(seconds=job.limits.look.run_s),
                    retry_policy=retry_policy(NO_RETRY_RULE),
                    summary=names.step_word(names.LOOK),
                )
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                reason = reason_of(error)
                self._finished(RunStatus.FAILED, reason.type or "")
                raise reason from error
            if look.is_due or not self._has_changed:
                return look.is_due

    async def _open(self, job: SyncJob) -> RunRef:
        """Open the run; wait for it even if a cancel arrives meanwhile, because what was opened must be closed."""
        request = replace(job.request, key=workflow.info().run_id)
        opening = asyncio.ensure_future(self._short(names.OPEN_RUN, request, job, RunRef))
        try:
            run = await asyncio.shield(opening)
        except asyncio.CancelledError:
            await self._close(await opening, job, RunStatus.CANCELLED)
            raise
        except ActivityError as error:
            reason = reason_of(error)
            self._finished(RunStatus.FAILED, reason.type or "")
            raise reason from error
        self._state = replace(self._state, run_id=run.run_id)
        self._found_companies(",".join(str(key) for key in run.company_ids))
        return run

    async def _step(self, step: str, run: RunRef, job: SyncJob) -> None:
        """One long step; a cancel waits until it has really stopped, so closing never races with it."""
        self._entering(step)
        if step == names.EXTRACT:
            self._has_changed = False  # what changed before is read now
        outcome = await workflow.execute_activity(
            step,
            run,
            result_type=StepOutcome,
            start_to_close_timeout=timedelta(seconds=job.limits.long.run_s),
            heartbeat_timeout=timedelta(seconds=job.limits.long.heartbeat_s),
            retry_policy=retry_policy(job.limits.retry),
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary=names.step_word(step),
        )
        self._state = replace(self._state, outcomes=(*self._state.outcomes, outcome))
        self._found_companies(outcome.detail.get("companies", ""))
        if workflow.cancellation_reason() is not None:  # the step had finished before it heard of the cancel
            raise asyncio.CancelledError

    async def _close(self, run: RunRef, job: SyncJob, status: RunStatus, error_code: str = "") -> RunSummary:
        summary = await self._short(names.CLOSE_RUN, CloseRequest(run, status, error_code), job, RunSummary)
        self._finished(status, error_code, summary)
        return summary

    async def _short(self, step: str, argument: object, job: SyncJob, result: type[Result]) -> Result:
        self._entering(step)
        done: Result = await workflow.execute_activity(
            step,
            argument,
            result_type=result,
            start_to_close_timeout=timedelta(seconds=job.limits.short.run_s),
            retry_policy=retry_policy(job.limits.retry),
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary=names.step_word(step),
        )
        return done

    def _found_companies(self, keys: str) -> None:
        """Let an operator find the sync by company: known when the run opens, or when the source has told."""
        if keys:
            workflow.upsert_search_attributes([names.COMPANY.value_set(keys.split(","))])

    def _entering(self, step: str) -> None:
        """Tell the query and the Web UI which step runs."""
        number = min(self._state.step_number + 1, self._state.steps_total)
        self._state = replace(self._state, step=names.step_word(step), step_number=number)
        workflow.set_current_details(f"step {number} of {self._state.steps_total}: **{names.step_word(step)}**")

    def _finished(self, status: RunStatus, error_code: str, summary: RunSummary | None = None) -> None:
        """Leave what an operator searches for: rows extracted, proof, whether it publishes, error code."""
        self._state = replace(self._state, status=status, error_code=error_code)
        workflow.upsert_search_attributes(
            [
                names.ROWS.value_set(self._state.outcomes[0].records if self._state.outcomes else 0),
                names.PROOF.value_set(summary.proof if summary else ""),
                names.PUBLICATION.value_set(summary.publication if summary else ""),
                names.ERROR_CODE.value_set(error_code),
            ]
        )
        workflow.set_current_details(f"**{status}** {error_code}".strip())


@workflow.defn(name=names.SCHEDULED_SYNC)
class ScheduledSyncWorkflow:
    """What a schedule starts: it runs the connection's one sync as a child, or leaves a running one alone.

    A schedule appends the time to the ids of what it starts, so an id alone would not stop a scheduled sync beside
    one that a person has just started. The child's id has no time in it, hence one sync per connection, always.
    """

    @workflow.run
    async def run(self, job: SyncJob) -> RunSummary:
        """Run the sync under its fixed id and end as it ends."""
        request = job.request
        try:
            return await workflow.execute_child_workflow(
                SyncWorkflow.run,
                job,
                id=names.sync_id(request.tenant, request.connection),
                parent_close_policy=workflow.ParentClosePolicy.REQUEST_CANCEL,
                search_attributes=workflow.info().typed_search_attributes,
                static_summary=names.summary_of(request.connection, request.source, request.reason),
            )
        except WorkflowAlreadyStartedError:
            return RunSummary(run_id=0, status=RunStatus.ALREADY_RUNNING)
        except ChildWorkflowError as error:
            if isinstance(error.cause, ApplicationError):  # end with the code in sight, as the sync itself did
                cause = error.cause
                raise ApplicationError(cause.message, *cause.details, type=cause.type, non_retryable=True) from error
            raise
