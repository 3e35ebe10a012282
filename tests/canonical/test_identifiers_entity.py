"""PAN, TAN, CIN, LLPIN, Udyam and IFSC: identity of persons, firms and bank branches."""

from __future__ import annotations

import pytest

from canonical.identifiers import InvalidComponent, PanHolder, cin, ifsc, llpin, pan, tan, udyam
from tests.support.samples import sample_json


@pytest.mark.parametrize("letter", list(pan.HOLDERS))
def test_every_holder_letter_is_known(letter: str) -> None:
    assert pan.info(f"AAA{letter}S1234A").holder is pan.HOLDERS[letter]


def test_a_pan_tells_its_holder_and_initial() -> None:
    found = pan.info("aapfu-0939 f")
    assert (found.number, found.holder, found.initial) == ("AAPFU0939F", PanHolder.FIRM, "U")


@pytest.mark.parametrize("written", ["ABCDE1234F", "AAAPS0000A"])
def test_dummy_pans_are_refused(written: str) -> None:
    with pytest.raises(InvalidComponent):
        pan.validate(written)


@pytest.mark.parametrize("written", ["PANNOTAVBL", "PANAPPLIED", "PANINVALID", "", "AAPFU0939", "AAPFU09391"])
def test_placeholders_of_tax_returns_are_no_pans(written: str) -> None:
    assert not pan.is_valid(written)


def test_the_collected_pan_vectors_hold() -> None:
    vectors = sample_json("gst/derived/pan_vectors.json")
    assert set(vectors["holder_types"]) == set(pan.HOLDERS)
    assert all(pan.is_valid(value) for value in vectors["valid"])
    assert not any(pan.is_valid(row["value"]) for row in vectors["invalid"])


@pytest.mark.parametrize("written", ["MUMR1234B", "MUM112345B", "MUMR123456"])
def test_what_is_no_tan_is_refused(written: str) -> None:
    assert not tan.is_valid(written)


def test_a_cin_is_taken_apart() -> None:
    found = cin.info("L51909MH2010PLC012345")
    assert (found.is_listed, found.industry, found.state_code) == (True, "51909", "27")
    assert (found.year, found.company_class) == (2010, "PLC")
    assert not cin.is_valid("U51909MP2010PTC01234")
    assert not cin.is_valid("U51909MP2010PT1012345")


def test_a_cin_of_letters_we_do_not_know_is_still_one() -> None:
    assert cin.info("U51909XX2010PTC012345").state_code == ""


def test_an_llpin_gets_its_hyphen() -> None:
    assert llpin.validate("AAB1234") == llpin.validate("aab-1234") == "AAB-1234"
    assert llpin.info("AAB-0012").serial == 12
    assert not llpin.is_valid("AAB-123")
    assert not llpin.is_valid("AAB-12A4")


def test_a_udyam_number_gets_its_hyphens() -> None:
    assert udyam.validate("UDYAMMP230012345") == "UDYAM-MP-23-0012345"
    assert udyam.info("udyam-or-01-0000001").state_code == "21"
    assert not udyam.is_valid("UDYAM-MP-23-001234")
    assert not udyam.is_valid("UDYAN-MP-23-0012345")


def test_the_reserved_zero_of_an_ifsc_may_be_typed_as_a_letter() -> None:
    assert ifsc.validate("sbinO011569") == "SBIN0011569"
    assert ifsc.info("HDFC0000123").branch == "000123"
    for wrong in ("SBIN1011569", "SB1N0011569", "SBIN001156", "SBIN00115690"):
        assert not ifsc.is_valid(wrong)
