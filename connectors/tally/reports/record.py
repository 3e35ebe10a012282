"""What a raw record of the stream ``reports`` holds: the rows, and for a report that was asked for, what was asked.

A saved file gives ``{"rows": [[tag, tree], ...]}``. A live extraction adds what only it knows, so the proof need not
guess::

    {"rows": [...], "report": "Trial Balance", "from": "2025-04-01", "to": "2026-03-31",
     "variables": {"ISLEDGERWISE": "Yes"}, "refused": "", "moved": false}

``refused`` is Tally's own text where it did not answer; ``moved`` says that the company's change counters were not the
same before and after, so the report may stand for neither state (``"is_settled": false`` says the same).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from canonical.record import JsonValue
from connectors.tally.reports.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecord:
    """The ``object`` of a record of the stream ``reports``.

    Attributes:
        rows: siblings in document order.
        report: title that was asked for; empty for a file.
        day_from: first day asked for.
        as_of: last day asked for.
        variables: further static variables of the request.
        refused: why there is no answer, in Tally's words or ours; empty if there is one.
        moved: the books changed while it was read.
    """

    rows: Sequence[Row] = ()
    report: str = ""
    day_from: date | None = None
    as_of: date | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    moved: bool = False

    def to_object(self) -> dict[str, JsonValue]:
        """The form in which it is stored."""
        return {
            "rows": [[tag, tree] for tag, tree in self.rows],
            "report": self.report,
            "from": self.day_from.isoformat() if self.day_from else None,
            "to": self.as_of.isoformat() if self.as_of else None,
            "variables": dict(self.variables),
            "refused": self.refused,
            "moved": self.moved,
        }

    @classmethod
    def of_object(cls, stored: Mapping[str, Any]) -> ReportRecord:
        """Read the stored form; everything but the rows may be missing."""
        return cls(
            rows=[(str(tag), tree) for tag, tree in stored.get("rows", ())],
            report=str(stored.get("report") or ""),
            day_from=_day(stored.get("from")),
            as_of=_day(stored.get("to")),
            variables=stored.get("variables") or {},
            refused=str(stored.get("refused") or ""),
            moved=bool(stored.get("moved")) or stored.get("is_settled") is False,
        )


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None
