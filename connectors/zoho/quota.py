"""What a sync will cost in calls, known before the first record is read in full, and what of it the day allows.

Lists are walked first: they cost a call per 200 rows and tell how many documents must be read in full, one call each.
Their length costs a call each, if the day holds that beside the documents; else the proof goes without counts.
If the day's quota does not hold that many, masters come first, then the newest documents, and the rest waits for the
next day; nothing is read twice, because the hub knows which versions it holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from canonical.issue import Issue, IssueLevel
from canonical.record import JsonValue

TAIL = 4
"""Calls kept for what follows the documents: the balances once more, for the proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The calls of a sync.

    Attributes:
        listed: made already, to find out: every list walked.
        named: made already: records that webhooks named and no list showed, asked for by their id.
        counted: made already: lists counted, and walked whole where the count said that something was missed.
        details: documents to be read in full, by stream.
        checks: candidates of deletion to be confirmed, by stream.
        allowed: how many of the details may be read today, by stream.
        left: calls left today before the details; None without a quota.
    """

    listed: int
    named: int = 0
    counted: int
    details: Mapping[str, int]
    checks: Mapping[str, int]
    allowed: Mapping[str, int]
    left: int | None

    @property
    def is_whole(self) -> bool:
        """Everything can be read today."""
        return all(self.allowed[stream] == count for stream, count in self.details.items())

    @property
    def calls(self) -> int:
        """Calls of the whole sync, today and later."""
        return self._made + sum(self.details.values()) + sum(self.checks.values()) + TAIL

    @property
    def _made(self) -> int:
        return self.listed + self.named + self.counted

    @property
    def allowed_calls(self) -> int:
        """Calls of what is done today."""
        return self.calls - self.postponed

    @property
    def postponed(self) -> int:
        """Documents that wait for another day."""
        return sum(self.details.values()) - sum(self.allowed.values())

    def to_json(self) -> dict[str, JsonValue]:
        """For summaries."""
        return {
            "calls": self.calls,
            "listed": self.listed,
            "named": self.named,
            "counted": self.counted,
            "details": dict(self.details),
            "checks": dict(self.checks),
            "left_before": self.left,
            "postponed": self.postponed,
        }


def make_plan(
    *,
    listed: int,
    counted: int,
    details: Mapping[str, int],
    checks: Mapping[str, int],
    left: int | None,
    order: Sequence[str],
    named: int = 0,
) -> Plan:
    """Share what is left of the day among the streams, in their order.

    Args:
        listed: as in ``Plan``.
        counted: as in ``Plan``.
        details: documents to be read in full, by stream.
        checks: records that may be gone, by stream.
        left: calls left today; None without a quota.
        order: of the streams.
        named: as in ``Plan``: what was announced is looked for before the day's calls go to anything else.
    """
    room = None if left is None else max(0, left - TAIL)
    allowed: dict[str, int] = {}
    for stream in (name for name in order if name in details):
        allowed[stream] = details[stream] if room is None else min(details[stream], room)
        room = None if room is None else room - allowed[stream]
    return Plan(listed=listed, named=named, counted=counted, details=details, checks=checks, allowed=allowed, left=left)


def postponed(plan: Plan) -> Issue:
    """Say what waits for another day."""
    return Issue(
        code="zoho.quota.postponed",
        level=IssueLevel.WARNING,
        message=f"{plan.postponed} documents wait for another day: the sync needs {plan.calls} calls, and {plan.left} "
        "are left of today's.",
        where="Zoho Books",
        hint="Nothing is lost; the next sync goes on. A larger plan of Zoho Books allows more calls a day.",
    )
