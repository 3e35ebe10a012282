"""A backup is restored and people go on in it: change numbers are given a second time, to something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

import pytest

from sandbox.tally.books import LiveCompany
from sandbox.tally.books.drafts import EntryDraft, VoucherDraft
from tests.connectors.tally.live import tally as edits
from tests.connectors.tally.live.tally import Tally, tally
from tests.live.histories import PATIENCE
from tests.live.hub import LiveHub, differences, fresh, hub
from workflows.inputs import RunStatus

DAY = date(2025, 6, 2)
Work = Callable[[LiveCompany, int], object]


@pytest.fixture(scope="module")
def served() -> Iterator[Tally]:
    with tally(vouchers=30) as opened:
        yield opened


@pytest.fixture
def synced(served: Tally) -> Iterator[LiveHub]:
    start = served.company.snapshot()
    with hub(served) as made:
        made.sync()
        yield made
    served.company.restore(start)


def journal(rupees: int) -> VoucherDraft:
    entries = (
        EntryDraft(ledger="Cash", paise=rupees * 100),
        EntryDraft(ledger="Discount Allowed", paise=-rupees * 100),
    )
    return VoucherDraft(type_name="Journal", day=DAY, entries=entries, narration=f"Of {rupees}")


def enter(company: LiveCompany, rupees: int) -> int:
    return company.edit_vouchers.create(journal(rupees)).master_id


def make_ledger(company: LiveCompany, seed: int) -> None:
    edits.create_ledger(company, Random(seed))


def test_a_change_number_given_again_holds_what_it_holds_now(synced: LiveHub) -> None:
    """Two vouchers were altered; in the backup one of them is, otherwise: the number it gets is one that is held."""
    company = synced.tally.company
    first, second = enter(company, 10), enter(company, 20)
    backup = company.snapshot()
    company.edit_vouchers.alter(first, journal(50))
    company.edit_vouchers.alter(second, journal(60))
    synced.sync()
    company.restore(backup)
    company.edit_vouchers.alter(first, journal(70))
    synced.sync()
    assert not differences(synced.held(), fresh(synced.tally))


@pytest.mark.parametrize("work", [enter, make_ledger])
def test_as_many_changes_as_before_the_backup_are_found_the_next_day(synced: LiveHub, work: Work) -> None:
    """The counters stand where they stood: no look at them tells, so everything is looked at once a day."""
    company = synced.tally.company
    backup = company.snapshot()
    work(company, 31)
    synced.sync()
    company.restore(backup)
    work(company, 47)
    synced.clock.now += PATIENCE
    assert synced.poll().status == RunStatus.UNCHANGED
    synced.clock.now += timedelta(days=1)
    assert synced.poll().status == RunStatus.SUCCEEDED
    assert not differences(synced.held(), fresh(synced.tally))
    assert synced.poll().status == RunStatus.UNCHANGED


@pytest.mark.parametrize("more", [0, 1])
def test_lost_vouchers_entered_otherwise_are_found_the_next_day(synced: LiveHub, more: int) -> None:
    """Somebody enters again what the backup lacks, with other amounts, and goes on."""
    company = synced.tally.company
    backup = company.snapshot()
    for rupees in (11, 12, 13):
        enter(company, rupees)
    synced.sync()
    company.restore(backup)
    for rupees in (13, 14, 11, *range(90, 90 + more)):
        enter(company, rupees)
    synced.clock.now += timedelta(days=1) + PATIENCE
    assert synced.poll().status == RunStatus.SUCCEEDED
    assert not differences(synced.held(), fresh(synced.tally))
