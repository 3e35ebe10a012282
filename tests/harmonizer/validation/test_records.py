"""GSTINs, codes, numbers and registrations with the portal, on single records."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from canonical.company import Company
from canonical.identifiers import gstin
from canonical.item import Item
from canonical.party import Party
from canonical.record import SourceRef
from canonical.tax import DatedTaxDetail, GstRegistration
from canonical.voucher import EInvoice
from canonical.voucher_type import VoucherKind
from harmonizer.validation import Validator
from harmonizer.validation.e_invoice import irn_of
from harmonizer.validation.numbers import number_fault, number_key
from harmonizer.validation.registrations import gstin_fault
from tests.harmonizer.validation.documents import BUYER_27, BUYER_29, COMPANY, OUR_GSTIN, codes, line, rates, voucher
from tests.support.samples import sample_json

PARTY = SourceRef("tally", "books-1", "ledgers", "party")


def party(**fields: Any) -> Party:
    row = GstRegistration(**fields)
    return Party(source=PARTY, key="party", name="Party", registrations=(row,))


def test_every_vector_of_the_portal_is_told_right() -> None:
    vectors = sample_json("gst/derived/gstin_vectors.json")
    for row in [*vectors["valid_from_sources"], *vectors["valid_synthesised"]]:
        assert gstin_fault(row["value"]) == "", row
    for row in vectors["invalid"]:
        is_lower = row["value"] != row["value"].upper()  # we fold before we look
        if not is_lower and not row["value"].endswith("1AA"):  # the pattern allows A in place 14, and the check fits
            assert gstin_fault(row["value"]), row


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"gstin": BUYER_27, "category": "Regular", "state": "Maharashtra"}, []),
        ({"gstin": BUYER_27[:-1] + "0", "category": "Regular"}, ["gst.gstin.invalid"]),
        ({"category": "Regular"}, ["gst.gstin.missing"]),
        ({"category": "Unregistered/Consumer"}, []),
        ({"gstin": BUYER_27, "category": "Unregistered"}, ["gst.gstin.unexpected"]),
        ({"gstin": BUYER_27, "category": "Regular", "state": "Karnataka"}, ["gst.gstin.state_differs"]),
        (
            {"gstin": gstin.with_check_digit("28BBBCT2727Q1Z"), "category": "Regular", "state": "Andhra Pradesh"},
            [],
        ),
        ({"gstin": gstin.with_check_digit("97BBBCT2727Q1Z"), "category": "Regular", "state": "Kerala"}, []),
        ({"category": "some word of a later release"}, []),
    ],
)
def test_registrations_of_parties(fields: dict[str, str], expected: list[str]) -> None:
    assert codes(party(**fields)) == expected


def test_the_companys_own_number_is_checked_too() -> None:
    broken = GstRegistration(gstin=OUR_GSTIN[:-1] + "0", category="Regular")
    company = Company(source=COMPANY.source, name="Asha Traders", registrations=(broken,))
    assert codes(company, Validator(company)) == ["gst.gstin.invalid"]


def test_a_wrong_number_is_said_at_the_master_and_not_on_each_of_its_vouchers() -> None:
    wrong = BUYER_29[:-1] + ("0" if BUYER_29[-1] != "0" else "1")
    sale = voucher(other=wrong, tax={"igst": "180"})
    assert codes(sale) == ["gst.gstin.invalid"]
    validator = Validator(COMPANY)
    assert codes(party(gstin=wrong, category="Regular"), validator) == ["gst.gstin.invalid"]
    assert codes(sale, validator) == []


def test_what_the_voucher_leaves_open_comes_from_the_masters_row_of_the_day() -> None:
    """Unregistered until the end of May: the same sale is one to a consumer before, to a registration after."""
    rows = (
        GstRegistration(category="Unregistered", state="Karnataka", state_code="29"),
        GstRegistration(gstin=BUYER_29, category="Regular", state="Karnataka", applicable_from=date(2025, 6, 1)),
    )
    validator = Validator(COMPANY)
    validator.remember(Party(source=PARTY, key="party", name="Party", registrations=rows))
    for day, expected in ((date(2025, 5, 31), False), (date(2025, 6, 2), True)):
        fact = validator.validate(voucher(tax={"igst": "180"}, day=day)).fact
        assert fact is not None
        assert (fact.is_to_registered, fact.must_register) == (expected, expected)


@pytest.mark.parametrize(
    ("hsn", "is_service", "expected"),
    [
        ("84713010", False, []),
        ("8471", False, []),
        ("998314", True, []),
        ("ABCD", False, ["gst.hsn.invalid"]),
        ("847130101", False, ["gst.hsn.invalid"]),
        ("1012100", False, ["gst.hsn.invalid"]),
        ("8471", True, ["gst.hsn.service"]),
        ("", False, []),
    ],
)
def test_codes_on_lines(hsn: str, is_service: bool, expected: list[str]) -> None:
    assert codes(
        voucher(items=(line("1000", hsn=hsn, is_service=is_service),), tax={"igst": "180"}, other=BUYER_29)
    ) == (expected)


def test_a_code_and_rate_the_line_leaves_out_come_from_the_item_on_the_day() -> None:
    details = (
        DatedTaxDetail(hsn="8471", rates=rates("28")),
        DatedTaxDetail(applicable_from=date(2025, 9, 22), hsn="84713010", rates=rates("18")),
    )
    validator = Validator(COMPANY)
    validator.remember(
        Item(source=SourceRef("tally", "books-1", "stock_items", "w"), key="widget", name="Widget", tax_details=details)
    )
    bare = (line("1000", hsn="", rates=()),)
    old = validator.validate(voucher(items=bare, tax={"igst": "280"}, other=BUYER_29, day=date(2025, 9, 21)))
    new = validator.validate(voucher(items=bare, tax={"igst": "180"}, other=BUYER_29, day=date(2025, 9, 22)))
    assert (old.issues, new.issues) == ((), ())
    assert old.fact is not None
    assert new.fact is not None
    assert (old.fact.hsn_digits, new.fact.hsn_digits) == (4, 8)
    stale = voucher(items=bare, tax={"igst": "280"}, other=BUYER_29, day=date(2025, 9, 22))
    assert codes(stale, validator) == ["gst.tax.differs"]


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("GST/25-26/00001", ""),
        ("1", ""),
        ("1234567890123456", ""),
        ("12345678901234567", "form"),
        ("A 1", "form"),
        ("INV_1", "form"),
        ("00", "form"),
        ("0", "form"),
        ("001", "portal"),
        ("/1", "portal"),
        ("-1", "portal"),
        ("", "missing"),
    ],
)
def test_numbers_of_our_own_series(number: str, fault: str) -> None:
    assert number_fault(number) == fault


def test_keys_fold_case_and_blanks() -> None:
    assert number_key("inv/ 1") == number_key("INV/1") == "INV/1"


def test_irns_are_computed_as_the_portal_computes_them() -> None:
    for row in sample_json("gst/derived/irn_vectors.json")["vectors"]:
        day = datetime.strptime(row["doc_date"], "%d/%m/%Y").date()  # noqa: DTZ007 - a date has no zone
        number = row["doc_no"]
        assert irn_of(row["seller_gstin"], day, row["doc_type"], number, folds_case=False) == row["irn"], row


def registered(number: str = "A/1", day: date = date(2025, 6, 2), **fields: Any) -> EInvoice:
    return EInvoice(irn=irn_of(OUR_GSTIN, day, "INV", number, folds_case=True), **fields)


@pytest.mark.parametrize(
    ("e_invoice", "expected"),
    [
        (registered(), []),
        (registered("A/2"), ["gst.e_invoice.irn_differs"]),
        (EInvoice(irn="12345"), ["gst.e_invoice.irn_invalid"]),
        (registered(cancelled_on=date(2025, 6, 2)), ["gst.e_invoice.cancelled"]),
    ],
)
def test_registrations_fit_their_documents(e_invoice: EInvoice, expected: list[str]) -> None:
    assert codes(voucher(tax={"igst": "180"}, other=BUYER_29, e_invoice=e_invoice)) == expected


def test_a_cancelled_voucher_gives_up_its_registration() -> None:
    gone = voucher(tax={"igst": "180"}, other=BUYER_29, e_invoice=registered(), is_cancelled=True)
    assert codes(gone) == ["gst.e_invoice.still_registered"]
    told = registered(cancelled_on=date(2025, 6, 2))
    assert codes(voucher(tax={"igst": "180"}, other=BUYER_29, e_invoice=told, is_cancelled=True)) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"other": BUYER_29, "tax": {"igst": "180"}}, True),
        ({"state": "29", "category": "Consumer", "tax": {"igst": "180"}}, False),
        ({"category": "Overseas"}, True),
        ({"other": BUYER_27, "category": "SEZ"}, True),
        ({"other": BUYER_29, "items": (line("1000", "0"),)}, False),
        ({"other": OUR_GSTIN, "items": (line("1000", "0"),)}, False),
        ({"other": BUYER_29, "kind": VoucherKind.PURCHASE, "tax": {"igst": "180"}}, False),
    ],
)
def test_which_documents_a_covered_supplier_registers(said: dict[str, Any], expected: bool) -> None:
    fact = Validator(COMPANY).validate(voucher(**said)).fact
    assert fact is not None
    assert fact.must_register is expected


def test_other_kinds_and_times_are_left_alone() -> None:
    wrong: dict[str, Any] = {"tax": {"igst": "1"}, "other": BUYER_27}
    assert codes(voucher(**wrong, kind=VoucherKind.JOURNAL)) == []
    assert codes(voucher(**wrong, day=date(2017, 6, 30))) == []
    assert codes(voucher(**wrong, is_optional=True)) == []
    assert codes(voucher(**wrong)) != []


def test_the_same_voucher_gives_the_same_issues_whatever_was_seen_before() -> None:
    wrong = [voucher(tax={"igst": str(amount)}, other=BUYER_27) for amount in (1, 180, 250)]
    validator = Validator(COMPANY)
    first = [validator.validate(one) for one in wrong]
    assert [validator.validate(one) for one in reversed(wrong)] == list(reversed(first))
    assert [Validator(COMPANY).validate(one) for one in wrong] == first
