"""Tax documents on both databases: saved, replaced, forgotten with their vouchers, asked across."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from canonical.issue import Issue, IssueLevel
from canonical.tax_document import TaxDocumentFact
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from storage import TenantStore
from tests.storage.samples import NOW, posting, raw, ref

OURS = "27AAACT2727Q1Z2"
DAY = date(2025, 6, 2)


class Books:
    """Vouchers with their tax documents, entered in one call."""

    def __init__(self, store: TenantStore, company: int) -> None:
        self.store, self.company = store, company

    def enter(self, key: str, said: object = None, **changes: Any) -> int:
        """Enter a voucher (again) and its row; returns its raw record."""
        record = raw(key, said)
        raw_id = self.store.raw.append(self.company, None, [record]).raw_ids[0]
        fact = TaxDocumentFact(
            source=record.source,
            kind=VoucherKind.SALES,
            day=DAY,
            own_gstin=OURS,
            other="29BBBCT2727Q1ZX",
            is_to_registered=True,
            number_key=key.upper(),
            number_fault="",
            taxable=Decimal("1000.50"),
            must_register=True,
            is_registered=False,
            registered_on=None,
            hsn_digits=4,
        )._replace(**changes)
        voucher = Voucher(
            source=record.source,
            kind=fact.kind,
            type_name="Sales",
            day=fact.day,
            number=key,
            narration=str(said or ""),
            postings=(posting("Party", "1000.50"), posting("Sales", "-1000.50")),
        )
        self.store.records.upsert(self.company, None, [voucher], NOW, [raw_id])
        self.store.tax_documents.save(self.company, [(raw_id, fact)])
        return raw_id


@pytest.fixture
def entered(books: TenantStore, company: int) -> Books:
    return Books(books, company)


def test_turnover_is_by_pan_and_year_and_nets_notes(entered: Books) -> None:
    entered.enter("a")
    entered.enter("b", day=date(2026, 3, 31), taxable=Decimal("0.0001"))
    entered.enter("c", day=date(2026, 4, 1))
    entered.enter("d", kind=VoucherKind.CREDIT_NOTE, taxable=Decimal("-100.25"))
    entered.enter("e", kind=VoucherKind.PURCHASE)
    assert entered.store.tax_documents.turnover() == {
        ("AAACT2727Q", 2025): Decimal("900.2501"),
        ("AAACT2727Q", 2026): Decimal("1000.50"),
    }
    assert entered.store.tax_documents.own_gstins(entered.company) == (OURS,)
    assert entered.store.tax_documents.years(entered.company) == (2025, 2026)


def test_twins_meet_within_kind_year_and_scope(entered: Books) -> None:
    first = entered.enter("a")
    second = entered.enter("b", number_key="A", day=date(2025, 7, 1))
    entered.enter("c", number_key="A", day=date(2026, 4, 1))
    entered.enter("d", number_key="A", kind=VoucherKind.CREDIT_NOTE)
    entered.enter("e", number_key="A", own_gstin="")
    bought = [entered.enter(key, number_key="S/1", kind=VoucherKind.PURCHASE) for key in ("p", "q")]
    entered.enter("r", number_key="S/1", kind=VoucherKind.PURCHASE, other="another supplier")
    entered.enter("x", number_key="")
    entered.enter("y", number_key="")
    found = entered.store.tax_documents.duplicates(entered.company)
    assert [one.raw_id for one in found] == [*bought, first, second]
    assert found[-1].label == "Sales b of 2025-07-01"
    assert found[-1].source == ref("vouchers", "b")


def test_a_changed_voucher_takes_its_old_row_out_of_all_answers(entered: Books) -> None:
    entered.enter("a")
    entered.enter("b", number_key="A")
    assert len(entered.store.tax_documents.duplicates(entered.company)) == 2
    entered.enter("b", "renumbered", number_key="B", taxable=Decimal(1))
    assert entered.store.tax_documents.duplicates(entered.company) == ()
    assert entered.store.tax_documents.turnover() == {("AAACT2727Q", 2025): Decimal("1001.50")}


def test_a_voucher_that_is_gone_takes_its_row_along(entered: Books) -> None:
    entered.enter("a")
    entered.enter("b", number_key="A")
    entered.store.records.retire(entered.company, Voucher, [ref("vouchers", "b")], NOW)
    assert entered.store.tax_documents.duplicates(entered.company) == ()
    assert entered.store.tax_documents.unregistered(entered.company, DAY, 9)[0] == 1


def test_registrations_that_lack_and_came_late(entered: Books) -> None:
    documents = entered.store.tax_documents
    assert documents.first_registered(entered.company) is None
    entered.enter("old", day=date(2025, 6, 1))
    oldest = entered.enter("a")
    entered.enter("b", day=date(2025, 6, 3))
    entered.enter("c", must_register=False)
    late = entered.enter("d", is_registered=True, registered_on=date(2025, 7, 3))
    entered.enter("e", is_registered=True, registered_on=date(2025, 7, 2))
    count, found = documents.unregistered(entered.company, DAY, 1)
    assert (count, [one.raw_id for one in found]) == (2, [oldest])
    assert [one.raw_id for one in documents.registered_late(entered.company, 30, DAY)] == [late]
    assert documents.first_registered(entered.company) == DAY


def test_groups_count_and_name_the_first(entered: Books) -> None:
    documents = entered.store.tax_documents
    first = entered.enter("a", number_fault="form", hsn_digits=4)
    entered.enter("b", number_fault="form", day=date(2025, 6, 9), hsn_digits=0)
    entered.enter("c", number_fault="portal", hsn_digits=4, is_to_registered=False)
    entered.enter("d", hsn_digits=None)
    faults = documents.number_faults(entered.company)
    assert [(group.what, group.detail, group.year, group.count) for group in faults] == [
        ("Sales", "form", 2025, 2),
        ("Sales", "portal", 2025, 1),
    ]
    assert faults[0].first.raw_id == first
    short = documents.short_codes(entered.company, 2025, 6, to_registered=True)
    assert short is not None
    assert (short.count, short.first.raw_id) == (2, first)
    assert documents.short_codes(entered.company, 2025, 4, to_registered=False) is not None
    assert documents.short_codes(entered.company, 2024, 6, to_registered=False) is None


def test_settling_keeps_what_stands_and_removes_what_does_not(entered: Books) -> None:
    issues, company = entered.store.issues, entered.company
    raw_id = entered.enter("a")

    def said(code: str, message: str) -> tuple[int, Issue]:
        return raw_id, Issue(code=code, level=IssueLevel.WARNING, message=message)

    issues.replace(None, raw_id, company, [Issue(code="tally.x", level=IssueLevel.INFO, message="of the translation")])
    assert issues.settle(None, company, ["gst.a", "gst.b"], [said("gst.a", "one"), said("gst.b", "two")]) == 2
    before = {one.issue.message: one.id for one in issues.page(company_id=company).items}
    assert issues.settle(None, company, ["gst.a", "gst.b"], [said("gst.a", "one"), said("gst.a", "three")]) == 2
    after = {one.issue.message: one.id for one in issues.page(company_id=company).items}
    assert set(after) == {"of the translation", "one", "three"}
    assert after["one"] == before["one"]
    assert issues.settle(None, company, ["gst.a", "gst.b"], [said("gst.a", "one"), said("gst.a", "three")]) == 0
