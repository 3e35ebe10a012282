"""What goes into a sync and what comes out: small values that cross process borders.

Every value here is references and counts, never data: a payload larger than 2 MB is refused by Temporal and a
100 KB one already halves its speed, so steps pass run ids and the rows stay in our store. New fields get defaults,
so a history written by an older version still decodes. Standard library only: the Temporal sandbox executes this
module again for every run.

Where next: ``steps.py`` does the work, ``local.py`` runs it in process, ``temporal/`` runs it durably.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class RunStatus(StrEnum):
    """How a run ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ALREADY_RUNNING = "already_running"
    """A scheduled sync found the same connection's sync at work and left it alone."""
    UNCHANGED = "unchanged"
    """The source's change counters have not moved since the last sync: nothing was read, no run was opened."""


DIFFERS = "differs"
"""Reason of a sync that follows another at once, because its figures differed from the source's own."""


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """Ask for one sync of one connection.

    Attributes:
        tenant: our customer's key.
        connection: the configured connector's key, unique within the tenant.
        source: connector name, for example ``tally``.
        company: which of the connection's companies; empty means all of them.
        reason: why it runs: ``manual``, ``schedule``, ``backfill`` ...
        key: set by a durable runner, the same on every attempt: opening the same run again returns the first one.
        is_thorough: compare everything a live source has with what is held, whatever its change counters say.
        after: the run that this one follows at once, because its figures differed; 0 for none.
    """

    tenant: str
    connection: str
    source: str = ""
    company: str = ""
    reason: str = "manual"
    key: str = ""
    is_thorough: bool = False
    after: int = 0

    def looking_again(self, run_id: int) -> SyncRequest:
        """The request that follows a run whose figures differed: everything is compared."""
        return replace(self, reason=DIFFERS, key="", is_thorough=True, after=run_id)


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a source's change counters came to.

    Attributes:
        is_due: a sync has something to do.
        reason: ``moved``, ``unchanged``, ``another_day`` (nothing has moved for so long that it is looked at again),
            ``waiting`` (the last sync failed a moment ago), ``first`` or ``not_live``.
    """

    is_due: bool
    reason: str


@dataclass(frozen=True, slots=True)
class RunRef:
    """A run that was opened in our store; every later step works on it."""

    tenant: str
    run_id: int
    connection: str
    company_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What one step did: how many records, how many issues, and short facts worth showing (never data)."""

    step: str
    records: int = 0
    issues: int = 0
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """How a run ended.

    Attributes:
        counts: records read, by stream; most of them may have been known.
        proof: the state of it; ``publication``: whether that state was published or held back.
        new: of those read, objects that were not held before, by stream; ``changed``: held otherwise; ``retired``:
            what the source has no more.
        announced: what became of objects that webhooks had named, by outcome.
        looks_again: the figures differed, and another run follows at once, which compares everything.
    """

    run_id: int
    status: str
    counts: dict[str, int] = field(default_factory=dict)
    proof: str = ""
    publication: str = ""
    new: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    retired: dict[str, int] = field(default_factory=dict)
    announced: dict[str, int] = field(default_factory=dict)
    looks_again: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a step is: ``done`` of ``total`` units (0 = total unknown), for people and for heartbeats."""

    step: str
    done: int
    total: int
    unit: str
