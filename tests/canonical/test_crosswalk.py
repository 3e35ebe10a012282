from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from canonical.codec import from_json, to_json
from canonical.crosswalk import (
    CompetingValue,
    Crosswalk,
    CrosswalkEntry,
    FieldOrigin,
    GoldenParty,
    MatchRule,
    MatchStep,
    Outcome,
)
from canonical.party import PartyRole
from canonical.record import SourceRef

T0 = datetime(2026, 4, 1, tzinfo=UTC)
A, B = (SourceRef("tally", "books", "ledgers", key) for key in "ab")


def entry(source: SourceRef, golden: str, day: int, ended: int | None = None) -> CrosswalkEntry:
    return CrosswalkEntry(
        entry_id=f"{source.key}{golden}{day}",
        source=source,
        golden_id=golden,
        created_at=T0 + timedelta(days=day),
        created_by="test",
        ended_at=None if ended is None else T0 + timedelta(days=ended),
    )


def test_the_standing_entry_is_the_last_made_that_holds() -> None:
    reopened, between = entry(B, "g_b", 0), entry(B, "g_a", 2, ended=4)
    crosswalk = Crosswalk((entry(A, "g_a", 0), between, reopened))
    assert {s.key: e.golden_id for s, e in crosswalk.standing().items()} == {"a": "g_a", "b": "g_b"}
    known = {day: crosswalk.standing(T0 + timedelta(days=day))[B].golden_id for day in (0, 1, 2, 3, 4, 5)}
    assert known == {0: "g_b", 1: "g_b", 2: "g_a", 3: "g_a", 4: "g_b", 5: "g_b"}
    assert crosswalk.standing(T0 - timedelta(days=1)) == {}


def test_old_ids_lead_to_where_their_source_parties_stand_today() -> None:
    crosswalk = Crosswalk((entry(A, "g_a", 0), entry(B, "g_b", 0, ended=1), entry(B, "g_a", 1)))
    assert crosswalk.find_golden_ids("g_b") == ("g_a",)
    assert crosswalk.find_golden_ids("g_a") == ("g_a",)
    assert crosswalk.find_golden_ids("g_c") == ()


def test_a_refused_proposal_never_held() -> None:
    refused = replace(entry(B, "g_a", 1, ended=1), undone_at=T0 + timedelta(days=1), apart_from=(A,))
    crosswalk = Crosswalk((entry(A, "g_a", 0), entry(B, "g_b", 0), refused))
    assert crosswalk.find_golden_ids("g_a") == ("g_a",)


def test_changes_replace_entries_by_their_id() -> None:
    first = entry(A, "g_a", 0)
    ended = replace(first, ended_at=T0 + timedelta(days=1))
    assert Crosswalk((first,)).apply([ended, entry(A, "g_b", 1)]).entries == (ended, entry(A, "g_b", 1))


def test_entries_and_golden_parties_survive_the_codec() -> None:
    step = MatchStep(step="gstin", outcome=Outcome.AGREES, left="x", right="x")
    full = replace(
        entry(A, "g_a", 0, ended=3),
        rule=MatchRule.GSTIN,
        merge_id="m",
        peers=(B,),
        evidence=(step,),
        undone_at=T0,
        undone_by="asha",
        apart_from=(B,),
    )
    golden = GoldenParty(
        golden_id="g_a",
        name="Sharma Traders",
        members=(A, B),
        roles=frozenset({PartyRole.CUSTOMER}),
        origins=(
            FieldOrigin(
                field="name", value="x", source=A, rule="all agree", competing=(CompetingValue(value="y", source=B),)
            ),
        ),
    )
    assert from_json(to_json(full)) == full
    assert from_json(to_json(golden)) == golden
    assert golden.companies == (("tally", "books"),)
