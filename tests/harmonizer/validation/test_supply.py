"""Place of supply against the split of tax: worked cases of the law."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.identifiers import gstin
from canonical.voucher_type import VoucherKind
from harmonizer.validation.categories import Category
from harmonizer.validation.supply import Direction, Reason, Side, Split, Supply, judge
from tests.harmonizer.validation.documents import BUYER_27, BUYER_29, OUR_GSTIN, codes, line, voucher

HALVES = {"cgst": "90", "sgst": "90"}
WHOLE = {"igst": "180"}
BUYER_12 = gstin.with_check_digit("12BBBPS0823B1Z")
SALE, PURCHASE, CREDIT, DEBIT = (
    VoucherKind.SALES,
    VoucherKind.PURCHASE,
    VoucherKind.CREDIT_NOTE,
    VoucherKind.DEBIT_NOTE,
)

RIGHT: list[tuple[str, dict[str, Any]]] = [
    ("sale in the state", {"other": BUYER_27, "place": "Maharashtra", "tax": HALVES}),
    ("sale to another state", {"other": BUYER_29, "place": "Karnataka", "tax": WHOLE}),
    # golden INV-001 of GSTN's own tool: filer 27, place 27, buyer 12
    ("buyer elsewhere, supply here", {"other": BUYER_12, "place": "27-Maharashtra", "tax": HALVES}),
    ("counter sale, nothing said", {"tax": HALVES}),
    ("consumer of another state", {"state": "29", "category": "Consumer", "tax": WHOLE}),
    ("place left out, from the buyer's number", {"other": BUYER_29, "tax": WHOLE}),
    ("to a zone with tax", {"other": BUYER_27, "category": "SEZ", "place": "Maharashtra", "tax": WHOLE}),
    ("to a zone without tax", {"other": BUYER_27, "category": "Regular - SEZ", "place": "Maharashtra"}),
    ("export without tax", {"category": "Overseas", "place": "Other Countries"}),
    ("export with tax", {"category": "Overseas", "place": "Other Countries", "tax": WHOLE}),
    ("overseas buyer, shipped inside India", {"category": "Overseas", "place": "Maharashtra", "tax": HALVES}),
    ("deemed export keeps the split", {"other": BUYER_27, "category": "Deemed Export", "place": "27", "tax": HALVES}),
    ("purchase in the state", {"kind": PURCHASE, "other": BUYER_27, "place": "Maharashtra", "tax": HALVES}),
    ("purchase from another state", {"kind": PURCHASE, "other": BUYER_29, "place": "Maharashtra", "tax": WHOLE}),
    ("the supplier's state as place", {"kind": PURCHASE, "other": BUYER_29, "place": "Karnataka", "tax": WHOLE}),
    ("a hotel elsewhere", {"kind": PURCHASE, "other": BUYER_29, "place": "Karnataka", "tax": HALVES}),
    ("composition without tax", {"kind": PURCHASE, "other": BUYER_27, "category": "Composition"}),
    ("unregistered without tax", {"kind": PURCHASE, "category": "Unregistered"}),
    ("sales return", {"kind": CREDIT, "other": BUYER_29, "place": "Karnataka", "tax": WHOLE}),
    ("purchase return", {"kind": DEBIT, "other": BUYER_29, "place": "Maharashtra", "tax": WHOLE}),
    ("debit note to a customer", {"kind": DEBIT, "other": BUYER_29, "place": "Karnataka", "tax": WHOLE}),
    ("transfer inside one registration", {"other": OUR_GSTIN, "place": "Maharashtra", "items": (line("1000", "0"),)}),
]
WRONG: list[tuple[str, str, dict[str, Any]]] = [
    ("IGST in the state", "gst.split.intra_as_inter", {"other": BUYER_27, "place": "Maharashtra", "tax": WHOLE}),
    ("halves across states", "gst.split.inter_as_intra", {"other": BUYER_29, "place": "Karnataka", "tax": HALVES}),
    ("halves to a zone", "gst.split.inter_as_intra", {"other": BUYER_27, "category": "SEZ", "tax": HALVES}),
    ("halves over the border", "gst.split.inter_as_intra", {"category": "Overseas", "tax": HALVES}),
    ("both", "gst.split.both", {"other": BUYER_27, "tax": {"cgst": "45", "sgst": "45", "igst": "90"}}),
    ("one half", "gst.split.half_missing", {"other": BUYER_27, "tax": {"cgst": "90"}}),
    ("unequal", "gst.split.halves_differ", {"other": BUYER_27, "tax": {"cgst": "90", "sgst": "89.50"}}),
    ("a paisa", "gst.split.paisa_differs", {"other": BUYER_27, "tax": {"cgst": "90.00", "sgst": "90.01"}}),
    (
        "purchase: halves from another state",
        "gst.split.inter_as_intra",
        {"kind": PURCHASE, "other": BUYER_29, "place": "Maharashtra", "tax": HALVES},
    ),
    (
        "purchase: IGST in the state",
        "gst.split.intra_as_inter",
        {"kind": PURCHASE, "other": BUYER_27, "place": "Maharashtra", "tax": WHOLE},
    ),
    (
        "composition dealer charges",
        "gst.composition.taxed",
        {"kind": PURCHASE, "other": BUYER_27, "category": "Composition", "tax": HALVES},
    ),
    (
        "unregistered supplier charges",
        "gst.unregistered.taxed",
        {"kind": PURCHASE, "category": "Unregistered/Consumer", "state": "27", "tax": HALVES},
    ),
    ("transfer with tax", "gst.transfer.taxed", {"other": OUR_GSTIN, "place": "Maharashtra", "tax": HALVES}),
    (
        "reverse charge in the value",
        "gst.reverse_charge.tax_in_value",
        {"other": BUYER_27, "tax": HALVES, "details": {"reverse_charge": True}},
    ),
    ("note that fits neither way", "gst.split.intra_as_inter", {"kind": CREDIT, "other": BUYER_27, "tax": WHOLE}),
]


@pytest.mark.parametrize(("name", "said"), RIGHT, ids=[case[0] for case in RIGHT])
def test_lawful_documents_give_no_issue(name: str, said: dict[str, Any]) -> None:
    assert codes(voucher(**said)) == []


@pytest.mark.parametrize(("name", "code", "said"), WRONG, ids=[case[0] for case in WRONG])
def test_unlawful_documents_are_named(name: str, code: str, said: dict[str, Any]) -> None:
    assert code in codes(voucher(**said))


@pytest.mark.parametrize(
    ("other", "tax", "expected"),
    [
        (BUYER_27, {"cgst": "45", "sgst": "45", "igst": "90"}, ["gst.split.both"]),
        (BUYER_27, {"cgst": "45", "sgst": "45", "igst": "40"}, ["gst.split.both", "gst.tax.differs"]),
        (BUYER_27, {"cgst": "90"}, ["gst.split.half_missing"]),
        (BUYER_27, {"cgst": "180"}, ["gst.split.half_missing", "gst.tax.differs"]),
        (BUYER_27, {"cgst": "90", "sgst": "60"}, ["gst.split.halves_differ", "gst.tax.differs"]),
    ],
)
def test_one_mistake_is_said_once(other: str, tax: dict[str, str], expected: list[str]) -> None:
    """Heads that are mixed up are one thing to correct, unless their sum is wrong too."""
    assert sorted(codes(voucher(other=other, tax=tax))) == expected


def test_a_reverse_charge_invoice_carries_no_tax() -> None:
    assert codes(voucher(other=BUYER_27, details={"reverse_charge": True})) == []


def test_old_and_new_codes_of_one_state_are_one_state() -> None:
    assert codes(voucher(kind=PURCHASE, other=gstin.with_check_digit("28BBBCT2727Q1Z"), place="37", tax=HALVES)) == []


STATES = st.sampled_from(["07", "24", "27", "29", "37", "28", "26", "25", "04"])
SIDES = st.builds(Side, state=STATES, category=st.sampled_from([Category.REGULAR, Category.UNKNOWN]))


@given(own=SIDES, other=SIDES, place=STATES)
def test_the_same_supply_seen_from_both_sides_bears_the_same_tax(own: Side, other: Side, place: str) -> None:
    ours = judge(Supply(direction=Direction.OUTWARD, own=own, other=other, place=place))
    theirs = judge(Supply(direction=Direction.INWARD, own=other, other=own, place=place))
    assert (ours.split, ours.reason) == (theirs.split, theirs.reason)


@given(own=SIDES, other=SIDES, place=STATES)
def test_the_buyers_state_does_not_matter_once_the_place_is_given(own: Side, other: Side, place: str) -> None:
    split = judge(Supply(direction=Direction.OUTWARD, own=own, other=other, place=place)).split
    assert split is judge(Supply(direction=Direction.OUTWARD, own=own, other=Side(), place=place)).split


@given(own=SIDES, other=SIDES, place=STATES, is_zone_ours=st.booleans())
def test_zones_are_always_inter_state(own: Side, other: Side, place: str, is_zone_ours: bool) -> None:
    zone = Side(state=other.state, category=Category.SEZ)
    supply = Supply(
        direction=Direction.OUTWARD,
        own=zone if is_zone_ours else own,
        other=other if is_zone_ours else zone,
        place=place,
    )
    verdict = judge(supply)
    assert (verdict.split, verdict.reason) == (Split.INTER, Reason.SEZ)
