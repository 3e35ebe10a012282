"""Golden parties as a report, and pairs of parties for a person to decide on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harmonizer.comparison import render_steps
from khata.rendering.sheet import Sheet, count, text

if TYPE_CHECKING:
    from harmonizer import Review
    from khata.reading.golden import Entity

GOLDEN_COLUMNS = (
    text("name", "Party"),
    text("pan", "PAN"),
    text("gstins", "GSTINs", extra=True),
    count("members", "Accounts"),
    text("companies", "Companies"),
    text("aliases", "Also spelt", extra=True),
    text("rules", "Together by", extra=True),
    text("merges", "Merge"),
    text("golden_id", "ID", extra=True),
)


def golden_sheet(entities: Sequence[Entity]) -> Sheet:
    """One line per legal entity as all companies together know it."""
    rows = [
        (
            entity.party.name,
            entity.party.pan,
            ", ".join(registration.gstin for registration in entity.party.registrations if registration.gstin),
            len(entity.party.members),
            ", ".join(entity.companies),
            ", ".join(entity.party.aliases),
            ", ".join(entity.rules),
            ", ".join(entity.merges),
            entity.party.golden_id,
        )
        for entity in entities
    ]
    merged = sum(len(entity.party.members) > 1 for entity in entities)
    return Sheet(
        title=f"Golden parties: {len(entities)}, of these {merged} in more than one account",
        noun="parties",
        columns=GOLDEN_COLUMNS,
        rows=rows,
        notes=("A merge is undone with: khata parties --undo MERGE",) if merged else (),
    )


def reviews_sheet(reviews: Sequence[Review]) -> Sheet:
    """Pairs that look alike, likeliest first; nothing is merged by name."""
    rows = [
        (
            review.reason.value,
            review.score,
            str(review.left),
            str(review.right),
            render_steps(review.steps).replace("\n", "; "),
        )
        for review in reviews
    ]
    return Sheet(
        title=f"Parties to review: {len(reviews)}",
        noun="reviews",
        columns=(
            text("reason", "Because of"),
            count("score", "Score"),
            text("left", "Party"),
            text("right", "Other party"),
            text("steps", "What was compared"),
        ),
        rows=rows,
    )
