"""Reports over a whole company: fold, settle, check and age, party by party.

The store hands entries ordered by party, so only one party's entries are in memory at a time. Every party is checked
against its ledger balance before its row leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from canonical.errors import InvariantError
from canonical.receivable import AgeingBasis, AgeingRow, Allocation, BillEntry, Buckets, Direction
from receivables.ageing import age_items, total_row
from receivables.allocation import FifoPolicy, Settlement, settle
from receivables.invariants import check_conserved, party_balances
from receivables.open_items import fold_open_items


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTerms:
    """The question a report answers; every figure carries it.

    Attributes:
        as_of: accounting date.
        known_at: knowledge date (UTC); None means all we know.
        policy: which unapplied money pays oldest bills, virtually.
    """

    as_of: date
    known_at: datetime | None = None
    direction: Direction = Direction.RECEIVABLE
    basis: AgeingBasis = AgeingBasis.DUE
    buckets: Buckets = Buckets()  # noqa: RUF009 - frozen
    policy: FifoPolicy = FifoPolicy.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeingReport:
    """Rows by party name, and their total."""

    terms: ReportTerms
    rows: tuple[AgeingRow, ...]
    total: AgeingRow


def iter_settlements(
    entries: Iterable[BillEntry], terms: ReportTerms, allocations: Iterable[Allocation] = ()
) -> Iterator[tuple[str, Settlement]]:
    """Yield each party's open items after allocations, checked against its ledger balance.

    Args:
        entries: ordered by party, in any order within one.
        terms: the question.
        allocations: of all parties.

    Raises:
        InvariantError: a party's entries came in two places, or its items do not add up to its balance.
    """
    by_party: dict[str, list[Allocation]] = {}
    for allocation in allocations:
        by_party.setdefault(allocation.credit.party_key, []).append(allocation)
    seen: set[str] = set()
    for party_key, group in groupby(entries, key=lambda entry: entry.party_key):
        if party_key in seen:
            raise InvariantError(
                f"Entries of {party_key!r} came in two places; hand them over ordered by party.",
                code="receivables.entries.unordered",
                party_key=party_key,
            )
        seen.add(party_key)
        yield party_key, _settle_party(list(group), terms, by_party.get(party_key, ()))


def _settle_party(entries: list[BillEntry], terms: ReportTerms, allocations: Iterable[Allocation]) -> Settlement:
    items = fold_open_items(entries, as_of=terms.as_of, known_at=terms.known_at, direction=terms.direction)
    settlement = settle(items, allocations, known_at=terms.known_at, policy=terms.policy, direction=terms.direction)
    check_conserved(settlement.items, party_balances(entries, as_of=terms.as_of, known_at=terms.known_at))
    return settlement


def ageing_report(
    entries: Iterable[BillEntry],
    terms: ReportTerms,
    allocations: Iterable[Allocation] = (),
    party_names: Mapping[str, str] | None = None,
) -> AgeingReport:
    """Age every party; see ``iter_settlements`` for the arguments and what is refused."""
    rows = [
        row
        for _, settlement in iter_settlements(entries, terms, allocations)
        for row in age_items(
            settlement.items,
            as_of=terms.as_of,
            basis=terms.basis,
            buckets=terms.buckets,
            direction=terms.direction,
            party_names=party_names,
        )
    ]
    rows.sort(key=lambda row: (row.party_name.casefold(), row.party_key))
    return AgeingReport(terms=terms, rows=tuple(rows), total=total_row(rows, terms.buckets))
