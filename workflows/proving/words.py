"""What a proof says to people: one word over all companies of a run, and a difference in a sentence."""

from __future__ import annotations

from canonical.money import render_inr
from canonical.proof import ControlTotal, Proof
from canonical.publication import PublicationState


def worst_status(proofs: list[Proof]) -> str:
    """The status that needs a person most."""
    statuses = [proof.status.value for proof in proofs]
    return next((s for s in ("differs", "proved", "no_oracle") if s in statuses), "no_oracle")


def publication_word(proofs: list[Proof], *, is_held: bool) -> str:
    """Whether any company's figures are held back; nothing without a proof."""
    if not proofs:
        return ""
    return (PublicationState.HELD if is_held else PublicationState.PUBLISHED).value


def difference_words(total: ControlTotal) -> str:
    """Say what differs: ours, theirs and by how much; in rupees, counts and days as whole numbers."""
    ours, theirs, difference = (
        "nothing" if value is None else render_inr(value, decimals=2 if total.kind.is_money else 0)
        for value in (total.ours, total.theirs, total.difference)
    )
    return f"{total.name}: ours {ours}, theirs {theirs}, difference {difference}"
