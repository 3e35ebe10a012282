"""Harmonize the parties of all companies: keys, clusters, crosswalk, golden parties, reviews.

A pure function of the source parties, the crosswalk so far (with people's decisions in it) and the moment. The order
of the parties does not matter, and a second run changes nothing. Vouchers are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from canonical.crosswalk import Crosswalk, CrosswalkEntry, GoldenParty, MatchRule
from canonical.errors import InvariantError
from canonical.identifiers import PanHolder
from canonical.issue import Issue, IssueLevel
from canonical.record import SourceRef
from harmonizer.clustering import cluster
from harmonizer.comparison import NAME_RESEMBLES_PERCENT, name_percent
from harmonizer.decisions import read_decisions
from harmonizer.party_keys import CompanyParty, PartyKeys, read_keys, source_order
from harmonizer.party_name import parse_name
from harmonizer.placement import place
from harmonizer.review import Review, propose
from harmonizer.survivorship import SurvivorshipPolicy, survive


@dataclass(frozen=True, slots=True, kw_only=True)
class Harmonization:
    """The outcome of one run.

    Attributes:
        golden: every golden party there is now, in the order of their first source parties.
        retired: ids that stood before and stand no more; they keep resolving through the crosswalk.
        crosswalk: as it stands after the run.
        crosswalk_changes: entries to store, new ones and ended ones, by ``entry_id``.
        reviews: pairs for a person to decide, the likeliest first.
        issues: what is wrong with the masters, and matches that deserve a look.
    """

    golden: tuple[GoldenParty, ...]
    retired: tuple[str, ...]
    crosswalk: Crosswalk
    crosswalk_changes: tuple[CrosswalkEntry, ...]
    reviews: tuple[Review, ...]
    issues: tuple[Issue, ...]


def harmonize(
    parties: Sequence[CompanyParty],
    crosswalk: Crosswalk,
    known_at: datetime,
    policy: SurvivorshipPolicy | None = None,
) -> Harmonization:
    """Match the parties of all companies of one tenant.

    Args:
        parties: every source party there is now, once each, in any order. One that is missing counts as deleted at
            its source, and its crosswalk entry ends.
        crosswalk: all entries of the tenant.
        known_at: the moment of the run (UTC).
        policy: survivorship.

    Raises:
        InvariantError: a source party is given twice.
    """
    by_source = _by_source(parties)
    read = {source: read_keys(member) for source, member in by_source.items()}
    keys = {source: found for source, (found, _) in read.items()}
    decisions = read_decisions(crosswalk.entries)
    clusters = cluster(keys, decisions)
    changes = place(clusters.members, keys, decisions, crosswalk, known_at)
    after = crosswalk.apply(changes)
    golden = tuple(survive([by_source[s] for s in members], keys, policy) for members in clusters.members)
    now = {party.golden_id for party in golden}
    return Harmonization(
        golden=golden,
        retired=tuple(sorted({entry.golden_id for entry in crosswalk.standing().values()} - now)),
        crosswalk=after,
        crosswalk_changes=changes,
        reviews=propose(clusters, keys, decisions),
        issues=(
            *(issue for _, issues in read.values() for issue in issues),
            *clusters.issues,
            *_names_that_disagree(golden, keys, after),
        ),
    )


def golden_parties(
    parties: Iterable[CompanyParty], crosswalk: Crosswalk, policy: SurvivorshipPolicy | None = None
) -> tuple[GoldenParty, ...]:
    """Compute golden parties as the crosswalk stands, without matching; for reading, and after an undo.

    Source parties the crosswalk does not know yet are left out.
    """
    by_source = _by_source(parties)
    keys = {source: read_keys(member)[0] for source, member in by_source.items()}
    groups: dict[str, list[CompanyParty]] = {}
    for source, entry in crosswalk.standing().items():
        if source in by_source:
            groups.setdefault(entry.golden_id, []).append(by_source[source])
    golden = [survive(members, keys, policy) for members in groups.values()]
    return tuple(sorted(golden, key=lambda party: source_order(party.members[0])))


def _by_source(parties: Iterable[CompanyParty]) -> dict[SourceRef, CompanyParty]:
    found: dict[SourceRef, CompanyParty] = {}
    for member in sorted(parties, key=lambda m: source_order(m.source)):
        if member.source in found:
            raise InvariantError("A source party is given twice.", source=str(member.source))
        found[member.source] = member
    return found


def _names_that_disagree(
    golden: Iterable[GoldenParty], keys: Mapping[SourceRef, PartyKeys], crosswalk: Crosswalk
) -> Iterable[Issue]:
    """Members merged by a number whose names are nothing alike: the number may have been typed on the wrong party."""
    standing = crosswalk.standing()
    for party in golden:
        words = parse_name(party.name).words
        for source in party.members if len(party.members) > 1 else ():
            percent = name_percent(words, keys[source].name.words)
            if percent < NAME_RESEMBLES_PERCENT and standing[source].rule is not MatchRule.MANUAL:
                yield _names_disagree(party, keys[source], standing[source], percent)


def _names_disagree(party: GoldenParty, keys: PartyKeys, entry: CrosswalkEntry, percent: int) -> Issue:
    is_person = keys.holder is PanHolder.INDIVIDUAL
    return Issue(
        code="harmonizer.party.names_disagree",
        level=IssueLevel.INFO if is_person else IssueLevel.WARNING,
        message=f"{keys.name.text} is the same legal entity as {party.name} by its number, but the names are "
        f"{percent} % alike.",
        where=f"{keys.name.text}, {'GSTIN' if keys.gstins else 'PAN'}",
        hint="One person may trade under several names. If the number is somebody else's, correct it in the master "
        "and undo the merge.",
        source=keys.source,
        facts={"golden_id": party.golden_id, "merge_id": entry.merge_id, "name_percent": percent},
    )
