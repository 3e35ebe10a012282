"""What the process tests run in children: importers, small writers, readers.

An importer writes vouchers in batches as a translation does: raw records first, then each batch's records, issues and
marks in one transaction.
"""

from __future__ import annotations

import sys
import time
from datetime import date

from canonical.bill import BillRefKind
from canonical.codec import CanonicalRecord
from canonical.issue import Issue, IssueLevel
from canonical.voucher import Voucher
from storage import TenantStore, open_store
from tests.storage.samples import NOW, bill, raw, sale

VERSION = 1


def say(line: str) -> None:
    """Tell the test how far we are."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def raw_key(number: int) -> str:
    return f"V{number:06d}"


def voucher_of(number: int) -> Voucher:
    return sale(
        raw_key(number),
        date(2026, 3, 1),
        f"Party {number % 50}",
        100 + number,
        bill(BillRefKind.NEW, 100 + number, raw_key(number)),
    )


def import_vouchers(books: TenantStore, count: int, batch: int, first: int = 0) -> None:
    """Import so many vouchers; a second run over the same ones continues where the first was cut off."""
    company = books.companies.ensure("tally", "co-1")
    for start in range(first, first + count, batch):
        books.raw.append(company, None, [raw(raw_key(n)) for n in range(start, min(start + batch, first + count))])
    say("raw")
    for waiting in books.raw.iter_pending(company, "vouchers", VERSION, batch):
        records: list[CanonicalRecord] = [voucher_of(int(item.record.source.key[1:])) for item in waiting]
        raw_ids = [item.raw_id for item in waiting]

        def mark(raw_ids: list[int] = raw_ids) -> None:
            note = Issue(code="tally.voucher.note", level=IssueLevel.INFO, message="seen")
            books.issues.replace_many(None, company, {raw_id: [note] for raw_id in raw_ids})
            books.raw.mark_translated(raw_ids, VERSION)

        books.records.upsert(company, None, records, NOW, raw_ids, alongside=mark)
        say("batch")


def write_small(books: TenantStore, seconds: float) -> None:
    """Do an API's small writes for a while; print the longest wait in milliseconds and how many were done."""
    run = books.runs.start("small", "", None, {}, NOW)
    end, longest, done = time.monotonic() + seconds, 0.0, 0
    while time.monotonic() < end:
        started = time.monotonic()
        books.runs.progress(run, "step", done)
        longest, done = max(longest, time.monotonic() - started), done + 1
        time.sleep(0.005)
    say(f"{longest * 1000:.0f} {done}")


def read_reports(books: TenantStore, seconds: float) -> None:
    """Read for a while; every report must come from whole vouchers."""
    company = books.companies.ensure("tally", "co-1")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert sum(row.closing for row in books.reports.trial_balance(company, date(2026, 3, 31))) == 0
        books.records.page(company, Voucher)


def main(what: str, url: str, *numbers: str) -> None:
    """Run one role."""
    store = open_store(url)
    books = store.tenant()
    match what:
        case "import":
            import_vouchers(books, *map(int, numbers))
        case "small":
            write_small(books, float(numbers[0]))
        case "read":
            read_reports(books, float(numbers[0]))
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
