"""One word over the proofs of all companies of a run, for its summary and for whoever searches runs."""

from __future__ import annotations

from canonical.proof import Proof
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
