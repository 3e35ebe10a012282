"""What a reading will cost in calls, known before its first record, and what of it the quota allows.

Intuit counts an application's reads by the month. Where little is left, what can wait waits: first the comparison of
all ids, then QuickBooks' own reports; changes are read as long as a call is left. A first reading that the quota does
not hold goes on, page by page, where it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from canonical.issue import Issue, IssueLevel
from canonical.record import JsonValue
from connectors.quickbooks.entities import COUNTED

REPORT_CALLS: Final = 3 + len(COUNTED)
"""Trial balance, two ageing reports, and the number of each kind of record."""
SWEEP_CALLS: Final = 4
"""Of an entity with up to a thousand objects: ids and the end of them, counted before and after."""
WHOLE_CALLS: Final = 3
"""Of a short list that is read whole: its page, the end of it, its count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The calls of one reading.

    Attributes:
        made: already, to find out.
        documents: to read what changed, or everything the first time.
        sweep: to compare all ids; 0 if that is not due.
        reports: for the proof; 0 if they are not wanted.
        left: of the quota; None without one.
    """

    made: int
    documents: int
    sweep: int
    reports: int
    left: int | None

    @property
    def calls(self) -> int:
        """Of the whole reading."""
        return self.made + self.documents + self.sweep + self.reports

    @property
    def allows_reports(self) -> bool:
        """What changed and the reports fit; they come before the sweep."""
        return self.left is None or self.documents + self.reports <= self.left

    @property
    def allows_sweep(self) -> bool:
        """Everything fits."""
        return self.left is None or self.documents + self.reports + self.sweep <= self.left

    def to_json(self) -> Mapping[str, JsonValue]:
        """For summaries."""
        parts: dict[str, JsonValue] = {"documents": self.documents, "sweep": self.sweep, "reports": self.reports}
        return {"calls": self.calls, **parts, "left_before": self.left}


def pages(count: int, page_rows: int) -> int:
    """Calls to walk so many rows: the end is an empty page."""
    return -(-count // page_rows) + 1


def postponed(budget: Budget, what: str) -> Issue:
    """Say what waits for the next month (or day)."""
    return Issue(
        code="quickbooks.quota.postponed",
        level=IssueLevel.WARNING,
        message=f"{what} waits: this sync needs {budget.calls} calls, and {budget.left} are left of the quota.",
        where="QuickBooks",
        hint="Nothing is lost; a later sync makes up for it. A larger plan of the application allows more "
        "(month_quota).",
        facts={"calls": budget.calls, "left": budget.left},
    )
