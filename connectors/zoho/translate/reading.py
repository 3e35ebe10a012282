"""One record being read: its address, what was learned before it, and the issues found in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from canonical.codec import CanonicalRecord
from canonical.errors import Fact
from canonical.issue import Issue, IssueLevel
from canonical.record import RawRecord, SourceRef
from connectors.zoho.translate.learned import Learned


@dataclass(slots=True)
class Reading:
    """The record at hand; one per raw record.

    Attributes:
        label: the record for people, set by its reader as soon as it knows.
        made: placeholders of ledgers that the record names and no master has introduced.
    """

    record: RawRecord
    learned: Learned
    label: str = "A record"
    issues: list[Issue] = field(default_factory=list)
    made: list[CanonicalRecord] = field(default_factory=list)

    @property
    def source(self) -> SourceRef:
        """Address of the raw record."""
        return self.record.source

    def note(self, code: str, level: IssueLevel, message: str, *, hint: str = "", **facts: Fact) -> None:
        """Say something about the record."""
        self.issues.append(
            Issue(
                code=code,
                level=level,
                message=message,
                where=f"Zoho Books, {self.label}",
                hint=hint,
                source=self.source,
                facts=facts,
            )
        )
