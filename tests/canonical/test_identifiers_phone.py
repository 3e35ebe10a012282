from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.identifiers import InvalidComponent, InvalidLength, PhoneKind, phone


@pytest.mark.parametrize(
    "written",
    [
        "9876543210",
        "98765 43210",
        "98765-43210",
        "+91 98765 43210",
        "+91-9876543210",
        "91-9876543210",
        "919876543210",
        "09876543210",
        "0091 98765 43210",
        "+91 (0) 9876543210",
        "Mob: 9876543210",
        "Ph. No. 9876543210",
        "९८७६५४३२१०",
    ],
)
def test_one_mobile_however_written(written: str) -> None:
    assert phone.validate(written) == "+919876543210"
    assert phone.is_mobile(written)


@pytest.mark.parametrize(
    ("written", "std"),
    [
        ("0731-2512345", "731"),
        ("(0731) 2512345", "731"),
        ("0731 251 2345", "731"),
        ("011-23456789", "11"),
        ("022 2345 6789", "22"),
        ("01234-567890", "1234"),
        ("2223456789", ""),
    ],
)
def test_landlines_with_their_std_code(written: str, std: str) -> None:
    found = phone.info(written)
    assert (found.kind, found.std_code) == (PhoneKind.LANDLINE, std)
    assert len(found.number) == len("+917312512345")
    assert not phone.is_mobile(written)


def test_an_extension_is_not_part_of_the_number() -> None:
    assert phone.validate("0731-2512345 Ext 12") == phone.validate("0731-2512345 x12") == "+917312512345"


def test_a_local_number_needs_the_std_code_of_its_place() -> None:
    with pytest.raises(InvalidLength):
        phone.validate("2512345")
    assert phone.validate("251-2345", std_code="0731") == "+917312512345"
    assert phone.info("2512345", std_code="0731").std_code == "731"
    assert phone.info("9876543210", std_code="0731").kind is PhoneKind.MOBILE


def test_toll_free_numbers_are_their_own_kind() -> None:
    found = phone.info("1800 123 4567")
    assert (found.number, found.kind) == ("+9118001234567", PhoneKind.TOLL_FREE)


@pytest.mark.parametrize("written", ["", "n/a", "12345", "98765432101", "0000000000", "call Ram", "00123456789"])
def test_what_is_no_number_is_refused(written: str) -> None:
    assert not phone.is_valid(written)


def test_other_countries_are_said_to_be_such() -> None:
    with pytest.raises(InvalidComponent):
        phone.validate("+1 415 555 2671")


def test_several_numbers_in_one_field() -> None:
    text = "9876543210/9876543210; 0731-2512345 or +91 91234 56780, n.a."
    assert phone.find_numbers(text) == ("+919876543210", "+917312512345", "+919123456780")


@given(st.from_regex(r"\A[6-9][0-9]{9}\Z"), st.sampled_from(["", "0", "91", "+91 ", "+91-", "0091"]))
def test_prefixes_never_change_the_number(national: str, prefix: str) -> None:
    assert phone.validate(prefix + national) == f"+91{national}"
