"""``khata import FILE --map`` end to end: propose, approve, keep, use again; refused rows corrected in a workbook."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.khata.running import run
from tests.support.cli import Ran

REGISTER = """Asha Traders
Sales Register
Bill No,Bill Date,Customer Name,GST Number,Taxable Amt,CGST,SGST,Bill Amt
A/1,01-04-2025,Kaveri Stores,29AAGCB7383J1Z4,"1,000.00",90,90,1180
A/2,02/04/2025,Godavari Mart,,500,45,45,590.00
A/3,31/02/2025,Godavari Mart,,500,45,45,590.00
A/4,05-Apr-25,Godavari Mart,,500,45,45,690.00
A/5,06-Apr-25,Narmada,,333.33,30,30,393
Total,,,,2833.33,,,
"""
SIXTH = "A/6,07-Apr-25,Narmada,,100,9,9,118\n"
OUTSTANDING = """Party,Bill No,Bill Date,Due Date,Pending Amount
Kaveri Stores,K/1,01-04-2025,01-05-2025,"1,180.00 Dr"
,K/2,05-04-2025,,200
Godavari Mart,G/1,05-04-2025,,50 Cr
,G/2,05-04-2025,,a lot
"""
STATEMENT = """Date,Particulars,Vch Type,Vch No,Debit,Credit,Balance
01-04-2025,Opening Balance,,,,,500 Dr
02-04-2025,Sales,Sales,1,100,,600 Dr
03-04-2025,HDFC Bank,Receipt,2,,250,350 Dr
04-04-2025,Sales,Sales,3,10,,400 Dr
"""
DAY_BOOK = """Date,Particulars,Vch Type,Vch No,Debit,Credit
01-04-2025,Rent,Journal,J1,500,
01-04-2025,Landlord,Journal,J1,,500
02-04-2025,Rent,Journal,J2,100,
02-04-2025,Landlord,Journal,J2,,90
"""


class Desk:
    """One accountant's folder and books."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.database = f"sqlite:///{home}/books.db"

    def put(self, name: str, text: str) -> Path:
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        return path

    def khata(self, *arguments: str | Path) -> Ran:
        return run(self.home, *map(str, arguments), "--db", self.database)

    def mapped(self, path: Path, *arguments: str) -> Ran:
        return self.khata("import", path, "--map", "--yes", "--company", "Asha Traders", *arguments)

    def vouchers(self) -> dict[str, str]:
        found = self.khata("vouchers", "--format", "json", "--limit", "100").json()
        return {one["number"]: one["debit_total"] for one in found["vouchers"]}

    def balances(self, day: str = "2026-03-31") -> dict[str, str]:
        found = self.khata("trial-balance", "--as-of", day, "--format", "json").json()
        rows: Sequence[Mapping[str, Any]] = found["ledgers"]
        return {str(row["ledger"]): str(row["closing_debit"] or f"-{row['closing_credit']}") for row in rows}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_register_is_proposed_approved_and_imported(desk: Desk) -> None:
    path = desk.put("sales april.csv", REGISTER)
    asked = desk.khata("import", path, "--map", "--company", "Asha Traders")
    assert asked.code == 8, "nobody approved it"
    assert "'taxable amount'" in asked.errors
    done = desk.mapped(path, "--format", "json")
    assert done.code == 3
    said = done.json()
    assert said["issues"] == {"spreadsheet.date.unreadable": 1, "spreadsheet.total.differs": 1}
    assert "sales april.csv, row 6, Bill Date" in {one["where"] for one in said["rejections"]}
    assert desk.vouchers() == {"A/1": "1180.00", "A/2": "590.00", "A/5": "393.33"}
    parties = desk.khata("parties", "--format", "json").output
    assert "29AAGCB7383J1Z4" in parties


def test_a_mapping_is_found_again_and_changes_are_versions(desk: Desk) -> None:
    assert desk.mapped(desk.put("april.csv", REGISTER), "--map-as", "register").code == 3
    later = desk.put("may.csv", REGISTER.replace("A/", "B/"))
    again = desk.khata("import", later, "--map", "--company", "Asha Traders")
    assert again.code == 3, "found by its columns, approved before"
    assert "Mapping register, version 1." in again.errors
    changed = desk.khata("import", later, "--map-as", "register", "--map-set", "GST Number=")
    assert "Mapping register, version 2." in changed.errors
    wrong = desk.khata("import", later, "--map-as", "register", "--map-set", "GST Number=nonsense")
    assert wrong.code == 8
    assert "'nonsense' is no field of a register" in wrong.errors


def test_refused_rows_go_out_in_a_workbook_and_come_back_corrected(desk: Desk) -> None:
    desk.mapped(desk.put("april.csv", REGISTER))
    out = desk.home / "refused.xlsx"
    assert desk.khata("issues", "--export", out).code == 0
    book = openpyxl.load_workbook(out)
    issues = list(book["Issues"].iter_rows(values_only=True))
    assert issues[1][:5] == ("april.csv", None, 6, "Bill Date", "31/02/2025")
    assert issues[1][5] == "This is no day."
    page = book["Rows 1"]
    place = {cell.value: cell.column for cell in page[1]}
    for row in range(2, page.max_row + 1):
        if page.cell(row, place["Bill No"]).value == "A/3":
            page.cell(row, place["Bill Date"]).value = "28/02/2026"
        else:
            page.cell(row, place["Bill Amt"]).value = 590
    corrected = desk.home / "corrected.xlsx"
    book.save(corrected)
    back = desk.khata("import", corrected)
    assert back.code == 0, back.output + back.errors
    assert desk.vouchers() == {
        "A/1": "1180.00",
        "A/2": "590.00",
        "A/3": "590.00",
        "A/4": "590.00",
        "A/5": "393.33",
    }
    assert desk.khata("issues", "--format", "json").json()["issues"] == []
    again = desk.mapped(desk.home / "april.csv", "--format", "json")
    assert again.code == 0, "the sheet it was corrected from says nothing new"
    assert again.json()["proof"]["status"] == "proved"
    assert len(desk.vouchers()) == 5
    longer = desk.put("april.csv", REGISTER.replace("Total,", f"{SIXTH}Total,"))
    assert desk.mapped(longer, "--format", "json").code == 0, "nor does it when only other rows were added"
    assert len(desk.vouchers()) == 6
    assert desk.khata("import", corrected).code == 0
    assert desk.khata("issues", "--format", "json").json()["issues"] == []


def test_open_bills_become_receivables(desk: Desk) -> None:
    done = desk.mapped(desk.put("outstanding.csv", OUTSTANDING), "--format", "json")
    assert done.json()["issues"] == {"spreadsheet.amount.unreadable": 1}
    found = desk.khata("receivables", "outstanding", "--as-of", "2025-06-30", "--format", "json").json()
    pending = {one["ref"]: one["pending"] for one in found["bills"]}
    assert pending == {"K/1": "1180.00", "K/2": "200.00", "G/1": "-50.00"}


def test_a_statement_is_one_accounts_and_its_balance_is_checked(desk: Desk) -> None:
    done = desk.mapped(desk.put("kaveri.csv", STATEMENT), "--map-set", "@account=Kaveri Stores", "--format", "json")
    assert done.code == 0, done.errors
    assert done.json()["issues"] == {"spreadsheet.balance.breaks": 1}
    balances = desk.balances()
    assert balances["Kaveri Stores"] == "360.00"
    assert balances["HDFC Bank"] == "250.00"


def test_a_day_book_must_balance_by_voucher(desk: Desk) -> None:
    done = desk.mapped(desk.put("day book.csv", DAY_BOOK), "--format", "json")
    assert done.json()["issues"] == {"spreadsheet.entry.unbalanced": 1}
    assert desk.balances()["Rent"] == "500.00"


def test_what_a_list_cannot_do_without_is_asked_for(desk: Desk) -> None:
    path = desk.put("odd.csv", "Bill No,Customer Name,Remarks\n1,Asha,x\n")
    refused = desk.mapped(path, "--map-set", "@document=register")
    assert refused.code == 8
    assert "no column is invoice_date" in refused.errors
    assert desk.khata("import", path, "--map", "--yes", "--map-set", "Nothing=rate").code == 8
    nobody = desk.khata("import", desk.put("r.csv", REGISTER), "--map", "--yes")
    assert "--company" in nobody.errors


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


def test_a_person_corrects_and_approves_at_the_prompt(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.put("r.csv", REGISTER.replace("Bill Amt", "What they owe"))
    monkeypatch.setattr("sys.stdin", Terminal("nonsense\nWhat they owe=total_amount\n\n"))
    done = desk.khata("import", path, "--map", "--company", "Asha Traders")
    assert done.code == 3, done.errors
    assert "write COLUMN=FIELD" in done.errors
    assert "corrected" in done.errors
    assert desk.vouchers()["A/1"] == "1180.00"


def test_the_same_sheet_twice_changes_nothing(desk: Desk) -> None:
    path = desk.put("april.csv", REGISTER)
    first = desk.mapped(path, "--format", "json").json()
    again = desk.mapped(path, "--format", "json").json()
    assert first["records"]["new"] > 0
    assert again["records"]["new"] == again["records"]["changed"] == 0
