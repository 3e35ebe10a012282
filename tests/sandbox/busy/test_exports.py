"""The sandbox's exports keep to what real ones were seen to keep to; read here with nothing of the connector."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.busy.exports import WrittenExports, write
from sandbox.world.paise import render_paise
from sandbox.world.spec import WorldSpec


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenExports:
    return write(WorldSpec(seed=9, vouchers=300), tmp_path_factory.mktemp("busy"), closing=True)


@pytest.fixture(scope="module")
def vouchers(written: WrittenExports) -> list[ET.Element]:
    root = ET.parse(written.paths[1]).getroot()  # noqa: S314 - our own file
    return [
        one
        for one in root.iter()
        if one.find("VchType") is not None and one.find("tmpVchCode") is not None and one.tag not in _PARTS
    ]


_PARTS = frozenset({"ItemDetail", "AccDetail", "BSDetail", "BillDetails", "BillRefs"})


def number(element: ET.Element, tag: str) -> Decimal:
    return Decimal(element.findtext(tag) or 0)


def signed(leg: ET.Element) -> Decimal:
    """The rule for postings: magnitude, and the side as the type of amount says."""
    return abs(number(leg, "AmtMainCur")) * (1 if leg.findtext("AmountType") == "1" else -1)


def test_postings_of_every_voucher_sum_to_zero_and_signs_are_busys(vouchers: list[ET.Element]) -> None:
    kinds = Counter(one.findtext("VchType") for one in vouchers)
    assert {"2", "3", "9", "14", "15", "16", "17", "18", "19"} <= set(kinds)
    for one in vouchers:
        legs = one.findall("AccEntries/AccDetail")
        assert not sum(map(signed, legs))
        for leg in legs:
            is_signed = one.findtext("VchType") in {"2", "3", "9", "10"}
            expected = -signed(leg) if is_signed else abs(signed(leg))
            assert number(leg, "AmtMainCur") == expected


def test_the_party_leg_is_the_total_and_lines_with_sundries_are_too(vouchers: list[ET.Element]) -> None:
    for one in vouchers:
        party, total = one.findtext("MasterName1"), number(one, "tmpTotalAmt")
        legs = one.findall("AccEntries/AccDetail")
        items = one.findall("ItemEntries/ItemDetail")
        if not items or not legs:
            continue
        assert total == abs(sum(signed(leg) for leg in legs if leg.findtext("AccountName") == party))
        sundries = sum(
            number(row, "Amt") * (1 if str(row.findtext("BSName")).endswith("(+)") else -1)
            for row in one.findall("BillSundries/BSDetail")
        )
        assert sum(number(item, "Amt") for item in items) + sundries == total


def test_references_of_a_bill_sum_to_what_is_open_and_settle_bills_that_exist(
    written: WrittenExports, vouchers: list[ET.Element]
) -> None:
    masters = ET.parse(written.paths[0]).getroot()  # noqa: S314 - as above
    opened = list(masters.iter("BillReference"))
    refs = [ref for one in vouchers for ref in one.findall("PendingBillDetails/BillDetail/BillRefs")]
    known = {row.findtext("tmpRefCode") for row in (*opened, *refs) if row.findtext("Method") == "1"}
    assert {ref.findtext("tmpRefCode") for ref in refs} <= known
    sums: dict[str, Decimal] = {}
    for row in (*opened, *refs):
        code = str(row.findtext("tmpRefCode"))
        sums[code] = sums.get(code, Decimal(0)) - number(row, "Value1")
    theirs = [Decimal(render_paise(bill.paise)) for party in written.truth.parties.values() for bill in party.bills]
    assert sorted(value for value in sums.values() if value) == sorted(theirs)


def test_the_bytes_are_one_line_of_latin_1_with_its_separators(written: WrittenExports) -> None:
    for path in written.paths:
        data = path.read_bytes()
        assert data.startswith(b'<?xml version="1.0" encoding="iso8859-1"?><BusyData FinYear="01-04-2025">')
        assert b"\n" not in data.rstrip(b"\n")
    assert b"\xfcMain\xfc" in written.paths[1].read_bytes()
    assert b"<ClosingBalDate>31-03-2026</ClosingBalDate>" in written.paths[2].read_bytes()


def test_unnumbered_vouchers_have_no_number_at_all(vouchers: list[ET.Element]) -> None:
    receipts = [one for one in vouchers if one.findtext("VchType") == "14"]
    assert receipts
    for one in receipts:
        assert one.find("VchNo") is None
        assert ";;Rcpt" in str(one.findtext("OriginalID"))


def test_the_same_seed_writes_the_same_bytes(written: WrittenExports, tmp_path: Path) -> None:
    again = write(WorldSpec(seed=9, vouchers=300), tmp_path, closing=True)
    assert [path.read_bytes() for path in again.paths] == [path.read_bytes() for path in written.paths]
