# mypy: disable-error-code="comparison-overlap"
# A Decimal equals the int of the same value; inside tuples and lists the type checker does not see it.
"""Applying money: who is believed, in which order bills are paid, and what cannot be done."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from canonical.receivable import Allocation, AllocationError, AllocationKind, Direction, ItemKey
from receivables.allocation import FifoPolicy, settle
from receivables.item import OpenItem
from receivables.open_items import fold_open_items
from tests.receivables.ledgers import at, bill, day, ledger, noon, on_account

PARTY = "meera agencies"
RECEIPT = on_account(PARTY, "Receipt R1", "2026-02-10")
LEDGER = ledger(
    PARTY,
    """
    date       | voucher     | amount | allocation  | due
    2026-01-01 | Sales S-10  | +100   | New Ref S-10 | 2026-02-28
    2026-01-01 | Sales S-9   | +100   | New Ref S-9  | 2026-02-28
    2026-01-05 | Sales S-11  | +100   | New Ref S-11 | 2026-02-15
    2026-02-01 | Sales S-12  | +100   | New Ref S-12 | 2026-02-28
    2026-02-10 | Receipt R1  | -250   | On Account   |
    """,
)


def items() -> tuple[OpenItem, ...]:
    return fold_open_items(LEDGER, as_of=day("2026-03-31"))


def pays(key: str, ref: str, amount: str, recorded: str = "2026-03-01", **more: object) -> Allocation:
    fields = {"kind": AllocationKind.USER, **more}
    return Allocation(
        key=key,
        credit=RECEIPT,
        debit=bill(PARTY, ref, "2026-01-01"),
        amount=Decimal(amount),
        recorded_at=noon(recorded),
        **fields,  # type: ignore[arg-type] # kind and voided_at
    )


def pending(rows: tuple[OpenItem, ...]) -> dict[str, Decimal]:
    return {item.ref or item.document: item.net for item in rows}


def test_fifo_pays_by_due_date_then_bill_date_then_number() -> None:
    result = settle(items(), policy=FifoPolicy.ON_ACCOUNT)
    assert [(row.debit.bill, row.amount) for row in result.applications] == [
        ("s-11", 100),
        ("s-9", 100),
        ("s-10", 50),
    ]
    assert pending(result.items) == {"S-10": 50, "S-12": 100}


def test_no_policy_no_virtual_rows() -> None:
    result = settle(items())
    assert (result.items, result.applications) == (items(), ())


def test_a_decision_comes_before_fifo() -> None:
    result = settle(items(), [pays("1", "S-12", "100")], policy=FifoPolicy.ON_ACCOUNT)
    assert [(row.debit.bill, row.kind.value) for row in result.applications] == [
        ("s-12", "user"),
        ("s-11", "fifo"),
        ("s-9", "fifo"),
    ]


def test_a_persons_decision_comes_before_a_match_even_if_it_was_made_later() -> None:
    match = pays("1", "S-9", "200", recorded="2026-02-11", kind=AllocationKind.CASH_APPLICATION)
    user = pays("2", "S-10", "100", recorded="2026-03-11")
    result = settle(items(), [match, user])
    assert [(row.allocation_key, row.amount) for row in result.applications] == [("2", 100), ("1", 100)]


def test_no_allocation_takes_more_than_the_bill_or_the_receipt_has_and_the_rest_is_named() -> None:
    allocations = [pays("1", "S-9", "130"), pays("2", "S-10", "100"), pays("3", "S-11", "100")]
    result = settle(items(), allocations)
    assert [(row.allocation_key, row.amount) for row in result.applications] == [("1", 100), ("2", 100), ("3", 50)]
    assert [(allocation.key, rest) for allocation, rest in result.unused] == [("1", 30), ("3", 50)]
    assert pending(result.items) == {"S-11": 50, "S-12": 100}


def test_an_allocation_the_wrong_way_round_does_nothing() -> None:
    backwards = Allocation(
        key="1",
        credit=bill(PARTY, "S-9", "2026-01-01"),
        debit=RECEIPT,
        amount=Decimal(10),
        recorded_at=noon("2026-03-01"),
    )
    result = settle(items(), [backwards])
    assert (result.items, result.unused) == (items(), ((backwards, 10),))


@pytest.mark.parametrize(("known", "left"), [("2026-02-28", 250), ("2026-03-01", 150), ("2026-03-09", 250)])
def test_an_allocation_holds_from_when_it_is_recorded_until_it_is_voided(known: str, left: int) -> None:
    allocation = pays("1", "S-9", "100", voided_at=noon("2026-03-05"))
    result = settle(items(), [allocation], known_at=at(known))
    assert pending(result.items)["R1"] == -left


def test_an_allocation_is_known_from_the_very_moment_until_the_moment_it_is_voided() -> None:
    allocation = pays("1", "S-9", "100", voided_at=noon("2026-03-05"))
    tick = timedelta(microseconds=1)
    moments = (noon("2026-03-01") - tick, noon("2026-03-01"), noon("2026-03-05") - tick, noon("2026-03-05"))
    assert [len(settle(items(), [allocation], known_at=moment).applications) for moment in moments] == [0, 1, 1, 0]


def test_when_the_receipt_is_cancelled_its_allocation_has_nothing_to_give() -> None:
    without_receipt = fold_open_items(LEDGER[:-1], as_of=day("2026-03-31"))
    result = settle(without_receipt, [pays("1", "S-9", "100")])
    assert (result.items, len(result.unused)) == (without_receipt, 1)


def test_money_without_a_purpose_is_used_before_advances() -> None:
    entries = ledger(
        PARTY,
        """
        date       | voucher    | amount | allocation
        2026-01-01 | Receipt A1 |  -60   | Advance ADV
        2026-01-02 | Journal C1 |  -30   | New Ref CN-1
        2026-01-03 | Receipt R1 |  -50   | On Account
        2026-01-04 | Receipt R2 |  -20   | Agst Ref LOST
        2026-01-05 | Sales S1   | +115   | New Ref S1
        """,
    )
    rows = fold_open_items(entries, as_of=day("2026-01-31"))
    some = settle(rows, policy=FifoPolicy.ON_ACCOUNT)
    assert pending(some.items) == {"ADV": -60, "CN-1": -30, "S1": 45}
    everything = settle(rows, policy=FifoPolicy.ON_ACCOUNT_AND_ADVANCES)
    assert pending(everything.items) == {"ADV": -45}


def test_fifo_of_payables_pays_our_bills_with_our_advances() -> None:
    entries = ledger(
        "supplier",
        """
        date       | voucher     | amount | allocation
        2026-01-05 | Purchase P1 | -300   | New Ref P1
        2026-01-06 | Payment Y1  | +120   | On Account
        """,
    )
    rows = fold_open_items(entries, as_of=day("2026-01-31"), direction=Direction.PAYABLE)
    result = settle(rows, policy=FifoPolicy.ON_ACCOUNT, direction=Direction.PAYABLE)
    assert pending(result.items) == {"P1": -180}
    (row,) = result.applications
    assert (row.credit.bill, row.debit.voucher, row.amount) == ("p1", "Payment Y1#2026-01-06", 120)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount": Decimal(0)}, "positive amount"),
        ({"debit": ItemKey("somebody else", "s-9", 2025)}, "within one party"),
        ({"debit": RECEIPT}, "pay itself"),
        ({"kind": AllocationKind.FIFO}, "never stored"),
    ],
)
def test_an_allocation_that_makes_no_sense_cannot_be_built(change: dict[str, object], message: str) -> None:
    fields: dict[str, object] = {
        "key": "1",
        "credit": RECEIPT,
        "debit": bill(PARTY, "S-9", "2026-01-01"),
        "amount": Decimal(1),
        "recorded_at": noon("2026-01-01"),
        **change,
    }
    with pytest.raises(AllocationError, match=message):
        Allocation(**fields)  # type: ignore[arg-type] # a table of fields
