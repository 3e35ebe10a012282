"""What a process says when it ends: one number per kind of outcome, so that scripts need not read text.

The one table from error class to exit code; ``docs/cli.md`` is generated from it. HTTP has its own (``api/errors.py``).
"""

from __future__ import annotations

from enum import IntEnum

from canonical.errors import (
    ConcurrentUpdate,
    ConfigurationError,
    CredentialError,
    InvariantError,
    KhataError,
    MigrationNeeded,
    NotFound,
    RateLimited,
    RuleError,
    SourceMalformed,
    SourceRejected,
    SourceUnavailable,
)
from canonical.publication import FiguresHeld


class ExitCode(IntEnum):
    """Exit codes of every ``khata`` command."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    REJECTED = 3
    DIFFERS = 4
    ACT = 5
    UNAVAILABLE = 6
    NOT_FOUND = 7
    REFUSED = 8
    INVARIANT = 9
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """One sentence for the documentation."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.OK: "Done.",
    ExitCode.UNEXPECTED: "An error nobody foresaw; run again with `khata --debug` and report it.",
    ExitCode.USAGE: "The command line itself was wrong: unknown option, missing argument, bad date.",
    ExitCode.REJECTED: "Data was rejected: some records were refused, or a file was refused and nothing was stored.",
    ExitCode.DIFFERS: "Everything was stored, but a proof differs from the source's own figures beyond the tolerance.",
    ExitCode.ACT: "Configuration, credentials, a migration or the source needs a person to act.",
    ExitCode.UNAVAILABLE: "A source or server did not answer, or asked to wait; the same command may be run again.",
    ExitCode.NOT_FOUND: "What was asked for (company, party, record, merge) is not in the books.",
    ExitCode.REFUSED: "A business rule refused the command; nothing was changed.",
    ExitCode.INVARIANT: "One of our own promises does not hold; stop and report it.",
    ExitCode.INTERRUPTED: "Interrupted by Ctrl-C; what was stored is whole, and the command may be run again.",
}

ERROR_EXITS: tuple[tuple[type[KhataError], ExitCode], ...] = (
    (ConfigurationError, ExitCode.ACT),
    (CredentialError, ExitCode.ACT),
    (MigrationNeeded, ExitCode.ACT),
    (SourceRejected, ExitCode.ACT),
    (SourceUnavailable, ExitCode.UNAVAILABLE),
    (RateLimited, ExitCode.UNAVAILABLE),
    (ConcurrentUpdate, ExitCode.UNAVAILABLE),
    (SourceMalformed, ExitCode.REJECTED),
    (NotFound, ExitCode.NOT_FOUND),
    (FiguresHeld, ExitCode.DIFFERS),
    (RuleError, ExitCode.REFUSED),
    (InvariantError, ExitCode.INVARIANT),
)
"""First match wins; a KhataError that is none of these is UNEXPECTED."""


def exit_code_for(error: KhataError) -> ExitCode:
    """Return the exit code of an error, by its class."""
    return next((code for cls, code in ERROR_EXITS if isinstance(error, cls)), ExitCode.UNEXPECTED)
