"""What the books refuse, in Tally's own words where they are known."""

from __future__ import annotations

from canonical.errors import RuleError


class BooksRefused(RuleError):
    """Tally would refuse this command; ``message`` is its LINEERROR."""

    default_code = "sandbox.books.refused"


class UnknownKind(RuleError):
    """Tally has no object class of that name; asking for it raises a dialog and freezes the gateway."""

    default_code = "sandbox.books.unknown_kind"

    def __init__(self, kind: str) -> None:
        super().__init__(f"Tally has no object type {kind!r}; a real one would hang on a dialog.", kind=kind)


class ReportUnknown(RuleError):
    """Tally has no report of that name, or the sandbox does not know its shape; ``message`` is the LINEERROR."""

    default_code = "sandbox.books.unknown_report"

    def __init__(self, report: str) -> None:
        super().__init__(f"Could not find Report '{report}'!", report=report)
