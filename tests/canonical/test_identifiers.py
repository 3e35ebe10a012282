"""What every identifier module promises: four verbs, examples that hold, one tree of errors, no number in a message."""

from __future__ import annotations

import doctest
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import canonical.identifiers
from canonical.errors import RuleError
from canonical.identifiers import (
    IdentifierError,
    cin,
    gstin,
    hsn,
    ifsc,
    invoice_number,
    llpin,
    pan,
    phone,
    pincode,
    state,
    tan,
    text,
    udyam,
    uqc,
)

VALID: dict[ModuleType, str] = {
    cin: "U51909MP2010PTC012345",
    gstin: "27AAPFU0939F1ZV",
    hsn: "01012100",
    ifsc: "SBIN0011569",
    invoice_number: "INV/25-26/0042",
    llpin: "AAB-1234",
    pan: "AAPFU0939F",
    phone: "+919876543210",
    pincode: "452001",
    state: "27",
    tan: "MUMR12345B",
    udyam: "UDYAM-MP-23-0012345",
    uqc: "KGS",
}
MODULES = [pytest.param(module, id=module.__name__.rpartition(".")[2]) for module in VALID]


@pytest.mark.parametrize("module", MODULES)
def test_the_four_verbs_agree(module: Any) -> None:
    number = VALID[module]
    assert module.compact(number) in {number, number.removeprefix("+91")}
    assert module.validate(number) == number
    assert module.is_valid(number)
    assert module.info(number)


@pytest.mark.parametrize("module", MODULES)
def test_blanks_invisible_marks_and_wide_digits_do_not_matter(module: Any) -> None:
    number = VALID[module]
    wide = number.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    assert module.validate(f"\u200b {wide}\xa0") == number


@pytest.mark.parametrize("module", MODULES)
@given(typed=st.text(max_size=30))
def test_any_text_is_either_valid_and_stable_or_refused(module: Any, typed: str) -> None:
    if module.is_valid(typed):
        number = module.validate(typed)
        assert module.validate(number) == number
    else:
        with pytest.raises(IdentifierError):
            module.validate(typed)


@pytest.mark.parametrize("module", [p for p in MODULES if p.id not in {"state", "uqc", "pincode"}])
def test_an_error_never_repeats_the_number(module: Any) -> None:
    wrong = f"SECRET{VALID[module]}!"
    with pytest.raises(RuleError) as caught:
        module.validate(wrong)
    assert caught.value.code.startswith("canonical.identifier.")
    assert VALID[module] not in caught.value.message
    assert "SECRET" not in caught.value.message


@pytest.mark.parametrize("module", [*MODULES, pytest.param(text, id="text")])
def test_the_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_public_names_are_sorted_and_there() -> None:
    names = canonical.identifiers.__all__
    assert names == sorted(names)
    assert all(hasattr(canonical.identifiers, name) for name in names)


def test_every_module_is_covered_by_these_promises() -> None:
    exported = {name for name in canonical.identifiers.__all__ if name.islower()}
    assert exported == {module.__name__.rpartition(".")[2] for module in VALID}
