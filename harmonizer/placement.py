"""Turn clusters into crosswalk entries: who stays, who moves, by which merge, on whose evidence.

A golden party's id is made of its first source party's address, so it is the same whatever arrived first and whatever
was merged and undone on the way. In a cluster the part that holds the first source party stays; every other part that
stood elsewhere joins it by a merge of its own, which can be undone on its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from canonical.crosswalk import Crosswalk, CrosswalkEntry, MatchRule, MatchStep
from canonical.errors import InvariantError
from canonical.record import SourceRef
from harmonizer.comparison import compare
from harmonizer.decisions import Decisions
from harmonizer.party_keys import PartyKeys, source_order

BY_HARMONIZER = "harmonizer"
_ID_BYTES = 10


def golden_id(members: Sequence[SourceRef]) -> str:
    """Return the id of the golden party of these source parties."""
    return f"gp_{_digest(min(members, key=source_order))}"


def merge_id(joined: Sequence[SourceRef], kept: Sequence[SourceRef], at: datetime) -> str:
    """Return the id of the merge that brings one part to another at a moment."""
    parts = (*sorted(joined, key=source_order), "into", *sorted(kept, key=source_order), at.isoformat())
    return f"pm_{_digest(*parts)}"


def new_entry(
    source: SourceRef,
    golden: str,
    at: datetime,
    by: str,
    *,
    gstin: str = "",
    link: Link | None = None,
    merge: str = "",
) -> CrosswalkEntry:
    """Build an entry; without a link the source party stands alone."""
    rule = link.rule if link else MatchRule.ALONE
    return CrosswalkEntry(
        entry_id=f"xw_{_digest(source, golden, gstin, rule, merge, at.isoformat())}",
        source=source,
        golden_id=golden,
        created_at=at,
        created_by=by,
        gstin=gstin,
        rule=rule,
        merge_id=merge,
        peers=link.peers if link else (),
        evidence=link.evidence if link else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Why a part belongs to another: the rule, who vouches, and the comparison of the two."""

    rule: MatchRule
    peers: tuple[SourceRef, ...]
    evidence: tuple[MatchStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Computes the entries that bring a crosswalk to the clusters found at a moment."""

    keys: Mapping[SourceRef, PartyKeys]
    decisions: Decisions
    standing: Mapping[SourceRef, CrosswalkEntry]
    at: datetime

    def changes(self, clusters: Sequence[tuple[SourceRef, ...]]) -> tuple[CrosswalkEntry, ...]:
        """Return ended and new entries; nothing if the crosswalk stands as found."""
        found = [entry for members in clusters for entry in self._place(members)]
        gone = sorted(self.standing.keys() - self.keys.keys(), key=source_order)
        found += [replace(self.standing[source], ended_at=self.at) for source in gone]
        return tuple(found)

    def _place(self, members: tuple[SourceRef, ...]) -> Iterator[CrosswalkEntry]:
        golden = golden_id(members)
        kept_part, *waiting = self._parts(members)
        for source in kept_part:
            yield from self._stay(source, golden, members)
        kept = _Kept.of(kept_part, self.keys)
        while waiting:
            left_over = []
            for part in waiting:
                link = self._find_link(part, kept)
                if link is None:
                    left_over.append(part)
                    continue
                merge = merge_id(part, kept.members, self.at)
                for source in part:
                    yield from self._move(source, golden, link, merge)
                kept.add(part, self.keys)
            if len(left_over) == len(waiting):
                raise InvariantError("A cluster holds source parties that nothing links.", golden_id=golden)
            waiting = left_over

    def _parts(self, members: tuple[SourceRef, ...]) -> list[tuple[SourceRef, ...]]:
        """Split a cluster by where its members stand today; the part that keeps its place comes first."""
        parts: dict[str, list[SourceRef]] = {}
        for source in members:
            entry = self.standing.get(source)
            parts.setdefault(entry.golden_id if entry else f"new {source}", []).append(source)
        return [tuple(part) for part in parts.values()]

    def _stay(self, source: SourceRef, golden: str, members: tuple[SourceRef, ...]) -> Iterator[CrosswalkEntry]:
        entry, gstin = self.standing.get(source), self.keys[source].gstin
        if entry is None:
            yield new_entry(source, golden, self.at, BY_HARMONIZER, gstin=gstin)
            return
        link = self._renew_link(entry, members)
        if (entry.golden_id, entry.gstin, entry.rule) == (golden, gstin, link.rule if link else MatchRule.ALONE):
            return
        yield replace(entry, ended_at=self.at)
        merge = entry.merge_id if link else ""
        yield new_entry(source, golden, self.at, BY_HARMONIZER, gstin=gstin, link=link, merge=merge)

    def _renew_link(self, entry: CrosswalkEntry, members: tuple[SourceRef, ...]) -> Link | None:
        """Keep an entry's reason while one who vouches is still there; else find another, or none."""
        if entry.rule is MatchRule.ALONE or len(members) == 1:
            return None
        if any(peer in members for peer in entry.peers):
            return Link(rule=entry.rule, peers=entry.peers, evidence=entry.evidence)
        others = tuple(source for source in members if source != entry.source)
        return self._find_link((entry.source,), _Kept.of(others, self.keys)) if entry.source != members[0] else None

    def _move(self, source: SourceRef, golden: str, link: Link, merge: str) -> Iterator[CrosswalkEntry]:
        if source in self.standing:
            yield replace(self.standing[source], ended_at=self.at)
        gstin = self.keys[source].gstin
        yield new_entry(source, golden, self.at, BY_HARMONIZER, gstin=gstin, link=link, merge=merge)

    def _find_link(self, part: tuple[SourceRef, ...], kept: _Kept) -> Link | None:
        """Find the strongest reason: the same registration, the same entity, a person's word."""
        for rule, pairs in (
            (MatchRule.GSTIN, ((s, kept.by_gstin.get(n)) for s in part for n in self.keys[s].gstins)),
            (MatchRule.PAN, ((s, kept.by_pan.get(self.keys[s].pan)) for s in part)),
            (MatchRule.MANUAL, ((s, self._find_partner(s, kept)) for s in part)),
        ):
            source, peer = next(((s, p) for s, p in pairs if p is not None), (None, None))
            if source and peer:
                return Link(rule=rule, peers=(peer,), evidence=compare(self.keys[source], self.keys[peer]))
        return None

    def _find_partner(self, source: SourceRef, kept: _Kept) -> SourceRef | None:
        """Return the first kept source party that a person put together with this one."""
        partners = {other for found in self.decisions.together if source in found for other in found}
        return next((member for member in kept.members if member in partners), None)


@dataclass(slots=True)
class _Kept:
    """The part that others join, with its keys at hand."""

    members: list[SourceRef] = field(default_factory=list)
    by_gstin: dict[str, SourceRef] = field(default_factory=dict)
    by_pan: dict[str, SourceRef] = field(default_factory=dict)

    @classmethod
    def of(cls, members: Sequence[SourceRef], keys: Mapping[SourceRef, PartyKeys]) -> _Kept:
        kept = cls()
        kept.add(members, keys)
        return kept

    def add(self, members: Sequence[SourceRef], keys: Mapping[SourceRef, PartyKeys]) -> None:
        self.members.extend(members)
        for source in members:
            for number in keys[source].gstins:
                self.by_gstin.setdefault(number, source)
            if keys[source].pan:
                self.by_pan.setdefault(keys[source].pan, source)


def place(
    clusters: Sequence[tuple[SourceRef, ...]],
    keys: Mapping[SourceRef, PartyKeys],
    decisions: Decisions,
    crosswalk: Crosswalk,
    known_at: datetime,
) -> tuple[CrosswalkEntry, ...]:
    """Return the entries to write so that the crosswalk stands as the clusters say."""
    standing = crosswalk.standing()
    changes = Placement(keys=keys, decisions=decisions, standing=standing, at=known_at).changes(clusters)
    return *_surplus(crosswalk, standing, known_at), *changes


def _surplus(
    crosswalk: Crosswalk, standing: Mapping[SourceRef, CrosswalkEntry], at: datetime
) -> Iterator[CrosswalkEntry]:
    """End entries that another one stands in front of: two runs at the same time may both have placed a party."""
    for entry in crosswalk.entries:
        if entry.ended_at is None and entry.entry_id != standing[entry.source].entry_id:
            yield replace(entry, ended_at=at)


def _digest(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[: 2 * _ID_BYTES]
