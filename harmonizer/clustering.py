"""Put source parties together that are one legal entity.

Three passes, each over sorted keys so that the order of arrival cannot matter: what people put together, then equal
GSTINs, then equal PANs. Two clusters are never joined against a person's word or with two different PANs; on a PAN
alone also not if their names show legal forms that exclude each other (an LLP and a private company).

Where some holders of a key exclude each other, a party that fits more than one side is not guessed into either: it
stays apart and becomes a review. One exception keeps what belongs together: holders that exclude the *same* others
are one side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from canonical.issue import Issue, IssueLevel
from canonical.record import SourceRef
from harmonizer.decisions import Decisions, Pair, pair
from harmonizer.party_keys import PartyKeys, source_order

NAMES_PER_KEY_MAX = 25
"""More different names than this under one number: a placeholder copied from ledger to ledger, not an identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """The outcome.

    Attributes:
        members: every source party once, each cluster sorted, clusters in the order of their first member.
        undecided: pairs that share a key and were left apart for a person to decide.
        issues: what could not be followed.
    """

    members: tuple[tuple[SourceRef, ...], ...]
    undecided: tuple[Pair, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(slots=True)
class _Cluster:
    """A growing cluster and what speaks against joining it with another."""

    members: list[SourceRef]
    pans: set[str]
    families: set[str]
    apart: set[SourceRef]


@dataclass(slots=True)
class _Work:
    """Clusters under way; ``home`` finds the cluster of a source party."""

    home: dict[SourceRef, _Cluster]
    undecided: set[Pair] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)

    def join(self, left: _Cluster, right: _Cluster) -> None:
        if left is right:
            return
        small, large = sorted((left, right), key=lambda c: len(c.members))
        large.members += small.members
        large.pans |= small.pans
        large.families |= small.families
        large.apart |= small.apart
        for source in small.members:
            self.home[source] = large


Conflict = Callable[[_Cluster, _Cluster], bool]


def cluster(keys: Mapping[SourceRef, PartyKeys], decisions: Decisions) -> Clusters:
    """Cluster all source parties.

    Args:
        keys: of every source party there is.
        decisions: what people said about pairs.
    """
    work = _Work(home={source: _alone(keys[source]) for source in sorted(keys, key=source_order)})
    for left, right in decisions.apart:
        if left in work.home and right in work.home:
            work.home[left].apart.add(right)
            work.home[right].apart.add(left)
    _join_decided(work, keys, decisions)
    for kind, groups, conflict in (
        ("GSTIN", _group((k.source, k.gstins) for k in keys.values()), _excluded),
        ("PAN", _group((k.source, (k.pan,)) for k in keys.values() if k.pan), _excluded_on_pan),
    ):
        for number in sorted(groups):
            if _is_placeholder(groups[number], keys):
                work.issues.append(_overused(kind, number, len(groups[number])))
            else:
                _join_group(work, groups[number], conflict)
    return _finish(work)


def _alone(keys: PartyKeys) -> _Cluster:
    families = {keys.name.legal_form.family} if keys.name.legal_form else set()
    return _Cluster(members=[keys.source], pans={keys.pan} if keys.pan else set(), families=families, apart=set())


def _finish(work: _Work) -> Clusters:
    distinct = {id(found): found for found in work.home.values()}.values()
    members = sorted((tuple(sorted(c.members, key=source_order)) for c in distinct), key=lambda m: source_order(m[0]))
    undecided = {p for p in work.undecided if work.home[p[0]] is not work.home[p[1]]}
    order = sorted(undecided, key=lambda p: (source_order(p[0]), source_order(p[1])))
    return Clusters(members=tuple(members), undecided=tuple(order), issues=tuple(work.issues))


def _excluded(left: _Cluster, right: _Cluster) -> bool:
    small, large = sorted((left, right), key=lambda c: len(c.apart))
    if small.apart and not small.apart.isdisjoint(large.members):
        return True
    return bool(left.pans and right.pans) and left.pans.isdisjoint(right.pans)


def _excluded_on_pan(left: _Cluster, right: _Cluster) -> bool:
    forms_differ = bool(left.families and right.families) and left.families.isdisjoint(right.families)
    return forms_differ or _excluded(left, right)


def _join_decided(work: _Work, keys: Mapping[SourceRef, PartyKeys], decisions: Decisions) -> None:
    for left, right in sorted(decisions.together, key=lambda p: (source_order(p[0]), source_order(p[1]))):
        if left not in work.home or right not in work.home:
            continue
        if _excluded(work.home[left], work.home[right]):
            work.issues.append(_decision_contradicted(keys[left], keys[right]))
        else:
            work.join(work.home[left], work.home[right])


def _join_group(work: _Work, holders: Sequence[SourceRef], conflict: Conflict) -> None:
    """Join the clusters that hold one key, as far as they do not exclude each other."""
    found = list({id(work.home[source]): work.home[source] for source in holders}.values())
    excluded: dict[int, set[int]] = {id(c): set() for c in found}
    for left, right in combinations(found, 2) if _may_conflict(found) else ():
        if conflict(left, right):
            excluded[id(left)].add(id(right))
            excluded[id(right)].add(id(left))
    sides: dict[frozenset[int], list[_Cluster]] = defaultdict(list)
    for one in found:
        sides[frozenset(excluded[id(one)])].append(one)
    if len(sides) > 1:
        work.undecided |= _open_pairs(work, holders, excluded)
    for side in sides.values():
        for other in side[1:]:
            work.join(work.home[side[0].members[0]], work.home[other.members[0]])


def _may_conflict(found: Sequence[_Cluster]) -> bool:
    """Most keys have nothing that could exclude; only the rest pay for comparing every two."""
    pans = set().union(*(c.pans for c in found))
    families = set().union(*(c.families for c in found))
    return len(pans) > 1 or len(families) > 1 or any(c.apart for c in found)


def _open_pairs(work: _Work, holders: Sequence[SourceRef], excluded: Mapping[int, set[int]]) -> set[Pair]:
    """Pairs of first holders that a person should look at: same key, not joined, not kept apart by anybody."""
    first: dict[int, SourceRef] = {}
    for source in holders:
        first.setdefault(id(work.home[source]), source)
    pairs = set()
    for (left_id, left), (right_id, right) in combinations(first.items(), 2):
        same_side = excluded[left_id] == excluded[right_id]
        spoken = not work.home[left].apart.isdisjoint(work.home[right].members)
        if not same_side and not spoken:
            pairs.add(pair(left, right))
    return pairs


def _group(rows: Iterable[tuple[SourceRef, tuple[str, ...]]]) -> dict[str, list[SourceRef]]:
    groups: dict[str, list[SourceRef]] = defaultdict(list)
    for source, numbers in rows:
        for number in numbers:
            groups[number].append(source)
    return {number: sorted(holders, key=source_order) for number, holders in groups.items() if len(holders) > 1}


def _is_placeholder(holders: Sequence[SourceRef], keys: Mapping[SourceRef, PartyKeys]) -> bool:
    return len({keys[source].name.compact_key for source in holders}) > NAMES_PER_KEY_MAX


def _overused(kind: str, number: str, count: int) -> Issue:
    return Issue(
        code="harmonizer.key.overused",
        level=IssueLevel.WARNING,
        message=f"{count} parties of more than {NAMES_PER_KEY_MAX} different names have the {kind} {number}; "
        "it is not used to recognise them.",
        where=f"{kind} {number}",
        hint="If it is a placeholder, remove it from the masters.",
        facts={"number": number, "parties": count},
    )


def _decision_contradicted(left: PartyKeys, right: PartyKeys) -> Issue:
    return Issue(
        code="harmonizer.merge.contradicted",
        level=IssueLevel.ACTION_REQUIRED,
        message=f"{left.name.text} and {right.name.text} were merged by hand, but their PANs now differ; "
        "they stand apart.",
        where=f"{left.name.text}, PAN {left.pan}; {right.name.text}, PAN {right.pan}",
        hint="Correct the wrong PAN or GSTIN in its master, or undo the merge.",
        source=left.source,
        facts={"other": str(right.source)},
    )
