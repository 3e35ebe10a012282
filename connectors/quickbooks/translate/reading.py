"""One record being read: its address, what was learned before it, and the issues found in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from canonical.errors import Fact
from canonical.issue import Issue, IssueLevel
from canonical.ledger import AccountGroup, Ledger
from canonical.record import RawRecord, SourceRef
from connectors.quickbooks.entities import BY_STREAM, CONNECTOR, LEDGERS
from connectors.quickbooks.translate.learned import Learned


@dataclass(slots=True)
class Reading:
    """The record at hand; one per raw record.

    Attributes:
        label: the record for people.
        introduced: groups and ledgers that no record of their own says.
    """

    record: RawRecord
    learned: Learned
    label: str = ""
    issues: list[Issue] = field(default_factory=list)
    introduced: list[AccountGroup | Ledger] = field(default_factory=list)

    @property
    def source(self) -> SourceRef:
        """Address of the record."""
        return self.record.source

    @property
    def entity(self) -> str:
        """QuickBooks' name of what is read."""
        return BY_STREAM[self.source.stream].name

    def name(self, number: str) -> None:
        """Say what people call the record."""
        self.label = f"{self.entity} {number}" if number else f"{self.entity} with id {self.source.key}"

    def note(
        self, code: str, level: IssueLevel, message: str, *, field: str = "", hint: str = "", **facts: Fact
    ) -> None:
        """Raise an issue about this record."""
        where = ", ".join(part for part in (self.record.origin, self.label, field) if part)
        self.issues.append(
            Issue(
                code=code, level=level, message=message, where=where, hint=hint, source=self.source, facts=dict(facts)
            )
        )

    def implied_source(self, key: str) -> SourceRef:
        """Address of something that is only implied by other records."""
        return SourceRef(CONNECTOR, self.source.company, LEDGERS, f"implied:{key}")

    def introduce(self, ledger: Ledger) -> None:
        """Add a ledger that postings need and no record says; once per company."""
        if ledger.key not in self.learned.implied:
            self.learned.implied.add(ledger.key)
            self.introduced.append(ledger)
