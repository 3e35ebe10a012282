"""One record being read: its address, what was learned before it, and the issues found in it."""

from __future__ import annotations

from dataclasses import dataclass

from canonical.ledger import Ledger
from canonical.record import SourceRef
from connectors.quickbooks.entities import BY_STREAM, CONNECTOR, LEDGERS
from connectors.quickbooks.translate.learned import Learned
from connectors.sdk.translating import RecordReading


@dataclass(slots=True)
class Reading(RecordReading[Learned]):
    """The record at hand."""

    @property
    def entity(self) -> str:
        """QuickBooks' name of what is read."""
        return BY_STREAM[self.source.stream].name

    def name(self, number: str) -> None:
        """Say what people call the record."""
        self.label = f"{self.entity} {number}" if number else f"{self.entity} with id {self.source.key}"

    def implied_source(self, key: str) -> SourceRef:
        """Address of something that is only implied by other records."""
        return SourceRef(CONNECTOR, self.source.company, LEDGERS, f"implied:{key}")

    def introduce(self, ledger: Ledger) -> None:
        """Add a ledger that postings need and no record says; once per company."""
        if ledger.key not in self.learned.implied:
            self.learned.implied.add(ledger.key)
            self.introduced.append(ledger)
