"""Golden parties: which source parties are one entity, why, and by which merge; undoing a merge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canonical.crosswalk import CrosswalkEntry, GoldenParty

if TYPE_CHECKING:
    from storage import TenantStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A golden party with the place of each of its source parties.

    Attributes:
        companies: names of the companies it occurs in.
        entries: the standing crosswalk entry of each source party.
    """

    party: GoldenParty
    companies: tuple[str, ...]
    entries: tuple[CrosswalkEntry, ...]

    @property
    def merges(self) -> tuple[str, ...]:
        """Ids by which merges can be undone."""
        return tuple(dict.fromkeys(entry.merge_id for entry in self.entries if entry.merge_id))

    @property
    def rules(self) -> tuple[str, ...]:
        """Why its source parties are together."""
        return tuple(dict.fromkeys(entry.rule.value for entry in self.entries if entry.merge_id))


def read_entities(books: TenantStore) -> Sequence[Entity]:
    """Return the tenant's golden parties, those of several source parties first, then by name."""
    from workflows.parties import read_golden  # noqa: PLC0415 - the harmonizer loads for golden parties only

    standing = books.crosswalk.load().standing()
    names = {(c.connector, c.source_key): c.name for c in books.companies.list()}
    found = [
        Entity(
            party=party,
            companies=tuple(names.get(key, key[1]) for key in party.companies),
            entries=tuple(standing[member] for member in party.members if member in standing),
        )
        for party in read_golden(books)
    ]
    return sorted(found, key=lambda entity: (-len(entity.party.members), entity.party.name.casefold()))
