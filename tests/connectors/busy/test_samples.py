"""Real layouts, read in place: two XML exports and nine lists, to the figures that are known of them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from canonical.ledger import ReservedGroup
from canonical.proof import ReportKind
from connectors.busy.files.layouts import KINDS
from connectors.busy.recognition import REPORT
from sandbox.busy.xls import Cell, write_xls
from tests.connectors.busy.support import Books, bills_of, books, nets, read
from tests.connectors.busy.test_recognition import answer
from tests.support.samples import sample

LISTS = {
    "compA_material_issued_to_party": ("material_issued", 41, 114),
    "compA_material_received_from_party": ("material_received", 13, 40),
    "compA_sales": ("sales", 97, 210),
    "compA_sales_order": ("sales_order", 33, 82),
    "compA_sales_return": ("sales_return", 3, 5),
    "compB_material_issued_to_party": ("material_issued", 2, 15),
    "compB_material_received_from_party": ("material_received", 3, 15),
    "compB_sales": ("sales", 1, 9),
    "compB_sales_return_empty": ("sales_return", 0, 0),
}


def lists(name: str) -> Books:
    return books(sample(f"busy/excel_reports/{name}.xlsx"), company=None)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_whole(name: str) -> None:
    word, vouchers, lines = LISTS[name]
    found = read(sample(f"busy/excel_reports/{name}.xlsx"), company=None)
    (facts,) = found.extracted.files
    assert facts["counts"] == {"vouchers": vouchers, "lines": lines}
    assert facts["kind"] == next(f"List of {kind.title} Vouchers" for kind in KINDS if kind.word == word)
    assert not found.extracted.issues, "sums of the rows are those of the row of totals"
    assert {record.source.company for record in found.records} <= {"example agro inputs pvt ltd"}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_saved_as_an_older_workbook_is_the_same(name: str, tmp_path: Path) -> None:
    """No .xls that BUSY wrote is at hand: the cells of its .xlsx, as Excel 97 has them."""
    path = sample(f"busy/excel_reports/{name}.xlsx")
    rows = load_workbook(path).worksheets[0].iter_rows(values_only=True)
    older = tmp_path / f"{name}.xls"
    write_xls(older, "Sheet1", [[_cell(cell) for cell in row] for row in rows])
    assert answer(older) == ("busy", REPORT)
    first, second = (read(one, company=None) for one in (path, older))
    assert [(one.source, one.payload) for one in second.records] == [(one.source, one.payload) for one in first.records]


def _cell(value: Any) -> Cell:
    return value.date() if isinstance(value, datetime) else value


def test_the_header_row_is_found_wherever_it_is_and_both_companies_are_told_apart() -> None:
    made = lists("compB_sales")
    (sale,) = made.vouchers
    assert (sale.number, sale.day.isoformat(), sale.party_name) == ("NAIPL/2425/8", "2024-04-20", "Party 087")
    assert sum(line.amount for line in sale.items) == Decimal("200928.5")
    assert sale.extras["total"] == "237096"
    assert sale.details is not None
    assert sale.details.buyer_gstin == "33AAAPT0040A1ZN"
    assert sale.details.delivery_notes[0].number == "PHO/DC23/ 110"
    assert sale.e_way_bills[0].number == "112423765114"


def test_lines_plus_tax_are_the_bill_in_77_of_97_and_no_posting_is_derived() -> None:
    made = lists("compA_sales")
    agreeing = 0
    for sale in made.vouchers:
        tax, total = Decimal(sale.extras.get("tax", "0")), Decimal(sale.extras.get("total", "0"))
        agreeing += abs(sum(line.amount for line in sale.items) + tax - total) <= 2
        assert not sale.postings
    assert (agreeing, len(made.vouchers)) == (77, 97)


def test_texts_numbers_lots_and_both_units_of_a_return() -> None:
    made = lists("compA_sales_return")
    third = made.vouchers[2]
    (line,) = third.items
    assert line.discount_percent == Decimal("22.00")
    assert line.billed is not None
    assert (line.billed.number, line.billed.unit, line.billed.alternate_number) == (Decimal(1), "Case", Decimal(10))
    assert line.rate == Decimal("11898.12"), "the second price is of the alternate unit"
    assert line.batches[0].name == "KBB/FR/0922/07"
    assert line.batches[0].expires_on is not None
    assert Counter(sale.party_name for sale in made.vouchers) == {"Party 065": 2, "Party 027": 1}


def test_an_export_of_vouchers_balances_and_joins_its_bills() -> None:
    made = books(sample("busy/xml/TR_excerpt.DAT"))
    by_code = {one.source.key: one for one in made.vouchers}
    assert set(by_code) == {"2026:301", "2026:1", "2026:731", "2026:733", "2026:826"}
    sale = by_code["2026:1"]
    assert nets(sale) == {
        "PARTY ONE ( SURAT )": Decimal(384598),
        "Sales": Decimal("-384598.40"),
        "Rounded Off": Decimal("0.40"),
    }
    assert bills_of(sale) == [("new_ref", "26-27-1", Decimal(384598))]
    assert bills_of(by_code["2026:731"]) == [("against_ref", "26-27-1", Decimal(-324425))], "listed twice, read once"
    assert bills_of(by_code["2026:826"]) == [], "on account"
    assert nets(by_code["2026:733"])["DALALI"] == Decimal(8636), "a third leg: the money is not the amount applied"
    assert by_code["2026:731"].number == ""
    assert by_code["2026:731"].party_name == "PARTY ONE ( SURAT )"
    settled = by_code["2026:301"].postings[0].bills[0]
    assert (settled.source_bill_id, settled.due_date) == ("307", None), "the bill keeps its own dates"
    assert made.ledgers["PARTY TWO"].opening == Decimal(486076)
    assert made.ledgers["DALALI"].reserved is ReservedGroup.INDIRECT_EXPENSES, "told by its group's name alone"
    assert not made.codes()


def test_an_export_with_a_day_gives_no_opening_but_something_to_compare_with() -> None:
    path = sample("busy/xml/Masters_excerpt.DAT")
    made, found = books(path), read(path)
    assert made.ledgers["PARTY TWO"].opening is None
    assert made.ledgers["SUPPLIER ONE"].reserved is ReservedGroup.SUNDRY_CREDITORS
    reports = [made.translator.report(one) for one in found.records if one.source.stream == "reports"]
    assert [(one.kind, one.as_of.isoformat(), one.is_partial) for one in reports if one and one.as_of] == [
        (ReportKind.TRIAL_BALANCE, "2026-10-02", True),
        (ReportKind.BILLS_RECEIVABLE, "2026-10-02", True),
    ]
    bills = reports[1]
    assert bills is not None
    assert sum(line.net for line in bills.lines if line.name == "PARTY TWO") == Decimal(486076)
    assert not found.extracted.issues, "as many masters as its summary says"
    assert found.extracted.counts["account_groups"] == 29


def test_gst_of_the_vendors_example() -> None:
    made = books(sample("busy/xml/gst_sale_vchxml.xml"))
    (sale,) = made.vouchers
    taxed, exempt = sale.items
    assert (taxed.amount, exempt.amount) == (Decimal(1000), Decimal(1000))
    assert [(rate.head.value, rate.rate) for rate in taxed.rates] == [("cgst", Decimal(6)), ("sgst", Decimal(6))]
    assert exempt.nature.value == "exempt"
    assert made.codes() == ["busy.voucher.no_postings"]
