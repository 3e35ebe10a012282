"""How far figures are vouched for, said on every report that shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from canonical.publication import Publication, PublicationState
from khata.rendering.files import plain_cell
from khata.rendering.sheet import Sheet

if TYPE_CHECKING:
    from canonical.record import JsonValue

PUBLICATION_FACTS: dict[str, Any] = {
    "publication": {
        "type": "string",
        "enum": [state.value for state in PublicationState],
        "description": "held: these are the last published figures; overridden: the newest, though held back.",
    },
    "published_at": {
        "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}],
        "description": "known_at of the last published state",
    },
    "objections": {"type": "array", "items": {"type": "string"}, "description": "why the newest state is held back"},
    "refused": {"type": "integer", "description": "records that could not be booked: they are in no figure"},
}
"""Schema of the facts that ``mark`` adds."""


def mark(sheet: Sheet, publication: Publication) -> Sheet:
    """Add to a report of figures how far they are vouched for."""
    notes = [publication_note(publication)] if publication.state is not PublicationState.PUBLISHED else []
    if publication.refused:
        notes.append(refused_note(publication.refused))
    return replace(sheet, facts={**sheet.facts, **publication_facts(publication)}, notes=(*notes, *sheet.notes))


def refused_note(refused: int) -> str:
    """What is in no figure, and where it is listed."""
    what = "1 record was" if refused == 1 else f"{refused} records were"
    return f"{what} refused and not booked; no figure here holds it. 'khata issues --level rejected' says what to do."


def publication_facts(publication: Publication) -> dict[str, JsonValue]:
    """The facts for programs."""
    return {
        "publication": publication.state.value,
        "published_at": plain_cell(publication.published_at),
        "objections": list(publication.objections),
        "refused": publication.refused,
    }


def publication_note(publication: Publication) -> str:
    """One sentence for people."""
    why = "; ".join(publication.objections)
    match publication.state:
        case PublicationState.PUBLISHED:
            return "Published: the newest proof is within tolerance."
        case PublicationState.UNPROVEN:
            return "Not proven yet: no sync or import of this company has ended in a proof. Repeat one that broke off."
        case PublicationState.HELD:
            since = plain_cell(publication.published_at)
            return f"HELD BACK: {why}. These are the last published figures, as known at {since}."
        case PublicationState.OVERRIDDEN:
            return f"NOT PUBLISHED: {why}. Shown because it was asked for."
