"""After few changes Tally is asked for little: what that is, what it still finds, and what waits for the next day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from random import Random

import pytest

from canonical.proof import ProofStatus
from canonical.publication import PublicationState
from connectors.tally.live.watermark import OVERLAP
from khata.reading.publication import view_published
from sandbox.tally.books import LiveCompany
from sandbox.tally.books.drafts import EntryDraft, VoucherDraft
from sandbox.tally.books.records import Voucher
from sandbox.tally.gateway import Faults
from tests.connectors.tally.live.tally import create, make_optional, save_unchanged
from tests.live.histories import Requests
from tests.live.hub import LiveHub, differences, fresh, newest
from workflows.inputs import RunStatus
from workflows.proving import allowance
from workflows.proving.company import OLDER

BILLS = frozenset({"Bills Receivable", "Bills Payable"})
NUMBERS, DAYS, LISTED = "KhataNumbers", "KhataDays", "KhataCensus"
RENUMBERED = "GST Sale Invoice"


@pytest.fixture(autouse=True)
def bold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of the vouchers are few."""
    monkeypatch.setattr(allowance, "SHARE", 4)


def asked(live: LiveHub) -> list[str]:
    """Sync, and say which questions Tally was asked, in order."""
    before = len(live.tally.running.requests)
    live.clock.now += timedelta(minutes=5)
    live.sync()
    return [one.name for one in live.tally.running.requests[before:]]


def told(live: LiveHub) -> list[str]:
    return [total.name for total in newest(live).proof.differences]


def of_type(company: LiveCompany, name: str) -> list[Voucher]:
    kinds = {row.master_id for row in company.masters.of_kind("VOUCHERTYPE") if row.name == name}
    return [row for row in company.vouchers() if row.type_id in kinds]


def journal(company: LiveCompany, one: Voucher) -> VoucherDraft:
    names = [row.name for row in company.masters.of_kind("LEDGER") if row.name != "Profit & Loss A/c"][:2]
    entries = tuple(EntryDraft(ledger=name, paise=(1 - 2 * side) * 100_00) for side, name in enumerate(names))
    return VoucherDraft(type_name="Journal", day=one.day, entries=entries)


def test_new_vouchers_alone_are_one_walk_through_the_books(live: LiveHub) -> None:
    """Every change number given since is held by a voucher that was read, so nothing can be gone."""
    create(live.tally.company, Random(1))
    save_unchanged(live.tally.company, Random(2))
    questions = asked(live)
    assert questions.count("KhataVouchers") == 1
    assert not {NUMBERS, DAYS, LISTED} & set(questions)
    assert not differences(live.held(), fresh(live.tally))


def test_a_deletion_leaves_a_gap_and_is_found_among_the_days(live: LiveHub) -> None:
    company = live.tally.company
    company.edit_vouchers.delete(of_type(company, "Journal")[0].master_id)
    questions = asked(live)
    assert questions.count(DAYS) == 1
    assert LISTED in questions
    assert NUMBERS not in questions
    assert not differences(live.held(), fresh(live.tally))


def _delete_first(company: LiveCompany) -> None:
    company.edit_vouchers.delete(of_type(company, RENUMBERED)[0].master_id)


def _retype_first(company: LiveCompany) -> None:
    """The voucher is a journal now; that it was an invoice only the hub remembers."""
    one = of_type(company, RENUMBERED)[0]
    company.edit_vouchers.alter(one.master_id, journal(company, one))


def _redate_first(company: LiveCompany) -> None:
    one, *_, last = of_type(company, RENUMBERED)
    company.edit_vouchers.redate(one.master_id, last.day)


@pytest.mark.parametrize("edit", [_delete_first, _retype_first, _redate_first])
def test_numbers_that_tally_moves_by_itself_follow(live: LiveHub, edit: Callable[[LiveCompany], None]) -> None:
    company = live.tally.company
    before = {row.master_id: row.number for row in of_type(company, RENUMBERED)}
    edit(company)
    moved = [row for row in of_type(company, RENUMBERED) if before[row.master_id] != row.number]
    assert len(moved) > 1, "others have another number now"
    assert NUMBERS in asked(live)
    assert not differences(live.held(), fresh(live.tally))


def test_a_voucher_that_the_answer_lost_is_missed_by_the_hubs_own_sums(live: LiveHub) -> None:
    company = live.tally.company
    for seed in range(3):
        create(company, Random(seed))
    running = live.tally.running
    lost = [Faults(lose_objects_after=1), Faults()]  # of the question that follows
    requests = Requests(live.tally, at={at: partial(setattr, running, "faults", lost.pop(0)) for at in (2, 3)})
    running.watch = requests
    questions = asked(live)
    assert questions[2] == "KhataVouchers"
    assert DAYS in questions
    assert live.books.runs.list(kind="sync").items[0].status == RunStatus.SUCCEEDED
    assert not differences(live.held(), fresh(live.tally))


@pytest.mark.parametrize("counts", [True, False])
def test_a_restored_backup_is_noticed_though_every_number_is_accounted_for(live: LiveHub, counts: bool) -> None:
    """Its numbers went on to just above ours: what was entered before is gone, and leaves no gap."""
    company = live.tally.company
    backup, old = company.snapshot(), next(iter(company.vouchers()))
    for seed in range(3):
        create(company, Random(seed))
    if not counts:
        for row in sorted(company.vouchers(), key=lambda row: row.master_id)[-3:]:
            company.edit_vouchers.make_optional(row.master_id)
    asked(live)
    mark = company.alter_voucher_id
    company.restore(backup)
    while company.alter_voucher_id <= mark:
        company.edit_vouchers.save_unchanged(old.master_id)
    asked(live)
    assert not differences(live.held(), fresh(live.tally))


def test_what_moves_no_change_number_waits_for_the_next_day(live: LiveHub) -> None:
    company = live.tally.company
    make_optional(company, Random(1))
    asked(live)
    for seed in range(OVERLAP):  # the last ones are read again each time
        create(company, Random(seed))
    asked(live)
    optional = next(row for row in company.vouchers() if row.is_optional)
    company.edit_vouchers.renumber(optional.master_id, "Q/77")
    create(company, Random(2))
    assert NUMBERS not in asked(live)
    assert len(differences(live.held(), fresh(live.tally))) == 1
    live.clock.now += timedelta(days=1)
    create(company, Random(3))
    assert NUMBERS in asked(live)
    assert not differences(live.held(), fresh(live.tally))


def test_nothing_new_is_not_proved_again(live: LiveHub) -> None:
    create(live.tally.company, Random(1))
    asked(live)
    proved = newest(live).head.run_id
    assert len(asked(live)) == 2
    assert newest(live).head.run_id == proved


def test_after_few_changes_only_the_balances_are_asked_for_and_the_books_are_published(live: LiveHub) -> None:
    company = live.tally.company
    create(company, Random(1))
    questions = asked(live)
    assert "Trial Balance" in questions
    assert not set(questions) & (BILLS | {"Profit and Loss", "Balance Sheet", "KhataTypes"})
    proof = newest(live).proof
    assert (proof.status, told(live)) == (ProofStatus.PROVED, [])
    idle = {use.oracle.partition(",")[0].removeprefix("tally:"): use.reason for use in proof.oracles if not use.is_used}
    assert {idle[name] for name in BILLS} == {OLDER}
    view = view_published(live.books, live.books.companies.get(live.company), Decimal(0))
    assert view.publication.state is PublicationState.PUBLISHED


def test_everything_is_asked_for_once_changes_are_many_or_a_day_has_passed(live: LiveHub) -> None:
    company = live.tally.company
    create(company, Random(1))
    assert not BILLS & set(asked(live))
    live.clock.now += timedelta(days=1)
    create(company, Random(2))
    assert set(asked(live)) >= BILLS
    for seed in range(3, 13):
        create(company, Random(seed))
    assert not BILLS & set(asked(live))
    for seed in range(13, 30):
        create(company, Random(seed))
    assert set(asked(live)) >= BILLS, "a few and a few are many"


def test_a_difference_does_not_go_away_because_less_is_asked(live: LiveHub) -> None:
    company = live.tally.company
    row = next(row for row in company.vouchers() if len(row.postings) == 4 and not row.bills and not row.is_optional)
    first, one, second, other = row.postings
    company.enter(replace(row, postings=(first, one + 1, second, other - 1)))
    create(company, Random(1))
    assert not BILLS & set(asked(live))
    assert newest(live).proof.status is ProofStatus.DIFFERS, "the trial balance sees it"
    create(company, Random(2))
    assert set(asked(live)) >= BILLS
    assert newest(live).proof.status is ProofStatus.DIFFERS
