"""A running Tally into PostgreSQL: everything of a large book, then fifty changes; the fake gateway serves both.

The gateway runs in this process, each sync is a child of its own (``khata sync --local``): its CPU and memory are the
kernel's account, requests and bytes the gateway's own log. Between the syncs somebody works in the books: vouchers are
added, altered, cancelled, moved to another day and deleted.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
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


def work(company: LiveCompany, changes: int) -> None:
    """Do so many things in the books, of five kinds in turn, spread over the year.

    Types that renumber themselves are left out: there one deletion changes every later voucher (``renumber``).
    """
    dice = Random(1)  # noqa: S311 - the same work each time
    edit = company.edit_vouchers
    moving = {row.master_id for row in company.masters.of_kind("VOUCHERTYPE") if row.name == RENUMBERED}
    rows = dice.sample([row for row in company.vouchers() if row.type_id not in moving], changes)
    ledgers = [row.name for row in company.masters.of_kind("LEDGER")][:2]
    for number, row in enumerate(rows):
        match number % 5:
            case 0:
                entries = tuple(EntryDraft(ledger=ledgers[side], paise=(1 - 2 * side) * 100_00) for side in (0, 1))
                edit.create(VoucherDraft(type_name="Journal", day=row.day, entries=entries))
            case 1:
                edit.save_unchanged(row.master_id)
            case 2:
                edit.cancel(row.master_id)
            case 3:
                edit.redate(row.master_id, row.day + timedelta(days=1))
            case _:
                edit.delete(row.master_id)


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


def measure(vouchers: int, database_url: str) -> tuple[Synced, Synced, Synced, Synced, int]:
    """Everything, fifty changes, nothing new, and one deletion that gives so many others new numbers."""
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
        moved = renumber(company)
        return full, changed, idle, sync(running, database_url), moved


def report(  # noqa: PLR0917 - as measured, in order
    vouchers: int, full: Synced, changed: Synced, idle: Synced, renumbered: Synced, moved: int
) -> Iterator[str]:
    """Lines for people and for docs/benchmarks.md."""
    yield (
        f"PostgreSQL, {vouchers} vouchers from the fake gateway: {full.child.wall_s:.0f} s wall "
        f"({vouchers / full.child.wall_s:,.0f} vouchers/s; the gateway itself {full.served_s:.0f} s), "
        f"{full.child.cpu_s:.0f} s CPU, peak {full.child.peak_mb:.0f} MB (limit {MEMORY_MAX_MB}), "
        f"{full.requests} requests, {full.byte_count / vouchers / 1000:.1f} kB a voucher"
        f"{', the proof differs' if full.child.exit_code else ''}"
    )
    yield (
        f"  {CHANGES} changes: {changed.child.wall_s:.1f} s wall, {changed.child.cpu_s:.1f} s CPU, "
        f"{changed.requests} requests, {changed.byte_count / 1e6:.1f} MB: "
        f"{full.byte_count / changed.byte_count:.0f} times fewer bytes, "
        f"{full.child.wall_s / changed.child.wall_s:.0f} times less time (limit {RATIO_MIN})"
    )
    yield f"  nothing new: {idle.child.wall_s:.1f} s wall, {idle.requests} requests, {idle.byte_count} bytes"
    yield (
        f"  one deletion that renumbers {moved} others: {renumbered.child.wall_s:.1f} s wall, "
        f"{renumbered.requests} requests, {renumbered.byte_count / 1e6:.1f} MB"
    )


def main(sizes: Sequence[int] = (20_000, 100_000)) -> None:
    """Measure all sizes."""
    for vouchers in sizes:
        with private_postgres() as url:
            for line in report(vouchers, *measure(vouchers, url)):
                print(line, flush=True)


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or (20_000, 100_000))
