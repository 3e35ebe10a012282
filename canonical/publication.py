"""Publication: whether the figures of a company may be shown, decided from what its proof came to.

A proof compares to the paisa. The operator sets a *tolerance* in rupees for money (counts and dates have none), and an
owner may accept what the opening balances of his books fail to balance by. A state of the books whose proof stays
within both is *published*; one that does not is *held back*, and the last published state is shown instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from canonical.errors import RuleError
from canonical.money import ZERO, render_inr
from canonical.proof import ControlKind, Proof, ProofStatus


class FiguresHeld(RuleError):
    """The proof of a company's books differs beyond the tolerance, and no earlier state of them was published."""

    default_code = "proof.held"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFindings:
    """What a proof came to.

    Attributes:
        compared: control totals with an oracle; ``differing`` of these; ``without_oracle`` the others.
        money_difference: the largest absolute difference among amounts, in rupees, but for the next one.
        opening_difference: ours less theirs of the opening balances' sum, in rupees.
        other_differences: counts and dates that differ.
    """

    status: ProofStatus
    compared: int = 0
    differing: int = 0
    without_oracle: int = 0
    money_difference: Decimal = ZERO
    opening_difference: Decimal = ZERO
    other_differences: int = 0

    @classmethod
    def of(cls, proof: Proof) -> ProofFindings:
        """Add a proof's lines up."""
        differing = proof.differences
        openings = [total for total in differing if total.kind is ControlKind.OPENING_DIFFERENCE]
        money = [abs(total.difference) for total in differing if total.kind.is_money and total not in openings]
        compared = sum(total.theirs is not None for total in proof.totals)
        return cls(
            status=proof.status,
            compared=compared,
            differing=len(differing),
            without_oracle=len(proof.totals) - compared,
            money_difference=max(money, default=ZERO),
            opening_difference=max((total.difference for total in openings), key=abs, default=ZERO),
            other_differences=sum(not total.kind.is_money for total in differing),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRule:
    """What still publishes.

    Attributes:
        tolerance: rupees any amount may differ by.
        opening_difference: debit-positive rupees by which the company's opening balances may fail to balance.
    """

    tolerance: Decimal = ZERO
    opening_difference: Decimal = ZERO

    def publishes(self, findings: ProofFindings) -> bool:
        """Say whether the state with these findings is published; no oracle at all is no objection."""
        return not self.objections(findings)

    def objections(self, findings: ProofFindings) -> tuple[str, ...]:
        """What speaks against it, as parts of a sentence."""
        found = []
        if findings.money_difference > self.tolerance:
            found.append(
                f"an amount differs by {render_inr(findings.money_difference)} (tolerance {render_inr(self.tolerance)})"
            )
        if findings.other_differences:
            found.append(f"{findings.other_differences} counts or dates differ")
        if self.exceeds_opening(findings.opening_difference):
            found.append(
                f"the opening balances fail to balance by {render_inr(findings.opening_difference)} "
                f"(accepted {render_inr(self.opening_difference)})"
            )
        return tuple(found)

    def exceeds_opening(self, difference: Decimal) -> bool:
        """Balanced books never object; others do unless this difference was accepted."""
        return bool(difference) and abs(difference - self.opening_difference) > self.tolerance


class PublicationState(StrEnum):
    """What figures a reader gets, and how far they are vouched for."""

    PUBLISHED = "published"
    """The newest proof is within tolerance and nothing has changed since."""
    UNPROVEN = "unproven"
    """No proof has been made yet; nothing speaks against the figures, and nothing for them."""
    HELD = "held"
    """The newest state is held back; the figures are those of the last published one."""
    OVERRIDDEN = "overridden"
    """The newest state is held back, and the reader asked for it all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What is published of a company.

    Attributes:
        published_at: the moment (``known_at``) of the last published state; None if there never was one.
        proof_id: of the newest proof; None without any.
        status: of the newest proof; None without any.
        objections: why the newest state is held back, as parts of a sentence.
        refused: records of the source that could not be booked; no figure holds them.
    """

    state: PublicationState
    published_at: datetime | None = None
    proof_id: int | None = None
    status: ProofStatus | None = None
    objections: tuple[str, ...] = ()
    refused: int = 0
