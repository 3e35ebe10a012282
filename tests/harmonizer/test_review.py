"""What is proposed to a person: likely pairs, never vetoed ones, and no flood."""

from __future__ import annotations

import pytest

from canonical.party import Address
from harmonizer import ReviewReason
from harmonizer.review import CONTACT_PARTIES_MAX
from tests.harmonizer.parties import member, ref, registration
from tests.harmonizer.test_party_matching import PANS, run


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Sharma Traders", "M/s. SHARMA TRADERS"),
        ("Sharma Traders", "Sharma Traders Pvt Ltd"),
        ("Sharma Traders", "Traders Sharma"),
        ("Tech Mart", "Techmart"),
        ("Shree Ganesh Engineering Works", "Shree Ganesh Engg. Works"),
        ("Sharma Traders", "Sharma Tradrs"),
        ("Sharma Traders", "Sharmaa Trader's"),
        ("Chaudhary Cloth Centre", "Choudhary Cloth Center"),
    ],
)
def test_likely_names_are_proposed(left: str, right: str) -> None:
    (review,) = run(member("a", left), member("b", right, "books-2")).reviews
    assert review.reason is ReviewReason.NAME
    assert review.score >= 90


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Sharma Traders LLP", "Sharma Traders Pvt Ltd"),
        ("Sharma Traders Unit-I", "Sharma Traders Unit-II"),
        ("Sharma Traders 1", "Sharma Traders 2"),
        ("Sharma Traders", "Verma Traders"),
        ("Cash Sales", "Cash Sales"),
    ],
)
def test_vetoed_and_unlike_names_are_not(left: str, right: str) -> None:
    assert not run(member("a", left), member("b", right, "books-2")).reviews


def test_two_different_pans_are_never_proposed() -> None:
    assert not run(member("a", number=registration(PANS[0])), member("b", company="books-2", pan=PANS[1])).reviews


def test_a_shared_phone_supports_a_weaker_likeness() -> None:
    assert not run(member("a", "Sharma Trading House"), member("b", "Sharma Trading", "books-2")).reviews
    close = (
        member("a", "Sharma Trading House", phone="9826012345"),
        member("b", "Sharma Trading", "books-2", phone="+91-98260-12345"),
    )
    (review,) = run(*close).reviews
    assert review.reason is ReviewReason.CONTACT


def test_the_accountants_phone_proposes_nobody() -> None:
    parties = [
        member(f"p{i}", f"Sharma Trading {word}", phone="9826012345")
        for i, word in enumerate(["House", "Home", "Hub", "Haat", "Hall", "Hill"])
    ]
    assert len(parties) > CONTACT_PARTIES_MAX
    assert all(review.reason is not ReviewReason.CONTACT for review in run(*parties).reviews)


def test_duplicates_within_one_company_are_proposed_too() -> None:
    (review,) = run(member("a"), member("b", "Sharma Traders (Indore)")).reviews
    assert (review.left, review.right) == (ref("a"), ref("b"))


def test_places_that_differ_lower_the_rank() -> None:
    here, there = Address(state="Madhya Pradesh"), Address(state="Kerala")
    (near,) = run(member("a", addresses=(here,)), member("b", company="books-2", addresses=(here,))).reviews
    (far,) = run(member("a", addresses=(here,)), member("b", company="books-2", addresses=(there,))).reviews
    assert far.score < near.score


def test_one_question_per_two_golden_parties_the_likeliest_first() -> None:
    number = registration(PANS[0])
    result = run(
        member("a", number=number),
        member("b", company="books-2", number=number),
        member("c", "Sharma Traders", "books-3"),
        member("d", "Sharma Tradrs", "books-4"),
    )
    assert len(result.reviews) == 3
    assert [r.score for r in result.reviews] == sorted((r.score for r in result.reviews), reverse=True)
    assert len({(r.left_golden_id, r.right_golden_id) for r in result.reviews}) == 3
