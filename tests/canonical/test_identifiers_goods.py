"""HSN and SAC codes, and units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from canonical.identifiers import InvalidComponent, hsn, uqc
from tests.support.samples import sample_json

CRORE = Decimal(10_000_000)


@pytest.mark.parametrize("code", ["01", "0101", "040210", "01012100", "9954", "998314", "40210", "30049014"])
def test_codes_stay_text_with_their_zeroes(code: str) -> None:
    assert hsn.validate(f" {code[:2]}.{code[2:]} ") == code


@pytest.mark.parametrize("code", ["", "1", "101", "123456789", "01A1", "0001", "x101"])
def test_what_is_no_hsn_is_refused(code: str) -> None:
    assert not hsn.is_valid(code)


def test_services_begin_with_99() -> None:
    assert hsn.is_service("998314")
    assert not hsn.is_service("30049014")
    assert not hsn.is_service("not a code")
    assert hsn.info("99").heading == ""
    assert hsn.info("998314").heading == "9983"


def test_a_lost_zero_is_restored_only_where_the_master_knows_the_code() -> None:
    known = {"0101", "040210"}
    assert hsn.restore_leading_zero("101", known) == "0101"
    assert hsn.restore_leading_zero("40210", known) == "040210"
    assert hsn.restore_leading_zero("30490", known) == "30490"
    assert hsn.restore_leading_zero("4021", {"04021"}) == "4021"


@pytest.mark.parametrize(
    ("turnover", "day", "digits"),
    [
        (5 * CRORE, date(2021, 4, 1), 4),
        (5 * CRORE + 1, date(2021, 4, 1), 6),
        (5 * CRORE + 1, date(2021, 3, 31), 4),
        (5 * CRORE, date(2021, 3, 31), 2),
        (CRORE, date(2018, 1, 1), 0),
        (9 * CRORE, date(2017, 6, 30), 0),
    ],
)
def test_digits_a_supplier_must_give(turnover: Decimal, day: date, digits: int) -> None:
    assert hsn.digits_min(turnover, day) == digits


def test_every_code_of_the_master_has_a_shape_we_accept() -> None:
    master = sample_json("gst/onyb-gst/spec/masters/hsn-codes.json")["codes"]
    refused = [code for code in map(str, master) if code.isdigit() and not hsn.is_valid(code)]
    assert not refused


def test_there_are_46_units() -> None:
    assert len(uqc.NAMES) == 46
    assert sample_json("gst/derived/uqc.json") == dict(uqc.NAMES)


def test_the_portal_labels_lead_to_their_codes() -> None:
    labels = sample_json("gst/onyb-gst/spec/masters/uqc.json")["labels"]
    assert {uqc.info(label).label for label in labels} == set(labels)
    assert all(uqc.find_uqc(label) == uqc.validate(label) for label in labels)


@pytest.mark.parametrize(
    ("symbol", "code"),
    [
        ("Nos", "NOS"),
        ("Nos.", "NOS"),
        ("No", "NOS"),
        ("PCS", "PCS"),
        ("pc.", "PCS"),
        ("KG", "KGS"),
        ("Kgs.", "KGS"),
        ("gm.", "GMS"),
        ("Ltr", "LTR"),
        ("Litres", "LTR"),
        ("Mtr", "MTR"),
        ("Metre", "MTR"),
        ("Dozen", "DOZ"),
        ("Pair", "PRS"),
        ("Sq. Ft.", "SQF"),
        ("Sq Mtr", "SQM"),
        ("Cu.M", "CBM"),
        ("Box", "BOX"),
        ("pkt", "PAC"),
        ("Qtl", "QTL"),
        ("M.Ton", "MTS"),
        ("OTH", "OTH"),
        ("NA", "NA"),
    ],
)
def test_units_of_accounting_programs(symbol: str, code: str) -> None:
    assert uqc.find_uqc(symbol) == code


@pytest.mark.parametrize("symbol", ["", "Strip", "Jar", "Hrs", "Mts", "MT", "10x10"])
def test_units_nobody_can_be_sure_of_are_left_to_the_company(symbol: str) -> None:
    assert uqc.find_uqc(symbol) is None
    assert uqc.find_uqc(symbol, mapping={symbol: "PAC"}) == "PAC"


def test_the_formal_name_settles_an_ambiguous_symbol() -> None:
    assert uqc.find_uqc("Mts", "Metres") == "MTR"
    assert uqc.find_uqc("MT", "Metric Ton") == "MTS"


def test_every_symbol_maps_to_a_code() -> None:
    assert set(uqc.SYMBOLS.values()) <= set(uqc.NAMES)
    assert not uqc.AMBIGUOUS & set(uqc.SYMBOLS)
    with pytest.raises(InvalidComponent):
        uqc.validate("STRIP")
