"""Errors: what broke, to what, and what to do about it.

A broken operation raises one of these; bad data never does (it becomes an ``Issue``, see ``issue.py``).
The recovery is readable from the class, never from the message::

    KhataError                                   recovery
    |- ConfigurationError                        ACT    (operator)
    |- CredentialError                           ACT    (owner reconnects)
    |- SourceError
    |  |- SourceUnavailable                      RETRY
    |  |- RateLimited (retry_after_s)            RETRY at that time
    |  |- SourceRejected                         ACT
    |  '- SourceMalformed                        ABORT  the stream, keep the rest
    |- StorageError
    |  |- ConcurrentUpdate                       RETRY
    |  |- NotFound                               ACT
    |  '- MigrationNeeded                        ACT
    |- RuleError                                 ACT    (a business rule refused a command; 409 at the API)
    '- InvariantError                            ABORT  loudly: we are wrong

Messages never hold secrets; facts are kept apart for structured logs.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

Fact = str | int | float | bool | None


class Recovery(StrEnum):
    """What a runner should do when it sees an error."""

    RETRY = "retry"
    ACT = "act"
    ABORT = "abort"


class KhataError(Exception):
    """Base of every error Khata raises on purpose.

    Args:
        message: one sentence for a person: what happened, to what, and what to do.
        code: dotted and stable, for example ``tally.file.truncated``; defaults to the class's code.
        facts: short values for logs and for programs; never a secret.
    """

    recovery: ClassVar[Recovery] = Recovery.ABORT
    default_code: ClassVar[str] = "khata.error"

    def __init__(self, message: str, *, code: str | None = None, **facts: Fact) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with code and facts, so an error crosses process borders whole."""
        return _rebuild, (type(self), self.message, self.code, self.facts)


def _rebuild(cls: type[KhataError], message: str, code: str, facts: dict[str, Fact]) -> KhataError:
    return cls(message, code=code, **facts)


class ConfigurationError(KhataError):
    """A setting is unknown, missing or contradicts another. The operator changes it."""

    recovery = Recovery.ACT
    default_code = "khata.configuration"


class CredentialError(KhataError):
    """A sign-in expired or was refused, or a permission is missing. The owner reconnects."""

    recovery = Recovery.ACT
    default_code = "khata.credential"


class SourceError(KhataError):
    """The accounting system, or its file, did not give what we asked for."""

    default_code = "source.error"


class SourceUnavailable(SourceError):
    """Refused port, time-out, 5xx, program not running. Try again later."""

    recovery = Recovery.RETRY
    default_code = "source.unavailable"


class RateLimited(SourceError):
    """The source asked us to wait. Try again after ``retry_after_s`` seconds (a fact of the error)."""

    recovery = Recovery.RETRY
    default_code = "source.rate_limited"


class SourceRejected(SourceError):
    """The source understood and refused (wrong company open, unsupported version). A person must act."""

    recovery = Recovery.ACT
    default_code = "source.rejected"


class SourceMalformed(SourceError):
    """Unreadable beyond one record. The stream stops; what was stored before stays as it was."""

    recovery = Recovery.ABORT
    default_code = "source.malformed"


class StorageError(KhataError):
    """Our own database refused or failed."""

    default_code = "storage.error"


class ConcurrentUpdate(StorageError):
    """Somebody else changed the same row first. Read again and retry."""

    recovery = Recovery.RETRY
    default_code = "storage.concurrent_update"


class NotFound(StorageError):
    """The thing asked for is not in the store (or not this tenant's)."""

    recovery = Recovery.ACT
    default_code = "storage.not_found"


class MigrationNeeded(StorageError):
    """The database is older or newer than the program. Run the migration it names."""

    recovery = Recovery.ACT
    default_code = "storage.migration_needed"


class RuleError(KhataError):
    """A business rule refused a command; nothing was changed."""

    recovery = Recovery.ACT
    default_code = "rule.refused"


class InvariantError(KhataError):
    """Our own promise does not hold (totals differ, entries unbalanced). Stop, loudly."""

    recovery = Recovery.ABORT
    default_code = "invariant.broken"
