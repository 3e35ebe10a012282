"""The figures a proof takes from the store, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from canonical.dates import Period
from canonical.ledger import Ledger
from canonical.party import Party
from canonical.voucher import Voucher
from storage import TenantStore
from storage.reports.controls import ChangesSince, VoucherCount
from storage.reports.movements import LedgerMovement
from tests.storage.samples import BEFORE, LATER, NOW, ledger, raw, ref, sale

YEAR = Period(date(2026, 4, 1), date(2027, 3, 31))


def test_vouchers_are_counted_by_type_and_day(books: TenantStore, company: int) -> None:
    first, second = (sale(f"V{n}", date(2026, 3, n), "Asha", 100) for n in (1, 2))
    gone = replace(sale("V3", date(2026, 3, 3), "Asha", 100), is_cancelled=True, postings=())
    books.records.upsert(company, 1, [first, replace(second, is_optional=True), gone], NOW)
    assert books.controls.voucher_counts(company) == {first.type_name: VoucherCount(3, 1, 1)}
    assert books.controls.voucher_counts(company, date(2026, 3, 2)) == {first.type_name: VoucherCount(2, 0, 1)}
    assert books.controls.first_day(company) == date(2026, 3, 1)


def test_records_are_counted_by_their_stream_whatever_their_status(books: TenantStore, company: int) -> None:
    first, second = (sale(f"V{n}", date(2026, 3, n), "Asha", 100) for n in (1, 2))
    gone = replace(sale("V3", date(2026, 3, 3), "Asha", 100), is_cancelled=True, postings=())
    party = Party(source=ref("contacts", "P1"), key="p1", name="Asha")
    books.records.upsert(company, 1, [first, replace(second, is_optional=True), gone, party], NOW)
    books.records.upsert(company, 2, [replace(first, narration="altered")], LATER)
    assert books.controls.by_stream(company) == {first.source.stream: 3, "contacts": 1}
    assert books.controls.by_stream(company + 1) == {}


def test_masters_are_counted_without_placeholders(books: TenantStore, company: int) -> None:
    books.records.upsert(company, 1, [ledger("Asha"), replace(ledger("Bina"), is_placeholder=True)], NOW)
    counted = books.controls.company_masters(company)
    assert (counted["ledgers"], counted["groups"], counted["stock items"]) == (1, 0, 0)


def test_movements_keep_years_apart(books: TenantStore, company: int) -> None:
    days = (date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 1), date(2027, 4, 1))
    books.records.upsert(company, 1, [sale(f"V{n}", day, "Asha", 10**n) for n, day in enumerate(days)], NOW)
    quarter = Period(date(2026, 5, 1), YEAR.end)
    found = books.reports.movements(company, quarter, YEAR.start)
    assert found["asha"] == LedgerMovement(before_year=Decimal(1), in_year=Decimal(10), debit=Decimal(100))
    assert found["asha"].total == Decimal(111)
    sales = next(row for key, row in found.items() if key != "asha")
    assert sales == LedgerMovement(before_year=Decimal(-1), in_year=Decimal(-10), credit=Decimal(100))


def test_the_newest_run_that_saw_a_record(books: TenantStore, company: int) -> None:
    runs = [books.runs.start("import", "tally", company, {}, at) for at in (BEFORE, NOW)]
    for run_id in runs:
        (raw_id,) = books.raw.append(company, run_id, [raw("R1", stream="reports")]).raw_ids
    seen = books.controls.last_seen(company, "reports")
    assert (seen[raw_id].run_id, seen[raw_id].at) == (runs[1], NOW)
    assert books.controls.last_seen(company, "ledgers") == {}


def test_what_changed_since_a_moment(books: TenantStore, company: int) -> None:
    voucher = sale("V1", date(2026, 3, 1), "Asha", 100)
    assert books.controls.changes_since(company, NOW) == ChangesSince(had_vouchers=False, ended=0, batches=0)
    books.records.upsert(company, 1, [voucher, ledger("Asha")], NOW)
    assert books.controls.changes_since(company, NOW) == ChangesSince(had_vouchers=True, ended=0, batches=0)
    books.records.upsert(company, 2, [replace(voucher, narration="corrected")], LATER)
    assert books.controls.changes_since(company, NOW) == ChangesSince(had_vouchers=True, ended=1, batches=1)
    assert books.controls.changes_since(company, NOW, date(2026, 2, 28)).ended == 0
    assert books.controls.changes_since(company, BEFORE) == ChangesSince(had_vouchers=False, ended=0, batches=2)


def test_a_retired_voucher_is_a_change(books: TenantStore, company: int) -> None:
    books.records.upsert(company, 1, [sale("V1", date(2026, 3, 1), "Asha", 100)], NOW)
    source = next(books.records.iter(company, Voucher)).source
    books.records.retire(company, Voucher, [source], LATER)
    assert books.controls.changes_since(company, NOW).ended == 1
    assert ref("vouchers", "V1") == source
    assert not list(books.records.iter(company, Ledger))
