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
        items: still open, in the order they came.
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
    items = tuple(items)
    table = _Table({item.key: item for item in items})
    for allocation in sorted(_known(allocations, known_at), key=_belief):
        table.apply_stored(allocation)
    if policy is not FifoPolicy.NONE:
        for _, of_party in groupby(sorted(items, key=_party_key), key=_party_key):
            table.apply_oldest_first(list(of_party), policy, direction)
    return table.settlement(items)


def _party_key(item: OpenItem) -> str:
    return item.key.party_key


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
    """Items while money moves between them.

    Attributes:
        items: as they came.
        nets: what is left of those that were touched.
        applied: what touched them.
    """

    items: dict[ItemKey, OpenItem]
    nets: dict[ItemKey, Decimal] = field(default_factory=dict)
    applied: dict[ItemKey, list[Application]] = field(default_factory=dict)
    applications: list[Application] = field(default_factory=list)
    unused: list[tuple[Allocation, Decimal]] = field(default_factory=list)

    def apply_stored(self, allocation: Allocation) -> None:
        credit, debit = self.items.get(allocation.credit), self.items.get(allocation.debit)
        taken = ZERO
        if credit is not None and debit is not None:
            taken = max(ZERO, min(allocation.amount, -self._left(credit), self._left(debit)))
            if taken:
                self._move(credit, debit, taken, allocation.kind, allocation.key)
        if taken < allocation.amount:
            self.unused.append((allocation, allocation.amount - taken))

    def apply_oldest_first(self, of_party: list[OpenItem], policy: FifoPolicy, direction: Direction) -> None:
        """The oldest due item is paid first, by the money with least purpose first."""
        lefts = [(item, direction.amount(self._left(item))) for item in of_party]
        money = sorted([item for item, left in lefts if left < 0 and _may_pay(item, policy)], key=_money_order)
        if not money:
            return
        owed = iter(sorted([item for item, left in lefts if left > 0], key=item_order))
        target = next(owed, None)
        for source in money:
            while target is not None and self._left(source):
                credit, debit = (source, target) if direction is Direction.RECEIVABLE else (target, source)
                self._move(credit, debit, min(-self._left(credit), self._left(debit)), AllocationKind.FIFO, "")
                if not self._left(target):
                    target = next(owed, None)

    def _left(self, item: OpenItem) -> Decimal:
        return self.nets.get(item.key, item.net)

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
            self.nets[item.key] = self._left(item) + change
            self.applied.setdefault(item.key, []).append(row)

    def settlement(self, items: tuple[OpenItem, ...]) -> Settlement:
        return Settlement(
            items=tuple([self._settled(item) for item in items if self._left(item)]),
            applications=tuple(self.applications),
            unused=tuple(self.unused),
        )

    def _settled(self, item: OpenItem) -> OpenItem:
        rows = self.applied.get(item.key)
        if rows is None:
            return item
        return dataclasses.replace(item, net=self.nets[item.key], applied=(*item.applied, *rows))


def _may_pay(item: OpenItem, policy: FifoPolicy) -> bool:
    return policy is FifoPolicy.ON_ACCOUNT_AND_ADVANCES or _FIFO_RANK[item.kind] == 0


def _money_order(item: OpenItem) -> tuple[object, ...]:
    return _FIFO_RANK[item.kind], item.effective_on, natural_order(item.ref or item.document), item.key
