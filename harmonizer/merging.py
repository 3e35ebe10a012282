"""What a person may do to the crosswalk: undo a merge, merge two parties, refuse a proposal.

Every command returns the entries to store, ended ones and new ones, and changes nothing itself. An undo lets the
entries that stood before stand again, unchanged, and keeps the parties apart from then on; a later manual merge takes
that back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from canonical.crosswalk import Crosswalk, CrosswalkEntry, MatchRule, MatchStep
from canonical.errors import RuleError
from canonical.record import SourceRef
from harmonizer.party_keys import source_order
from harmonizer.placement import Link, golden_id, merge_id, new_entry

Standing = Mapping[SourceRef, CrosswalkEntry]


class MergeRefused(RuleError):
    """The merge to undo, or the parties to merge or keep apart, are not as the command supposes."""

    default_code = "harmonizer.merge.refused"


def undo(crosswalk: Crosswalk, merge_id: str, known_at: datetime, by: str) -> tuple[CrosswalkEntry, ...]:
    """Undo one merge, now and for all later runs.

    The part that joined leaves the golden party together, and stands where it stood before. Whoever came to the golden
    party since stays with those that remain.

    Args:
        crosswalk: all entries.
        merge_id: of any entry the merge made.
        known_at: when it is undone (UTC).
        by: who undoes it.

    Returns:
        The entries to store.

    Raises:
        MergeRefused: no such merge, or undone already.
    """
    made = [entry for entry in crosswalk.entries if entry.merge_id == merge_id]
    if not merge_id or not made:
        sentence = f"There is no merge {merge_id!r} to undo."
        raise MergeRefused(sentence, code="harmonizer.merge.unknown", merge_id=merge_id)
    if any(entry.undone_at for entry in made):
        raise MergeRefused("This merge is undone already.", code="harmonizer.merge.undone", merge_id=merge_id)
    return _Undo(crosswalk=crosswalk, made=made, at=known_at, by=by).changes()


def merge(
    crosswalk: Crosswalk,
    left: SourceRef,
    right: SourceRef,
    known_at: datetime,
    by: str,
    *,
    evidence: tuple[MatchStep, ...] = (),
) -> tuple[CrosswalkEntry, ...]:
    """Put the golden parties of two source parties together on a person's word.

    Args:
        crosswalk: all entries.
        left: one source party.
        right: another; which is which does not matter.
        known_at: when (UTC).
        by: who says so.
        evidence: what the person saw, for example the steps of a review.

    Raises:
        MergeRefused: one of them is unknown, or they are one already.
    """
    standing = crosswalk.standing()
    sides = sorted((_members(source, standing) for source in (left, right)), key=lambda m: source_order(m[0]))
    if sides[0] == sides[1]:
        raise MergeRefused("The two are one party already.", code="harmonizer.merge.same")
    kept, joined = sides
    identity = merge_id(joined, kept, known_at)
    link = Link(rule=MatchRule.MANUAL, peers=kept, evidence=evidence)
    changes = []
    for source in joined:
        entry = standing[source]
        changes.append(replace(entry, ended_at=known_at))
        changes.append(new_entry(source, golden_id(kept), known_at, by, gstin=entry.gstin, link=link, merge=identity))
    return tuple(changes)


def keep_apart(
    crosswalk: Crosswalk, left: SourceRef, right: SourceRef, known_at: datetime, by: str
) -> tuple[CrosswalkEntry, ...]:
    """Refuse a proposal: the golden parties of two source parties are not one, whatever later runs find.

    It is kept as a merge that was undone the moment it was made.

    Raises:
        MergeRefused: one of them is unknown, or they are one party (then the merge is what must be undone).
    """
    standing = crosswalk.standing()
    kept, joined = sorted((_members(s, standing) for s in (left, right)), key=lambda m: source_order(m[0]))
    if kept == joined:
        raise MergeRefused("The two are one party; undo the merge that made them one.", code="harmonizer.merge.same")
    identity = merge_id(joined, kept, known_at)
    link = Link(rule=MatchRule.MANUAL, peers=kept)
    return tuple(
        replace(
            new_entry(source, golden_id(kept), known_at, by, gstin=standing[source].gstin, link=link, merge=identity),
            ended_at=known_at,
            undone_at=known_at,
            undone_by=by,
            apart_from=kept,
        )
        for source in joined
    )


def _members(source: SourceRef, standing: Standing) -> tuple[SourceRef, ...]:
    if source not in standing:
        raise MergeRefused("This source party is not in the crosswalk.", code="harmonizer.merge.unknown_party")
    golden = standing[source].golden_id
    return tuple(sorted((s for s, entry in standing.items() if entry.golden_id == golden), key=source_order))


class _Undo:
    """One undo: marks the entries of the merge, and gives both sides their places."""

    def __init__(self, *, crosswalk: Crosswalk, made: Sequence[CrosswalkEntry], at: datetime, by: str) -> None:
        self.made, self.at, self.by = made, at, by
        self.standing = crosswalk.standing()
        self.part = {entry.source for entry in made}
        self.undone_ids = {entry.entry_id for entry in made}
        self.history: dict[SourceRef, list[CrosswalkEntry]] = defaultdict(list)
        for entry in crosswalk.entries:
            if entry.undone_at is None and entry.entry_id not in self.undone_ids:
                self.history[entry.source].append(entry)

    def changes(self) -> tuple[CrosswalkEntry, ...]:
        found = {entry.entry_id: self._undone(entry) for entry in self.made}
        for members in self._touched():
            leaving = [source for source in members if source in self.part]
            staying = [source for source in members if source not in self.part]
            for group in filter(None, (leaving, staying)):
                for entry in self._stand_again(group):
                    found.setdefault(entry.entry_id, entry)
        return tuple(found.values())

    def _undone(self, entry: CrosswalkEntry) -> CrosswalkEntry:
        """Mark an entry; it keeps apart from all who share its golden party now, else from who vouched then."""
        together = _members(entry.source, self.standing) if entry.source in self.standing else ()
        rest = tuple(source for source in together if source not in self.part)
        return replace(
            entry,
            ended_at=entry.ended_at or self.at,
            undone_at=self.at,
            undone_by=self.by,
            apart_from=rest or tuple(source for source in entry.peers if source not in self.part),
        )

    def _touched(self) -> list[tuple[SourceRef, ...]]:
        """Return the golden parties that fall apart, or that stand on an entry of the merge."""
        here = {_members(source, self.standing) for source in self.part if source in self.standing}
        return [
            members
            for members in sorted(here, key=lambda m: source_order(m[0]))
            if not self.part.issuperset(members) or any(self.standing[s].entry_id in self.undone_ids for s in members)
        ]

    def _stand_again(self, group: list[SourceRef]) -> Iterator[CrosswalkEntry]:
        """Give one side its place: the entry it had there before if there is one, else a new one."""
        golden = golden_id(group)
        for source in group:
            entry = self.standing[source]
            if entry.golden_id == golden and entry.entry_id not in self.undone_ids:
                continue
            yield replace(entry, ended_at=self.at)
            earlier = [other for other in self.history[source] if other.golden_id == golden and other != entry]
            if earlier:
                yield replace(max(earlier, key=lambda other: (other.created_at, other.entry_id)), ended_at=None)
            else:
                yield new_entry(source, golden, self.at, self.by, gstin=entry.gstin)
