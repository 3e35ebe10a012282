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
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bench.canned import FIRST_ID, PRODUCTS, Canned
from bench.measure import Measured, family_seconds, parent_of, python
from connectors.sdk.base import Forgetful, Surroundings
from connectors.sdk.registry import get_connector
from connectors.sdk.run import run_tap
from connectors.zoho.client import ZohoClient
from khata.__main__ import COLLECT_AT
from storage import open_store
from tests.support.postgres import private_postgres
from workflows.extraction import StoreSink

INVOICES = 50_000
SHORT = 20_000
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
    """Run the tap to its end; return what a person wants to know of it.

    Imports are the program's start and the answers are the source's work: neither is counted.
    """
    canned = PRODUCTS[product](invoices)
    connector = get_connector(canned.connector)
    tap, now = connector.tap(), datetime.now(UTC)
    store = None if url == NOWHERE else open_store(url, migrate=True)
    with canned.in_place(), tempfile.TemporaryDirectory() as folder:
        sink = Nowhere() if store is None else _sink(store.tenant(), connector, now)
        canned.spent[0] = 0.0
        started, cpu = time.perf_counter(), time.process_time()
        with nullcontext() if store is None else store.tenant().overlapping():  # as a sync does
            done = run_tap(tap, canned.config, sink, now=now, surroundings=_place(canned, Path(folder)))
        if store is not None:
            store.close()
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu - canned.spent[0]
    records = sum(done.counts.values())
    return (
        f"{records:,} records of {canned.record_bytes / 1000:.1f} kB: {records / cpu:,.0f}/s of processor time "
        f"({cpu:.2f} s, the source's own {canned.spent[0]:.2f} s left out), {seconds:.1f} s on the clock, "
        f"{records * canned.record_bytes / cpu / 1e6:.0f} MB/s, {done.files[0]['calls_used']:,} calls"
    )


def requests_alone(invoices: int) -> str:
    """Ask for every invoice of Zoho and do nothing with the answers: what no tap on this client can be faster than."""
    canned = PRODUCTS["zoho"](invoices)
    with canned.in_place(), tempfile.TemporaryDirectory() as folder:
        client = ZohoClient(canned.config, _place(canned, Path(folder)))
        client.get("organizations")  # signs in
        canned.spent[0] = 0.0
        cpu = time.process_time()
        for one in range(invoices):
            client.get(f"invoices/{FIRST_ID + one}")
        cpu = time.process_time() - cpu - canned.spent[0]
    return f"{invoices:,} invoices of Zoho asked for and dropped: {invoices / cpu:,.0f}/s of processor time"


def _sink(books: object, connector: object, now: datetime) -> StoreSink:
    run_id = books.runs.start("bench", "bench", None, {}, now)  # type: ignore[attr-defined]
    return StoreSink(store=books, connector=connector, run_id=run_id, now=now)  # type: ignore[arg-type]


def _place(canned: Canned, folder: Path) -> Surroundings:
    return Surroundings(work_directory=folder, clock=time.monotonic, sleep=time.sleep, now=canned.now)


def child(product: str, invoices: int, url: str) -> Measured:
    """Measure one extraction in a process of its own."""
    return python("bench.online_taps", "child", product, str(invoices), url)


def main() -> None:
    """Measure throughput into both databases, the memory of a short and a long list, and the floor of single calls."""
    for product in PRODUCTS:
        with tempfile.TemporaryDirectory() as folder, private_postgres() as postgres:
            for name, url in (("nowhere", NOWHERE), ("SQLite", f"sqlite:///{folder}/a.db"), ("PostgreSQL", postgres)):
                before = server_seconds(postgres)
                done = child(product, INVOICES, url)
                server = f"; the server {server_seconds(postgres) - before:.1f} s" if url == postgres else ""
                print(f"{product}, {name}: {done.output.strip()}{server} (limit {RATE_MIN:,}/s)", flush=True)
            short = child(product, SHORT, f"sqlite:///{folder}/b.db")
            long = child(product, LONG, f"sqlite:///{folder}/c.db")
            print(
                f"{product}, {SHORT:,} and {LONG:,} invoices: peak {short.peak_mb:.0f} and {long.peak_mb:.0f} MB "
                f"(grows by {long.peak_mb - short.peak_mb:.0f}; limit {GROWTH_MAX_MB}); {long.output.strip()}",
                flush=True,
            )
    print(python("bench.online_taps", "alone", str(INVOICES)).output.strip(), flush=True)


def server_seconds(url: str) -> float:
    """Processor time of the PostgreSQL server so far, of all its processes."""
    with psycopg.connect(url) as connection:
        return family_seconds(parent_of(connection.info.backend_pid))


if __name__ == "__main__":
    gc.set_threshold(*COLLECT_AT)  # as the program itself does
    logging.disable(logging.WARNING)
    match sys.argv[1:]:
        case ["child", product, invoices, url]:
            print(extract(product, int(invoices), url))
        case ["alone", invoices]:
            print(requests_alone(int(invoices)))
        case _:
            main()
