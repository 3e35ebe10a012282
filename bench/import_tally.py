"""Import of a Tally day book, whole path, against bare lxml extraction of the same file in the same run.

The file is written by the sandbox once per size and kept in the scratch folder. Each figure is a child process of its
own: the kernel's CPU and peak-memory accounting, fresh database each time.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Measured, python, run
from tests.support.postgres import private_postgres

VOUCHERS_PER_MB = 345


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


def measure(path: Path, database_url: str, name: str) -> ImportFigures:
    """Bare extraction, first import into a database that was set up before, import of the unchanged file."""
    khata("db", "migrate", "--db", database_url)
    bare = python("bench.bare_lxml", str(path))
    command = ("import", str(path), "--db", database_url, "--format", "json")
    first = khata(*command)
    summary = json.loads(first.output)
    again = khata(*command)
    return ImportFigures(
        database=name,
        megabytes=path.stat().st_size / 1e6,
        bare=bare,
        first=first,
        again=again,
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
        f"  bare lxml {figures.bare.wall_s:.2f} s -> ratio {figures.ratio:.1f} (limit 8); "
        f"{figures.rows_per_s:,.0f} rows/s; "
        f"unchanged again {figures.again.wall_s:.1f} s, {figures.first.wall_s / figures.again.wall_s:.1f} times "
        "faster (target 3)"
    )


def main(sizes: tuple[int, ...] = (10, 100, 400)) -> None:
    """Measure all sizes on SQLite, the middle one on PostgreSQL too."""
    scratch = Path(tempfile.gettempdir()) / "khata-bench"
    scratch.mkdir(exist_ok=True)
    print(run([sys.executable, "--version"]).output.strip())
    for size in sizes:
        path = day_book(scratch, size)
        with tempfile.TemporaryDirectory() as folder:
            for line in report(measure(path, f"sqlite:///{folder}/khata.db", "SQLite")):
                print(line, flush=True)
    with private_postgres() as url:
        for line in report(measure(day_book(scratch, 100), url, "PostgreSQL")):
            print(line, flush=True)


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or (10, 100, 400))
