"""Identifiers of the invented: right shape, right check character, as judged by somebody else."""

from __future__ import annotations

import re

import pytest

from canonical import identifiers
from sandbox.world import WorldSpec, build_world
from sandbox.world.identities import gstin_check_character, irn_of
from tests.support.samples import sample_json

GSTIN = re.compile(r"^\d{2}[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]$")
PAN = re.compile(r"^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$")
GENUINE_FORM = ("27AAPFU0939F1ZV", "24AAQCA8719H1ZC", "29AABCR1718E1ZL")
"""Test vectors of public validators."""


@pytest.mark.parametrize("gstin", GENUINE_FORM)
def test_check_character_of_known_vectors(gstin: str) -> None:
    assert gstin_check_character(gstin[:14]) == gstin[14]


def test_check_character_of_the_collected_vectors() -> None:
    vectors = sample_json("gst/derived/gstin_vectors.json")
    regular = [row["value"] for row in vectors["valid_from_sources"] if row["form"] == "regular"]
    assert regular
    assert [gstin_check_character(value[:14]) for value in regular] == [value[14] for value in regular]


def test_every_party_and_company_is_well_formed() -> None:
    for company in range(3):
        masters = build_world(WorldSpec(vouchers=10, parties=400, company_index=company)).masters
        identities = [(masters.company.gstin, masters.company.pan, masters.company.state_code)]
        identities += [(party.gstin, party.pan, party.state_code) for party in masters.parties if party.gstin]
        for gstin, pan, state_code in identities:
            assert GSTIN.match(gstin), gstin
            assert PAN.match(pan), pan
            assert identifiers.gstin.is_valid(gstin, strict=True), gstin
            assert identifiers.pan.is_valid(pan), pan
            assert gstin[:2] == state_code
            assert gstin[2:12] == pan
            assert gstin_check_character(gstin[:14]) == gstin[14]


def test_the_other_numbers_are_well_formed_too() -> None:
    world = build_world(vouchers=300)
    masters = world.masters
    assert identifiers.tan.is_valid(masters.company.tan)
    assert all(identifiers.ifsc.is_valid(row.bank.ifsc) for row in masters.ledgers if row.bank)
    assert all(identifiers.phone.is_mobile(party.phone) for party in masters.parties)
    assert all(identifiers.pincode.is_valid(party.pincode) for party in masters.parties)
    assert all(identifiers.hsn.is_valid(item.hsn) for item in masters.items)
    assert all(identifiers.uqc.is_valid(unit.uqc.partition("-")[0]) for unit in masters.units if unit.uqc)
    invoices = [voucher for voucher in world.vouchers() if voucher.irn]
    assert invoices
    assert all(identifiers.invoice_number.is_irp_valid(voucher.number) for voucher in invoices)


def test_the_invoice_reference_number_is_the_portals_hash() -> None:
    assert irn_of("27AAPFU0939F1ZV", "2025-26", "INV", "gst/1") == irn_of("27AAPFU0939F1ZV", "2025-26", "INV", "GST/1")
    assert re.fullmatch(r"[0-9a-f]{64}", irn_of("27AAPFU0939F1ZV", "2025-26", "INV", "1"))
