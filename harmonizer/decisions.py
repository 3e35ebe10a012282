"""What people decided about pairs of source parties, read out of the crosswalk's history. The latest word counts.

A manual merge puts its party together with those on the other side; an undone merge and a refused proposal keep
parties apart. The harmonizer itself decides nothing here: what it merged by a key it may merge again, unless undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from canonical.crosswalk import CrosswalkEntry, MatchRule
from canonical.record import SourceRef
from harmonizer.party_keys import source_order

Pair = tuple[SourceRef, SourceRef]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Pairs that must, and pairs that must not, be one party; each pair in source order."""

    together: frozenset[Pair] = frozenset()
    apart: frozenset[Pair] = frozenset()

    def are_apart(self, left: SourceRef, right: SourceRef) -> bool:
        """Say whether a person keeps the two apart."""
        return pair(left, right) in self.apart


def pair(left: SourceRef, right: SourceRef) -> Pair:
    """Order two source parties."""
    return (left, right) if source_order(left) <= source_order(right) else (right, left)


def read_decisions(entries: Iterable[CrosswalkEntry]) -> Decisions:
    """Read the decisions in force; of two at the same moment, keeping apart is the cautious one."""
    latest: dict[Pair, tuple[datetime, bool]] = {}
    for entry in entries:
        for found, word in _words(entry):
            latest[found] = max(word, latest.get(found, word))
    return Decisions(
        together=frozenset(found for found, (_, is_apart) in latest.items() if not is_apart),
        apart=frozenset(found for found, (_, is_apart) in latest.items() if is_apart),
    )


def _words(entry: CrosswalkEntry) -> Iterator[tuple[Pair, tuple[datetime, bool]]]:
    if entry.undone_at is not None:
        for other in entry.apart_from:
            yield pair(entry.source, other), (entry.undone_at, True)
    elif entry.rule is MatchRule.MANUAL:
        for other in entry.peers:
            yield pair(entry.source, other), (entry.created_at, False)
