"""An audit log in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.sdk.writing.audit import AuditEntry, Verdict


@dataclass
class Remembering:
    """An audit log in memory."""

    entries: list[AuditEntry] = field(default_factory=list)

    def note(self, entry: AuditEntry) -> None:
        self.entries.append(entry)

    def last(self, company_guid: str, key: str) -> AuditEntry | None:
        found = (item for item in reversed(self.entries) if (item.company_guid, item.key) == (company_guid, key))
        return next(found, None)

    @property
    def verdicts(self) -> list[Verdict]:
        return [entry.verdict for entry in self.entries]
