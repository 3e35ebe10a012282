"""The promise behind every report here: open items and unapplied money add up to the ledger balance, to the paisa.

Run after every sync and before every report that leaves the house. A difference is never hidden by a tolerance: it is
listed (``find_differences``) or it stops the program (``check_conserved``), because it means that we are wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from canonical.errors import InvariantError
from canonical.money import ZERO, render_inr
from canonical.receivable import BillEntry
from receivables.item import OpenItem
from receivables.open_items import visible_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A party whose items and books disagree; debit-positive rupees."""

    party_key: str
    items_net: Decimal
    balance: Decimal

    @property
    def amount(self) -> Decimal:
        """Items less books."""
        return self.items_net - self.balance


def party_balances(
    entries: Iterable[BillEntry], *, as_of: date, known_at: datetime | None = None
) -> dict[str, Decimal]:
    """Return the debit-positive ledger balance of every party that the entries add up to."""
    balances: dict[str, Decimal] = {}
    for entry in visible_entries(entries, as_of, known_at):
        balances[entry.party_key] = balances.get(entry.party_key, ZERO) + entry.net
    return balances


def find_differences(items: Iterable[OpenItem], balances: Mapping[str, Decimal]) -> tuple[Difference, ...]:
    """Compare items with ledger balances, whoever computed those (the entries, the trial balance, the source).

    Returns:
        One row per party that differs, by party key; a party missing on one side counts as zero there.
    """
    nets: dict[str, Decimal] = {}
    for item in items:
        nets[item.party_key] = nets.get(item.party_key, ZERO) + item.net
    return tuple(
        Difference(party_key=key, items_net=nets.get(key, ZERO), balance=balances.get(key, ZERO))
        for key in sorted(nets.keys() | balances.keys())
        if nets.get(key, ZERO) != balances.get(key, ZERO)
    )


def check_conserved(items: Iterable[OpenItem], balances: Mapping[str, Decimal]) -> None:
    """Stop if items and ledger balances differ anywhere.

    Raises:
        InvariantError: naming the first party that differs and how many do.
    """
    differences = find_differences(items, balances)
    if differences:
        first = differences[0]
        raise InvariantError(
            f"Open items of {first.party_key!r} add up to {render_inr(first.items_net)}, its ledger balance is "
            f"{render_inr(first.balance)} ({len(differences)} parties differ). Do not use this report; run "
            "the import again and report the fault if it stays.",
            code="receivables.items.not_conserved",
            party_key=first.party_key,
            difference=f"{first.amount:f}",
            parties=len(differences),
        )
