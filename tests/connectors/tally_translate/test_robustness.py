"""Whatever stands in an export, translation answers with records and issues, never with an exception."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.issue import IssueLevel
from connectors.tally.translate import tags
from tests.connectors.tally_translate.support import STREAMS, record, translator

ALL_TAGS = sorted(
    tag
    for known in vars(tags).values()
    if isinstance(known, tags.Tags)
    for tag in known.passed | known.kept
    if not tag.startswith("@")
)
ODD_TEXTS = (
    *("", " ", "Yes", "No", "20250401", "1-Apr-25", "-100.00", "100.00", " 12 Nos", "30 Box 2 Nos", "57.00/Pair"),
    *("30 Days", "$ 1 @ 80/$ = 80", "\ue004 Not Applicable", "4; Any", "x" * 50, "=", "/", "@", "-", "९९", "12,3", "0"),
    *("1e5", "NaN"),
)
TEXTS = st.sampled_from(ODD_TEXTS) | st.text(max_size=8)
LEAVES = (
    TEXTS | st.fixed_dictionaries({"@TYPE": st.just("Amount"), "#text": TEXTS}) | st.just({"@JD": "45747", "@P": "x"})
)


def elements(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    one = st.dictionaries(st.sampled_from(ALL_TAGS) | st.just("UDF_X.LIST") | st.just("NEWTAG"), children, max_size=8)
    return one | st.lists(one | TEXTS, max_size=3)


TREES = st.recursive(LEAVES, elements, max_leaves=25)
OBJECTS = st.dictionaries(st.sampled_from(ALL_TAGS), TREES, max_size=15)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {"LEDGERNAME": TEXTS, "AMOUNT": LEAVES, "BILLALLOCATIONS.LIST": TREES, "BANKALLOCATIONS.LIST": TREES}
    ),
    max_size=3,
)
ITEMS = st.lists(
    st.fixed_dictionaries(
        {"STOCKITEMNAME": TEXTS, "AMOUNT": LEAVES, "BATCHALLOCATIONS.LIST": TREES, "RATEDETAILS.LIST": TREES}
    ),
    max_size=3,
)
VOUCHERS = st.builds(
    lambda node, entries, items, kind: {
        **node,
        "DATE": "20250401",
        "VOUCHERTYPENAME": kind,
        "ALLLEDGERENTRIES.LIST": entries,
        "ALLINVENTORYENTRIES.LIST": items,
    },
    OBJECTS,
    ENTRIES,
    ITEMS,
    st.sampled_from(["Sales", "Receipt", "Stock Journal", "Payroll", "Odd"]),
)


@pytest.mark.slow
@settings(max_examples=150)
@given(st.sampled_from(sorted(STREAMS)), OBJECTS)
def test_any_tree_is_translated_or_rejected(element: str, node: dict[str, Any]) -> None:
    answer(element, node)


@settings(max_examples=150)
@given(VOUCHERS)
def test_any_voucher_is_translated_or_rejected(node: dict[str, Any]) -> None:
    answer("VOUCHER", node)


def answer(element: str, node: dict[str, Any]) -> None:
    learned = translator()
    raw = record(element, {**node, "GUID": "g-1"})
    learned.preflight([raw])
    done = learned.translate(raw)
    rejected = [issue for issue in done.issues if issue.level is IssueLevel.REJECTED]
    assert bool(done.records) != bool(rejected) or element in {"TAXUNIT", "CURRENCY"}
    assert learned.translate(raw).records[-1:] == done.records[-1:]
