"""What a proof says to people: rupees with paise, counts without."""

from __future__ import annotations

from decimal import Decimal

import pytest

from canonical.proof import ControlKind, ControlTotal
from workflows.proving.words import difference_words

KINDS = {
    ControlKind.CLOSING: "Cash: ours 1,23,456.00, theirs 1,23,455.50, difference 0.50",
    ControlKind.VOUCHER_COUNT: "Cash: ours 1,23,456, theirs 1,23,450, difference 6",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_difference_is_said_in_the_unit_of_its_kind(kind: ControlKind) -> None:
    theirs = Decimal("123455.50") if kind.is_money else Decimal(123450)
    assert difference_words(ControlTotal(name="Cash", kind=kind, ours=Decimal(123456), theirs=theirs)) == KINDS[kind]
