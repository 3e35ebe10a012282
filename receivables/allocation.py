"""Apply money to bills beyond what the books say: decisions made here, then virtual first-in-first-out.

Order of belief: what the books allocate is already in the items; then decisions of people; then matches of the cash
application; then, if the policy says so, oldest-due-first. The last is *virtual*: worked out while reading, stored
nowhere, sent nowhere.

Laws: a party's balance never changes; no item is ever pushed past zero; one party's money never pays another's bill.
The engine works in rupees: entries of one party ledger are one currency.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from canonical.bill import natural_order
from canonical.money import ZERO
from canonical.receivable import Allocation, AllocationKind, Direction, ItemKey
from receivables.item import Application, ItemKind, OpenItem, item_order


class FifoPolicy(StrEnum):
    """Which unapplied money pays the oldest bills while reading."""

    NONE = "none"
    ON_ACCOUNT = "on_account"
    """Money that names no open bill: on account, opening credit, unmatched settlements and excess."""
    ON_ACCOUNT_AND_ADVANCES = "on_account_and_advances"
    """Also advances and notes, which wait under a reference of their own."""


_FIFO_RANK = {
    ItemKind.OPENING: 0,
    ItemKind.ON_ACCOUNT: 0,
    ItemKind.JOURNAL: 0,
    ItemKind.UNMATCHED: 0,
    ItemKind.EXCESS: 0,
    ItemKind.BILL: 1,
    ItemKind.CREDIT_NOTE: 1,
    ItemKind.DEBIT_NOTE: 1,
    ItemKind.ADVANCE: 2,
}
"""Money without a purpose is used first; an advance, which somebody reserved, last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Items after money was applied to them.

    Attributes:
        items: still open, in ``item_order``.
        applications: what was applied, in the order it was.
        unused: how much of which allocation found nothing to take or to pay (its receipt or bill is gone, not yet
            there on this day, or smaller than it was).
    """

    items: tuple[OpenItem, ...]
    applications: tuple[Application, ...] = ()
    unused: tuple[tuple[Allocation, Decimal], ...] = ()


def settle(
    items: Iterable[OpenItem],
    allocations: Iterable[Allocation] = (),
    *,
    known_at: datetime | None = None,
    policy: FifoPolicy = FifoPolicy.NONE,
    direction: Direction = Direction.RECEIVABLE,
) -> Settlement:
    """Apply stored allocations as known at a time, then virtual first-in-first-out.

    An allocation counts from the later of its two documents' dates. That needs no date here: before that day one of
    the two is not among the items.

    Args:
        items: as ``fold_open_items`` gave them for the day of the report.
        allocations: of any party; those recorded after ``known_at`` or voided by then do not count.
        known_at: the fold's.
        policy: which unapplied money pays oldest bills.
        direction: which side is bills and which is money.
    """
    table = _Table({item.key: item for item in items})
    for allocation in sorted(_known(allocations, known_at), key=_belief):
        table.apply_stored(allocation)
    if policy is not FifoPolicy.NONE:
        table.apply_oldest_first(policy, direction)
    return table.settlement()


def _known(allocations: Iterable[Allocation], known_at: datetime | None) -> Iterator[Allocation]:
    for allocation in allocations:
        recorded = known_at is None or allocation.recorded_at <= known_at
        voided = allocation.voided_at is not None and (known_at is None or allocation.voided_at <= known_at)
        if recorded and not voided:
            yield allocation


_BELIEF = list(AllocationKind)


def _belief(allocation: Allocation) -> tuple[int, datetime, str]:
    return _BELIEF.index(allocation.kind), allocation.recorded_at, allocation.key


@dataclass(slots=True)
class _Table:
    """Items by key while money moves between them."""

    items: dict[ItemKey, OpenItem]
    applications: list[Application] = field(default_factory=list)
    unused: list[tuple[Allocation, Decimal]] = field(default_factory=list)

    def apply_stored(self, allocation: Allocation) -> None:
        credit, debit = self.items.get(allocation.credit), self.items.get(allocation.debit)
        taken = ZERO
        if credit is not None and debit is not None:
            taken = max(ZERO, min(allocation.amount, -credit.net, debit.net))
            if taken:
                self._move(credit, debit, taken, allocation.kind, allocation.key)
        if taken < allocation.amount:
            self.unused.append((allocation, allocation.amount - taken))

    def apply_oldest_first(self, policy: FifoPolicy, direction: Direction) -> None:
        """Per party: the oldest due item is paid first, by the money with least purpose first."""
        ordered = sorted((item for item in self.items.values() if item.net), key=item_order)
        for _, group in groupby(ordered, key=lambda item: item.key.party_key):
            of_party = list(group)
            owed = [item.key for item in of_party if item.is_owed(direction)]
            money = [item for item in of_party if not item.is_owed(direction) and _may_pay(item, policy)]
            if owed and money:
                self._pay([item.key for item in sorted(money, key=_money_order)], owed, direction)

    def _pay(self, money: list[ItemKey], owed: list[ItemKey], direction: Direction) -> None:
        waiting = iter(owed)
        target = next(waiting, None)
        for source in money:
            while target is not None and self.items[source].net:
                pair = (self.items[source], self.items[target])
                credit, debit = pair if direction is Direction.RECEIVABLE else (pair[1], pair[0])
                self._move(credit, debit, min(-credit.net, debit.net), AllocationKind.FIFO, "")
                if not self.items[target].net:
                    target = next(waiting, None)

    def _move(self, credit: OpenItem, debit: OpenItem, amount: Decimal, kind: AllocationKind, key: str) -> None:
        row = Application(
            credit=credit.key,
            debit=debit.key,
            amount=amount,
            effective_on=max(credit.effective_on, debit.effective_on),
            kind=kind,
            allocation_key=key,
        )
        self.applications.append(row)
        for item, change in ((credit, amount), (debit, -amount)):
            self.items[item.key] = dataclasses.replace(item, net=item.net + change, applied=(*item.applied, row))

    def settlement(self) -> Settlement:
        still_open = sorted((item for item in self.items.values() if item.net), key=item_order)
        return Settlement(items=tuple(still_open), applications=tuple(self.applications), unused=tuple(self.unused))


def _may_pay(item: OpenItem, policy: FifoPolicy) -> bool:
    return policy is FifoPolicy.ON_ACCOUNT_AND_ADVANCES or _FIFO_RANK[item.kind] == 0


def _money_order(item: OpenItem) -> tuple[object, ...]:
    return _FIFO_RANK[item.kind], item.effective_on, natural_order(item.ref or item.document), item.key
