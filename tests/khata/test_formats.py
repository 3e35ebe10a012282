"""The same report in four formats: grouped for people, plain and exact in files, the same totals everywhere."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from canonical.money import render_inr
from khata.rendering.files import plain_amount, render_csv, render_json, render_xlsx, sheet_document
from khata.rendering.sheet import Sheet, amount, count, day, moment, text
from khata.rendering.terminal import open_console, print_sheet, printable
from tests.khata.running import run

AMOUNTS = st.decimals(min_value=Decimal("-99999999999.9999"), max_value=Decimal("99999999999.9999"), places=4)
SHEET = Sheet(
    title="Probe [of] everything",
    noun="things",
    facts={"company": "Nilgiri Sample Company", "as_of": "2026-03-31"},
    columns=(
        text("name", "Name"),
        amount("owed", "Owed"),
        count("days", "Days"),
        day("due", "Due"),
        moment("at", "At"),
    ),
    rows=[
        ("=SUM(A1:A9)", Decimal("1234567.50"), 1234, date(2026, 3, 31), datetime(2026, 3, 31, 20, 0, tzinfo=UTC)),
        ('Comma, "quote"', Decimal("-0.01"), 0, None, None),
    ],
    totals=("Total", Decimal("1234567.49"), None, None, None),
    notes=("A note.",),
)


def printed(sheet: Sheet) -> str:
    stream = io.StringIO()
    print_sheet(sheet, open_console(stream))
    return stream.getvalue()


def test_people_see_indian_grouping_and_indian_time() -> None:
    text_ = printed(SHEET)
    assert "12,34,567.50" in text_
    assert "1,234" in text_
    assert "2026-04-01 01:30" in text_, "20:00 UTC is the next day in India"
    assert "[of]" in text_, "square brackets are text, not markup"
    assert text_.endswith("A note.\n")


def test_json_holds_plain_decimals_as_text() -> None:
    document = json.loads(render_json(sheet_document(SHEET)))
    assert document["company"] == "Nilgiri Sample Company"
    assert document["things"][0] == {
        "name": "=SUM(A1:A9)",
        "owed": "1234567.50",
        "days": 1234,
        "due": "2026-03-31",
        "at": "2026-03-31T20:00:00+00:00",
    }
    assert document["totals"] == {"name": "Total", "owed": "1234567.49"}


def test_csv_can_be_read_back_and_has_no_total_line() -> None:
    rows = list(csv.DictReader(io.StringIO(render_csv(SHEET))))
    assert [row["owed"] for row in rows] == ["1234567.50", "-0.01"]
    assert rows[1]["name"] == 'Comma, "quote"'


def test_xlsx_cells_are_numbers_dates_and_texts_never_formulas() -> None:
    page = openpyxl.load_workbook(io.BytesIO(render_xlsx(SHEET))).active
    cells = {cell.value: cell for row in page.iter_rows() for cell in row if cell.value is not None}
    assert cells["=SUM(A1:A9)"].data_type == "s"
    owed = cells[1234567.5]
    assert (owed.data_type, owed.number_format) == ("n", "#,##0.00##")
    assert cells[datetime(2026, 3, 31)].number_format == "yyyy-mm-dd"  # noqa: DTZ001 - a workbook has no zones
    assert page.title == "Probe -of- everything"


def test_a_count_among_amounts_is_a_whole_number_for_people_and_a_plain_decimal_for_programs() -> None:
    sheet = Sheet(title="x", columns=(amount("ours", "Ours"),), rows=[(123456,), (Decimal("123456.00"),)])
    assert printed(sheet).split()[-2:] == ["1,23,456", "1,23,456.00"]
    assert sheet_document(sheet) == {"rows": [{"ours": "123456.00"}, {"ours": "123456.00"}]}
    assert render_csv(sheet).split() == ["ours", "123456.00", "123456.00"]


@given(st.lists(AMOUNTS, min_size=1, max_size=5))
def test_an_xlsx_cell_is_exact_to_the_last_decimal(amounts: list[Decimal]) -> None:
    sheet = Sheet(title="x", columns=(amount("a", "A"),), rows=[(value,) for value in amounts])
    page = openpyxl.load_workbook(io.BytesIO(render_xlsx(sheet))).active
    read = [Decimal(repr(row[0].value)) for row in page.iter_rows(min_row=4) if row[0].value is not None]
    assert read == amounts


@given(AMOUNTS)
def test_a_plain_amount_reads_back_exactly_and_is_the_grouped_one_without_commas(value: Decimal) -> None:
    plain = plain_amount(value)
    assert Decimal(plain) == value
    assert "e" not in plain.lower()
    decimals = len(plain.partition(".")[2])
    assert 2 <= decimals <= 4
    assert render_inr(value, decimals=decimals).replace(",", "") == plain


@given(st.text())
def test_what_a_source_says_never_steers_the_terminal(words: str) -> None:
    assert all(char.isprintable() for char in printable(words))


@pytest.mark.parametrize("form", ["json", "csv", "xlsx"])
def test_a_report_goes_to_a_file_whole_or_not_at_all(form: str, home: Path, ashoka_url: str) -> None:
    target = home / f"ageing.{form}"
    arguments = ("receivables", "ageing", "--as-of", "2026-03-31", "--format", form, "--db", ashoka_url)
    to_file = run(home, *arguments, "--output", str(target))
    assert (to_file.code, to_file.output) == (0, "")
    assert [path.name for path in home.iterdir() if path.name.startswith(".ageing")] == []
    if form != "xlsx":
        assert target.read_bytes() == run(home, *arguments).output.encode()
    else:
        page = openpyxl.load_workbook(target).active
        values = [cell.value for row in page.iter_rows() for cell in row]
        assert values.count(74500) == 2, "the party's net and the total"


def test_a_report_that_cannot_be_written_says_so(home: Path, ashoka_url: str) -> None:
    done = run(home, "companies", "--format", "csv", "--output", str(home / "none" / "x.csv"), "--db", ashoka_url)
    assert done.code == 5
    assert "cannot be written" in done.errors


def test_the_import_summary_is_one_json_object(home: Path) -> None:
    from tests.khata.ashoka import write_day_book

    done = run(
        home, "import", str(write_day_book(home / "d.xml")), "--db", f"sqlite:///{home}/k.db", "--format", "json"
    )
    said = done.json()
    assert said["vouchers"] == {"Sales": 3, "Receipt": 3, "Credit Note": 1, "Journal": 1}
    assert (said["voucher_count"], said["cancelled"], said["balanced"], said["unbalanced"]) == (8, 0, 8, 0)
    assert (said["debit_total"], said["books_debit_total"]) == ("385500.00", "385500.00")
    assert said["debit_total_by_type"]["Sales"] == "230000.00"
    assert said["bills"] == {
        "Advance": {"count": 1, "signed_sum": "20000.00"},
        "Agst Ref": {"count": 3, "signed_sum": "65500.00"},
        "New Ref": {"count": 3, "signed_sum": "-230000.00"},
        "On Account": {"count": 1, "signed_sum": "70000.00"},
    }
    assert (said["ledgers"], said["groups"], said["items"], said["rejected"]) == (4, 0, 0, 0)
    assert (said["issues"], said["proof"]["status"]) == ({}, "proved")
    assert said["files"][0]["path"] == "d.xml"


@pytest.mark.parametrize("width", [10, 40, 60, 80, 100, 200])
def test_no_terminal_however_narrow_cuts_a_figure(width: int) -> None:
    """Extra columns go, texts fold, lines grow longer than the terminal; an amount is shown whole or not at all."""
    sheet = Sheet(
        title="Narrow",
        columns=(
            text("party", "Party"),
            amount("a", "Not due"),
            amount("b", "Extra", extra=True),
            amount("c", "Net"),
            day("d", "Due"),
        ),
        rows=[
            (
                "A very long name of a party that folds",
                Decimal("123456789.01"),
                Decimal("8.5"),
                Decimal("-1.5"),
                date(2026, 3, 31),
            )
        ],
        totals=("Total", Decimal("123456789.01"), Decimal("8.5"), Decimal("-987654321.5"), None),
    )
    stream = io.StringIO()
    print_sheet(sheet, Console(file=stream, width=width, force_terminal=True, color_system=None))
    shown = stream.getvalue()
    for figure in ("12,34,56,789.01", "-1.50", "-98,76,54,321.50", "2026-03-31", "Not due", "Net"):
        assert figure in shown
    assert ("8.50" in shown) == (width >= 100)
    assert "folds" in shown
