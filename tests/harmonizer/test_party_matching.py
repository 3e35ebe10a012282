"""What is matched and what is not, and the laws: order does not matter, twice is once, no entity holds two PANs."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.crosswalk import Crosswalk, MatchRule, Outcome
from canonical.errors import InvariantError
from harmonizer import CompanyParty, Harmonization, ReviewReason, golden_parties, harmonize, render_steps
from harmonizer.clustering import NAMES_PER_KEY_MAX
from tests.harmonizer.parties import at, member, ref, registration

PANS = ["AAACS1234K", "AAAFS5678L", "AAAPR4321M"]
NAMES = ["Sharma Traders", "M/s Sharma Traders Pvt Ltd", "Sharma Traders LLP", "Gupta Stores", "Gupta & Sons HUF"]


def run(*parties: CompanyParty, crosswalk: Crosswalk | None = None, day: int = 1) -> Harmonization:
    return harmonize(parties, crosswalk or Crosswalk(), at(day))


def groups(result: Harmonization) -> list[set[str]]:
    return [{source.key for source in party.members} for party in result.golden]


def test_equal_gstins_are_one_registration_of_one_party() -> None:
    number = registration(PANS[0])
    result = run(member("a", number=number), member("b", "SHARMA TRADERS", "books-2", number=number.lower()))
    (golden,) = result.golden
    entry = result.crosswalk.standing()[ref("b", "books-2")]
    assert golden.members == (ref("a"), ref("b", "books-2"))
    assert (entry.rule, entry.gstin, entry.golden_id) == (MatchRule.GSTIN, number, golden.golden_id)
    assert entry.peers == (ref("a"),)
    assert "gstin: agrees" in render_steps(entry.evidence)


def test_equal_pans_in_two_states_are_one_entity_with_two_registrations() -> None:
    indore, mumbai = registration(PANS[0], "23"), registration(PANS[0], "27")
    result = run(member("a", number=indore), member("b", company="books-2", number=mumbai))
    (golden,) = result.golden
    assert [r.gstin for r in golden.registrations] == [indore, mumbai]
    standing = result.crosswalk.standing()
    assert [standing[source].gstin for source in golden.members] == [indore, mumbai]
    assert standing[ref("b", "books-2")].rule is MatchRule.PAN


def test_a_given_pan_meets_a_gstin_that_holds_it() -> None:
    result = run(member("a", number=registration(PANS[0])), member("b", company="books-2", pan=PANS[0]))
    assert groups(result) == [{"a", "b"}]


def test_a_name_alone_never_merges_and_becomes_a_review() -> None:
    result = run(member("a"), member("b", "M/s. Sharma Traders, Indore", "books-2"))
    assert groups(result) == [{"a"}, {"b"}]
    (review,) = result.reviews
    assert (review.left, review.right, review.reason) == (ref("a"), ref("b", "books-2"), ReviewReason.NAME)


def test_two_pans_are_two_entities_whatever_the_name() -> None:
    result = run(member("a", pan=PANS[0]), member("b", company="books-2", pan=PANS[1]))
    assert groups(result) == [{"a"}, {"b"}]
    assert not result.reviews


def test_a_wrong_check_character_matches_nothing() -> None:
    number = registration(PANS[0])
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    result = run(member("a", number=wrong), member("b", "Other Name", "books-2", number=wrong))
    assert groups(result) == [{"a"}, {"b"}]
    assert [issue.code for issue in result.issues] == ["harmonizer.party.gstin_invalid"] * 2


def test_a_pan_shared_by_forms_that_exclude_each_other_is_left_to_a_person() -> None:
    result = run(
        member("a", "Sharma Traders Pvt Ltd", pan=PANS[0]), member("b", "Sharma Traders LLP", "books-2", pan=PANS[0])
    )
    assert groups(result) == [{"a"}, {"b"}]
    (review,) = result.reviews
    assert review.reason is ReviewReason.KEY
    assert {step.step for step in review.steps if step.outcome is Outcome.VETO} == {"legal form"}


def test_a_later_contradiction_puts_an_earlier_merge_before_a_person_again() -> None:
    parties = [member("a", pan=PANS[0]), member("b", "Sharma Traders LLP", "books-2", pan=PANS[0])]
    first = run(*parties)
    assert groups(first) == [{"a", "b"}]
    company = member("c", "Sharma Traders Pvt Ltd", "books-3", pan=PANS[0])
    second = run(*parties, company, crosswalk=first.crosswalk, day=2)
    assert groups(second) == [{"a"}, {"b"}, {"c"}]
    assert {review.reason for review in second.reviews} == {ReviewReason.KEY}


def test_one_person_under_two_trade_names_is_one_entity_and_is_mentioned() -> None:
    result = run(member("a", "Sharma Traders", pan=PANS[2]), member("b", "Balaji Cloth House", "books-2", pan=PANS[2]))
    assert groups(result) == [{"a", "b"}]
    assert [issue.code for issue in result.issues] == ["harmonizer.party.names_disagree"]


def test_a_number_copied_to_many_names_is_a_placeholder() -> None:
    parties = [member(f"p{i:02}", f"{chr(65 + i)}arvind Stores", pan=PANS[0]) for i in range(NAMES_PER_KEY_MAX + 1)]
    result = run(*parties)
    assert len(result.golden) == len(parties)
    assert "harmonizer.key.overused" in [issue.code for issue in result.issues]
    assert groups(run(*parties[:-1])) == [{p.source.key for p in parties[:-1]}]


def test_the_crosswalk_can_be_read_as_it_was_known() -> None:
    first = run(member("a", number=registration(PANS[0])), member("b", company="books-2"), day=1)
    parties = [
        member("a", number=registration(PANS[0])),
        member("b", company="books-2", number=registration(PANS[0])),
    ]
    second = run(*parties, crosswalk=first.crosswalk, day=5)
    assert groups(second) == [{"a", "b"}]
    then, before = second.crosswalk.standing(at(3)), first.crosswalk.standing()
    assert {s: e.golden_id for s, e in then.items()} == {s: e.golden_id for s, e in before.items()}
    assert second.retired == (first.golden[1].golden_id,)
    assert second.crosswalk.find_golden_ids(first.golden[1].golden_id) == (second.golden[0].golden_id,)


def test_a_smaller_address_that_arrives_later_gives_the_id_and_the_old_one_resolves() -> None:
    number = registration(PANS[0])
    first = run(member("m", number=number), member("n", company="books-2", number=number))
    both = [member("m", number=number), member("n", company="books-2", number=number)]
    second = run(*both, member("a", number=number), crosswalk=first.crosswalk, day=2)
    (golden,) = second.golden
    assert golden.members[0] == ref("a")
    assert second.crosswalk.find_golden_ids(first.golden[0].golden_id) == (golden.golden_id,)
    assert second.golden == run(member("a", number=number), *both).golden


def test_a_party_deleted_at_its_source_leaves_and_may_come_back() -> None:
    number = registration(PANS[0])
    parties = [member("a", number=number), member("b", company="books-2", number=number)]
    first = run(*parties)
    gone = run(parties[1], crosswalk=first.crosswalk, day=2)
    assert set(gone.crosswalk.standing()) == {ref("b", "books-2")}
    assert gone.crosswalk.standing()[ref("b", "books-2")].rule is MatchRule.ALONE
    back = run(*parties, crosswalk=gone.crosswalk, day=3)
    assert back.golden == first.golden


def test_a_corrected_number_takes_the_party_out_again() -> None:
    number = registration(PANS[0])
    first = run(member("a", number=number), member("b", company="books-2", number=number))
    corrected = member("b", company="books-2", number=registration(PANS[1]))
    second = run(member("a", number=number), corrected, crosswalk=first.crosswalk, day=2)
    assert groups(second) == [{"a"}, {"b"}]


def test_two_runs_at_once_are_put_right_by_the_next() -> None:
    number = registration(PANS[0])
    parties = [member("a", number=number), member("b", company="books-2", number=number)]
    once, twice = run(*parties, day=1), run(*parties, day=2)
    both = once.crosswalk.apply(twice.crosswalk_changes)
    after = run(*parties, crosswalk=both, day=3)
    assert after.golden == once.golden
    assert len([entry for entry in after.crosswalk.entries if entry.ended_at is None]) == len(parties)
    assert run(*parties, crosswalk=after.crosswalk, day=4).crosswalk_changes == ()


def test_a_source_party_given_twice_is_our_error() -> None:
    with pytest.raises(InvariantError):
        run(member("a"), member("a"))


def test_golden_parties_can_be_read_without_matching() -> None:
    number = registration(PANS[0])
    parties = [member("a", number=number), member("b", company="books-2", number=number)]
    result = run(*parties)
    assert golden_parties([*parties, member("new")], result.crosswalk) == result.golden


members = st.builds(
    member,
    key=st.sampled_from("abcdef"),
    name=st.sampled_from(NAMES),
    company=st.sampled_from(["books-1", "books-2", "books-3"]),
    number=st.sampled_from(["", *(registration(p, s) for p in PANS for s in ("23", "27")), "23AAACS1234K1Z0"]),
    pan=st.sampled_from(["", *PANS]),
    phone=st.sampled_from(["", "9826012345", "9826054321"]),
    seen=st.integers(0, 3),
)
worlds = st.lists(members, max_size=9, unique_by=lambda m: m.source)


@given(worlds, st.randoms(use_true_random=False))
def test_the_order_of_arrival_in_a_run_does_not_matter(world: list[CompanyParty], shuffle: random.Random) -> None:
    other = world.copy()
    shuffle.shuffle(other)
    assert run(*world) == run(*other)


@given(worlds, st.randoms(use_true_random=False), st.integers(0, 9))
def test_the_order_of_arrival_across_runs_does_not_matter(
    world: list[CompanyParty], shuffle: random.Random, cut: int
) -> None:
    at_once = run(*world)
    order = world.copy()
    shuffle.shuffle(order)
    first = run(*order[:cut])
    then = run(*order, crosswalk=first.crosswalk, day=2)
    assert then.golden == at_once.golden
    assert then.reviews == at_once.reviews


@given(worlds)
def test_a_second_run_changes_nothing(world: list[CompanyParty]) -> None:
    first = run(*world)
    second = run(*world, crosswalk=first.crosswalk, day=2)
    assert second.crosswalk_changes == ()
    assert (second.golden, second.retired) == (first.golden, ())


@given(worlds)
@settings(max_examples=200)
def test_every_source_party_stands_once_and_no_entity_has_two_pans(world: list[CompanyParty]) -> None:
    result = run(*world)
    assert sorted(s.key + s.company for g in result.golden for s in g.members) == sorted(
        m.source.key + m.source.company for m in world
    )
    standing = result.crosswalk.standing()
    for golden in result.golden:
        assert {standing[source].golden_id for source in golden.members} == {golden.golden_id}
        assert len({r.gstin[2:12] for r in golden.registrations} | ({golden.pan} - {""})) <= 1
        assert all(standing[s].rule in {MatchRule.ALONE, MatchRule.GSTIN, MatchRule.PAN} for s in golden.members)
        if len(golden.members) > 1:
            assert golden.pan


@given(worlds)
def test_every_merge_is_explained_by_a_key_both_sides_share(world: list[CompanyParty]) -> None:
    for entry in run(*world).crosswalk.standing().values():
        if entry.rule is not MatchRule.ALONE:
            agreed = {step.step for step in entry.evidence if step.outcome is Outcome.AGREES}
            assert entry.rule.value in agreed
            assert entry.merge_id
            assert entry.peers
