"""One record being read: its address, what was learned before it, and the issues found in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canonical.codec import CanonicalRecord
from canonical.errors import Fact
from canonical.issue import Issue, IssueLevel
from canonical.record import RawRecord, SourceRef
from connectors.busy.translate.learned import ALL, CLOSING, Learned

if TYPE_CHECKING:
    from connectors.busy.translate.routes import RawObject


@dataclass(slots=True)
class Reading:
    """The record at hand; one per raw record.

    Attributes:
        raw: what staging saw of it.
        label: the record for people, set by its reader as soon as it knows.
        made: placeholders of ledgers and parties that the record is the first to name.
    """

    record: RawRecord
    learned: Learned
    raw: RawObject
    label: str = "A record"
    issues: list[Issue] = field(default_factory=list)
    made: list[CanonicalRecord] = field(default_factory=list)

    @property
    def source(self) -> SourceRef:
        """Address of the raw record."""
        return self.record.source

    @property
    def year(self) -> int:
        """First calendar year of the financial year it is from; 0 if it does not say."""
        return self.raw.year_from.year if self.raw.year_from else 0

    @property
    def extent(self) -> str:
        """How much the record's export says of a master; one with a day of its own gives no opening."""
        return CLOSING if self.raw.as_of else self.raw.extent or ALL

    def note(self, code: str, level: IssueLevel, message: str, hint: str = "", where: str = "", **facts: Fact) -> None:
        """Say something about the record."""
        place = ", ".join(part for part in (self.record.origin, where or self.label) if part)
        self.issues.append(
            Issue(code=code, level=level, message=message, where=place, hint=hint, source=self.source, facts=facts)
        )

    def note_once(self, code: str, level: IssueLevel, subject: str, message: str, hint: str = "") -> None:
        """Say something once per run."""
        if (code, subject) not in self.learned.said:
            self.learned.said.add((code, subject))
            self.note(code, level, message, hint)
