"""Harmonize a tenant's parties: read them, match them across companies, store the crosswalk.

Vouchers are never touched: merging writes crosswalk entries, and undoing a merge ends them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from canonical.crosswalk import GoldenParty
from canonical.party import Party
from harmonizer import CompanyParty, Harmonization, Review, golden_parties, harmonize, undo
from storage.store import TenantStore


@dataclass(frozen=True, slots=True)
class Harmonized:
    """What a run over all parties of a tenant came to: golden parties, of these merged, name matches to review."""

    golden: int = 0
    merged: int = 0
    reviews: int = 0


def harmonize_changed(store: TenantStore, known_at: datetime, last: Mapping[str, Any]) -> dict[str, Any]:
    """Match the parties unless they, the crosswalk and the companies' names are as the last matching left them.

    Args:
        store: the tenant's.
        known_at: of what is written.
        last: what this function returned then; empty to match in any case.

    Returns:
        Numbers of golden parties, merges and reviews, and what was there.
    """
    names = crc32("\n".join(found.name for found in store.companies.list()).encode())
    seen = store.crosswalk.count_parties() | {"names": names}
    if last and last.get("seen") == seen | store.crosswalk.count_entries():
        return dict(last)
    done = harmonize_tenant(store, known_at)
    seen |= store.crosswalk.count_entries()
    return {"golden": done.golden, "merged": done.merged, "reviews": done.reviews, "seen": seen}


def harmonize_tenant(store: TenantStore, known_at: datetime) -> Harmonized:
    """Match the parties of all companies and store what changed."""
    done = _match(store, known_at)
    store.crosswalk.save(done.crosswalk_changes)
    merged = sum(len(party.members) > 1 for party in done.golden)
    return Harmonized(len(done.golden), merged, len(done.reviews))


def read_golden(store: TenantStore) -> tuple[GoldenParty, ...]:
    """The golden parties as the crosswalk stands now."""
    return golden_parties(list(_parties(store)), store.crosswalk.load())


def read_reviews(store: TenantStore, known_at: datetime) -> tuple[Review, ...]:
    """Pairs of parties that look alike by name, for a person to decide; nothing is stored."""
    return _match(store, known_at).reviews


def undo_merge(store: TenantStore, merge_id: str, known_at: datetime, by: str) -> int:
    """Undo a merge; the parties stand where they stood before, and later runs leave them apart.

    Returns:
        Number of crosswalk entries changed.

    Raises:
        RuleError: there is no such merge, or it was undone before.
    """
    changes = undo(store.crosswalk.load(), merge_id, known_at, by)
    store.crosswalk.save(changes)
    return len(changes)


def _match(store: TenantStore, known_at: datetime) -> Harmonization:
    return harmonize(list(_parties(store)), store.crosswalk.load(), known_at)


def _parties(store: TenantStore) -> Iterator[CompanyParty]:
    for company in store.companies.list():
        for stored in store.records.iter_stored(company.company_id, Party):
            yield CompanyParty(party=stored.record, observed_at=stored.known_from, company_name=company.name)
