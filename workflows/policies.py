"""How often, how long, how urgent: retry rules and time limits as data.

One function maps the recovery of an error to a retry rule; nobody else decides what is tried again. The local
runner and the Temporal adapter read the same rules, and tests pass shorter ones. Seconds are plain numbers because
these values travel in a workflow's input, which also keeps old histories independent of today's defaults.

Where next: ``temporal/definitions.py`` turns them into Temporal's options, ``temporal/failures.py`` applies them to
an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from canonical.errors import KhataError, Recovery

UNEXPECTED_ATTEMPTS_MAX = 3
"""An exception nobody foresaw may be a lost connection or a bug: try it a little, never forever."""

RETRY_AFTER_S_MAX = 24 * 3600.0
"""A source that asks for more than a day is asking for a person; the next scheduled sync comes before that."""

PRIORITY_INTERACTIVE, PRIORITY_SCHEDULED, PRIORITY_BACKFILL = 2, 4, 5
"""Temporal's priority keys (1 first, 5 last): a person waiting goes before a schedule, a backfill goes last."""


@dataclass(frozen=True, slots=True)
class RetryRule:
    """Whether and how a failed step is tried again.

    Attributes:
        attempts: all attempts together, the first included; 1 means never again.
        first_delay_s: pause before the second attempt, seconds.
        factor: each pause is this times the one before.
        longest_delay_s: no pause is longer, seconds.
    """

    attempts: int = 1
    first_delay_s: float = 5.0
    factor: float = 2.0
    longest_delay_s: float = 300.0

    @property
    def again(self) -> bool:
        """True if the same step may be tried a second time."""
        return self.attempts > 1

    def delay_s(self, attempt: int) -> float:
        """Pause after failed attempt number ``attempt`` (1 is the first), seconds."""
        return min(self.longest_delay_s, self.first_delay_s * self.factor ** (attempt - 1))


RETRY_RULE = RetryRule(attempts=12)
"""About half an hour of patience: a program that restarts, a router that reboots. After that the schedule tries."""

NO_RETRY_RULE = RetryRule(attempts=1)


def retry_rule(recovery: Recovery) -> RetryRule:
    """The one mapping from an error's recovery to what a runner does about it."""
    match recovery:
        case Recovery.RETRY:
            return RETRY_RULE
        case Recovery.ACT | Recovery.ABORT:  # a person or a programmer must change something first
            return NO_RETRY_RULE
        case _:
            assert_never(recovery)


def is_for_next_run(error: KhataError) -> bool:
    """Whether the same step must not be tried again in this run, though a later run may succeed.

    A source that hangs is not asked again and again: the fact ``next_run`` of the error says so.
    """
    return error.facts.get("next_run") is True


def retry_after_s(error: KhataError) -> float | None:
    """The pause the source itself asked for (``RateLimited``), seconds; None leaves it to the rule."""
    asked = error.facts.get("retry_after_s")
    if isinstance(asked, bool) or not isinstance(asked, int | float) or asked < 0:
        return None
    return min(float(asked), RETRY_AFTER_S_MAX)


@dataclass(frozen=True, slots=True)
class StepLimits:
    """Time limits of one step.

    Attributes:
        run_s: one attempt may take this long.
        heartbeat_s: silence after which the worker counts as dead and the step is given to another; 0 = no heartbeat.
    """

    run_s: float
    heartbeat_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SyncLimits:
    """All limits of a sync; part of the workflow's input, so tests shorten them and histories stay readable.

    Attributes:
        short: opening and closing a run, a few rows each.
        long: extract, translate, prove, harmonize.
        retry: for errors whose recovery is RETRY; the others are never tried again.
        look: asking for change counters; a source that was left hanging is waited for first. Never tried again: the
            schedule asks once more anyway.
    """

    short: StepLimits = field(default_factory=lambda: StepLimits(run_s=120.0))
    long: StepLimits = field(default_factory=lambda: StepLimits(run_s=6 * 3600.0, heartbeat_s=20.0))
    retry: RetryRule = RETRY_RULE
    look: StepLimits = field(default_factory=lambda: StepLimits(run_s=1200.0))


def priority_of(reason: str) -> int:
    """Which work goes first when the queue is full, by the reason of the sync."""
    return {"schedule": PRIORITY_SCHEDULED, "backfill": PRIORITY_BACKFILL}.get(reason, PRIORITY_INTERACTIVE)
