"""Pairs of golden parties that may be one, for a person to decide. Nothing here merges.

Names propose, and a shared phone or e-mail speaks for a weaker likeness. Proposals that any step vetoes (another PAN,
an LLP against a private company, another unit or number in the name) are not made, nor those a person refused before.
Candidates come from blocks, so the work grows with the parties, not with their square.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

from canonical.crosswalk import MatchStep, Outcome
from canonical.record import SourceRef
from harmonizer.clustering import Clusters
from harmonizer.comparison import (
    NAME_AGREES_PERCENT,
    NAME_RESEMBLES_PERCENT,
    agrees,
    compare,
    has_veto,
    name_percent,
)
from harmonizer.decisions import Decisions, Pair, pair
from harmonizer.party_keys import PartyKeys, source_order
from harmonizer.placement import golden_id
from harmonizer.sound import skeleton

BLOCK_MAX = 60
"""Larger blocks hold a common word, not candidates; their members still meet on a rarer one."""
CONTACT_PARTIES_MAX = 5
"""More golden parties than this on one phone: their accountant's."""
PREFIX_LENGTH = 8
WORD_LENGTH_MIN = 4
NOT_A_PARTY = frozenset({"cash", "cashsales", "cashsale", "countersales", "cashcustomer", "walkin", "walkincustomer"})
"""Names of ledgers for sales to nobody in particular; every company has one and they are not one party."""


class ReviewReason(StrEnum):
    """Why a pair is shown."""

    KEY = "key"
    """They share a GSTIN or PAN, but something kept the harmonizer from deciding."""
    NAME = "name"
    CONTACT = "contact"
    """A likeness of names that a shared phone or e-mail supports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One question: are these two golden parties one?

    Attributes:
        review_id: the same for the same two source parties in every run.
        left: the source party that made us ask; ``right`` likewise.
        score: 0 to 100, for the order of work only.
        steps: the comparison, for the person to see.
    """

    review_id: str
    left: SourceRef
    right: SourceRef
    left_golden_id: str
    right_golden_id: str
    reason: ReviewReason
    score: int
    steps: tuple[MatchStep, ...]


def propose(clusters: Clusters, keys: Mapping[SourceRef, PartyKeys], decisions: Decisions) -> tuple[Review, ...]:
    """Propose pairs, the likeliest first; one per two golden parties."""
    home = {source: members for members in clusters.members for source in members}
    undecided = set(clusters.undecided)
    keys = _without_common_contacts(keys, home)
    found: dict[tuple[str, str], Review] = {}
    for left, right in (*clusters.undecided, *_candidates(keys)):
        if home[left] == home[right] or _spoken_of(home[left], home[right], decisions):
            continue
        review = _judge(left, right, keys, home, is_undecided=(left, right) in undecided)
        if review is not None:
            ids = (review.left_golden_id, review.right_golden_id)
            found[ids] = min(found.get(ids, review), review, key=_order)
    return tuple(sorted(found.values(), key=_order))


def _judge(
    left: SourceRef,
    right: SourceRef,
    keys: Mapping[SourceRef, PartyKeys],
    home: Mapping[SourceRef, tuple[SourceRef, ...]],
    *,
    is_undecided: bool,
) -> Review | None:
    percent = name_percent(keys[left].name.words, keys[right].name.words)
    if not is_undecided and percent < NAME_RESEMBLES_PERCENT:
        return None
    first, second = sorted((left, right), key=lambda s: source_order(home[s][0]))
    steps = compare(keys[first], keys[second])
    has_contact = agrees(steps, "phone") or agrees(steps, "email")
    if not is_undecided and (has_veto(steps) or not (percent >= NAME_AGREES_PERCENT or has_contact)):
        return None
    by_name = ReviewReason.NAME if percent >= NAME_AGREES_PERCENT else ReviewReason.CONTACT
    return Review(
        review_id=f"rv_{_digest(first, second)}",
        left=first,
        right=second,
        left_golden_id=golden_id(home[first]),
        right_golden_id=golden_id(home[second]),
        reason=ReviewReason.KEY if is_undecided else by_name,
        score=100 if is_undecided else _score(percent, steps, has_contact=has_contact),
        steps=steps,
    )


def _score(percent: int, steps: tuple[MatchStep, ...], *, has_contact: bool) -> int:
    """Rank by name; places that differ speak against, contacts that agree speak for."""
    differing = sum(step.outcome is Outcome.DIFFERS for step in steps if step.step in {"city", "state"})
    return max(0, min(99, percent - 10 * differing + 5 * has_contact))


def _spoken_of(left: Iterable[SourceRef], right: tuple[SourceRef, ...], decisions: Decisions) -> bool:
    return bool(decisions.apart) and any(decisions.are_apart(a, b) for a in left for b in right)


def _candidates(keys: Mapping[SourceRef, PartyKeys]) -> Iterator[Pair]:
    blocks: dict[tuple[str, str], list[SourceRef]] = defaultdict(list)
    for source in sorted(keys, key=source_order):
        for block in _blocks(keys[source]):
            blocks[block].append(source)
    seen: set[Pair] = set()
    for _, holders in sorted(blocks.items()):
        if len(holders) > BLOCK_MAX:
            continue
        for left, right in combinations(holders, 2):
            found = pair(left, right)
            if found not in seen:
                seen.add(found)
                yield found


def _blocks(keys: PartyKeys) -> Iterator[tuple[str, str]]:
    name = keys.name
    if not name.words or name.compact_key in NOT_A_PARTY:
        return
    yield "name", name.compact_key
    yield "sound", "".join(sorted(map(skeleton, name.words)))
    yield "prefix", name.compact_key[:PREFIX_LENGTH]
    yield from (("word", word) for word in name.words if len(word) >= WORD_LENGTH_MIN)
    yield from (("phone", number) for number in keys.phones)
    yield from (("email", address) for address in keys.emails)


def _without_common_contacts(
    keys: Mapping[SourceRef, PartyKeys], home: Mapping[SourceRef, tuple[SourceRef, ...]]
) -> dict[SourceRef, PartyKeys]:
    """Drop phones and e-mails that too many golden parties give; they identify none of them."""
    holders: dict[str, set[SourceRef]] = defaultdict(set)
    for source, found in keys.items():
        for contact in found.phones | found.emails:
            holders[contact].add(home[source][0])
    common = {contact for contact, members in holders.items() if len(members) > CONTACT_PARTIES_MAX}
    if not common:
        return dict(keys)
    return {s: replace(k, phones=k.phones - common, emails=k.emails - common) for s, k in keys.items()}


def _order(review: Review) -> tuple[int, str, str]:
    return -review.score, review.left_golden_id, review.right_golden_id


def _digest(left: SourceRef, right: SourceRef) -> str:
    return hashlib.sha256(f"{left}\x1f{right}".encode()).hexdigest()[:20]
