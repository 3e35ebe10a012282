"""Ageing of a million open bills of one company, from each database, in a fresh process after loading.

The figures are seconds per report, the median of five; the process's own start is not part of them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bench.measure import python
from canonical.bill import BillAllocation, BillRefKind
from canonical.codec import CanonicalRecord
from canonical.dates import CreditPeriod
from canonical.ledger import Ledger, ReservedGroup, name_key
from canonical.money import Side
from canonical.receivable import AgeingBasis, Buckets, Direction
from canonical.record import SourceRef
from canonical.voucher import Posting, Voucher
from canonical.voucher_type import VoucherKind
from storage import open_store
from tests.support.postgres import private_postgres

BILLS = 1_000_000
PARTIES = 5_000
BILLS_PER_VOUCHER = 50
AS_OF = date(2026, 3, 31)
KNOWN = datetime(2026, 4, 1, tzinfo=UTC)
ROUNDS = 5


def ledgers() -> Iterator[CanonicalRecord]:
    """Customers, half of them with a default credit period, and the sales ledger."""
    for number in range(PARTIES):
        name = f"Party {number:05d} Traders"
        yield Ledger(
            source=SourceRef("bench", "co", "ledgers", f"l{number}"),
            key=name_key(name),
            name=name,
            reserved=ReservedGroup.SUNDRY_DEBTORS,
            is_bill_wise=True,
            credit_period=CreditPeriod(30) if number % 2 else None,
        )
    yield Ledger(
        source=SourceRef("bench", "co", "ledgers", "sales"), key="sales", name="Sales", reserved=ReservedGroup.SALES
    )


def vouchers() -> Iterator[CanonicalRecord]:
    """Sales with fifty new bills each, spread over a year and over all parties."""
    for number in range(BILLS // BILLS_PER_VOUCHER):
        key = name_key(f"Party {number % PARTIES:05d} Traders")
        day = date(2025, 4, 1) + timedelta(days=number * 365 // (BILLS // BILLS_PER_VOUCHER))
        bills = tuple(
            BillAllocation(
                kind=BillRefKind.NEW,
                ref=f"INV/{number:06d}/{index:02d}",
                side=Side.DEBIT,
                amount=Decimal(100 + (number * 7 + index) % 90_000),
                due_date=day + timedelta(days=15 * (index % 5)) if index % 2 else None,
            )
            for index in range(BILLS_PER_VOUCHER)
        )
        total = sum((bill.amount for bill in bills), Decimal(0))
        yield Voucher(
            source=SourceRef("bench", "co", "vouchers", f"v{number}"),
            kind=VoucherKind.SALES,
            type_name="Sales",
            day=day,
            number=str(number),
            party_key=key,
            postings=(
                Posting(ledger_key=key, ledger_name=key, side=Side.DEBIT, amount=total, is_party=True, bills=bills),
                Posting(ledger_key="sales", ledger_name="Sales", side=Side.CREDIT, amount=total),
            ),
        )


def load(url: str) -> None:
    """Fill a fresh database."""
    store = open_store(url, migrate=True)
    books = store.tenant()
    company = books.companies.ensure("bench", "co", "Bench")
    for records in (ledgers(), vouchers()):
        batch: list[CanonicalRecord] = []
        for record in records:
            batch.append(record)
            if len(batch) == 1000:
                books.records.upsert(company, None, batch, KNOWN)
                batch.clear()
        books.records.upsert(company, None, batch, KNOWN)
    store.optimize()
    store.close()


def age(url: str) -> None:
    """Print the seconds of each round."""
    store = open_store(url)
    books = store.tenant()
    company = books.companies.list()[0].company_id
    for basis in (AgeingBasis.DUE, AgeingBasis.BILL):
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            rows = books.reports.ageing(company, AS_OF, basis, Buckets((30, 60, 90)), Direction.RECEIVABLE)
            times.append(time.perf_counter() - started)
        total = sum((row.outstanding for row in rows), Decimal(0))
        shown = ", ".join(f"{seconds:.2f}" for seconds in sorted(times))
        median = sorted(times)[ROUNDS // 2]
        print(f"  by {basis.value} date: median {median:.2f} s of {shown}; {len(rows)} parties, {total}")
    store.close()


def main() -> None:
    """Load and age on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{Path(folder)}/ageing.db", "SQLite")
    with private_postgres() as url:
        measure(url, "PostgreSQL")


def measure(url: str, name: str) -> None:
    """Load, then age in a fresh process."""
    loading = python("bench.ageing", "load", url)
    print(f"{name}: {BILLS:,} open bills loaded in {loading.wall_s:.0f} s")
    aged = python("bench.ageing", "age", url)
    print(aged.output.rstrip())
    print(f"  peak memory of the ageing process {aged.peak_mb:.0f} MB", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["load", url]:
            load(url)
        case ["age", url]:
            age(url)
        case _:
            main()
