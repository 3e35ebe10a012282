"""Comparing all ids of an entity: long lists in little memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from connectors.quickbooks.client import QuickBooks
from connectors.quickbooks.entities import BY_NAME
from connectors.quickbooks.sweep import Sweep
from connectors.sdk.census import Census, CensusVerdict

GROWTH_MAX = 3_000_000
"""Bytes; 45,000 ids more, held whole with the census made of them, take eight million."""


class Listing:
    """A company with so many invoices."""

    realm_id = "1"

    def __init__(self, invoices: int) -> None:
        self.invoices = invoices

    def count(self, _entity: object) -> int:
        return self.invoices

    def ids(self, _entity: object) -> Iterator[str]:
        return (str(4_000_000_000 + one) for one in range(self.invoices))

    def some(self, _entity: object, ids: tuple[str, ...]) -> Iterator[list[dict[str, Any]]]:
        yield [{"Id": key} for key in ids if key.endswith("7")]


def peak(invoices: int, folder: Path) -> int:
    """Bytes that one comparison took at most."""
    seen: list[int] = []

    def hand_over(census: Census) -> CensusVerdict:
        seen.append(len(census.members))
        return CensusVerdict()

    sweep = Sweep(cast("QuickBooks", Listing(invoices)), BY_NAME["Invoice"], hand_over, folder)
    tracemalloc.start()
    try:
        assert all(found.is_certain for found in sweep.run())
        assert sum(seen) == invoices
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_ids(tmp_path: Path) -> None:
    assert peak(60_000, tmp_path) - peak(15_000, tmp_path) < GROWTH_MAX


def test_only_what_is_not_there_by_its_id_is_retired(tmp_path: Path) -> None:
    """A key that is in no list of ids may still be there; the next census, which is sure, names it."""
    told: list[Census] = []

    def hand_over(census: Census) -> CensusVerdict:
        told.append(census)
        return CensusVerdict(gone=() if census.corroborated else ("17", "18"))

    (found,) = Sweep(cast("QuickBooks", Listing(5)), BY_NAME["Invoice"], hand_over, tmp_path).run()
    assert found.gone == ("18",)
    assert [census.corroborated for census in told] == [False, True]
    assert {member.key for member in told[1].members} - {member.key for member in told[0].members} == {"17"}
