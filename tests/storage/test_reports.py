"""Trial balance, ledger entries, entries for the receivables engine, and traces back to the raw record."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from canonical.bill import BillRefKind, OpeningBill
from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.dates import CreditPeriod, Period
from canonical.errors import NotFound
from canonical.ledger import ReservedGroup
from canonical.money import Side
from canonical.receivable import BillEntry
from canonical.voucher import Voucher
from storage import TenantStore
from tests.storage.samples import LATER, NOW, bill, ledger, posting, raw, ref, sale, voucher

NEW, AGAINST = BillRefKind.NEW, BillRefKind.AGAINST
D = Decimal
BEGIN = date(2025, 4, 1)


def small_books() -> list[CanonicalRecord]:
    opened = OpeningBill(ref="OLD", side=Side.DEBIT, amount=D(200), bill_date=date(2025, 2, 1))
    return [
        Company(source=ref("companies", "co-1"), name="Ashoka", books_from=BEGIN),
        ledger("Asha", opening=500, opening_bills=(opened,), credit=CreditPeriod(30)),
        ledger("Capital", ReservedGroup.CAPITAL, opening=-500),
        sale("V1", date(2025, 4, 10), "Asha", "100.25", bill(NEW, "100.25", "INV-1")),
        sale("V2", date(2025, 5, 10), "Asha", 40),
        voucher(
            "R1",
            date(2025, 5, 20),
            (posting("Asha", "-100.25", bill(AGAINST, "-100.25", "inv-1")), posting("Bank", "100.25")),
        ),
        voucher("O1", date(2025, 5, 21), (posting("Asha", 9), posting("Sales", -9)), is_optional=True),
    ]


def closings(books: TenantStore, company: int, as_of: date) -> dict[str, Decimal]:
    return {row.name: row.closing for row in books.reports.trial_balance(company, as_of)}


def test_the_trial_balance_at_the_end_of_a_day(books: TenantStore, company: int) -> None:
    books.records.upsert(company, None, small_books(), NOW)
    assert closings(books, company, date(2025, 3, 30)) == {}
    assert closings(books, company, date(2025, 3, 31)) == {"Asha": D(500), "Capital": D(-500)}
    end = closings(books, company, date(2025, 5, 31))
    assert end == {"Asha": D(540), "Capital": D(-500), "bank": D("100.25"), "sales": D("-140.25")}
    (asha,) = (row for row in books.reports.trial_balance(company, date(2025, 5, 31)) if row.name == "Asha")
    assert (asha.opening, asha.debit, asha.credit) == (D(500), D("140.25"), D("100.25"))
    assert asha.reserved == "Sundry Debtors"


def test_amounts_read_the_same_from_both_databases(books: TenantStore, company: int) -> None:
    books.records.upsert(company, None, [sale("V1", BEGIN, "Asha", "100.5"), sale("V2", BEGIN, "Bina", "0.0001")], NOW)
    texts = {row.ledger_key: str(row.debit) for row in books.reports.trial_balance(company, BEGIN)}
    assert (texts["asha"], texts["bina"]) == ("100.50", "0.0001")


def test_a_ledgers_entries_with_a_running_balance(books: TenantStore, company: int) -> None:
    books.records.upsert(company, None, small_books(), NOW)
    opening, entries = books.reports.ledger_entries(company, "asha", Period(date(2025, 5, 1), date(2025, 5, 31)))
    assert opening == D("600.25")
    assert [(e.number, e.net, e.balance) for e in entries] == [
        ("V2", D(40), D("640.25")),
        ("R1", D("-100.25"), D(540)),
    ]
    assert books.reports.trace(entries[0].trace_id).steps[0].what == "Sales V2 of 2025-05-10"


def test_the_entries_of_a_party_add_up_to_its_balance(books: TenantStore, company: int) -> None:
    books.records.upsert(company, None, small_books(), NOW)
    as_of = date(2025, 5, 31)
    entries = list(books.reports.bill_entries(company, as_of))
    assert {entry.party_key for entry in entries} == {"asha"}
    assert sum((entry.net for entry in entries), D(0)) == D(540)
    invoice = next(entry for entry in entries if entry.ref == "INV-1")
    assert invoice == BillEntry(
        party_key="asha",
        kind=NEW,
        ref="INV-1",
        net=D("100.25"),
        effective_on=date(2025, 4, 10),
        credit_period=CreditPeriod(30),
        recorded_at=NOW,
        document="V1",
        source_key="V1",
    )
    openings = [(entry.ref, entry.net, entry.effective_on) for entry in entries if entry.is_opening]
    assert sorted(openings) == [("", D(300), date(2025, 3, 31)), ("OLD", D(200), date(2025, 3, 31))]
    assert list(books.reports.bill_entries(company, as_of, party_keys=["bina"])) == []


def test_entries_come_ordered_by_party_however_many_there_are(books: TenantStore, company: int) -> None:
    records = [sale(f"V{n}", BEGIN, f"Party {n * 37 % 250}", 1 + n, bill(NEW, 1 + n, f"I{n}")) for n in range(500)]
    books.records.upsert(company, None, records, NOW)
    entries = list(books.reports.bill_entries(company, BEGIN))
    assert len(entries) == 500
    assert [entry.party_key for entry in entries] == sorted(entry.party_key for entry in entries)


def test_without_a_begin_the_books_begin_with_the_first_voucher(books: TenantStore, company: int) -> None:
    books.records.upsert(company, None, [ledger("Asha", opening=10), sale("V1", BEGIN, "Asha", 1)], NOW)
    (row,) = books.reports.ageing(company, BEGIN)
    assert row.net == D(11)
    (opening,) = (entry for entry in books.reports.bill_entries(company, BEGIN) if entry.is_opening)
    assert opening.effective_on == BEGIN - timedelta(days=1)


def test_every_figure_walks_back_to_what_the_source_said(books: TenantStore, company: int) -> None:
    records = small_books()
    said = [raw(f"r{n}") for n in range(len(records))]
    raw_ids = books.raw.append(company, None, said).raw_ids
    books.records.upsert(company, None, records, NOW, raw_ids)
    as_of = date(2025, 4, 30)
    pending = {item.ref: item for item in books.reports.open_bills(company, as_of)}
    invoice = books.reports.trace(pending["INV-1"].trace_id)
    assert [(step.what, step.net) for step in invoice.steps] == [
        ("Sales V1 of 2025-04-10", D("100.25")),
        ("Journal R1 of 2025-05-20", D("-100.25")),
    ]
    assert invoice.steps[0].raw == said[3]
    old = books.reports.trace(pending["OLD"].trace_id)
    assert [(step.what, step.raw) for step in old.steps] == [("Ledger Asha", said[1])]
    rest = books.reports.trace(pending[""].trace_id)
    assert rest.steps[0].raw == said[1]
    stored = next(item for item in books.records.iter_stored(company, Voucher) if item.record.number == "V1")
    assert books.reports.trace(f"v:{stored.id}").steps[0].raw == said[3]
    line = books.reports.trace(f"p:{stored.id}:0")
    assert (line.title, line.steps[0].net) == ("Asha in Sales V1 of 2025-04-10", D("100.25"))
    backwards = books.reports.trace(f"r:{raw_ids[3]}")
    assert [step.trace_id for step in backwards.steps] == [f"v:{stored.id}"]
    on_account = next(item for item in books.reports.open_bills(company, date(2025, 5, 31)) if item.net == 40)
    assert books.reports.trace(on_account.trace_id).steps[0].what == "Sales V2 of 2025-05-10"


def test_a_raw_record_that_gave_nothing_is_still_shown(books: TenantStore, company: int) -> None:
    (raw_id,) = books.raw.append(company, None, [raw("broken")]).raw_ids
    (step,) = books.reports.trace(f"r:{raw_id}").steps
    assert (step.record, step.raw) == (None, raw("broken"))


@pytest.mark.parametrize(
    "trace_id",
    ["", "v", "v:", "v:x", "v:1:2", "x:1", "v:99", "p:1:99", "l:99", "r:99", "b:1:a", "b:1:asha:none", "v:-1"],
)
def test_ids_that_lead_nowhere(books: TenantStore, company: int, trace_id: str) -> None:
    books.records.upsert(company, None, [sale("V1", BEGIN, "Asha", 1)], NOW)
    with pytest.raises(NotFound):
        books.reports.trace(trace_id)


def test_bills_of_any_spelling_can_be_traced(books: TenantStore, company: int) -> None:
    name = "A:B/ü %20 "
    books.records.upsert(company, None, [sale("V1", BEGIN, "A: b%", 1, bill(NEW, 1, name))], NOW)
    (item,) = books.reports.open_bills(company, BEGIN)
    assert books.reports.trace(item.trace_id).steps[0].net == 1


def test_known_at_reaches_every_report(books: TenantStore, company: int) -> None:
    books.records.upsert(company, None, small_books(), NOW)
    books.records.upsert(company, None, [ledger("Asha", opening=900)], LATER)
    as_of = date(2025, 5, 31)
    assert closings(books, company, as_of)["Asha"] == D(940)
    then = {row.name: row.closing for row in books.reports.trial_balance(company, as_of, NOW)}
    assert then["Asha"] == D(540)
    for known_at, net in ((NOW, D(540)), (None, D(940))):
        assert sum((e.net for e in books.reports.bill_entries(company, as_of, known_at)), D(0)) == net
        assert sum((i.net for i in books.reports.open_bills(company, as_of, known_at)), D(0)) == net
        opening, _ = books.reports.ledger_entries(company, "asha", Period(as_of, as_of), known_at)
        assert opening == net
