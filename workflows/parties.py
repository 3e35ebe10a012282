"""Harmonize a tenant's parties: read them, match them across companies, store the crosswalk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.store import TenantStore


@dataclass(frozen=True, slots=True)
class Harmonized:
    """What a run over all parties of a tenant came to: golden parties, of these merged, name matches to review."""

    golden: int = 0
    merged: int = 0
    reviews: int = 0


def harmonize_tenant(store: TenantStore, known_at: datetime) -> Harmonized:
    """Match the parties of all companies and store what changed."""
    return Harmonized()
