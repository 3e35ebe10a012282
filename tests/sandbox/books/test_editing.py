"""Edits one by one: what each does to the object, to the counters, to everything else."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from threading import Thread

import pytest

from canonical.dates import Period
from sandbox.tally.books import (
    Amount,
    BillDraft,
    BooksRefused,
    Day,
    EntryDraft,
    GoodsDraft,
    LiveBooks,
    LiveCompany,
    Text,
    VoucherDraft,
    twin_of,
)
from sandbox.tally.books.bills import open_bills
from sandbox.tally.books.records import Master, Voucher
from sandbox.tally.text import day_serial
from tests.sandbox.books.support import YEAR, small_company, sum_postings, voucher_objects

JUNE = date(2025, 6, 15)


@pytest.fixture
def company() -> LiveCompany:
    return small_company(120)


def journal(day: date = JUNE, paise: int = 12_345, narration: str = "") -> VoucherDraft:
    entries = (EntryDraft(ledger="Cash", paise=paise), EntryDraft(ledger="Godown Rent", paise=-paise))
    return VoucherDraft(type_name="Journal", day=day, entries=entries, narration=narration)


def ledger(company: LiveCompany, name: str) -> Master:
    found = company.masters.find("LEDGER", name)
    assert found is not None
    return found


def a_party(company: LiveCompany) -> str:
    rows = company.masters.of_kind("LEDGER")
    return next(
        row.name for row in rows if row.tree.value("ISBILLWISEON") == "Yes" and "Debtors" in group(company, row)
    )


def group(company: LiveCompany, row: Master) -> str:
    parent = company.masters.parent_of(row)
    return parent.name if parent is not None else ""


def counters(company: LiveCompany) -> tuple[int, int]:
    return company.alter_master_id, company.alter_voucher_id


def text_of(company: LiveCompany, voucher: Voucher) -> str:
    return next(one.to_xml() for one in voucher_objects(company) if one.record.master_id == voucher.master_id)


def test_creating_takes_the_next_numbers(company: LiveCompany) -> None:
    masters, vouchers = counters(company)
    last = max(row.master_id for row in company.vouchers())
    made = company.edit_vouchers.create(journal(narration="a & b"))
    assert counters(company) == (masters, vouchers + 1)
    assert (made.master_id, made.alter_id) == (last + 1, vouchers + 1)
    assert f"<GUID>{company.guid}-{made.master_id:08x}</GUID>" in text_of(company, made)
    assert "<NARRATION>a &amp; b</NARRATION>" in text_of(company, made)


def test_altering_keeps_identity_and_number(company: LiveCompany) -> None:
    made = company.edit_vouchers.create(journal())
    vouchers = company.alter_voucher_id
    altered = company.edit_vouchers.alter(made.master_id, journal(paise=777))
    assert (altered.master_id, altered.number, altered.alter_id) == (made.master_id, made.number, vouchers + 1)
    assert altered.postings[1] == 777
    assert company.alter_voucher_id == vouchers + 1


def test_saving_without_change_moves_the_counter(company: LiveCompany) -> None:
    first = company.vouchers()[0]
    before = company.alter_voucher_id
    saved = company.edit_vouchers.save_unchanged(first.master_id)
    assert saved.alter_id == company.alter_voucher_id == before + 1
    assert (saved.body, saved.postings, saved.day) == (first.body, first.postings, first.day)


def test_back_dated_edits_have_an_old_date_and_a_new_change_number(company: LiveCompany) -> None:
    oldest = company.vouchers()[0]
    made = company.edit_vouchers.create(journal(YEAR.start))
    assert made.alter_id == company.alter_voucher_id
    assert made.day <= oldest.day
    assert company.vouchers()[-1].alter_id < made.alter_id


def test_redating_changes_the_key_but_not_the_guid(company: LiveCompany) -> None:
    made = company.edit_vouchers.create(journal())
    before, old = company.alter_voucher_id, text_of(company, made)
    moved = company.edit_vouchers.redate(made.master_id, JUNE + timedelta(days=40))
    new = text_of(company, moved)
    assert company.alter_voucher_id == moved.alter_id == before + 1
    assert moved.number == made.number
    assert old.partition("VCHKEY=")[2][:70] != new.partition("VCHKEY=")[2][:70]
    assert f"{made.master_id:08x}</GUID>" in new
    assert "<DATE>20250725</DATE>" in new
    with pytest.raises(BooksRefused, match="Voucher date is missing for: 'Journal'"):
        company.edit_vouchers.redate(made.master_id, YEAR.start - timedelta(days=1))


def test_a_bill_says_of_itself_what_the_bills_report_says_wherever_its_voucher_is_moved(company: LiveCompany) -> None:
    """The base of a credit period is the bill's date in every capture: JD moves with the voucher that opens it."""
    party = a_party(company)
    bills = (BillDraft(kind="New Ref", paise=500_00, ref="X/1", terms="30 Days"),)
    entries = (EntryDraft(ledger=party, paise=500_00, bills=bills), EntryDraft(ledger="Cash", paise=-500_00))
    made = company.edit_vouchers.create(VoucherDraft(type_name="Journal", day=JUNE, entries=entries))
    assert '<BILLCREDITPERIOD JD="45822" P="30 Days">30 Days</BILLCREDITPERIOD>' in text_of(company, made)
    moved = company.edit_vouchers.redate(made.master_id, JUNE + timedelta(days=1))
    assert '<BILLCREDITPERIOD JD="45823" P="30 Days">30 Days</BILLCREDITPERIOD>' in text_of(company, moved)
    (bill,) = (bill for bill in open_bills(company, YEAR.end) if bill.ref == "X/1")
    assert (bill.bill_date, bill.due) == (JUNE + timedelta(days=1), date(2025, 7, 16))


def test_a_generated_bill_that_is_moved_counts_its_credit_from_the_new_day(company: LiveCompany) -> None:
    opens = [row for row in company.vouchers() if 'P="' in text_of(company, row) and "New Ref" in text_of(company, row)]
    assert opens
    row = opens[0]
    assert f'JD="{day_serial(row.day)}"' in text_of(company, row)
    moved = company.edit_vouchers.redate(row.master_id, row.day + timedelta(days=9))
    assert f'<BILLCREDITPERIOD JD="{day_serial(row.day)}"' not in text_of(company, moved)
    assert f'<BILLCREDITPERIOD JD="{day_serial(moved.day)}"' in text_of(company, moved)


def test_a_payment_dated_before_its_bill_gives_it_no_date(company: LiveCompany) -> None:
    party = a_party(company)
    for kind, day, paise in (("New Ref", JUNE, 500_00), ("Agst Ref", JUNE - timedelta(days=5), -200_00)):
        bill = BillDraft(kind=kind, paise=paise, ref="X/2", terms="10 Days" if kind == "New Ref" else "")
        entries = (EntryDraft(ledger=party, paise=paise, bills=(bill,)), EntryDraft(ledger="Cash", paise=-paise))
        company.edit_vouchers.create(VoucherDraft(type_name="Journal", day=day, entries=entries))
    (found,) = (bill for bill in open_bills(company, YEAR.end) if bill.ref == "X/2")
    assert (found.paise, found.bill_date, found.due) == (300_00, JUNE, JUNE + timedelta(days=10))


def test_cancelling_leaves_number_day_and_guid_only(company: LiveCompany) -> None:
    made = company.edit_vouchers.create(journal(narration="gone"))
    before = company.alter_voucher_id
    cancelled = company.edit_vouchers.cancel(made.master_id)
    text = text_of(company, cancelled)
    assert company.alter_voucher_id == cancelled.alter_id == before + 1
    assert 'ACTION="Cancel"' in text
    assert "<ISCANCELLED>Yes</ISCANCELLED>" in text
    assert f"<VOUCHERNUMBER>{made.number}</VOUCHERNUMBER>" in text
    assert not [word for word in ("gone", "LEDGERNAME", "PERSISTEDVIEW") if word in text]


def test_deleting_moves_two_and_leaves_nothing(company: LiveCompany) -> None:
    made = company.edit_vouchers.create(journal())
    before = company.alter_voucher_id
    company.edit_vouchers.delete(made.master_id)
    assert company.alter_voucher_id == before + 2
    assert made.master_id not in {row.master_id for row in company.vouchers()}
    with pytest.raises(BooksRefused, match="Voucher does not exist!"):
        company.edit_vouchers.delete(made.master_id)
    assert company.edit_vouchers.create(journal()).master_id == made.master_id + 1


def test_optional_moves_two_and_takes_it_out_of_the_books(company: LiveCompany) -> None:
    cash = ledger(company, "Cash").master_id
    made = company.edit_vouchers.create(journal())
    before, closing = company.alter_voucher_id, company.sums(YEAR).of(cash).closing
    assert company.edit_vouchers.make_optional(made.master_id).alter_id == company.alter_voucher_id == before + 2
    assert company.sums(YEAR).of(cash).closing == closing - 12_345
    company.edit_vouchers.make_regular(made.master_id)
    assert company.sums(YEAR).of(cash).closing == closing


def test_an_alteration_that_makes_optional_moves_two_once(company: LiveCompany) -> None:
    made = company.edit_vouchers.create(journal())
    before = company.alter_voucher_id
    for moved in (2, 3):
        company.edit_vouchers.alter(made.master_id, replace(journal(), is_optional=True))
        assert company.alter_voucher_id == before + moved


def test_new_numbers_count_as_changes_except_of_optional_vouchers(company: LiveCompany) -> None:
    made = company.edit_vouchers.create(journal())
    before = company.alter_voucher_id
    assert company.edit_vouchers.renumber(made.master_id, "J-900").alter_id == before + 1
    company.edit_vouchers.make_optional(made.master_id)
    before = company.alter_voucher_id
    company.edit_vouchers.renumber(made.master_id, "J-901")
    assert company.alter_voucher_id == before


def numbers(company: LiveCompany, type_name: str) -> list[int]:
    rows = [row for row in company.vouchers() if company.masters.by_id[row.type_id].name == type_name]
    return [int(row.number.rpartition("/")[2]) for row in rows]


def test_types_with_auto_renumber_close_gaps_without_moving_change_numbers(company: LiveCompany) -> None:
    name = "GST Sale Invoice"
    rows = [row for row in company.vouchers() if company.masters.by_id[row.type_id].name == name]
    alter_ids, before = {row.master_id: row.alter_id for row in company.vouchers()}, company.alter_voucher_id
    company.edit_vouchers.delete(rows[1].master_id)
    assert numbers(company, name) == list(range(1, len(rows)))
    assert company.state.vouchers[rows[2].master_id].number == rows[1].number
    company.edit_vouchers.redate(rows[-1].master_id, YEAR.start)
    assert numbers(company, name) == list(range(1, len(rows)))
    assert company.alter_voucher_id == before + 3
    moved = {rows[1].master_id, rows[-1].master_id}
    assert all(row.alter_id == alter_ids[row.master_id] for row in company.vouchers() if row.master_id not in moved)


def test_other_automatic_types_keep_their_numbers_until_somebody_renumbers(company: LiveCompany) -> None:
    rows = [row for row in company.vouchers() if company.masters.by_id[row.type_id].name == "Receipt"]
    company.edit_vouchers.delete(rows[0].master_id)
    assert next(row.number for row in company.vouchers() if row.type_id == rows[0].type_id) == rows[1].number
    before = counters(company), {row.master_id: row.alter_id for row in company.vouchers()}
    assert company.edit_vouchers.renumber_automatically("Receipt") == len(rows) - 1
    assert (counters(company), {row.master_id: row.alter_id for row in company.vouchers()}) == before
    with pytest.raises(BooksRefused, match="Voucher Type 'Nothing' does not exist!"):
        company.edit_vouchers.renumber_automatically("Nothing")


def test_renaming_a_ledger_reaches_old_vouchers_without_touching_them(company: LiveCompany) -> None:
    used = next(row for row in company.vouchers() if row.postings and not row.is_cancelled)
    old = company.masters.by_id[used.postings[0]]
    before = counters(company)
    company.edit_masters.rename(old.master_id, "Renamed & Co")
    assert counters(company) == (before[0] + 1, before[1])
    text = text_of(company, company.state.vouchers[used.master_id])
    assert "<LEDGERNAME>Renamed &amp; Co</LEDGERNAME>" in text
    assert company.masters.find("LEDGER", old.name) is None
    company.edit_masters.create("LEDGER", old.name, parent="Indirect Expenses")
    assert f"<LEDGERNAME>{old.name}</LEDGERNAME>" not in text_of(company, company.state.vouchers[used.master_id])


def test_renaming_a_voucher_type_item_and_group_reaches_everything(company: LiveCompany) -> None:
    before = company.alter_voucher_id
    for kind, name in (
        ("VOUCHERTYPE", "Journal"),
        ("GROUP", "Sundry Debtors"),
        ("STOCKITEM", "Basmati Rice Classic S-1"),
    ):
        found = company.masters.find(kind, name)
        assert found is not None
        company.edit_masters.rename(found.master_id, f"New {name}")
    texts = "".join(one.to_xml() for one in voucher_objects(company))
    assert 'VCHTYPE="New Journal"' in texts
    assert 'VCHTYPE="Journal"' not in texts
    assert "<STOCKITEMNAME>New Basmati Rice Classic S-1</STOCKITEMNAME>" in texts
    south = company.find_object("Group", "South Debtors")
    assert south is not None
    assert south.method("Parent") == Text("New Sundry Debtors")
    assert south.method("_PrimaryGroup") == Text("New Sundry Debtors")
    assert company.alter_voucher_id == before


def test_masters_are_matched_without_case_and_blanks_and_by_alias(company: LiveCompany) -> None:
    assert company.find_object("Ledger", "  CASH ") is not None
    with_alias = next(row for row in company.masters.of_kind("LEDGER") if "C0001" in str(row.tree))
    assert company.masters.find("LEDGER", "c0001") == with_alias
    with pytest.raises(BooksRefused, match="already exists"):
        company.edit_masters.create("LEDGER", "cash ", parent="Cash-in-Hand")


def test_used_and_predefined_masters_cannot_be_deleted(company: LiveCompany) -> None:
    for kind, name in (("LEDGER", "Cash"), ("GROUP", "Sales Accounts"), ("GROUP", "South Debtors"), ("UNIT", "Nos")):
        found = company.masters.find(kind, name)
        assert found is not None
        with pytest.raises(BooksRefused, match="Cannot be deleted!"):
            company.edit_masters.delete(found.master_id)
    made = company.edit_masters.create("LEDGER", "Unused", parent="Indirect Expenses")
    before = company.alter_master_id
    company.edit_masters.delete(made.master_id)
    assert company.alter_master_id == before + 1
    assert company.find_object("Ledger", "Unused") is None


def test_parents_must_exist(company: LiveCompany) -> None:
    with pytest.raises(BooksRefused, match="Group 'Nowhere' does not exist!"):
        company.edit_masters.create("LEDGER", "New", parent="Nowhere")


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        (VoucherDraft(type_name="Nothing", day=JUNE), "Voucher Type 'Nothing' does not exist!"),
        (journal(date(2025, 3, 31)), "Voucher date is missing for: 'Journal' voucher ."),
        (
            VoucherDraft(type_name="Journal", day=JUNE, entries=(EntryDraft(ledger="Nobody", paise=1),)),
            "Ledger 'Nobody' does not exist!",
        ),
        (
            VoucherDraft(type_name="Journal", day=JUNE, entries=(EntryDraft(ledger="Cash", paise=100),)),
            "Voucher totals do not match! Dr: 1.00 Cr: 0.00 Diff: 1.00",
        ),
    ],
)
def test_refusals_are_tally_s_own_words_and_change_nothing(
    company: LiveCompany, draft: VoucherDraft, text: str
) -> None:
    before = counters(company), len(company.vouchers())
    with pytest.raises(BooksRefused) as caught:
        company.edit_vouchers.create(draft)
    assert caught.value.message == text
    assert (counters(company), len(company.vouchers())) == before


def test_an_educational_licence_takes_three_days_of_a_month(company: LiveCompany) -> None:
    company.is_educational = True
    for day, allowed in ((date(2025, 5, 1), True), (date(2025, 5, 31), True), (date(2025, 5, 15), False)):
        if allowed:
            company.edit_vouchers.create(journal(day))
        else:
            with pytest.raises(BooksRefused, match="Voucher date is missing"):
                company.edit_vouchers.create(journal(day))


def test_a_restored_backup_goes_back_in_everything_and_reuses_numbers(company: LiveCompany) -> None:
    backup, before = company.snapshot(), counters(company)
    texts = [one.to_xml() for one in voucher_objects(company)]
    first = company.edit_vouchers.create(journal())
    company.edit_masters.rename(ledger(company, "Cash").master_id, "Petty Cash")
    company.edit_vouchers.delete(company.vouchers()[0].master_id)
    company.restore(backup)
    assert counters(company) == before
    assert [one.to_xml() for one in voucher_objects(company)] == texts
    again = company.edit_vouchers.create(journal(paise=1))
    assert (again.master_id, again.alter_id) == (first.master_id, first.alter_id)
    company.restore(backup)
    assert counters(company) == before


def test_a_backup_restored_beside_the_original_shares_its_guid_and_goes_its_own_way(company: LiveCompany) -> None:
    twin = twin_of(company, name="Copy", number="100009")
    books = LiveBooks([company, twin], company)
    assert books.find("copy") is twin
    assert (twin.guid, twin.alter_voucher_id) == (company.guid, company.alter_voucher_id)
    assert twin.number != company.number
    here, there = company.edit_vouchers.create(journal(paise=1)), twin.edit_vouchers.create(journal(paise=2))
    assert (here.master_id, here.alter_id) == (there.master_id, there.alter_id)
    assert here.postings != there.postings
    assert here.master_id in company.state.vouchers
    assert company.state.vouchers[here.master_id].postings[1] == 1


def test_an_invoice_posts_its_goods_and_moves_stock(company: LiveCompany) -> None:
    item = company.masters.of_kind("STOCKITEM")[2]
    stock = company.stock(YEAR.end)[item.master_id].closing
    party = a_party(company)
    bill = BillDraft(kind="New Ref", paise=50_000, ref="X/1", terms="30 Days")
    unit = company.masters.reference(item.tree, "BASEUNITS")
    assert unit is not None
    draft = VoucherDraft(
        type_name="Sales",
        day=JUNE,
        party=party,
        entries=(EntryDraft(ledger=party, paise=50_000, is_party=True, bills=(bill,)),),
        goods=(
            GoodsDraft(
                item=item.name,
                godown="Main Location",
                quantity=f"5 {unit.name}",
                rate=f"100.00/{unit.name}",
                paise=-50_000,
                ledger="Sales - Local",
            ),
        ),
    )
    made = company.edit_vouchers.create(draft)
    one = next(one for one in voucher_objects(company) if one.record.master_id == made.master_id)
    lines = [(row.method("LedgerName"), row.method("Amount")) for row in one.children("AllLedgerEntries")]
    assert lines == [(Text(party), Amount(Decimal(-500))), (Text("Sales - Local"), Amount(Decimal(500)))]
    assert [row.method("LedgerName") for row in one.children("LedgerEntries")] == [Text(party)]
    assert len(one.children("AllInventoryEntries")) == 1
    assert company.stock(YEAR.end)[item.master_id].closing == stock - 5_000
    mine = next(row for row in open_bills(company, YEAR.end) if row.ref == "X/1")
    assert (mine.paise, mine.due) == (50_000, JUNE + timedelta(days=30))
    (sub,) = one.children("AllLedgerEntries")[0].children("BillAllocations")
    assert sub.method("BillCreditPeriod") == Text("30 Days")
    assert one.method("Date") == Day(JUNE)


def test_post_dated_vouchers_count_from_their_date(company: LiveCompany) -> None:
    later = YEAR.end + timedelta(days=20)
    cash = ledger(company, "Cash").master_id
    before = company.sums(YEAR).of(cash).closing
    company.edit_vouchers.create(journal(later))
    assert company.sums(YEAR).of(cash).closing == before
    assert sum_postings(company, later)["Cash"] - sum_postings(company, YEAR.end)["Cash"] >= Decimal("123.45")


def test_edits_wait_for_a_reader_and_results_are_never_stale(company: LiveCompany) -> None:
    """Another thread edits while this one reads: what a reader holds together stays together."""
    cash = ledger(company, "Cash").master_id
    made: list[int] = []

    def edit() -> None:
        made.extend(company.edit_vouchers.create(journal(paise=100)).master_id for _ in range(40))

    opening = company.sums(YEAR).of(cash).closing
    writer = Thread(target=edit)
    writer.start()
    while writer.is_alive():
        with company.lock:
            largest = max(row.alter_id for row in company.vouchers())
            assert largest == company.alter_voucher_id
            assert company.sums(YEAR).of(cash).closing == opening + 100 * len(company.vouchers()) - 100 * 120
    writer.join()
    assert company.sums(YEAR).of(cash).closing == opening + 4_000
    assert len(set(made)) == 40


def anything(company: LiveCompany, dice: Random) -> None:
    """Do something to some voucher, or try to."""
    edit, row = company.edit_vouchers, dice.choice(company.vouchers())
    with suppress(BooksRefused):
        match dice.randrange(7):
            case 0:
                edit.create(journal(row.day, dice.randrange(-99_999, 99_999)))
            case 1:
                edit.redate(row.master_id, row.day + timedelta(days=dice.randrange(90)))
            case 2:
                edit.delete(row.master_id)
            case 3:
                edit.cancel(row.master_id)
            case 4:
                edit.make_optional(row.master_id)
            case 5:
                edit.alter(row.master_id, journal(row.day, dice.randrange(1, 99_999)))
            case _:
                edit.save_unchanged(row.master_id)


def test_the_order_of_the_vouchers_is_kept_up_with_every_edit(company: LiveCompany) -> None:
    dice = Random(7)

    def ordered() -> list[Voucher]:
        return sorted(company.state.vouchers.values(), key=lambda row: (row.day, row.sequence, row.master_id))

    for _ in range(40):
        held = company.vouchers()
        before = list(held)
        anything(company, dice)
        assert company.vouchers() == ordered()
        assert held == before, "who walks through the vouchers is not disturbed"
    backup = company.snapshot()
    company.edit_vouchers.delete(company.vouchers()[0].master_id)
    company.restore(backup)
    assert company.vouchers() == ordered()


SUMMED = (
    YEAR,
    Period(date(2025, 4, 1), date(2025, 9, 30)),
    Period(date(2025, 10, 1), date(2026, 3, 31)),
    Period(date(2026, 4, 1), date(2026, 6, 30)),
)
"""The last begins with the stock and without the income of the year before."""


@pytest.mark.parametrize("seed", range(4))
def test_balances_are_kept_up_with_every_edit(company: LiveCompany, seed: int) -> None:
    dice = Random(seed)
    for _ in range(60):
        held = [company.sums(period) for period in SUMMED]
        before = deepcopy([found.rows for found in held])
        anything(company, dice)
        kept = [company.sums(period) for period in SUMMED]
        assert [found.rows for found in held] == before, "who reads balances is not disturbed"
        company.touch()
        assert [found.rows for found in kept] == [company.sums(period).rows for period in SUMMED]
    ledger = company.masters.of_kind("LEDGER")[0]
    company.edit_masters.rename(ledger.master_id, "Another Name")
    assert company.sums(YEAR) is not kept[0]
