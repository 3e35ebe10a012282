"""Ledgers and groups: names, opening balances, the 28 reserved groups."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.bill import OpeningBill
from canonical.ledger import Ledger, ReservedGroup, name_key
from canonical.money import Side
from canonical.record import SourceRef


@pytest.mark.parametrize("spelling", ["Asha Traders", "ASHA  TRADERS", " asha traders ", "Asha\tTraders"])
def test_names_match_without_case_and_doubled_blanks(spelling: str) -> None:
    assert name_key(spelling) == "asha traders"


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


def test_there_are_28_reserved_groups_and_their_names_are_distinct_keys() -> None:
    assert len({name_key(group.value) for group in ReservedGroup}) == 28


def test_opening_bills_are_summed_with_their_sides() -> None:
    bills = (
        OpeningBill(ref="B-1", side=Side.DEBIT, amount=Decimal("1000.50")),
        OpeningBill(ref="B-2", side=Side.DEBIT, amount=Decimal("99.50")),
        OpeningBill(ref="A-1", side=Side.CREDIT, amount=Decimal(400), is_advance=True),
    )
    source = SourceRef("tally", "company-1", "ledgers", "guid-1")
    ledger = Ledger(source=source, key="asha", name="Asha", opening=Decimal(750), opening_bills=bills)
    assert ledger.opening_bills_net == Decimal(700)
    assert Ledger(source=source, key="x", name="X").opening_bills_net == 0


def test_a_source_ref_reads_as_one_address() -> None:
    assert str(SourceRef("zoho", "60012", "invoices", "42")) == "zoho:60012:invoices:42"
