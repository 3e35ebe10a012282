"""Simple interest: I1 and I2 of docs/receivables.md section 9."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from canonical.receivable import Direction
from receivables.allocation import settle
from receivables.interest import InterestTerms, interest_total, simple_interest
from receivables.item import OpenItem
from receivables.open_items import fold_open_items
from tests.receivables.ledgers import day, ledger
from tests.receivables.test_oracle_ashoka import LEDGER_A, R2_PAYS_INV_003

AS_OF = date(2026, 3, 31)
EIGHTEEN = InterestTerms(rate=Decimal(18))
UNPAID = ledger(
    "p", "date | voucher | amount | allocation | due\n2026-01-05 | Sales S1 | +1,00,000 | New Ref S1 | 2026-02-04"
)


def only(items: tuple[OpenItem, ...], ref: str) -> OpenItem:
    return next(item for item in items if item.ref == ref)


@pytest.mark.parametrize(("days_in_year", "claim"), [(365, "2712.33"), (366, "2704.92")])
def test_i1_simple_interest(days_in_year: int, claim: str) -> None:
    (item,) = fold_open_items(UNPAID, as_of=AS_OF)
    (row,) = simple_interest(item, InterestTerms(rate=Decimal(18), days_in_year=days_in_year), AS_OF)
    assert (row.days, row.amount) == (55, Decimal(claim))


def test_i2_a_part_payment_lowers_the_principal_from_its_day() -> None:
    item = only(fold_open_items(LEDGER_A, as_of=AS_OF), "INV-001")
    slices = simple_interest(item, EIGHTEEN, AS_OF)
    assert [(row.days, row.principal, row.amount) for row in slices] == [
        (6, Decimal(100000), Decimal("295.89")),
        (49, Decimal(40000), Decimal("966.58")),
    ]
    assert interest_total(slices) == Decimal("1262.47")


def test_interest_outlives_the_principal() -> None:
    paid = ledger("p", "date | voucher | amount | allocation\n2026-02-14 | Receipt R1 | -1,00,000 | Agst Ref S1")
    (item,) = fold_open_items([*UNPAID, *paid], as_of=AS_OF, keep_closed=True)
    (row,) = simple_interest(item, EIGHTEEN, AS_OF)
    assert (row.days, row.amount) == (10, Decimal("493.15"))


def test_an_allocation_made_here_lowers_the_principal_from_the_day_it_is_effective() -> None:
    items = settle(fold_open_items(LEDGER_A, as_of=AS_OF), [R2_PAYS_INV_003]).items
    item = only(items, "INV-003")
    (row,) = simple_interest(item, EIGHTEEN, AS_OF + timedelta(days=30))
    assert (row.principal, row.days) == (Decimal(10000), 30)


@pytest.mark.parametrize(("grace", "days"), [(0, 55), (15, 40), (55, 0), (400, 0)])
def test_grace_days_are_free(grace: int, days: int) -> None:
    (item,) = fold_open_items(UNPAID, as_of=AS_OF)
    slices = simple_interest(item, InterestTerms(rate=Decimal(18), grace_days=grace), AS_OF)
    assert sum(row.days for row in slices) == days


def test_nothing_is_claimed_before_the_due_date_nor_on_money_that_waits() -> None:
    (item,) = fold_open_items(UNPAID, as_of=AS_OF)
    assert simple_interest(item, EIGHTEEN, day("2026-02-04")) == ()
    assert simple_interest(item, EIGHTEEN, day("2026-01-20")) == ()
    advance = only(fold_open_items(LEDGER_A, as_of=AS_OF), "ADV-1")
    assert simple_interest(advance, EIGHTEEN, AS_OF) == ()
    assert simple_interest(item, EIGHTEEN, AS_OF, Direction.PAYABLE) == ()
