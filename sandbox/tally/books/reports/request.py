"""What a report is asked for: company, period, switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from canonical.dates import Period
from sandbox.tally.books.company import Ledgerbook
from sandbox.tally.books.records import Master


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """One request.

    Attributes:
        statics: static variables by upper-case name (``EXPLODEFLAG``, ``LEDGERNAME``); values as sent.
    """

    company: Ledgerbook
    period: Period
    statics: Mapping[str, str]

    def is_on(self, name: str) -> bool:
        """Say whether a switch is set."""
        return self.statics.get(name, "").strip().lower() == "yes"

    def static(self, name: str) -> str:
        """Return a static variable; empty without one."""
        return self.statics.get(name, "").strip()

    def groups(self) -> list[Master]:
        """Return the primary groups in the order of their numbers, or those under ``GROUPNAME``."""
        masters = self.company.masters
        above = masters.find("GROUP", self.static("GROUPNAME")) if self.static("GROUPNAME") else None
        rows = [row for row in masters.of_kind("GROUP") if masters.parent_of(row) == above]
        return sorted(rows, key=lambda row: row.master_id)
