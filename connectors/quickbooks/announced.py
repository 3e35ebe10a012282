"""Objects that QuickBooks' webhooks named: looked for by id where the changes did not show them.

Mostly change data capture has told of them in the same reading. What it has not is asked for by id, many in one call;
what is not among the answer and is held here has all ids of its entity listed and counted, and is asked for once more,
before it is retired: an empty answer alone makes nothing gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from canonical.errors import SourceRejected
from canonical.issue import Issue, IssueLevel
from connectors.quickbooks.client import QuickBooks, Row
from connectors.quickbooks.entities import Entity
from connectors.quickbooks.sweep import Swept
from connectors.quickbooks.translate.values import text_of
from connectors.sdk.announcements import Announced, Announcements, Outcome
from connectors.sdk.census import Census, CensusVerdict

IDS_MAX = 1000
"""Objects of one entity that one reading asks for because they were named; the rest waits for the next."""


@dataclass(slots=True)
class Named:
    """What was named since the last reading.

    Attributes:
        api: of the company.
        hand_over: tells the hub of a census; None comes back where nobody compares.
        kept: where announcements are kept; None from the shell.
        issues: of the reading; what QuickBooks did not show is added to them.
    """

    api: QuickBooks
    hand_over: Callable[[Census], CensusVerdict | None]
    kept: Announcements | None
    issues: list[Issue]
    _waiting: dict[str, dict[str, Announced]] = field(default_factory=dict)
    _found: dict[str, Outcome] = field(default_factory=dict)
    _lost: frozenset[str] = frozenset()
    _gone: set[str] = field(default_factory=set)
    _is_compared: bool = False

    def load(self, streams: Iterable[str]) -> None:
        """Take what waits; what nobody reads is settled at once."""
        known, others = frozenset(streams), dict[Announced, Outcome]()
        for one in self.kept.waiting() if self.kept is not None else ():
            if one.stream in known:
                self._waiting.setdefault(one.stream, {})[one.key] = one
            else:
                others[one] = Outcome.REFUSED
        self._tell(others)

    def see_read(self, entity: Entity, rows: Iterable[Row]) -> None:
        """Note which of what was named has been read."""
        if waiting := self._waiting.get(entity.stream):
            self._found |= {key: Outcome.READ for row in rows if (key := text_of(row, "Id")) in waiting}

    def see_compared(self, entity: Entity, swept: Swept) -> None:
        """Note what a comparison of all ids has retired; it comes portion by portion."""
        self._is_compared = swept.is_certain
        self._gone |= self._waiting.get(entity.stream, {}).keys() & set(swept.gone)

    def look(self, entity: Entity) -> Iterator[list[Row]]:
        """Yield what was named, is there and was not among what has been read; the others are ``lost``."""
        waiting = self._waiting.get(entity.stream, {})
        unseen = [key for key in waiting if key and key not in self._found][:IDS_MAX]
        if not unseen:
            return
        try:
            for rows in self.api.some(entity, unseen):
                self._found |= {text_of(row, "Id"): Outcome.READ for row in rows}
                yield rows
        except SourceRejected as refused:
            self.issues.append(_unread(entity, len(unseen), refused.message))
            self._found |= dict.fromkeys(unseen, Outcome.REFUSED)
        self._found |= {key: Outcome.ABSENT for key in unseen if key not in self._found}

    def lost(self, entity: Entity) -> bool:
        """Say whether something that is held was named and not found: then all ids have to be compared."""
        absent = tuple(sorted(key for key, found in self._found.items() if found is Outcome.ABSENT))
        if not absent:
            return False
        verdict = self.hand_over(Census(self.api.realm_id, entity.stream, None, (), False, only=absent))
        self._lost = frozenset(verdict.gone) if verdict is not None else frozenset()
        return bool(self._lost)

    def settle(self, entity: Entity) -> None:
        """Say what was found, after all ids were compared if they had to be.

        What seemed lost, and is not gone by that comparison, waits for the next reading.
        """
        waiting = self._waiting.get(entity.stream, {})
        found = {key: outcome for key, outcome in self._found.items() if key in waiting and key not in self._lost}
        found |= dict.fromkeys(self._gone, Outcome.GONE)
        if self._is_compared:
            found |= {key: Outcome.COMPARED for key in waiting if key not in found and key not in self._lost}
        self._close(entity, found)

    def refuse(self, entity: Entity) -> None:
        """Say that QuickBooks does not show this entity at all; the reading has an issue for that."""
        self._close(entity, dict.fromkeys(self._waiting.get(entity.stream, {}), Outcome.REFUSED))

    def _close(self, entity: Entity, found: Mapping[str, Outcome]) -> None:
        waiting = self._waiting.get(entity.stream, {})
        self._tell({waiting[key]: outcome for key, outcome in found.items()})
        self._found, self._lost, self._gone, self._is_compared = {}, frozenset(), set(), False

    def _tell(self, outcomes: Mapping[Announced, Outcome]) -> None:
        if self.kept is not None and outcomes:
            self.kept.settle(outcomes)


def _unread(entity: Entity, count: int, why: str) -> Issue:
    return Issue(
        code="quickbooks.announcement.unread",
        level=IssueLevel.WARNING,
        message=f"A webhook announced {count} change(s) of {entity.name} that QuickBooks does not show: {why}",
        where="QuickBooks",
        hint="What is held of them stays. If they are wanted, the user who connected must be allowed to see them.",
        facts={"stream": entity.stream, "count": count},
    )
