"""Tables of Tally behind a real driver: how the tests make them, and how a process is told where they are."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sandbox.tally.books.live import LiveBooks, LiveCompany
from sandbox.tally.books.objects import LiveObject
from sandbox.tally.books.values import Amount
from tests.support.mariadb import LOADER

Row = dict[str, object]
DATA_SOURCE = "TallyODBC64_9000"
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


def said(thing: LiveObject, method: str) -> object:
    """A method as a database would hold it: amounts are binary fractions, logicals 1 and 0, nothing is NULL."""
    value = thing.method(method)
    if value is None:
        return None
    if isinstance(value, Amount):
        return float(value.value)
    held = value.value
    if held is None:
        return None
    return int(held) if isinstance(held, bool) else str(held)


def _rows_of(company: LiveCompany, kind: str, **methods: str) -> list[Row]:
    return [{column: said(thing, method) for column, method in methods.items()} for thing in company.objects(kind)]


def _tables_of(books: LiveBooks, spoil: Callable[[list[Row]], None]) -> list[str]:
    """What the active company serves over ODBC, and the list of all open ones."""
    company = books.current
    assert company is not None
    identity = {"Name": "Name", "GUID": "Guid"}
    master = {**identity, "Parent": "Parent", "AlterID": "AlterId"}
    ledgers = _rows_of(company, "Ledger", **master, OpeningBalance="OpeningBalance", _ClosingBalance="ClosingBalance")
    spoil(ledgers)
    companies = [row for one in books.companies for row in _rows_of(one, "Company", **identity, BooksFrom="BooksFrom")]
    groups = _rows_of(company, "Group", **master, ReservedName="ReservedName")
    return [
        *table("Company", companies),
        *table("Groups", groups),
        *table("Ledger", ledgers, _ClosingBalance="double"),
        *table("ODBCTables", [{"Name": name} for name in ("Company", "Groups", "Ledger")]),
    ]


def serve_tables(books: LiveBooks, folder: Path, spoil: Callable[[list[Row]], None] = lambda _: None) -> None:
    """Put the tables into the server behind the data source of this folder."""
    run_python(LOADER, folder, f"DSN={DATA_SOURCE};", text="\n".join(_tables_of(books, spoil)))
