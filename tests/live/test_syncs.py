"""Live syncs, one property at a time: positions, turns, looks, tombstones, renames, what counters do not tell."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from canonical.errors import KhataError, SourceUnavailable
from canonical.party import Party, PartyRole
from canonical.publication import PublicationState
from canonical.voucher import Voucher
from khata.reading.trace import trace_record
from sandbox.tally.books.drafts import BillDraft, EntryDraft, VoucherDraft
from storage.turn import TurnTaken
from tests.connectors.tally.live import tally as edits
from tests.connectors.tally.live.tally import Tally, tally
from tests.live.edits import rename_company
from tests.live.histories import PATIENCE, Killed, Requests, dying_at_request, dying_at_write
from tests.live.hub import REQUEST, LiveHub, Synced, differences, fresh, hub, synced_once
from workflows import parties
from workflows.bookmarks import COMMITTED, COUNTERS, WATERMARKS
from workflows.extraction import no_beat
from workflows.inputs import RunStatus
from workflows.local import sync_connection
from workflows.polling import PAUSE_FIRST, PAUSE_LONGEST, pause_after
from workflows.steps import Steps

DAY = date(2025, 6, 16)
EXPENSE, BANK = "Telephone & Internet", "Deccan Union Bank - CA 4471"
ROOT = Path(__file__).resolve().parents[2]
STEPS: tuple[Callable[[Steps, Any], Any], ...] = (
    lambda steps, run: steps.extract(run, no_beat),
    lambda steps, run: steps.translate(run, no_beat),
    lambda steps, run: steps.prove(run, no_beat),
    lambda steps, run: steps.harmonize(run),
)


@pytest.fixture(scope="module")
def served() -> Iterator[Tally]:
    with tally(vouchers=24) as opened:
        yield opened


@pytest.fixture(autouse=True)
def beginning(served: Tally) -> Iterator[None]:
    """The same books at the beginning of every test."""
    start = served.company.snapshot()
    yield
    served.company.restore(start)
    served.running.watch = None


@pytest.fixture
def synced(first: Synced) -> Iterator[LiveHub]:
    """A hub that has read the books of the beginning."""
    with first.again() as made:
        yield made


def bookmark(made: LiveHub, name: str) -> Any:
    connection = made.books.connections.get("shop")
    return made.books.bookmarks.all(connection.connection_id).get(name, {}).get("state")


def work(made: LiveHub, *some: edits.Edit, seed: int = 1) -> None:
    for number, edit in enumerate(some):
        edit(made.tally.company, Random(seed + number))


def test_nothing_is_read_while_nothing_moves(synced: LiveHub) -> None:
    before = synced.tally.request_count()
    assert synced.poll().status == RunStatus.UNCHANGED
    assert synced.tally.request_count() == before + 1, "one small question"
    assert len(synced.books.runs.list(kind="sync").items) == 1


def test_a_change_is_seen_by_the_next_look(synced: LiveHub) -> None:
    before = synced.tally.byte_count()
    work(synced, edits.create)
    assert synced.poll().counts["vouchers"] == 1
    assert synced.tally.byte_count() - before < before / 3, "not everything is read again"
    assert not differences(synced.held(), fresh(synced.tally))


@pytest.mark.parametrize("done", range(len(STEPS) + 1))
def test_a_position_counts_only_when_the_run_is_closed(synced: LiveHub, done: int) -> None:
    """A process that ends between any two steps leaves the watermark where it was."""
    before = bookmark(synced, COMMITTED)
    work(synced, edits.create, edits.redate)
    steps = synced.steps
    run = steps.open_run(REQUEST)
    for step in STEPS[:done]:
        step(steps, run)
    assert bookmark(synced, COMMITTED) == before
    synced.reopen()
    assert synced.poll().status == RunStatus.SUCCEEDED
    assert bookmark(synced, COMMITTED) != before
    assert not differences(synced.held(), fresh(synced.tally))
    statuses = {found.run_id: found.status for found in synced.books.runs.list(kind="sync").items}
    assert statuses[run.run_id] == RunStatus.FAILED, "the abandoned run is closed by the next"


def test_a_killed_first_reading_goes_on_where_it_was(served: Tally) -> None:
    with hub(served) as made:
        with pytest.raises(Killed), dying_at_request(made, 44):
            made.sync()
        made.reopen()
        stored = sum(count for count, _ in made.books.census.held_by_day(made.company, "vouchers").values())
        assert 0 < stored < 24, "what was read stays"
        assert bookmark(made, COMMITTED) is None
        summary = made.sync()
        assert summary.counts["vouchers"] == 24 - stored, "and is not read again"
        assert not differences(made.held(), fresh(served))


def test_books_that_differ_after_changes_are_compared_as_a_whole(synced: LiveHub, monkeypatch: Any) -> None:
    """Held back after changes only: the watermark goes; after everything was compared, it is kept."""
    held = PublicationState.HELD.value
    monkeypatch.setattr("workflows.steps.publication_word", lambda proofs, is_held: held)
    work(synced, edits.create)
    synced.poll()
    assert WATERMARKS not in bookmark(synced, COMMITTED)
    assert synced.poll().status == RunStatus.SUCCEEDED, "nothing moved, and yet it is looked at once more"
    assert bookmark(synced, COMMITTED)[WATERMARKS]
    assert synced.poll().status == RunStatus.UNCHANGED


def test_one_sync_at_a_time(synced: LiveHub) -> None:
    connection = synced.books.connections.get("shop")
    with synced.books.turn(connection.connection_id):
        with pytest.raises(TurnTaken, match="at the moment"):
            synced.sync()
        steps = synced.steps
        run = steps.open_run(REQUEST)
        with pytest.raises(TurnTaken):
            steps.extract(run, no_beat)


def test_a_turn_is_that_of_all_processes(synced: LiveHub) -> None:
    """Held by another process, it is taken; when that process is killed, it is free."""
    connection = synced.books.connections.get("shop")
    code = (
        f"import time; from storage import open_store; books = open_store({synced.store.url!r}).tenant()\n"
        f"with books.turn({connection.connection_id}):\n    print('mine', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        with pytest.raises(TurnTaken):
            synced.sync()
        other.kill()
    assert synced.sync().status == RunStatus.SUCCEEDED


def test_after_a_failure_the_next_look_waits(synced: LiveHub, monkeypatch: Any) -> None:
    work(synced, edits.create)

    def hangs(*args: object, **more: object) -> None:
        raise SourceUnavailable("It hangs.", next_run=True)

    with monkeypatch.context() as patched:
        patched.setattr("workflows.steps.run_tap", hangs)
        with pytest.raises(SourceUnavailable):
            synced.poll()
    before = synced.tally.request_count()
    assert synced.poll().status == RunStatus.UNCHANGED
    assert synced.tally.request_count() == before, "it is left alone"
    assert synced.steps.look(REQUEST).reason == "waiting"
    synced.clock.now += PAUSE_FIRST
    assert synced.poll().status == RunStatus.SUCCEEDED


def test_pauses_grow_up_to_an_hour() -> None:
    assert pause_after(0) == timedelta(0)
    assert [pause_after(count) / PAUSE_FIRST for count in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert pause_after(50) == PAUSE_LONGEST


def test_what_is_deleted_gets_a_tombstone_and_what_comes_back_is_revived(synced: LiveHub) -> None:
    backup, company = synced.tally.company.snapshot(), synced.company
    before = {stored.record.source.key: stored for stored in synced.books.records.iter_stored(company, Voucher)}
    known = synced.clock.now
    work(synced, edits.delete)
    summary = synced.poll()
    (tombstone,) = synced.books.retirement.of_company(company)
    stored = before[tombstone.source.key]
    assert tombstone.run_id == summary.run_id
    assert tombstone.source.key not in {voucher.source.key for voucher in synced.books.records.iter(company, Voucher)}
    then = {voucher.source.key for voucher in synced.books.records.iter(company, Voucher, known_at=known)}
    assert tombstone.source.key in then, "as known before, it is there"
    for address in (f"v:{stored.id}", f"r:{tombstone.raw_id}", str(tombstone.source)):
        facts = dict(trace_record(synced.books, address).steps[0].facts)
        assert facts["gone from the source"] == tombstone.known_at
        assert facts["noticed by"] == f"run:{summary.run_id}"
        assert "was not among them" in str(facts["reason"])
    synced.tally.company.restore(backup)
    synced.poll()
    assert tombstone.source.key in {voucher.source.key for voucher in synced.books.records.iter(company, Voucher)}
    assert dict(trace_record(synced.books, f"r:{tombstone.raw_id}").steps[0].facts)["since then"]


def test_a_rename_reads_again_what_names_the_master_and_nothing_else(synced: LiveHub) -> None:
    company, row = synced.tally.company, synced.tally.company.vouchers()[0]
    ledger = company.masters.by_id[row.postings[0]]
    naming = sum(ledger.master_id in voucher.postings[::2] for voucher in company.vouchers())
    company.edit_masters.rename(ledger.master_id, f"{ledger.name} & Sons")
    summary = synced.poll()
    assert naming <= summary.counts["vouchers"] < 24
    assert not differences(synced.held(), fresh(synced.tally))
    (renaming,) = synced.books.renames.of_company(synced.company)
    assert (renaming.old_name, renaming.new_name) == (ledger.name, f"{ledger.name} & Sons")
    for stream in ("vouchers", "ledgers", "groups"):
        assert synced.books.census.outdated(synced.company, stream) == ()


def test_parties_are_matched_again_only_if_something_about_them_changed(synced: LiveHub, monkeypatch: Any) -> None:
    matched: list[int] = []
    real = parties.harmonize_tenant

    def noted(*given: Any) -> parties.Harmonized:
        matched.append(1)
        return real(*given)

    monkeypatch.setattr(parties, "harmonize_tenant", noted)
    golden = len(parties.read_golden(synced.books))
    work(synced, edits.create)
    assert synced.sync().counts["vouchers"] == 1
    assert not matched
    synced.tally.company.edit_masters.create("LEDGER", "Asha Stores", PARENT="Sundry Debtors")
    synced.sync()
    assert matched == [1]
    assert len(parties.read_golden(synced.books)) == golden + 1


def test_a_restored_backup_counts_though_its_counters_are_smaller(synced: LiveHub) -> None:
    backup = synced.tally.company.snapshot()
    work(synced, edits.create, edits.redate, edits.cancel)
    synced.poll()
    synced.tally.company.restore(backup)
    assert synced.poll().status == RunStatus.SUCCEEDED
    assert not differences(synced.held(), fresh(synced.tally))


def test_a_thorough_sync_sees_what_no_counter_tells(synced: LiveHub) -> None:
    company = synced.tally.company
    work(synced, edits.make_optional)
    synced.poll()
    optional = next(row for row in company.vouchers() if row.is_optional)
    counters = company.alter_voucher_id
    company.edit_vouchers.renumber(optional.master_id, "Q/77")
    assert company.alter_voucher_id == counters
    synced.poll()
    sync_connection(synced.steps, REQUEST.__class__("default", "shop", "tally", is_thorough=True))
    assert not differences(synced.held(), fresh(synced.tally))


def test_a_renamed_company_is_seen_though_no_counter_moves(synced: LiveHub) -> None:
    rename_company(synced.tally.company, Random(1))
    assert synced.poll().status == RunStatus.SUCCEEDED
    assert not differences(synced.held(), fresh(synced.tally))
    assert synced.poll().status == RunStatus.UNCHANGED


def test_counters_are_kept_only_of_what_was_read_to_its_end(synced: LiveHub) -> None:
    """Somebody works while the sync reads: the next look finds that something moved."""
    work(synced, edits.create)
    count = 0

    def meanwhile(number: int, text: str) -> None:
        nonlocal count
        count += 1
        if count == 6:
            edits.create_ledger(synced.tally.company, Random(5))

    synced.tally.running.watch = meanwhile
    synced.poll()
    synced.tally.running.watch = None
    if bookmark(synced, COUNTERS) is None:
        assert synced.steps.look(REQUEST).is_due
    synced.clock.now += PATIENCE
    while synced.poll().status != RunStatus.UNCHANGED:
        synced.clock.now += PATIENCE
    assert not differences(synced.held(), fresh(synced.tally))


def test_a_source_that_is_not_there_says_so_and_leaves_everything(synced: LiveHub) -> None:
    before = synced.held()
    nowhere = {"url": "http://127.0.0.1:9", "pause_s": 0.0}
    synced.books.connections.save("shop", "tally", {"gateway": nowhere}, at=synced.clock())
    with pytest.raises(KhataError) as raised:
        synced.sync()
    assert raised.value.code == "tally.gateway.not_listening"
    assert synced.held() == before
    (latest,) = synced.books.runs.list(kind="sync", limit=1).items
    assert (latest.status, latest.summary["error"]) == (RunStatus.FAILED, "tally.gateway.not_listening")


@pytest.mark.slow
@pytest.mark.parametrize("at", [3, 5, 8, 10, 14, 20, 28])
def test_the_company_says_what_the_books_say_though_they_moved_while_they_were_read(synced: LiveHub, at: int) -> None:
    company = synced.tally.company

    def delete_the_last_voucher() -> None:
        company.edit_vouchers.delete(max(company.vouchers(), key=lambda row: (row.day, row.master_id)).master_id)

    work(synced, edits.save_unchanged)
    requests = Requests(synced.tally, at={at: delete_the_last_voucher})
    synced.tally.running.watch = requests
    synced.sync()
    synced.tally.running.watch = None
    synced.clock.now += PATIENCE
    while synced.poll().status != RunStatus.UNCHANGED:
        synced.clock.now += PATIENCE
    assert not differences(synced.held(), fresh(synced.tally))


@pytest.mark.slow
def test_a_party_is_inferred_from_what_is_left_wherever_a_sync_was_killed(served: Tally) -> None:
    """The voucher may have ended already when the process died; the next sync must not take that for old news."""
    company = served.company
    for bills in ((), (BillDraft(kind="New Ref", paise=12300, ref="B1"),)):
        entries = (EntryDraft(ledger=EXPENSE, paise=12300, bills=bills), EntryDraft(ledger=BANK, paise=-12300))
        entered = company.edit_vouchers.create(VoucherDraft(type_name="Journal", day=DAY, entries=entries))
    with synced_once(served) as put_away:
        company.edit_vouchers.delete(entered.master_id)
        for at in itertools.count(1, 3):
            with put_away.again() as made:
                with contextlib.suppress(Killed), dying_at_write(made, at):
                    made.sync()
                    break
                made.reopen()
                made.clock.now += PATIENCE
                made.sync()
                assert EXPENSE not in {party.name for party in made.books.records.iter(made.company, Party)}, at
    assert at > 10, "there were so many places to die"


def test_a_party_is_inferred_from_the_vouchers_there_are(synced: LiveHub) -> None:
    """A bill on an expense made it a party; what is posted there without one does not keep it one."""
    company = synced.tally.company

    def enter(*bills: BillDraft, type_name: str = "Journal") -> int:
        entries = (EntryDraft(ledger=EXPENSE, paise=12300, bills=bills), EntryDraft(ledger=BANK, paise=-12300))
        return company.edit_vouchers.create(VoucherDraft(type_name=type_name, day=DAY, entries=entries)).master_id

    def inferred() -> list[frozenset[PartyRole]]:
        return [party.roles for party in synced.books.records.iter(synced.company, Party) if party.name == EXPENSE]

    enter()
    kept = enter(BillDraft(kind="New Ref", paise=12300, ref="B1"))
    gone = enter(BillDraft(kind="New Ref", paise=12300, ref="B2"), type_name="Payment")
    synced.sync()
    assert inferred() == [frozenset({PartyRole.SUPPLIER})]
    company.edit_vouchers.delete(gone)
    synced.sync()
    assert inferred() == [frozenset()], "no payment shows a supplier any more"
    company.edit_vouchers.cancel(kept)
    synced.sync()
    assert inferred() == []
    assert not differences(synced.held(), fresh(synced.tally))
