"""One record being read: its address, what was learned before it, and the issues found in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from canonical.issue import IssueLevel
from connectors.busy.translate.learned import ALL, CLOSING, Learned
from connectors.busy.translate.routes import RawObject
from connectors.sdk.translating import RecordReading


@dataclass(slots=True)
class Reading(RecordReading[Learned]):
    """The record at hand; it introduces ledgers and parties that it is the first to name.

    Attributes:
        raw: what staging saw of it.
    """

    label: str = "A record"
    raw: RawObject = field(init=False)

    @property
    def year(self) -> int:
        """First calendar year of the financial year it is from; 0 if it does not say."""
        return self.raw.year_from.year if self.raw.year_from else 0

    @property
    def extent(self) -> str:
        """How much the record's export says of a master; one with a day of its own gives no opening."""
        return CLOSING if self.raw.as_of else self.raw.extent or ALL

    def note_once(self, code: str, level: IssueLevel, subject: str, message: str, hint: str = "") -> None:
        """Say something once per run."""
        if (code, subject) not in self.learned.said:
            self.learned.said.add((code, subject))
            self.note(code, level, message, hint=hint)
