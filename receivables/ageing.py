"""Ageing: open items sorted by days past due (or past bill date), one row per party.

What is owed and not yet due has its own column, and so has unapplied money: subtracting it from the oldest bucket
would hide who is late. Every row adds up to the party's ledger balance in the report's direction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby

from canonical.money import ZERO
from canonical.receivable import AgeingBasis, AgeingRow, Buckets, Direction
from receivables.item import OpenItem

TOTAL_NAME = "Total"


def age_items(
    items: Iterable[OpenItem],
    *,
    as_of: date,
    basis: AgeingBasis = AgeingBasis.DUE,
    buckets: Buckets = Buckets(),  # noqa: B008 - frozen
    direction: Direction = Direction.RECEIVABLE,
    party_names: Mapping[str, str] | None = None,
) -> tuple[AgeingRow, ...]:
    """Return one row per party with open items, ordered by name.

    Args:
        items: as ``fold_open_items`` gave them, possibly after ``allocation.settle``; in any order.
        as_of: the day ages are counted to; give the fold's.
        basis: due date or bill date.
        buckets: their limits in days.
        direction: receivable counts debits as owed, payable credits.
        party_names: for display; the key stands in for a missing one.
    """
    names = party_names or {}
    by_party = sorted(items, key=_party_key)
    rows = [
        _age_party(key, names.get(key, key), of_party, as_of, basis, buckets, direction)
        for key, of_party in groupby(by_party, key=_party_key)
    ]
    return tuple(sorted(rows, key=lambda row: (row.party_name.casefold(), row.party_key)))


def total_row(rows: Iterable[AgeingRow], buckets: Buckets = Buckets()) -> AgeingRow:  # noqa: B008 - frozen
    """Add the rows up, column by column."""
    rows = list(rows)
    return AgeingRow(
        party_key="",
        party_name=TOTAL_NAME,
        not_due=sum((row.not_due for row in rows), ZERO),
        buckets=tuple(sum((row.buckets[i] for row in rows), ZERO) for i in range(len(buckets.labels))),
        unapplied=sum((row.unapplied for row in rows), ZERO),
    )


def _party_key(item: OpenItem) -> str:
    return item.key.party_key


def _age_party(  # noqa: PLR0917 - private, one call
    key: str,
    name: str,
    items: Iterable[OpenItem],
    as_of: date,
    basis: AgeingBasis,
    buckets: Buckets,
    direction: Direction,
) -> AgeingRow:
    not_due, unapplied = ZERO, ZERO
    amounts: list[Decimal] = [ZERO] * len(buckets.labels)
    for item in items:
        amount = direction.amount(item.net)
        bucket = buckets.index(item.age_days(as_of, basis))
        if amount < 0:
            unapplied += amount
        elif bucket is None:
            not_due += amount
        else:
            amounts[bucket] += amount
    return AgeingRow(party_key=key, party_name=name, not_due=not_due, buckets=tuple(amounts), unapplied=unapplied)
