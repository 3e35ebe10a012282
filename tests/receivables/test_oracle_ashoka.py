"""Ledger A, Ashoka Traders: the worked figures A1 to A12 of docs/receivables.md, line by line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from canonical.receivable import AgeingBasis, AgeingRow, Allocation, BillEntry, Buckets
from receivables.ageing import age_items
from receivables.allocation import FifoPolicy, settle
from receivables.invariants import check_conserved, party_balances
from receivables.item import OpenItem
from receivables.open_items import fold_open_items
from tests.receivables.ledgers import at, bill, day, ledger, noon, on_account, rupees, table

PARTY = "ashoka traders"
BUCKETS = Buckets((30, 60, 90, 180))

LEDGER_A = ledger(
    PARTY,
    """
    date       | voucher             | amount    | allocation       | due
    2026-01-05 | Sales INV-001       | +1,00,000 | New Ref INV-001  | 2026-02-04
    2026-01-20 | Sales INV-002       |   +50,000 | New Ref INV-002  | 2026-02-19
    2026-02-10 | Receipt R1          |   -60,000 | Agst Ref INV-001 |
    2026-02-15 | Credit-note CN-1    |    -5,000 | Agst Ref INV-002 |
    2026-03-01 | Sales INV-003       |   +80,000 | New Ref INV-003  | 2026-03-31
    2026-03-10 | Receipt R2          |   -70,000 | On Account       |
    2026-03-12 | Journal JV-1        |      -500 | Agst Ref INV-002 |
    2026-03-20 | Receipt R3          |   -20,000 | Advance ADV-1    |
    """,
)


def listed(items: tuple[OpenItem, ...], as_of: str, basis: AgeingBasis = AgeingBasis.DUE) -> list[tuple[str, ...]]:
    """Items as rows of text: reference (or voucher), pending, age."""
    return [
        (item.ref or item.document, f"{item.net:,.0f}", str(item.age_days(day(as_of), basis)))
        for item in sorted(items, key=lambda item: (item.effective_on, item.document))
    ]


def western(text: str) -> list[tuple[str, ...]]:
    """A table of item, pending, age; money that does not age has a blank age."""
    return [(row["item"], f"{rupees(row['pending']):,.0f}", row["age"]) for row in table(text)]


def assert_listed(items: tuple[OpenItem, ...], as_of: str, text: str, basis: AgeingBasis = AgeingBasis.DUE) -> None:
    expected = western(text)
    rows = [
        (ref, pending, age if wanted[2] else "")
        for (ref, pending, age), wanted in zip(listed(items, as_of, basis), expected, strict=True)
    ]
    assert rows == expected


def aged(items: tuple[OpenItem, ...], as_of: str, basis: AgeingBasis = AgeingBasis.DUE) -> AgeingRow:
    (row,) = age_items(items, as_of=day(as_of), basis=basis, buckets=BUCKETS)
    return row


def columns(row: AgeingRow) -> dict[str, str]:
    """The columns of an ageing row that are not zero."""
    cells = {"not due": row.not_due, **dict(zip(BUCKETS.labels, row.buckets, strict=True)), "unapplied": row.unapplied}
    return {name: f"{amount:,.0f}" for name, amount in cells.items() if amount} | {"net": f"{row.net:,.0f}"}


A1_ITEMS = """
    item    | pending | age
    INV-001 |  40,000 | 55
    INV-002 |  44,500 | 40
    INV-003 |  80,000 | 0
    R2      | -70,000 |
    ADV-1   | -20,000 |
    """


def test_a1_explicit_allocations_by_due_date() -> None:
    items = fold_open_items(LEDGER_A, as_of=day("2026-03-31"))
    assert_listed(items, "2026-03-31", A1_ITEMS)
    assert columns(aged(items, "2026-03-31")) == {
        "not due": "80,000",
        "31-60": "84,500",
        "unapplied": "-90,000",
        "net": "74,500",
    }
    check_conserved(items, {PARTY: Decimal(74500)})


def test_a2_by_bill_date() -> None:
    items = fold_open_items(LEDGER_A, as_of=day("2026-03-31"))
    assert [row[2] for row in listed(items, "2026-03-31", AgeingBasis.BILL)][:3] == ["85", "70", "30"]
    assert columns(aged(items, "2026-03-31", AgeingBasis.BILL)) == {
        "1-30": "80,000",
        "61-90": "84,500",
        "unapplied": "-90,000",
        "net": "74,500",
    }


def test_a3_virtual_fifo_of_on_account_money() -> None:
    items = fold_open_items(LEDGER_A, as_of=day("2026-03-31"))
    settled = settle(items, policy=FifoPolicy.ON_ACCOUNT)
    assert_listed(
        settled.items,
        "2026-03-31",
        """
        item    | pending | age
        INV-002 |  14,500 | 40
        INV-003 |  80,000 | 0
        ADV-1   | -20,000 |
        """,
    )
    assert columns(aged(settled.items, "2026-03-31")) == {
        "not due": "80,000",
        "31-60": "14,500",
        "unapplied": "-20,000",
        "net": "74,500",
    }
    assert [(row.debit.bill, row.amount, row.is_virtual) for row in settled.applications] == [
        ("inv-001", Decimal(40000), True),
        ("inv-002", Decimal(30000), True),
    ]


def test_a4_virtual_fifo_of_advances_too() -> None:
    items = fold_open_items(LEDGER_A, as_of=day("2026-03-31"))
    settled = settle(items, policy=FifoPolicy.ON_ACCOUNT_AND_ADVANCES)
    assert_listed(settled.items, "2026-03-31", "item | pending | age\nINV-003 | 74,500 | 0")
    assert columns(aged(settled.items, "2026-03-31")) == {"not due": "74,500", "net": "74,500"}


@pytest.mark.parametrize(
    ("name", "as_of", "expected", "net"),
    [
        ("A5", "2026-02-12", "item | pending | age\nINV-001 | 40,000 | 8\nINV-002 | 50,000 | -7", "90,000"),
        ("A6", "2026-02-04", "item | pending | age\nINV-001 | 1,00,000 | 0\nINV-002 | 50,000 | -15", "1,50,000"),
        ("A7", "2026-02-28", "item | pending | age\nINV-001 | 40,000 | 24\nINV-002 | 45,000 | 9", "85,000"),
    ],
)
def test_a5_to_a7_earlier_days(name: str, as_of: str, expected: str, net: str) -> None:
    items = fold_open_items(LEDGER_A, as_of=day(as_of))
    assert_listed(items, as_of, expected)
    assert aged(items, as_of).net == rupees(net), name


R2_PAYS_INV_003 = Allocation(
    key="1",
    credit=on_account(PARTY, "Receipt R2", "2026-03-10"),
    debit=bill(PARTY, "INV-003", "2026-03-01"),
    amount=Decimal(70000),
    recorded_at=noon("2026-04-05"),
)


def settled_as(entries: list[BillEntry], allocation: Allocation, as_of: str, known: str) -> tuple[OpenItem, ...]:
    items = fold_open_items(entries, as_of=day(as_of), known_at=at(known))
    settled = settle(items, [allocation], known_at=at(known)).items
    check_conserved(settled, party_balances(entries, as_of=day(as_of), known_at=at(known)))
    return settled


def test_a9_an_allocation_clicked_in_april_belongs_to_march_once_it_is_known() -> None:
    assert_listed(settled_as(LEDGER_A, R2_PAYS_INV_003, "2026-03-31", "2026-03-31"), "2026-03-31", A1_ITEMS)
    assert_listed(
        settled_as(LEDGER_A, R2_PAYS_INV_003, "2026-03-31", "2026-04-06"),
        "2026-03-31",
        """
        item    | pending | age
        INV-001 |  40,000 | 55
        INV-002 |  44,500 | 40
        INV-003 |  10,000 | 0
        ADV-1   | -20,000 |
        """,
    )


@pytest.mark.parametrize("known", ["2026-03-31", "2026-04-06"])
def test_a9_before_the_receipt_the_bill_is_whole_whatever_is_known_later(known: str) -> None:
    items = settled_as(LEDGER_A, R2_PAYS_INV_003, "2026-03-05", known)
    assert [item.net for item in items if item.ref == "INV-003"] == [Decimal(80000)]


def test_a9_the_application_says_when_it_is_effective() -> None:
    items = fold_open_items(LEDGER_A, as_of=day("2026-03-31"))
    (row,) = settle(items, [R2_PAYS_INV_003]).applications
    assert (row.effective_on, row.allocation_key, row.is_virtual) == (day("2026-03-10"), "1", False)


def test_a10_an_advance_older_than_its_bill() -> None:
    entries = [
        *LEDGER_A,
        *ledger(PARTY, "date | voucher | amount | allocation\n2026-01-02 | Receipt R0 | -10,000 | On Account"),
    ]
    allocation = Allocation(
        key="2",
        credit=on_account(PARTY, "Receipt R0", "2026-01-02"),
        debit=bill(PARTY, "INV-001", "2026-01-05"),
        amount=Decimal(10000),
        recorded_at=noon("2026-01-09"),
    )
    before = settled_as(entries, allocation, "2026-01-03", "2026-01-10")
    assert_listed(before, "2026-01-03", "item | pending | age\nR0 | -10,000 |")
    after = settled_as(entries, allocation, "2026-01-05", "2026-01-10")
    assert_listed(after, "2026-01-05", "item | pending | age\nINV-001 | 90,000 | -30")


def test_a11_a_back_dated_receipt_changes_march_only_for_those_who_know() -> None:
    late = """
        date       | voucher    | amount  | allocation       | recorded
        2026-03-28 | Receipt R4 | -10,000 | Agst Ref INV-002 | 2026-04-02
        """
    entries = [*LEDGER_A, *ledger(PARTY, late)]

    def pending(known: str) -> list[Decimal]:
        items = fold_open_items(entries, as_of=day("2026-03-31"), known_at=at(known))
        return [item.net for item in items if item.ref == "INV-002"]

    assert pending("2026-03-31") == [Decimal(44500)]
    assert pending("2026-04-02") == [Decimal(34500)]


def test_a12_a_cancelled_receipt_was_never_there() -> None:
    cancelled = """
        date       | voucher       | amount    | allocation       | due        | voided
        2026-01-05 | Sales INV-001 | +1,00,000 | New Ref INV-001  | 2026-02-04 |
        2026-02-10 | Receipt R1    |   -60,000 | Agst Ref INV-001 |            | 2026-02-20
        """
    entries = ledger(PARTY, cancelled)

    def pending(known: str) -> list[Decimal]:
        return [item.net for item in fold_open_items(entries, as_of=day("2026-02-12"), known_at=at(known))]

    assert pending("2026-02-19") == [Decimal(40000)]
    assert pending("2026-02-21") == [Decimal(100000)]


def test_a12_a_bounced_receipt_was_there_until_it_bounced() -> None:
    bounced = """
        date       | voucher       | amount    | allocation       | due
        2026-01-05 | Sales INV-001 | +1,00,000 | New Ref INV-001  | 2026-02-04
        2026-02-10 | Receipt R1    |   -60,000 | Agst Ref INV-001 |
        2026-02-20 | Journal B1    |   +60,000 | Agst Ref INV-001 |
        """
    entries = ledger(PARTY, bounced)
    assert_listed(
        fold_open_items(entries, as_of=day("2026-02-12")), "2026-02-12", "item | pending | age\nINV-001 | 40,000 | 8"
    )
    after = fold_open_items(entries, as_of=day("2026-02-20"))
    assert_listed(after, "2026-02-20", "item | pending | age\nINV-001 | 1,00,000 | 16")
    assert [part.entry.document for part in after[0].parts] == ["INV-001", "R1", "B1"]
