"""The taps of products one signs in to: records per second into the raw store, and the memory of long lists.

Each figure is a child process of its own (``python -m bench.online_taps child ...``): the tap, its client and the store
as in a sync, in one process; only the socket is left out (``bench/canned.py``).
"""

from __future__ import annotations

import gc
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.canned import PRODUCTS, Canned
from bench.measure import Measured, python
from connectors.sdk.base import Forgetful, Surroundings
from connectors.sdk.registry import get_connector
from connectors.sdk.run import run_tap
from khata.__main__ import COLLECT_AT
from storage import open_store
from tests.support.postgres import private_postgres
from workflows.extraction import StoreSink

INVOICES = 50_000
LONG = 200_000
GROWTH_MAX_MB = 40
RATE_MIN = 20_000
NOWHERE = "nowhere"


class Nowhere(Forgetful):
    """A sink that keeps nothing."""

    def accept(self, stream: str, records: Sequence[object]) -> None:
        """Forget them."""

    def bookmark(self, state: object) -> None:
        """Forget it."""


def extract(product: str, invoices: int, url: str) -> str:
    """Run the tap to its end; return what a person wants to know of it."""
    canned = PRODUCTS[product](invoices)
    connector = get_connector(canned.connector)
    now = datetime.now(UTC)
    store = None if url == NOWHERE else open_store(url, migrate=True)
    with canned.in_place(), tempfile.TemporaryDirectory() as folder:
        sink = Nowhere() if store is None else _sink(store.tenant(), connector, now)
        started, cpu = time.perf_counter(), time.process_time()
        done = run_tap(connector.tap(), canned.config, sink, now=now, surroundings=_place(canned, Path(folder)))
        if store is not None:
            store.close()
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    records = sum(done.counts.values())
    return (
        f"{records:,} records of {canned.record_bytes / 1000:.1f} kB in {seconds:.1f} s ({cpu:.1f} s of processor): "
        f"{records / seconds:,.0f}/s, {invoices * canned.record_bytes / seconds / 1e6:.0f} MB/s, "
        f"{done.files[0]['calls_used']:,} calls"
    )


def _sink(books: object, connector: object, now: datetime) -> StoreSink:
    run_id = books.runs.start("bench", "bench", None, {}, now)  # type: ignore[attr-defined]
    return StoreSink(store=books, connector=connector, run_id=run_id, now=now)  # type: ignore[arg-type]


def _place(canned: Canned, folder: Path) -> Surroundings:
    return Surroundings(work_directory=folder, clock=time.monotonic, sleep=time.sleep, now=canned.now)


def child(product: str, invoices: int, url: str) -> Measured:
    """Measure one extraction in a process of its own."""
    return python("bench.online_taps", "child", product, str(invoices), url)


def main() -> None:
    """Measure both products: throughput into both databases, memory of a short and a long list."""
    for product in PRODUCTS:
        with tempfile.TemporaryDirectory() as folder, private_postgres() as postgres:
            for name, url in (("nowhere", NOWHERE), ("SQLite", f"sqlite:///{folder}/a.db"), ("PostgreSQL", postgres)):
                done = child(product, INVOICES, url)
                print(f"{product}, {name}: {done.output.strip()} (limit {RATE_MIN:,}/s)", flush=True)
            short = child(product, INVOICES, f"sqlite:///{folder}/b.db")
            long = child(product, LONG, f"sqlite:///{folder}/c.db")
            print(
                f"{product}, {INVOICES:,} and {LONG:,} invoices: peak {short.peak_mb:.0f} and {long.peak_mb:.0f} MB "
                f"(grows by {long.peak_mb - short.peak_mb:.0f}; limit {GROWTH_MAX_MB}); {long.output.strip()}",
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        gc.set_threshold(*COLLECT_AT)  # as the program itself does
        logging.disable(logging.WARNING)
        print(extract(sys.argv[2], int(sys.argv[3]), sys.argv[4]))
    else:
        main()
