"""Tables of Tally behind a real driver: how the tests make them, and how a process is told where they are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

DATA_SOURCE = "TallyODBC64_9000"
LOADER = """
import json, sys, pyodbc
cursor = pyodbc.connect(sys.argv[1], autocommit=True).cursor()
for line in sys.stdin:
    sql, rows = json.loads(line)
    cursor.executemany(sql, rows) if rows else cursor.execute(sql)
"""
"""Fills the tables in a process of its own: the driver manager reads its files once per process."""
FINDER = """
from connectors.tally.odbc import diagnose
for found in diagnose():
    print(found.state, found.name, [source.name for source in found.data_sources])
"""
TYPES = {"$OpeningBalance": "double", "$_ClosingBalance": "decimal(18,2)", "$AlterID": "int", "$_IsReserved": "tinyint"}


def run_python(code: str, folder: Path, *arguments: str, text: str = "") -> str:
    environment = {"PATH": "/usr/bin:/bin", "ODBCSYSINI": str(folder), "ODBCINI": str(folder / "odbc.ini")}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        input=text,
        env=environment,
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def table(name: str, rows: list[dict[str, object]], **types: str) -> list[str]:
    """Statements that make and fill a table; texts are in the server's own encoding, as the driver hands them over."""
    columns = [f"${column}" for column in rows[0]]
    known = TYPES | {f"${column}": kind for column, kind in types.items()}
    kinds = ", ".join(f"`{column}` {known.get(column, 'varchar(191)')}" for column in columns)
    marks = ", ".join("?" for _ in columns)
    return [
        json.dumps([f"DROP TABLE IF EXISTS {name}", []]),
        json.dumps([f"CREATE TABLE {name} ({kinds})", []]),
        json.dumps([f"INSERT INTO {name} VALUES ({marks})", [list(row.values()) for row in rows]]),
    ]
