"""A year of trade: which kind of document is written when. Yields vouchers one by one, in order of their days.

Every scenario is forced once, spread over the year, so that even a small world holds every kind of document; all
other vouchers are drawn by weight.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import accumulate

from sandbox.world import adjust, cash, purchases, returns, sales, stockroom
from sandbox.world.cash import Scenario
from sandbox.world.desk import Desk
from sandbox.world.masters import Masters
from sandbox.world.spec import WorldSpec
from sandbox.world.vouchers import Voucher

WEIGHTS: tuple[tuple[Scenario, int], ...] = (
    (sales.sell, 320),
    (sales.sell_for_cash, 25),
    (sales.sell_as_voucher, 10),
    (sales.sell_service, 22),
    (purchases.buy, 118),
    (purchases.hire_contractor, 22),
    (returns.take_back, 18),
    (returns.credit_without_bill, 4),
    (returns.return_goods, 12),
    (sales.offer, 6),
    (cash.receive, 190),
    (cash.receive_with_discount, 6),
    (cash.receive_short_of_tds, 8),
    (cash.receive_on_account, 4),
    (cash.receive_advance, 8),
    (cash.receive_against_bills, 12),
    (cash.receive_provisionally, 3),
    (cash.bounce, 5),
    (cash.pay, 84),
    (cash.pay_expense, 26),
    (cash.pay_dues, 10),
    (cash.pay_staff_advance, 3),
    (cash.refund, 3),
    (cash.move_own_money, 16),
    (adjust.book_tds, 24),
    (adjust.transfer_bill, 3),
    (adjust.write_off, 4),
    (adjust.allot_on_account, 4),
    (adjust.provide, 8),
    (adjust.split_expense, 4),
    (adjust.set_tax_off, 4),
    (adjust.take_supplier_discount, 4),
    (adjust.jot_down, 3),
    (adjust.provide_reversibly, 2),
    (adjust.cancel, 14),
    (stockroom.order_sale, 14),
    (stockroom.order_purchase, 8),
    (stockroom.deliver, 10),
    (stockroom.accept_goods, 7),
    (stockroom.take_rejected, 2),
    (stockroom.send_rejected, 2),
    (stockroom.rework_stock, 8),
    (stockroom.count_stock, 3),
)
_STEPS = tuple(accumulate(weight for _, weight in WEIGHTS))
_WARM_UP = 8
"""The first of so many parts of the year is free of forced documents: bills must exist before they can bounce."""

POST_DATED_EVERY = 400
ATTEMPTS = 4


def iter_vouchers(masters: Masters, spec: WorldSpec) -> Iterator[Voucher]:
    """Yield the year's vouchers, then a few post-dated cheques of the weeks after it."""
    desk = Desk(masters, spec)
    post_dated = max(1, spec.vouchers // POST_DATED_EVERY) if spec.vouchers > len(WEIGHTS) else 0
    regular = spec.vouchers - post_dated
    days = (spec.last_day - spec.first_day).days + 1
    forced = deque(scenario for scenario, _ in WEIGHTS)
    for position in range(regular):
        desk.turn_to(spec.first_day + timedelta(days=position * days // regular))
        if _is_turn_of_forced(position, regular, len(forced)):
            yield _write_forced(desk, forced)
        else:
            yield _write_drawn(desk)
    for position in range(post_dated):
        desk.turn_to(spec.last_day + timedelta(days=1 + position * 60 // post_dated))
        yield cash.take_post_dated_cheque(desk) or replace(cash.pay_expense(desk), is_post_dated=True)


def _is_turn_of_forced(position: int, regular: int, waiting: int) -> bool:
    """Say whether a forced document is due: they start after the warm-up and are spread over the rest of the year."""
    start = regular // _WARM_UP
    written = len(WEIGHTS) - waiting
    return bool(waiting) and position >= start and written <= (position - start) * len(WEIGHTS) // (regular - start)


def _write_forced(desk: Desk, forced: deque[Scenario]) -> Voucher:
    """Write the next forced document that today allows; the others wait."""
    for _ in range(len(forced)):
        scenario = forced.popleft()
        voucher = scenario(desk)
        if voucher is not None:
            return voucher
        forced.append(scenario)
    return _write_drawn(desk)


def _write_drawn(desk: Desk) -> Voucher:
    for _ in range(ATTEMPTS):
        scenario = WEIGHTS[bisect_right(_STEPS, desk.dice.below(_STEPS[-1]))][0]
        voucher = scenario(desk)
        if voucher is not None:
            return voucher
    return sales.sell_for_cash(desk)
