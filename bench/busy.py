"""BUSY's files: an XML export against bare lxml extraction, a large list against pandas with openpyxl, in the same run.

``python -m bench.busy``. Files are written by the sandbox once per size and kept in the scratch folder; each figure is
a child process of its own. ``python -m bench.busy WHAT FILE`` is such a child.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from bench.measure import Measured, median, python
from connectors.busy import CONNECTOR
from connectors.sdk.conformance import Collected
from connectors.sdk.run import run_tap
from sandbox.busy.exports import write
from sandbox.busy.exports.voucher_text import CONTAINERS
from sandbox.world.spec import WorldSpec

VOUCHERS = 12_000
ROWS = 200_000
RUNS = 3
SCRATCH = Path(tempfile.gettempdir()) / "khata-bench-busy"
HEADER = (
    "Date|Vch/Bill No|Particulars|Item Details|Material Centre|Qty.|Unit|Price|Amount|Tax Amt|Bill Amount|Narration"
).split("|")
COMPANY = "Bench Traders"


class _Counting(Collected):
    """A sink that keeps nothing."""

    def accept(self, stream: str, records: list[Any]) -> None:
        self.extracted.counts[stream] = self.extracted.counts.get(stream, 0) + len(records)


def extract(path: str) -> int:
    """Run the tap in process, into a sink that keeps nothing."""
    config = {"files": [path], "company": COMPANY}
    done = run_tap(CONNECTOR.tap(), config, _Counting(), now=datetime(2026, 4, 1, tzinfo=UTC))
    return sum(done.counts.values())


def usual(path: str) -> int:
    """Read the list as most programs do."""
    import pandas as pd  # noqa: PLC0415 - only this child needs it

    return len(pd.read_excel(path, header=3, engine="openpyxl"))


def big_list(path: Path) -> Path:
    """Write (or find) a list of sales with so many rows, four to a voucher."""
    if path.exists():
        return path
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    for text in (COMPANY, "List of Sales Vouchers", "Voucher Series : All, All Broker"):
        sheet.append([text])
    sheet.append(HEADER)
    first = datetime.combine(date(2025, 4, 1), datetime.min.time())
    for number in range(ROWS):
        head = [first + timedelta(days=number // 600), f"S/25-26/{number // 4}", f"Party {number % 900}"]
        totals = [360.0, 2360.0, "As agreed"]
        is_first = number % 4 == 0
        line = [f"Item {number % 500}", "Main Store" if is_first else None, 5, "Pcs", 100.0, 500.0]
        sheet.append([*(head if is_first else [None] * 3), *line, *(totals if is_first else [None] * 3)])
    sheet.append([None] * len(HEADER))
    vouchers = ROWS // 4
    sheet.append(
        [None, None, "Totals", None, None, 5 * ROWS, None, None, 500.0 * ROWS, 360.0 * vouchers, 2360.0 * vouchers]
    )
    book.save(path)
    return path


def main() -> None:
    """Measure both, and say so."""
    SCRATCH.mkdir(exist_ok=True)
    export = SCRATCH / f"export-{VOUCHERS}"
    if not export.exists():
        write(WorldSpec(seed=1, vouchers=VOUCHERS), export)
    _xml(export / "TR.DAT")
    _list(big_list(SCRATCH / f"list-{ROWS}.xlsx"))


def _xml(path: Path) -> None:
    tags = [record for _, record, _ in CONTAINERS.values()]
    bares: list[Measured] = []
    taps: list[Measured] = []
    imports: list[Measured] = []
    for _ in range(RUNS):
        bares.append(python("bench.bare_lxml", str(path), *tags))
        taps.append(python("bench.busy", "extract", str(path)))
        with tempfile.TemporaryDirectory() as folder:
            database = f"sqlite:///{folder}/books.db"
            python("khata", "db", "migrate", "--db", database)
            files = (str(path.with_name("Masters.DAT")), str(path))
            told = ("--connector", "busy", "--company", COMPANY, "--db", database, "--format", "json")
            imports.append(python("khata", "import", *files, *told))
    floor, tap, whole = median(bares), median(taps), median(imports)
    print(f"BUSY XML, {path.stat().st_size / 1e6:.0f} MB, {floor.output.strip()} vouchers; lxml {version('lxml')}:")
    print(f"  bare lxml {floor.wall_s:.2f} s, {floor.peak_mb:.0f} MB; tap {tap.wall_s:.2f} s, {tap.peak_mb:.0f} MB")
    ratio = f"{whole.wall_s / floor.wall_s:.1f} times bare, by processor {whole.cpu_s / floor.cpu_s:.1f} (limit 8)"
    print(f"  whole import {whole.wall_s:.2f} s, {whole.peak_mb:.0f} MB: {ratio}")


def _list(path: Path) -> None:
    ours = median([python("bench.busy", "extract", str(path)) for _ in range(RUNS)])
    theirs = python("bench.busy", "usual", str(path))
    versions = ", ".join(f"{name} {version(name)}" for name in ("python-calamine", "pandas", "openpyxl"))
    print(f"list of {ROWS} rows, {path.stat().st_size / 1e6:.0f} MB; {versions}:")
    print(f"  pandas with openpyxl {theirs.wall_s:.1f} s, {theirs.peak_mb:.0f} MB")
    ratio = f"{theirs.wall_s / ours.wall_s:.1f} times as fast, by processor {theirs.cpu_s / ours.cpu_s:.1f} (limit 5)"
    print(f"  tap, to records by voucher {ours.wall_s:.1f} s, {ours.peak_mb:.0f} MB: {ratio}")


_CHILDREN = {"extract": extract, "usual": usual}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(_CHILDREN[sys.argv[1]](sys.argv[2]))
    else:
        main()
