"""Lists of vouchers as workbook and CSV: the sandbox's goods through them, and sheets that people have edited."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

import canonical.voucher
from canonical.errors import SourceMalformed
from canonical.identifiers.gstin import is_valid
from connectors.busy.files.layouts import column_names, field_of, fold
from connectors.busy.recognition import REPORT, recognise
from connectors.sdk.recognition import read_head
from sandbox.busy.chart import short
from sandbox.busy.exports import ListForm, write_lists
from sandbox.busy.exports.lists import LAYOUTS
from sandbox.busy.exports.write import busy_type
from sandbox.world.business import World, build_world
from sandbox.world.vouchers import Voucher
from tests.connectors.busy.support import books, read

HEAD = [
    "Date",
    "Vch/Bill No",
    "Particulars",
    "Item Details",
    "Qty.",
    "Unit",
    "Price",
    "Amount",
    "Tax Amt",
    "Bill Amount",
]


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(seed=5, vouchers=260)


def listed(world: World, voucher_type: int) -> list[Voucher]:
    return [one for one in world.vouchers() if busy_type(one, world) == voucher_type and not one.is_cancelled]


@pytest.mark.parametrize("form", ListForm)
def test_the_sandbox_through_lists_gives_what_lists_can_carry(form: ListForm, world: World, tmp_path: Path) -> None:
    paths = write_lists(world, tmp_path, form, address=("Plot 7", "Pune"))
    assert not read(*paths, company=None).extracted.issues, "sums are those of the rows of totals"
    for path, layout in zip(paths, LAYOUTS, strict=True):
        made = books(path, company=None)
        theirs = listed(world, layout.voucher_type)
        assert [one.number for one in made.vouchers] == [one.number for one in theirs], layout.name
        for ours, one in zip(made.vouchers, theirs, strict=True):
            compare(ours, one, has_totals="Bill Amount" in layout.columns)


def test_one_list_in_three_forms_is_the_same_records(world: World, tmp_path: Path) -> None:
    """The workbooks to the byte; CSV, whose cells are all texts, in what they mean."""
    paths = {form: write_lists(world, tmp_path / form, form) for form in ListForm}
    for path in (one for made in paths.values() for one in made):
        unnamed = path.rename(path.with_suffix(".bin"))
        found = recognise(read_head(unnamed))
        assert found is not None
        assert found.format == REPORT
        unnamed.rename(path)
    raw = {form: read(*made, company=None).records for form, made in paths.items()}
    assert len(raw[ListForm.XLSX]) > 100
    assert [(one.source, one.payload) for one in raw[ListForm.XLS]] == [
        (one.source, one.payload) for one in raw[ListForm.XLSX]
    ]
    assert [one.source for one in raw[ListForm.CSV]] == [one.source for one in raw[ListForm.XLSX]]
    meant = {
        form: [as_text_has_it(one) for path in made for one in books(path, company=None).vouchers]
        for form, made in paths.items()
    }
    assert meant[ListForm.CSV] == meant[ListForm.XLS] == meant[ListForm.XLSX]


def as_text_has_it(voucher: canonical.voucher.Voucher) -> canonical.voucher.Voucher:
    """What a list saved as text can say: it writes 174 as 174.0, and has no letter that Windows-1252 has not."""
    sums = {name: Decimal(voucher.extras[name]) for name in ("tax", "total") if name in voucher.extras}
    narration = (voucher.narration or "").encode("cp1252", "replace").decode("cp1252")
    return replace(voucher, narration=narration, extras={**voucher.extras, **sums})


def compare(ours: canonical.voucher.Voucher, theirs: Voucher, *, has_totals: bool) -> None:
    moves = [*theirs.items, *(move for entry in theirs.entries for move in entry.items)]
    assert (ours.day, ours.party_name) == (theirs.day, short(theirs.party_ledger))
    assert [line.item_name for line in ours.items] == [short(move.item.name) for move in moves]
    assert [line.amount for line in ours.items] == [Decimal(abs(move.paise)) / 100 for move in moves]
    for line, move in zip(ours.items, moves, strict=True):
        assert line.billed is not None
        assert line.billed.number == Decimal(move.billed) / 1000
        assert line.discount_percent in (None, Decimal(move.discount) / 100)
    if has_totals:
        party = next(entry.paise for entry in theirs.entries if entry.is_party)
        assert Decimal(ours.extras["total"]) == Decimal(abs(party)) / 100
    if theirs.partner is not None and ours.details is not None and ours.details.buyer_gstin:
        assert is_valid(ours.details.buyer_gstin, allow_sandbox=True)
    assert not ours.postings


def workbook(path: Path, rows: Sequence[Sequence[Any]], title: str = "List of Sales Vouchers") -> Path:
    book = Workbook()
    sheet = book.active
    sheet.append(["Asha Traders"])
    sheet.append([title])
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def test_an_edited_sheet_is_read_with_its_quirks(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [None],
        ["  DATE ", "Vch / Bill No", *HEAD[2:]],
        ["7/4/25", "0012", "Bharat Stores", "Rice", "1,000", "Kgs", "62.50", "62,500.00", "(0)", "62,500 Dr"],
        [None] * 10,
        [None, None, None, "Oil", 2, "Ltr", 10, 20.0, None, None],
        [],
        [None, None, None, "Grand Total", None, None, None, 62520, None, None],
    ]
    rows[-1] = [None, None, "Totals", None, 1002, None, None, 62520, 0, 62500]
    made = books(workbook(tmp_path / "s.xlsx", rows), company=None)
    (sale,) = made.vouchers
    assert (sale.number, sale.day.isoformat()) == ("0012", "2025-04-07"), "leading zeroes are kept where they are"
    assert [line.amount for line in sale.items] == [Decimal("62500.00"), Decimal(20)]
    assert sale.extras["total"] == "62500"
    assert not made.codes()


def test_rows_that_cannot_be_read_are_named_with_file_row_and_column(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        HEAD,
        ["soon", "S/1", "Bharat Stores", "Rice", 1, "Kgs", 5, 5, 0, 5],
        ["2025-04-07", "S/2", "Bharat Stores", "Rice", "many", "Kgs", 5, 5, 0, 5],
        [None, None, None, None, None, None, None, None, None, None],
        [None, None, "Totals", None, 1, None, None, 10, 0, 10],
    ]
    made = books(workbook(tmp_path / "s.xlsx", rows), company=None)
    assert [one.number for one in made.vouchers] == ["S/2"]
    rejected, doubted = made.issues
    assert rejected.code == "busy.report.row_rejected"
    assert (rejected.facts["file"], rejected.facts["row"], rejected.facts["column"]) == ("s.xlsx", 4, "Date")
    assert rejected.facts["value"] == "soon"
    assert (doubted.code, doubted.facts["row"], doubted.facts["column"]) == ("busy.report.cell_unreadable", 5, "Qty.")


def test_totals_that_differ_or_are_gone_are_said(tmp_path: Path) -> None:
    row = ["2025-04-07", "S/1", "Bharat Stores", "Rice", 1, "Kgs", 5, 5, 0, 5]
    wrong = workbook(tmp_path / "a.xlsx", [HEAD, row, [None, None, "Totals", None, 1, None, None, 6, 0, 5]])
    assert [one.code for one in read(wrong, company=None).extracted.issues] == ["busy.report.totals_differ"]
    gone = workbook(tmp_path / "b.xlsx", [HEAD, row])
    assert [one.code for one in read(gone, company=None).extracted.issues] == ["busy.report.totals_missing"]
    stray = workbook(tmp_path / "c.xlsx", [HEAD, [None, None, None, "Rice", 1], row, [None, None, "Totals"]])
    assert [one.code for one in read(stray, company=None).extracted.issues] == ["busy.report.row_stray"]


def test_a_title_without_a_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceMalformed) as refused:
        read(workbook(tmp_path / "s.xlsx", [["Date", "Amount"]]), company=None)
    assert refused.value.code == "busy.file.header_missing"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_files_of_any_encoding_and_delimiter(encoding: str, delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    rows = [
        ["Asha Traders"],
        ["List of Sales Vouchers"],
        HEAD,
        ["07-04-2025", "00012", 'Régie "Bharat", Pune', "Rice", "1", "Kgs", "5", "1,00,005.00", "0", "5"],
        [""] * 10,
        ["", "", "Totals", "", "1", "", "", "1,00,005.00", "0", "5"],
    ]
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    made = books(path, company=None)
    (sale,) = made.vouchers
    assert (sale.number, sale.party_name) == ("00012", 'Régie "Bharat", Pune')
    assert sale.items[0].amount == Decimal(100005)


def test_a_company_given_overrides_what_the_sheet_says(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", [HEAD, [None] * 10, [None, None, "Totals", None, 0, None, None, 0, 0, 0]])
    assert {record.source.company for record in read(path, company="Other & Co").records} == {"other & co"}


def test_headers_are_known_by_any_spelling_and_the_second_of_a_name_is_the_alternate_unit() -> None:
    names = column_names(["Date", "Qty.", "Unit", "Price", "Qty.", "Unit", "Disc. %", "Price ", None, "Colour"])
    assert [field_of(name) for name in names] == [
        *("day", "quantity", "unit", "price", "alternate_quantity", "alternate_unit"),
        *("discount_percent", "alternate_price", "", ""),
    ]
    assert fold("E-Way  Bill_No.") == "e way bill no"
