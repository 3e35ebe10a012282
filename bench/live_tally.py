"""A running Tally into PostgreSQL: everything of a large book, then fifty changes; the fake gateway serves both.

The gateway runs in this process, each sync is a child of its own (``khata sync --local``): its CPU and memory are the
kernel's account, requests and bytes and the time they took the gateway's own log. Between the syncs somebody works in
the books: vouchers are added, altered, cancelled, moved to another day and deleted.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bench.import_tally import khata
from bench.measure import Measured, run
from sandbox.tally.books import LiveCompany, build_books
from sandbox.tally.books.drafts import EntryDraft, VoucherDraft
from sandbox.tally.books.live import specs_for
from sandbox.tally.gateway import Running, serve
from tests.support.postgres import private_postgres

CHANGES = 50
RATIO_MIN = 50
MEMORY_MAX_MB = 400
NAME = "bench"
PROOF_DIFFERS = 4
"""Exit code of a sync that read everything and whose proof then found a difference; the report says so."""
RENUMBERED = "GST Sale Invoice"


@dataclass(frozen=True, slots=True)
class Synced:
    """One sync: what the child cost, and what the gateway served it."""

    child: Measured
    requests: int
    byte_count: int
    served_s: float


@dataclass(frozen=True, slots=True)
class Syncs:
    """The syncs of one book, in order.

    Attributes:
        full: everything.
        changed: ``CHANGES`` changes of five kinds.
        idle: nothing new.
        added: ``CHANGES`` new vouchers.
        renumbered: one deletion that gives ``moved`` others new numbers.
    """

    full: Synced
    changed: Synced
    idle: Synced
    added: Synced
    renumbered: Synced
    moved: int


def work(company: LiveCompany, changes: int) -> None:
    """Do so many things in the books, of five kinds in turn, spread over the year.

    Types that renumber themselves are left out: there one deletion changes every later voucher (``renumber``).
    """
    dice = Random(1)  # noqa: S311 - the same work each time
    edit = company.edit_vouchers
    moving = {row.master_id for row in company.masters.of_kind("VOUCHERTYPE") if row.name == RENUMBERED}
    rows = dice.sample([row for row in company.vouchers() if row.type_id not in moving], changes)
    for number, row in enumerate(rows):
        match number % 5:
            case 0:
                edit.create(journal(company, row.day))
            case 1:
                edit.save_unchanged(row.master_id)
            case 2:
                edit.cancel(row.master_id)
            case 3:
                edit.redate(row.master_id, row.day + timedelta(days=1))
            case _:
                edit.delete(row.master_id)


def journal(company: LiveCompany, day: date) -> VoucherDraft:
    """A journal of a hundred rupees."""
    ledgers = [row.name for row in company.masters.of_kind("LEDGER")][:2]
    entries = tuple(EntryDraft(ledger=ledgers[side], paise=(1 - 2 * side) * 100_00) for side in (0, 1))
    return VoucherDraft(type_name="Journal", day=day, entries=entries)


def add(company: LiveCompany, changes: int) -> None:
    """Enter so many new vouchers on the days of the last ones."""
    for row in list(company.vouchers())[-changes:]:
        company.edit_vouchers.create(journal(company, row.day))


def renumber(company: LiveCompany) -> int:
    """Delete the first voucher of a type that renumbers itself; return how many others have another number now."""
    types = {row.master_id for row in company.masters.of_kind("VOUCHERTYPE") if row.name == RENUMBERED}
    before = {row.master_id: row.number for row in company.vouchers() if row.type_id in types}
    company.edit_vouchers.delete(min(before))
    return sum(before.get(row.master_id, row.number) != row.number for row in company.vouchers())


def sync(running: Running, database_url: str) -> Synced:
    """Run one sync and read the gateway's log of it."""
    before = len(running.requests)
    command = (sys.executable, "-m", "khata", "sync", NAME, "--local", "--db", database_url)
    child = run(command, accepted=frozenset({0, PROOF_DIFFERS}))
    served = running.requests[before:]
    return Synced(child, len(served), sum(one.bytes for one in served), sum(one.seconds for one in served))


def measure(vouchers: int, database_url: str) -> Syncs:
    """Sync a book of so many vouchers, and again after different work in it."""
    books = build_books(specs_for(1, vouchers=vouchers))
    gc.freeze()
    company = books.companies[0]
    with serve(books, port=0) as running:
        connect = ("connect", "tally", "--url", running.url, "--name", NAME, "--pause", "0", "--all")
        khata(*connect, "--db", database_url)
        full = sync(running, database_url)
        work(company, CHANGES)
        changed = sync(running, database_url)
        idle = sync(running, database_url)
        add(company, CHANGES)
        added = sync(running, database_url)
        moved = renumber(company)
        return Syncs(full, changed, idle, added, sync(running, database_url), moved)


def report(vouchers: int, syncs: Syncs) -> Iterator[str]:
    """Lines for people and for docs/benchmarks.md."""
    full, idle, renumbered = syncs.full, syncs.idle, syncs.renumbered
    yield (
        f"PostgreSQL, {vouchers} vouchers from the fake gateway: {full.child.wall_s:.0f} s wall "
        f"({vouchers / full.child.wall_s:,.0f} vouchers/s; the gateway itself {full.served_s:.0f} s), "
        f"{full.child.cpu_s:.0f} s CPU, peak {full.child.peak_mb:.0f} MB (limit {MEMORY_MAX_MB}), "
        f"{full.requests} requests, {full.byte_count / vouchers / 1000:.1f} kB a voucher"
        f"{', the proof differs' if full.child.exit_code else ''}"
    )
    for what, some in (("changes of five kinds", syncs.changed), ("new vouchers", syncs.added)):
        yield (
            f"  {CHANGES} {what}: {some.requests} requests, {some.byte_count / 1e6:.1f} MB, {some.served_s:.2f} s of "
            f"the gateway's time: {full.byte_count / some.byte_count:.0f} times fewer bytes and "
            f"{full.served_s / some.served_s:.0f} times less time of requests (limit {RATIO_MIN}); "
            f"{some.child.wall_s:.1f} s wall ({full.child.wall_s / some.child.wall_s:.0f} times less), "
            f"{some.child.cpu_s:.1f} s CPU"
        )
    yield f"  nothing new: {idle.child.wall_s:.1f} s wall, {idle.requests} requests, {idle.byte_count} bytes"
    yield (
        f"  one deletion that renumbers {syncs.moved} others: {renumbered.child.wall_s:.1f} s wall, "
        f"{renumbered.requests} requests, {renumbered.byte_count / 1e6:.1f} MB"
    )


def main(sizes: Sequence[int] = (20_000, 100_000)) -> None:
    """Measure all sizes."""
    for vouchers in sizes:
        with private_postgres() as url:
            for line in report(vouchers, measure(vouchers, url)):
                print(line, flush=True)


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or (20_000, 100_000))
