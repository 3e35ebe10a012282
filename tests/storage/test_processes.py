"""Several processes on one store, and processes that are killed: real ones, on both databases."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from canonical.voucher import Voucher
from storage import TenantStore, open_store
from tests.storage.child import VERSION, import_vouchers, raw_key, voucher_of
from tests.storage.samples import NOW

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 3, 31)


def child(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.storage.child", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return output


def check_whole(books: TenantStore, count: int) -> None:
    """Every voucher stored once, with all its rows, nothing waiting, and the books in balance."""
    company = books.companies.ensure("tally", "co-1")
    stored = sorted(books.records.iter(company, Voucher), key=lambda v: v.source.key)
    assert stored == [voucher_of(number) for number in range(count)]
    assert books.raw.count_pending(company) == {}
    assert books.issues.counts() == {"tally.voucher.note": count}
    balances = {row.ledger_key: row.closing for row in books.reports.trial_balance(company, AS_OF)}
    assert -balances["sales"] == sum(100 + number for number in range(count))
    assert sum(balances.values()) == 0
    assert sum((row.net for row in books.reports.ageing(company, AS_OF)), Decimal(0)) == -balances["sales"]


def check_consistent(books: TenantStore) -> int:
    """Whatever was committed is whole: vouchers, their rows, issues and marks agree; returns how many vouchers."""
    found = books.companies.find("tally", "co-1")
    if found is None:
        return 0
    company = found.company_id
    stored = {item.raw_id for item in books.records.iter_stored(company, Voucher)}
    waiting = {item.raw_id for batch in books.raw.iter_pending(company, "vouchers", VERSION) for item in batch}
    said = {item.raw_id for item in books.raw.iter_current(company, "vouchers")}
    assert stored | waiting == said
    assert not stored & waiting
    assert books.issues.counts().get("tally.voucher.note", 0) == len(stored)
    with books._database.read(books.tenant_id) as transaction:
        postings = transaction.rows("SELECT count(*) FROM posting")[0][0]
        bills = transaction.rows("SELECT count(*) FROM bill_allocation")[0][0]
    assert (postings, bills) == (2 * len(stored), len(stored))
    return len(stored)


@pytest.mark.slow
def test_importers_small_writers_and_readers_at_once(url: str) -> None:
    """Two importers of one company, one of them over vouchers the other brings too, never trip over each other."""
    children = [
        child("import", url, "2000", "200"),
        child("import", url, "2000", "150"),
        child("import", url, "1000", "100", "1000"),
        child("small", url, "2"),
        child("read", url, "2"),
    ]
    outputs = [finish(process) for process in children]
    assert int(outputs[3].split()[1]) > 5, "small writes got turns"
    store = open_store(url)
    check_whole(store.tenant(), 2000)
    store.close()


@pytest.mark.slow
def test_a_small_write_gets_its_turn_beside_a_loader(url: str) -> None:
    """Nobody waits for a loader's end: against the loader's own time, for machines differ."""
    loader = child("import", url, "8000", "500")
    started = time.monotonic()
    waits = child("small", url, "2.5")
    finish(loader)
    loading_ms = (time.monotonic() - started) * 1000
    longest_ms, done = map(int, finish(waits).split())
    assert longest_ms < loading_ms / 4
    assert done > 5


@pytest.mark.parametrize("after", ["raw", "batch", "batch batch batch batch"])
def test_a_killed_import_loses_nothing_and_is_completed_by_running_it_again(url: str, after: str) -> None:
    steps = after.split()
    process = child("import", url, "3000", "100")
    seen = 0
    while seen < len(steps):
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert line, process.communicate()[1]
        seen += line == steps[seen]
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    store = open_store(url)
    books = store.tenant()
    before = check_consistent(books)
    assert before < 3000
    import_vouchers(books, 3000, 100)
    check_whole(books, 3000)
    store.close()


@pytest.mark.slow
def test_killed_again_and_again_it_still_comes_to_the_end(url: str) -> None:
    progress = []
    for _ in range(4):
        process = child("import", url, "1500", "50")
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "batch":
                break
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        store = open_store(url)
        progress.append(check_consistent(store.tenant()))
        store.close()
    assert progress == sorted(progress)
    finish(child("import", url, "1500", "50"))
    store = open_store(url)
    check_whole(store.tenant(), 1500)
    store.close()


def test_an_error_inside_a_transaction_leaves_nothing_behind(url: str) -> None:
    store = open_store(url)
    books = store.tenant()
    company = books.companies.ensure("tally", "co-1")

    def fail_half_way() -> None:
        with books.transaction():
            books.records.upsert(company, None, [voucher_of(n) for n in range(5)], NOW)
            books.runs.start("import", "tally", company, {}, NOW)
            raise RuntimeError("the step failed")

    with pytest.raises(RuntimeError, match="the step failed"):
        fail_half_way()
    assert list(books.records.iter(company, Voucher)) == []
    assert books.runs.list().items == ()
    books.records.upsert(company, None, [voucher_of(n) for n in range(5)], NOW)
    assert [v.source.key for v in books.records.iter(company, Voucher)] == [raw_key(n) for n in range(5)]
    store.close()
