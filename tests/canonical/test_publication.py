"""What still publishes: laws of the rule over any proof."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from canonical.money import ZERO
from canonical.proof import ControlKind, ControlTotal, Proof, ProofStatus
from canonical.publication import ProofFindings, PublicationRule

PAISE = st.integers(-10_000, 10_000).map(lambda paise: Decimal(paise) / 100)
TOTALS = st.builds(
    ControlTotal,
    name=st.just("figure"),
    kind=st.sampled_from(ControlKind),
    ours=PAISE,
    theirs=st.one_of(st.none(), PAISE),
)
PROOFS = st.builds(Proof, totals=st.lists(TOTALS, max_size=12).map(tuple))
TOLERANCES = st.integers(0, 30_000).map(lambda paise: Decimal(paise) / 100)


@given(PROOFS)
def test_without_tolerance_exactly_what_does_not_differ_is_published(proof: Proof) -> None:
    published = PublicationRule().publishes(ProofFindings.of(proof))
    assert published is (proof.status is not ProofStatus.DIFFERS)


@given(PROOFS, TOLERANCES, TOLERANCES)
def test_more_tolerance_never_holds_back_what_less_published(proof: Proof, less: Decimal, more: Decimal) -> None:
    less, more = sorted((less, more))
    findings = ProofFindings.of(proof)
    assert not PublicationRule(tolerance=less).publishes(findings) or PublicationRule(tolerance=more).publishes(
        findings
    )


@given(PROOFS)
def test_no_tolerance_of_rupees_excuses_a_missing_voucher(proof: Proof) -> None:
    findings = ProofFindings.of(proof)
    if any(not total.kind.is_money for total in proof.differences):
        assert not PublicationRule(tolerance=Decimal(10**9)).publishes(findings)


@given(PROOFS)
def test_the_findings_count_every_line(proof: Proof) -> None:
    findings = ProofFindings.of(proof)
    assert findings.compared + findings.without_oracle == len(proof.totals)
    assert findings.differing == len(proof.differences)
    assert findings.status is proof.status


def opening(gap: str) -> ProofFindings:
    total = ControlTotal(
        name="openings", kind=ControlKind.OPENING_DIFFERENCE, ours=Decimal(gap), theirs=ZERO, oracle="double entry"
    )
    return ProofFindings.of(Proof(totals=(total,)))


def test_an_owner_accepts_this_difference_of_the_openings_and_no_other() -> None:
    rule = PublicationRule(opening_difference=Decimal("500.00"))
    assert rule.publishes(opening("500.00"))
    assert rule.publishes(opening("0.00"))
    assert not rule.publishes(opening("500.01"))
    assert not rule.publishes(opening("-500.00"))
    assert PublicationRule(tolerance=Decimal("0.01"), opening_difference=Decimal(500)).publishes(opening("500.01"))


def test_objections_say_what_and_by_how_much() -> None:
    totals = (
        ControlTotal(name="cash", kind=ControlKind.CLOSING, ours=Decimal(5), theirs=Decimal("105.25"), oracle="x"),
        ControlTotal(name="sales", kind=ControlKind.VOUCHER_COUNT, ours=Decimal(5), theirs=Decimal(6), oracle="x"),
    )
    money, counts = PublicationRule(tolerance=Decimal(1)).objections(ProofFindings.of(Proof(totals=totals)))
    assert money == "an amount differs by 100.25 (tolerance 1.00)"
    assert counts == "1 counts or dates differ"
