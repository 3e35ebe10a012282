"""One record being read: its address, what was learned before it, and the issues found in it."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sdk.translating import RecordReading
from connectors.zoho.translate.learned import Learned


@dataclass(slots=True)
class Reading(RecordReading[Learned]):
    """The record at hand; it introduces ledgers that it names and no master has introduced."""

    label: str = "A record"

    def where(self, field: str = "") -> str:
        """Say where it was found: an organisation has no file."""
        return ", ".join(part for part in ("Zoho Books", self.label, field) if part)
