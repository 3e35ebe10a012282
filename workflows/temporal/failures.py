"""Errors across the border: a KhataError becomes Temporal's failure, and a failure becomes the same KhataError again.

The failure's type is our dotted code, so the Web UI shows it in the list; whether it is tried again, and when, comes
from ``workflows.policies`` alone.

Where next: ``redaction.py`` for what the sentence may say, ``activities.py`` for where this is used.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio.exceptions import ApplicationError

from canonical import errors
from canonical.errors import InvariantError, KhataError, Recovery
from workflows.policies import UNEXPECTED_ATTEMPTS_MAX, is_for_next_run, retry_after_s, retry_rule
from workflows.temporal.redaction import redacted
from workflows.temporal.values import FailureFacts

UNEXPECTED = "khata.unexpected"
"""Code of an exception that is not a KhataError: a fault in our own program, or one we do not know yet."""


def failure_of(error: KhataError, step: str) -> ApplicationError:
    """The failure for an error we raise on purpose: retried only if its recovery says so, then when it says so."""
    pause_s = retry_after_s(error)
    return ApplicationError(
        redacted(error.message, error.facts),
        FailureFacts(
            error=type(error).__name__,
            recovery=error.recovery,
            step=step,
            numbers={key: float(value) for key, value in error.facts.items() if isinstance(value, int | float)},
        ),
        type=error.code,
        non_retryable=is_for_next_run(error) or not retry_rule(error.recovery).again,
        next_retry_delay=None if pause_s is None else timedelta(seconds=pause_s),
    )


def failure_of_unexpected(error: BaseException, step: str, attempt: int) -> ApplicationError:
    """The failure for anything else: its text may hold anything, so only its type is told."""
    return ApplicationError(
        f"The step failed unexpectedly ({type(error).__name__}). The worker's log has the details.",
        FailureFacts(error=InvariantError.__name__, recovery=Recovery.ABORT, step=step),
        type=UNEXPECTED,
        non_retryable=attempt >= UNEXPECTED_ATTEMPTS_MAX,
    )


def facts_of(failure: ApplicationError) -> FailureFacts:
    """The facts a failure carries; of one that another program wrote, as much as can be known."""
    details = failure.details[0] if failure.details else None
    if isinstance(details, FailureFacts):
        return details
    known = details if isinstance(details, dict) else {}
    return FailureFacts(
        error=str(known.get("error", "")),
        recovery=str(known.get("recovery", Recovery.ABORT)),
        step=str(known.get("step", "")),
        numbers={str(key): float(value) for key, value in dict(known.get("numbers") or {}).items()},
    )


def error_of(failure: ApplicationError) -> KhataError:
    """The KhataError that a failure stands for: same class, same code, so exit codes and HTTP status follow."""
    facts = facts_of(failure)
    found = getattr(errors, facts.error, None)
    kind = found if isinstance(found, type) and issubclass(found, KhataError) else KhataError
    error = kind(failure.message, code=failure.type or None)
    error.facts = {**facts.numbers, "step": facts.step}
    return error
