"""Columns of the ageing report: bucket limits, due dates, rows, totals, both directions."""

# mypy: disable-error-code="comparison-overlap"
# A Decimal equals the int of the same value; inside tuples and lists the type checker does not see it.

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from canonical.bill import BillRefKind
from canonical.dates import CreditPeriod, CreditUnit
from canonical.receivable import AgeingBasis, BillEntry, Buckets, Direction
from receivables.ageing import age_items, total_row
from receivables.open_items import fold_open_items
from tests.receivables.ledgers import day, ledger

AS_OF = date(2026, 3, 31)
BUCKETS = Buckets((30, 60, 90, 180))


@pytest.mark.parametrize(
    ("age", "column"),
    [
        (-1, "not due"),
        (0, "not due"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91-180"),
        (120, "91-180"),
        (121, "91-180"),
        (180, "91-180"),
        (181, "> 180"),
    ],
)
def test_bucket_boundaries(age: int, column: str) -> None:
    due = AS_OF - timedelta(days=age)
    entry = BillEntry(
        party_key="p", kind=BillRefKind.NEW, ref="1", net=Decimal(100), effective_on=date(2025, 1, 1), due_date=due
    )
    items = fold_open_items([entry], as_of=AS_OF)
    (row,) = age_items(items, as_of=AS_OF, buckets=BUCKETS)
    cells = {"not due": row.not_due, **dict(zip(BUCKETS.labels, row.buckets, strict=True))}
    assert [name for name, amount in cells.items() if amount] == [column]
    assert row.net == 100


@pytest.mark.parametrize(
    ("due_date", "credit_period", "expected"),
    [
        (date(2026, 2, 10), CreditPeriod(30), date(2026, 2, 10)),
        (None, CreditPeriod(30), date(2026, 2, 4)),
        (None, CreditPeriod(2, CreditUnit.WEEKS), date(2026, 1, 19)),
        (None, CreditPeriod(1, CreditUnit.MONTHS), date(2026, 2, 5)),
        (None, None, date(2026, 1, 5)),
    ],
)
def test_a_due_date_is_given_or_counted_or_the_bill_date(
    due_date: date | None, credit_period: CreditPeriod | None, expected: date
) -> None:
    entry = BillEntry(
        party_key="p",
        kind=BillRefKind.NEW,
        ref="1",
        net=Decimal(1),
        effective_on=date(2026, 1, 7),
        bill_date=date(2026, 1, 5),
        due_date=due_date,
        credit_period=credit_period,
    )
    (item,) = fold_open_items([entry], as_of=AS_OF)
    assert (item.bill_date, item.due_date) == (date(2026, 1, 5), expected)


TWO_PARTIES = [
    *ledger(
        "zeta",
        """
        date       | voucher  | amount | allocation | due
        2026-01-01 | Sales Z1 | +1,000 | New Ref Z1 | 2026-01-31
        2026-03-01 | Sales Z2 | +2,000 | New Ref Z2 | 2026-04-30
        2026-03-05 | Receipt  |   -300 | On Account |
        """,
    ),
    *ledger("alpha", "date | voucher | amount | allocation\n2026-02-01 | Receipt R9 | -750 | Advance ADV"),
]


def test_rows_are_ordered_by_name_and_add_up() -> None:
    items = fold_open_items(TWO_PARTIES, as_of=AS_OF)
    rows = age_items(items, as_of=AS_OF, buckets=BUCKETS, party_names={"zeta": "A to Z Stores", "alpha": "Omkar"})
    assert [row.party_name for row in rows] == ["A to Z Stores", "Omkar"]
    total = total_row(rows, BUCKETS)
    assert (total.not_due, total.overdue, total.unapplied, total.net) == (2000, 1000, -1050, 1950)
    assert total.outstanding == 3000


def test_a_customer_in_credit_is_in_no_bucket() -> None:
    items = fold_open_items(TWO_PARTIES[-1:], as_of=AS_OF)
    (row,) = age_items(items, as_of=AS_OF)
    assert (row.outstanding, row.unapplied, row.net) == (0, -750, -750)


def test_payables_are_the_same_with_the_other_sign() -> None:
    supplier = ledger(
        "sigma",
        """
        date       | voucher      | amount | allocation | due
        2026-01-01 | Purchase P1  | -1,000 | New Ref P1 | 2026-01-31
        2026-01-20 | Payment PY1  |   +400 | Agst Ref P1 |
        2026-02-20 | Payment PY2  |   +250 | Advance A1 |
        2026-03-20 | Debit-note D |    +50 | New Ref DN1 |
        """,
    )
    items = fold_open_items(supplier, as_of=AS_OF, direction=Direction.PAYABLE)
    assert [(item.kind.value, item.net) for item in items] == [("bill", -600), ("advance", 250), ("debit_note", 50)]
    (row,) = age_items(items, as_of=AS_OF, buckets=BUCKETS, direction=Direction.PAYABLE)
    assert (row.buckets[1], row.unapplied, row.net) == (600, -300, 300)


def test_the_basis_changes_the_column_and_never_the_net() -> None:
    items = fold_open_items(TWO_PARTIES[:1], as_of=day("2026-02-10"))
    (by_due,) = age_items(items, as_of=day("2026-02-10"), basis=AgeingBasis.DUE)
    (by_bill,) = age_items(items, as_of=day("2026-02-10"), basis=AgeingBasis.BILL)
    assert (by_due.buckets[0], by_bill.buckets[1]) == (1000, 1000)
    assert by_due.net == by_bill.net
