"""Parties: which registration counts on a day."""

from __future__ import annotations

from datetime import date

import pytest

from canonical.item import Item
from canonical.party import Party
from canonical.record import SourceRef
from canonical.tax import DatedTaxDetail, GstRegistration

SOURCE = SourceRef("tally", "company-1", "ledgers", "guid-1")
OLD = GstRegistration(gstin="27AAPFU0939F1ZV", category="Regular")
NEW = GstRegistration(gstin="29AAPFU0939F1ZR", category="Composition", applicable_from=date(2025, 7, 1))
NEVER_YET = GstRegistration(category="Unregistered", applicable_from=date(2099, 1, 1))


@pytest.mark.parametrize("registrations", [(OLD, NEW, NEVER_YET), (NEVER_YET, NEW, OLD)])
@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2017, 7, 1), OLD), (date(2025, 6, 30), OLD), (date(2025, 7, 1), NEW), (date(2026, 1, 1), NEW)],
)
def test_the_registration_in_force_whatever_their_order(
    registrations: tuple[GstRegistration, ...], day: date, expected: GstRegistration
) -> None:
    assert Party(source=SOURCE, key="p", name="P", registrations=registrations).registration_on(day) == expected


def test_before_the_first_registration_there_is_none() -> None:
    party = Party(source=SOURCE, key="p", name="P", registrations=(NEW,))
    assert party.registration_on(date(2025, 6, 30)) is None
    assert party.gstin == NEW.gstin


def test_an_unregistered_party_has_no_gstin() -> None:
    assert Party(source=SOURCE, key="p", name="P").gstin == ""


def test_an_items_tax_details_are_dated_the_same_way() -> None:
    before, after = DatedTaxDetail(hsn="1006"), DatedTaxDetail(hsn="10063020", applicable_from=date(2025, 9, 22))
    item = Item(source=SOURCE, key="rice", name="Rice", tax_details=(after, before))
    assert item.tax_detail_on(date(2025, 9, 21)) == before
    assert item.tax_detail_on(date(2025, 9, 22)) == after
    assert Item(source=SOURCE, key="x", name="X").tax_detail_on(date(2025, 9, 22)) is None
