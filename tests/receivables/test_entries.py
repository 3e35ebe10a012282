# mypy: disable-error-code="comparison-overlap"
# A Decimal equals the int of the same value; inside tuples and lists the type checker does not see it.
"""Vouchers and openings become entries that add up to the ledger."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from canonical.bill import BillAllocation, BillRefKind, OpeningBill
from canonical.dates import CreditPeriod
from canonical.ledger import Ledger
from canonical.money import Side
from canonical.record import SourceRef
from canonical.voucher import Posting, Voucher
from canonical.voucher_type import VoucherKind
from receivables.entries import iter_opening_entries, iter_voucher_entries
from receivables.open_items import fold_open_items

ASHA = "asha traders"


def source(key: str) -> SourceRef:
    return SourceRef("tally", "company-1", "vouchers", key)


def party_line(side: Side, amount: int, *bills: BillAllocation) -> Posting:
    return Posting(ledger_key=ASHA, ledger_name="Asha Traders", side=side, amount=Decimal(amount), bills=bills)


def other_line(side: Side, amount: int, key: str = "sales") -> Posting:
    return Posting(ledger_key=key, ledger_name=key.title(), side=side, amount=Decimal(amount))


SALE = Voucher(
    source=source("v1"),
    kind=VoucherKind.SALES,
    type_name="Sales",
    day=date(2025, 4, 10),
    number="S-1",
    postings=(
        party_line(
            Side.DEBIT,
            1000,
            BillAllocation(kind=BillRefKind.NEW, side=Side.DEBIT, amount=Decimal(800), ref="S-1"),
            BillAllocation(
                kind=BillRefKind.NEW,
                side=Side.DEBIT,
                amount=Decimal(150),
                ref="S-1/R",
                credit_period=CreditPeriod(60),
            ),
        ),
        other_line(Side.CREDIT, 1000),
    ),
)


def test_allocations_and_the_rest_add_up_to_the_posting() -> None:
    entries = list(iter_voucher_entries(SALE, {ASHA}, {ASHA: CreditPeriod(30)}))
    assert [(e.kind.value, e.ref, e.net) for e in entries] == [
        ("new_ref", "S-1", 800),
        ("new_ref", "S-1/R", 150),
        ("on_account", "", 50),
    ]
    assert [e.credit_period for e in entries] == [CreditPeriod(30), CreditPeriod(60), None]
    assert {(e.document, e.source_key, e.effective_on) for e in entries} == {("S-1", "v1", date(2025, 4, 10))}


def test_an_allocation_larger_than_its_posting_leaves_the_difference_on_the_other_side() -> None:
    bill = BillAllocation(kind=BillRefKind.AGAINST, side=Side.CREDIT, amount=Decimal(700), ref="S-1")
    receipt = dataclasses.replace(
        SALE,
        kind=VoucherKind.RECEIPT,
        postings=(party_line(Side.CREDIT, 600, bill), other_line(Side.DEBIT, 600, "bank")),
    )
    assert [e.net for e in iter_voucher_entries(receipt, {ASHA})] == [-700, 100]


def test_only_party_ledgers_count() -> None:
    assert list(iter_voucher_entries(SALE, set())) == []
    assert [e.net for e in iter_voucher_entries(SALE, {"sales"})] == [-1000]


@pytest.mark.parametrize("change", [{"is_optional": True}, {"is_cancelled": True}, {"kind": VoucherKind.MEMORANDUM}])
def test_what_is_not_in_the_books_is_not_in_the_entries(change: dict[str, object]) -> None:
    assert list(iter_voucher_entries(dataclasses.replace(SALE, **change), {ASHA})) == []  # type: ignore[arg-type] # a table of fields


def test_a_post_dated_receipt_counts_from_its_date() -> None:
    receipt = dataclasses.replace(SALE, is_post_dated=True)
    entries = list(iter_voucher_entries(receipt, {ASHA}))
    assert fold_open_items(entries, as_of=date(2025, 4, 9)) == ()
    assert len(fold_open_items(entries, as_of=date(2025, 4, 10))) == 3


def opening_ledger(opening: Decimal | None) -> Ledger:
    return Ledger(
        source=source("l1"),
        key=ASHA,
        name="Asha Traders",
        opening=opening,
        credit_period=CreditPeriod(45),
        opening_bills=(
            OpeningBill(ref="OB-1", side=Side.DEBIT, amount=Decimal(900), bill_date=date(2025, 1, 15)),
            OpeningBill(ref="A-1", side=Side.CREDIT, amount=Decimal(100), is_advance=True),
        ),
    )


def test_opening_bills_and_the_unexplained_rest_add_up_to_the_opening_balance() -> None:
    entries = list(iter_opening_entries(opening_ledger(Decimal(1050)), date(2025, 4, 1)))
    assert [(e.kind.value, e.ref, e.net) for e in entries] == [
        ("new_ref", "OB-1", 900),
        ("advance", "A-1", -100),
        ("on_account", "", 250),
    ]
    assert {e.effective_on for e in entries} == {date(2025, 3, 31)}
    items = fold_open_items(entries, as_of=date(2025, 4, 30))
    bill = next(item for item in items if item.ref == "OB-1")
    assert (bill.bill_date, bill.due_date) == (date(2025, 1, 15), date(2025, 3, 1))
    assert sum(item.net for item in items) == 1050


def test_a_ledger_that_says_no_opening_has_no_rest() -> None:
    entries = list(iter_opening_entries(opening_ledger(None), date(2025, 4, 1)))
    assert [e.net for e in entries] == [900, -100]
