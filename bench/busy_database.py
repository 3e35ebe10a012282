"""Rows a second out of a company file: ours through MDBTools, beside ``mdb-export`` on the same file in the same run.

``python -m bench.busy_database FILE.bds [ROWS]`` grows the table of lines of a small Jet 4 file (``grown_bds``) and
reads it whole, three times each in turns; medians. ``mdb-export`` writes CSV to nowhere.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.grown_bds import grow
from bench.measure import run
from connectors.busy.database.dialects import file_target
from connectors.busy.database.failure import DatabaseFailures
from connectors.busy.database.reading import DatabaseReader
from connectors.busy.database.settings import parse_settings
from connectors.busy.database.spool import Spool
from connectors.busy.database.tables import LINES, code_of
from connectors.sdk.odbc.pool import SessionPool
from connectors.sdk.odbc.session import DatabaseSession
from sandbox.busy.columns import TABLES

ROWS = 100_000
ROUNDS = 3
SMALL_ROWS = 7
"""Rows of the table in the file that is grown."""


def read_all(path: Path) -> int:
    """Read the table as the connector does: a process with the driver, rows by name, put aside by voucher."""
    settings = parse_settings({"files": [str(path)]})
    pool = SessionPool(
        lambda target: DatabaseSession(target, settings.limits, DatabaseFailures(), clock=time.monotonic)
    )
    with tempfile.TemporaryDirectory() as folder:
        spool, number = Spool(Path(folder)), 0
        reader = DatabaseReader(pool, file_target(settings, path, path.name), settings.kind)
        for number, row in enumerate(reader.rows(LINES), start=1):  # noqa: B007 - counted
            spool.add(code_of(row), LINES, row)
        spool.close()
    pool.close()
    return number


def main(source: Path, wanted: int = ROWS) -> None:
    """Measure, and print one line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "db12025.bds")
        grown, rows = grow(source.read_bytes(), len(TABLES[LINES]), SMALL_ROWS, wanted)
        path.write_bytes(grown)
        theirs, ours, memory, processor = [], [], [], []
        for _ in range(ROUNDS):
            bare = run(["sh", "-c", f"mdb-export '{path}' {LINES} >/dev/null"])
            theirs.append(bare.wall_s)
            mine = run([sys.executable, "-m", "bench.busy_database", "--read", str(path)])
            assert int(mine.output) == rows, f"{mine.output} of {rows} rows"
            ours.append(mine.wall_s)
            memory.append(mine.peak_mb)
            processor.append(mine.cpu_s / bare.cpu_s)
    export, read = statistics.median(theirs), statistics.median(ours)
    print(
        f"{rows} rows of {len(TABLES[LINES])} columns, {len(grown) >> 20} MB: mdb-export {export:.2f} s "
        f"({rows / export:,.0f} rows/s), ours {read:.2f} s ({rows / read:,.0f} rows/s, {max(memory):.0f} MB), "
        f"ratio {read / export:.1f}, of processor time {statistics.median(processor):.1f}"
    )


if __name__ == "__main__":
    if sys.argv[1] == "--read":
        print(read_all(Path(sys.argv[2])))
    else:
        main(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:]))
