from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.identifiers import InvalidComponent, InvalidFormat, InvalidLength, invoice_number

numbers = st.from_regex(r"\A[A-Za-z1-9][A-Za-z0-9/-]{0,15}\Z")


@pytest.mark.parametrize(
    ("number", "by_rule", "by_irp"),
    [
        ("INV/25-26/0042", True, True),
        ("42", True, True),
        ("0042", True, False),
        ("-42", True, False),
        ("/42", True, False),
        ("A" * 16, True, True),
        ("A" * 17, False, False),
        ("INV 42", False, False),
        ("INV_42", False, False),
        ("बिल42", False, False),
        ("00", False, False),
        ("0/0", False, False),
        ("", False, False),
    ],
)
def test_rule_46_and_the_stricter_portal(number: str, by_rule: bool, by_irp: bool) -> None:
    assert invoice_number.is_valid(number) is by_rule
    assert invoice_number.is_irp_valid(number) is by_irp


def test_what_is_wrong_is_said_by_the_class() -> None:
    for number, error in (("A" * 17, InvalidLength), ("A B", InvalidFormat), ("000", InvalidComponent)):
        with pytest.raises(error):
            invoice_number.validate(number)


@pytest.mark.parametrize("number", ["Bill No. 42 (rev)", "बिल/४२", "0", "A" * 200])
def test_received_numbers_are_taken_as_they_are(number: str) -> None:
    assert invoice_number.validate_inward(number)
    with pytest.raises(InvalidLength):
        invoice_number.validate_inward(" \u200b ")


@given(numbers)
def test_what_the_portal_accepts_rule_46_accepts(number: str) -> None:
    assert invoice_number.is_irp_valid(number)
    assert invoice_number.is_valid(number)


@given(st.text(min_size=1, max_size=20))
def test_keys_forget_case_and_blanks_and_are_stable(number: str) -> None:
    key = invoice_number.key(number)
    assert invoice_number.key(f" {key} ") == key
    loose = invoice_number.loose_key(number)
    assert invoice_number.loose_key(key) == loose


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("INV/2025-26/0042", "INV-42", True),
        ("INV/25-26/0042", "inv 42", True),
        ("SB/2024-2025/7", "SB/7", True),
        ("INV-42", "INV-420", False),
        ("INV-42", "CN-42", False),
        ("INV/24/26", "INV", False),
    ],
)
def test_loose_keys_bring_spellings_together(left: str, right: str, same: bool) -> None:
    assert (invoice_number.loose_key(left) == invoice_number.loose_key(right)) is same


def test_the_financial_year_in_a_number_is_found() -> None:
    assert invoice_number.info("INV/2025-26/0042").financial_year == "2025-26"
    assert invoice_number.info("INV/25-26/0042").financial_year == "2025-26"
    assert invoice_number.info("INV/25-28/0042").financial_year == ""
