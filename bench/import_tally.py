"""Import of a Tally day book, whole path, against bare lxml extraction of the same file in the same run.

The file is written by the sandbox once per size and kept in the scratch folder. Each figure is a child process of its
own: the kernel's CPU and peak-memory accounting, fresh database each time.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.measure import Measured, median, python, run
from tests.support.postgres import private_postgres

VOUCHERS_PER_MB = 345
RUNS = 3
"""Runs of the bare extraction and of the import, in turns; medians count, for shared machines are noisy."""
RUNS_REPEATED_MB = 100
"""Larger files are for the memory; once is enough."""
Fresh = Callable[[], AbstractContextManager[str]]


@dataclass(frozen=True, slots=True)
class ImportFigures:
    """What one import cost beside the bare extraction of its file."""

    database: str
    megabytes: float
    bare: Measured
    first: Measured
    again: Measured
    rows: int
    vouchers: int

    @property
    def ratio(self) -> float:
        """Wall time of the import over wall time of the bare extraction."""
        return self.first.wall_s / self.bare.wall_s

    @property
    def rows_per_s(self) -> float:
        """Canonical rows written per second of the whole import."""
        return self.rows / self.first.wall_s


def day_book(folder: Path, megabytes: int) -> Path:
    """Write (or find) a sandbox export of about this size: one file, masters and vouchers, ASCII."""
    target = folder / f"export-{megabytes}mb"
    if not target.exists():
        vouchers = str(megabytes * VOUCHERS_PER_MB)
        shape = ("--mixed", "--encoding", "ascii", "--scaffolding", "lean")
        khata("sandbox", "write", "tally", "--vouchers", vouchers, "--output", str(target), *shape)
    return max(target.rglob("*.xml"), key=lambda path: path.stat().st_size)


def khata(*arguments: str) -> Measured:
    """Run the command line in a child."""
    return python("khata", *arguments)


def measure(path: Path, fresh: Fresh, name: str, runs: int = RUNS) -> ImportFigures:
    """Bare extraction and first import into a database that was set up before, in turns; then the unchanged file.

    Args:
        path: the export.
        fresh: gives the address of an empty database.
        name: of the kind of database, for people.
        runs: how often; the medians count.
    """
    bare, first, again = [], [], []
    for _ in range(runs):
        with fresh() as database_url:
            khata("db", "migrate", "--db", database_url)
            bare.append(python("bench.bare_lxml", str(path)))
            command = ("import", str(path), "--db", database_url, "--format", "json")
            first.append(khata(*command))
            again.append(khata(*command))
    summary = json.loads(first[0].output)
    return ImportFigures(
        database=name,
        megabytes=path.stat().st_size / 1e6,
        bare=median(bare),
        first=median(first),
        again=median(again),
        rows=summary["records"]["rows_written"],
        vouchers=summary["voucher_count"],
    )


def report(figures: ImportFigures) -> Iterator[str]:
    """Lines for people and for docs/benchmarks.md."""
    yield (
        f"{figures.database}: {figures.megabytes:.0f} MB, {figures.vouchers} vouchers, {figures.rows} canonical "
        f"rows: import {figures.first.wall_s:.1f} s wall, {figures.first.cpu_s:.1f} s CPU, "
        f"peak {figures.first.peak_mb:.0f} MB"
    )
    yield (
        f"  bare lxml {figures.bare.wall_s:.2f} s -> ratio {figures.ratio:.1f} (limit 8), of processor time "
        f"{figures.first.cpu_s / figures.bare.cpu_s:.1f}; "
        f"{figures.rows_per_s:,.0f} rows/s; "
        f"unchanged again {figures.again.wall_s:.1f} s, {figures.first.wall_s / figures.again.wall_s:.1f} times "
        "faster (target 3)"
    )


def main(sizes: tuple[int, ...] = (10, 100, 400)) -> None:
    """Measure all sizes on SQLite, the middle one on PostgreSQL too; medians of several runs up to 100 MB."""
    scratch = Path(tempfile.gettempdir()) / "khata-bench"
    scratch.mkdir(exist_ok=True)
    print(run([sys.executable, "--version"]).output.strip())
    for size in sizes:
        runs = RUNS if size <= RUNS_REPEATED_MB else 1
        for line in report(measure(day_book(scratch, size), fresh_sqlite, "SQLite", runs)):
            print(line, flush=True)
    measure(day_book(scratch, 100), postgres_in_use, "PostgreSQL", runs=1)  # see postgres_in_use
    for line in report(measure(day_book(scratch, 100), postgres_in_use, "PostgreSQL")):
        print(line, flush=True)


@contextmanager
def postgres_in_use() -> Iterator[str]:
    """An empty database on a server that has been written to before.

    A newborn server makes and zeroes every file of its log the first time it is written (0.6 s for 100 MB here); one in
    use has them left over from before its last checkpoint.
    """
    with private_postgres() as address:
        with (
            contextlib.suppress(psycopg.errors.InsufficientPrivilege),
            psycopg.connect(address, autocommit=True) as one,
        ):
            one.execute("CHECKPOINT")
        yield address


@contextmanager
def fresh_sqlite() -> Iterator[str]:
    """An empty file in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/khata.db"


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or (10, 100, 400))
