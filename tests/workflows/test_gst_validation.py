"""GST validation inside an import: issues come, go and stay with their vouchers; nothing is said about lawful books."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from harmonizer.validation.codes import BOOK_CODES, RECORD_CODES
from sandbox.tally.options import Scaffolding, TallyEncoding
from sandbox.tally.write import write
from sandbox.world.spec import WorldSpec
from storage import TenantStore
from tests.support.stores import empty_store
from workflows.local import import_files
from workflows.validation import company_turnover, validate_again, validate_books

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
SPEC = WorldSpec(seed=7, vouchers=400)
CODES = {*RECORD_CODES, *BOOK_CODES}


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("export")
    shape = {"mixed": True, "encoding": TallyEncoding.ASCII, "scaffolding": Scaffolding.LEAN}
    (path,) = write(SPEC, folder, **shape).paths  # type: ignore[arg-type]
    return path.read_text(encoding="ascii")


@pytest.fixture
def books(tmp_path: Path) -> TenantStore:
    return empty_store(tmp_path / "books.db").tenant()


def take(books: TenantStore, text: str, folder: Path) -> dict[str, int]:
    """Import an export and return the GST issues that stand, by code."""
    path = folder / "Transactions.xml"
    path.write_text(text, encoding="ascii")
    import_files(books, [path], clock=lambda: NOW)
    return standing(books)


def standing(books: TenantStore) -> dict[str, int]:
    return {code: count for code, count in books.issues.counts().items() if code in CODES}


def vouchers_of(text: str, type_name: str) -> list[str]:
    """The XML of the vouchers of a type that are not cancelled."""
    found = re.findall(r"<VOUCHER [^>]*>.*?</VOUCHER>", text, re.DOTALL)
    return [one for one in found if f'VCHTYPE="{type_name}"' in one and 'ACTION="Create"' in one]


def altered(one: str) -> str:
    """The voucher with a later change number, as Tally gives it on every save."""
    return re.sub(r"<ALTERID> (\d+)<", lambda found: f"<ALTERID> {int(found[1]) + 1_000_000}<", one)


def number_of(one: str) -> str:
    found = re.search(r"<VOUCHERNUMBER>([^<]*)<", one)
    assert found is not None
    return found[1]


def test_lawful_books_give_no_issue_but_the_uneven_registration(
    books: TenantStore, export: str, tmp_path: Path
) -> None:
    """The sandbox registers one voucher type of three, which is all there is to say about it."""
    assert take(books, export, tmp_path) == {"gst.e_invoice.uneven": 1}


def test_a_number_given_twice_comes_with_the_voucher_and_goes_with_its_correction(
    books: TenantStore, export: str, tmp_path: Path
) -> None:
    first, second = vouchers_of(export, "E-Sales")[:2]
    twin = second.replace(f">{number_of(second)}<", f">{number_of(first).lower()}<")
    found = take(books, export.replace(second, twin), tmp_path)
    assert found == {"gst.e_invoice.uneven": 1, "gst.number.duplicate": 1}
    (stored,) = books.issues.page(code="gst.number.duplicate").items
    assert number_of(first) in stored.issue.message
    assert stored.raw_id is not None
    assert "In Tally open each of them" in stored.issue.hint
    kept = books.issues.page(code="gst.e_invoice.uneven").items[0].id
    assert take(books, export.replace(second, altered(second)), tmp_path) == {"gst.e_invoice.uneven": 1}
    assert books.issues.page(code="gst.e_invoice.uneven").items[0].id == kept


def test_a_purchase_entered_twice_is_found_by_supplier_and_bill(
    books: TenantStore, export: str, tmp_path: Path
) -> None:
    bills: dict[str, str] = {}
    pair: tuple[str, str] | None = None
    for one in vouchers_of(export, "Purchase"):
        party = re.search(r"<PARTYLEDGERNAME>([^<]*)<", one)
        reference = re.search(r"<REFERENCE>([^<]*)<", one)
        if party and reference and party[1] in bills:
            pair = one, one.replace(f">{reference[1]}<", f">{bills[party[1]]}<")
            break
        if party and reference:
            bills[party[1]] = reference[1]
    assert pair is not None
    found = take(books, export.replace(*pair), tmp_path)
    assert found["gst.number.duplicate"] == 1


def test_issues_are_the_same_after_a_second_run_and_after_a_fresh_look(
    books: TenantStore, export: str, tmp_path: Path
) -> None:
    spoiled = spoil_gstins(export)
    found = take(books, spoiled, tmp_path)
    assert found["gst.gstin.invalid"] > 0
    before = identities(books)
    assert take(books, spoiled, tmp_path) == found
    (company,) = books.companies.list()
    again = validate_again(books, company.company_id, None, NOW)
    assert again == books.records.count(company.company_id, Voucher)
    assert identities(books) == before
    validate_books(books, company.company_id, None, NOW)
    assert identities(books) == before


def test_books_from_before_there_was_validation_are_validated_with_the_next_run(
    books: TenantStore, export: str, tmp_path: Path
) -> None:
    spoiled = spoil_gstins(export)
    found = take(books, spoiled, tmp_path)
    (company,) = books.companies.list()
    forget(books)
    books.issues.settle(None, company.company_id, list(CODES), [])
    assert standing(books) == {}
    one = vouchers_of(spoiled, "Purchase")[0]
    assert take(books, spoiled.replace(one, altered(one)), tmp_path) == found


def test_turnover_is_what_the_books_sold(books: TenantStore, export: str, tmp_path: Path) -> None:
    """A price taken back by a credit note lowers it, a cash discount on the invoice itself does not."""
    take(books, export, tmp_path)
    (company,) = books.companies.list()
    sold = Decimal(0)
    for voucher in books.records.iter(company.company_id, Voucher):
        if voucher.kind in (VoucherKind.SALES, VoucherKind.CREDIT_NOTE) and voucher.counts_in_books:
            tax = {line.ledger_key for line in voucher.taxes}
            rest = [row for row in voucher.postings if row.ledger_key not in tax and not row.is_party]
            aside = {"round off", "discount allowed"} if voucher.kind is VoucherKind.SALES else {"round off"}
            sold += sum((-row.net for row in rest if row.ledger_key not in aside), Decimal(0))
    assert company_turnover(books, company.company_id, {}).in_year(2025) == sold


def test_a_declared_turnover_covers_the_company(books: TenantStore, export: str, tmp_path: Path) -> None:
    take(books, export, tmp_path)
    (company,) = books.companies.list()
    pan = books.tax_documents.own_gstins(company.company_id)[0][2:12]
    validate_books(books, company.company_id, None, NOW, {(pan, 2024): Decimal(150_000_000)})
    found = standing(books)
    assert found.keys() >= {"gst.e_invoice.missing"}
    assert "gst.e_invoice.uneven" not in found
    stored = books.issues.page(code="gst.e_invoice.missing", limit=1).items[0]
    assert stored.issue.facts["overdue"] is True


def spoil_gstins(text: str) -> str:
    """Break the check character of one supplier's number in its master and on its vouchers."""
    found = re.search(r"<PARTYGSTIN>([0-9A-Z]{15})</PARTYGSTIN>", vouchers_of(text, "Purchase")[0])
    assert found is not None
    number = found[1]
    return text.replace(number, number[:-1] + ("0" if number[-1] != "0" else "1"))


def identities(books: TenantStore) -> set[tuple[str, int | None, str]]:
    page = books.issues.page(limit=10_000)
    return {(one.issue.code, one.raw_id, one.issue.message) for one in page.items if one.issue.code in CODES}


def forget(books: TenantStore) -> None:
    """What a store looks like that was filled before the table existed."""
    with books._database.write(books.tenant_id) as transaction:
        transaction.change("DELETE FROM tax_document WHERE tenant_id = ?", (books.tenant_id,))
