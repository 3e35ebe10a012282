"""A13: a month-end ageing that a well-known product printed wrongly, because it kept only today's residuals.

Six invoices, a payment in February, one in May, all matched in May. The open balance on 30 April was 1,49,000 whatever
was known; the product printed 1,40,000.
"""

from __future__ import annotations

from decimal import Decimal

from canonical.receivable import Allocation
from receivables.allocation import settle
from receivables.invariants import check_conserved
from receivables.open_items import fold_open_items
from tests.receivables.ledgers import at, bill, day, ledger, noon, on_account

PARTY = "gamma stores"
MARCH = ["M1", "M2", "M3", "M4", "M5"]

ENTRIES = ledger(
    PARTY,
    """
    date       | voucher        | amount    | allocation
    2026-02-10 | Receipt P1     |    -1,000 | On Account
    2026-03-02 | Sales M1       |   +10,000 | New Ref M1
    2026-03-05 | Sales M2       |   +10,000 | New Ref M2
    2026-03-10 | Sales M3       |   +10,000 | New Ref M3
    2026-03-15 | Sales M4       |   +10,000 | New Ref M4
    2026-03-20 | Sales M5       |   +10,000 | New Ref M5
    2026-04-10 | Sales A1       | +1,00,000 | New Ref A1
    2026-05-12 | Receipt P2     |   -49,000 | On Account
    """,
)


def matched(number: int, receipt: str, on: str, ref: str, amount: int) -> Allocation:
    return Allocation(
        key=str(number),
        credit=on_account(PARTY, f"Receipt {receipt}", on),
        debit=bill(PARTY, ref, "2026-03-02"),
        amount=Decimal(amount),
        recorded_at=noon("2026-05-15"),
    )


ALLOCATIONS = [
    matched(1, "P1", "2026-02-10", "M1", 1000),
    matched(2, "P2", "2026-05-12", "M1", 9000),
    *(matched(number, "P2", "2026-05-12", ref, 10000) for number, ref in enumerate(MARCH[1:], start=3)),
]


def view(as_of: str, known: str) -> dict[str, Decimal]:
    """Pending by month, and what is unapplied."""
    items = fold_open_items(ENTRIES, as_of=day(as_of), known_at=at(known))
    settled = settle(items, ALLOCATIONS, known_at=at(known)).items
    if as_of == "2026-04-30":
        check_conserved(settled, {PARTY: Decimal(149000)})
    months = {"March": MARCH, "April": ["A1"], "unapplied": [""]}
    return {name: sum((item.net for item in settled if item.ref in refs), Decimal(0)) for name, refs in months.items()}


def test_as_it_was_known_in_april() -> None:
    assert view("2026-04-30", "2026-04-30") == {"March": 50000, "April": 100000, "unapplied": -1000}


def test_as_it_is_known_since_may() -> None:
    assert view("2026-04-30", "2026-05-31") == {"March": 49000, "April": 100000, "unapplied": 0}


def test_after_the_second_payment_only_april_is_open() -> None:
    assert view("2026-05-31", "2026-05-31") == {"March": 0, "April": 100000, "unapplied": 0}
