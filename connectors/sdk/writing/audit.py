"""What was meant, sent, said and found: one entry before a command is sent and one after.

The entry before makes sure that a crash in between leaves a trace: the next attempt knows that the product may have the
object already. Entries are values; who keeps them implements ``AuditLog`` (the hub: as raw records, which are only
ever appended).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from canonical.record import JsonValue


class Verdict(StrEnum):
    """How a command ended."""

    INTENDED = "intended"
    """About to be sent; nothing is known about what followed, unless a later entry says so."""
    WRITTEN = "written"
    """Sent, taken, and read back equal."""
    UNCHANGED = "unchanged"
    """The product had it so already; nothing was sent."""
    DIFFERENT = "different"
    """The product has it, but not as sent; a person must look."""
    REFUSED = "refused"
    """The product did not take it, and does not have it."""
    UNCERTAIN = "uncertain"
    """Neither can be proved; a person must look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One entry.

    Attributes:
        key: of the command.
        digest: of what it says, to tell two commands of one key apart.
        operation: its name.
        company_guid: whose books, by the product's own identity of a company.
        company_name: as the product had it.
        endpoint: which Tally, or which API.
        by: who gave the command.
        at: when, UTC.
        verdict: see ``Verdict``.
        title: the object, for people.
        remote_id: identity of ours that keeps a repeated command from making a second object.
        request: what was sent, as text; never a header that signs.
        counters: as Tally answered.
        said: the product's own error texts.
        changes: what was to change: field, before, after.
        differences: what was read back otherwise: field, wanted, found.
        guid: identity of the object in the product, if known.
        reason: why it did not end as written.
        before: the object before, verbatim, if there was one.
    """

    key: str
    digest: str
    operation: str
    company_guid: str
    company_name: str
    endpoint: str
    by: str
    at: datetime
    verdict: Verdict
    title: str = ""
    remote_id: str = ""
    request: str = ""
    counters: Mapping[str, int] = field(default_factory=dict)
    said: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    differences: tuple[tuple[str, str, str], ...] = ()
    guid: str = ""
    reason: str = ""
    before: JsonValue = field(default_factory=dict)

    def to_json(self) -> dict[str, JsonValue]:
        """As kept."""
        plain = asdict(self)
        plain["at"] = self.at.isoformat()
        plain["verdict"] = self.verdict.value
        return plain


def parse_entry(kept: Mapping[str, Any]) -> AuditEntry:
    """Read an entry as it was kept."""
    plain = dict(kept)
    plain["at"] = datetime.fromisoformat(str(plain["at"]))
    plain["verdict"] = Verdict(plain["verdict"])
    for name in ("changes", "differences"):
        plain[name] = tuple((str(row[0]), str(row[1]), str(row[2])) for row in plain.get(name, ()))
    return AuditEntry(**plain)


class AuditLog(Protocol):
    """Keeps entries for good."""

    def note(self, entry: AuditEntry) -> None:
        """Keep an entry; when this returns, it survives a power cut."""
        ...

    def last(self, company_guid: str, key: str) -> AuditEntry | None:
        """The latest entry of a command, None if it was never tried."""
        ...
