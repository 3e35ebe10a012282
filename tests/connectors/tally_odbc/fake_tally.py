"""A DB-API connection that speaks Tally's dialect of SQL over tables in memory, and has its faults.

What is known of Tally's ODBC server is played: methods as columns with ``$``, one collection, no joins, ``ODBCTables``,
``Company`` listing every open company, logicals as 1 and 0, amounts as binary fractions, Tally's own words with U+0004.
SQLSTATEs of Tally's own driver are not published; the ones here are those of the ODBC standard.

The same class serves in the test's process and, through ``main``, in a real child process that can be killed.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from connectors.sdk.odbc import child  # noqa: E402 - the path above is for the child process

COMPANY = "11111111-2222-4333-8444-555555555555"
_STATEMENT = re.compile(r"SELECT\s+(.+?)\s+FROM\s+(\w+)\s*\Z", re.IGNORECASE)


class Error(Exception):
    """As pyodbc's: SQLSTATE and text."""


@dataclass
class Script:
    """What the server holds, and how it misbehaves.

    Attributes:
        tables: by name; the columns are the keys of the rows, without ``$``.
        listed: what ``ODBCTables`` lists; None: it has no such table.
        has_catalogue: SQLColumns works.
        sizes: declared length by column.
        hang_connect, hang_query: never answers (the latter: for this table).
        busy_file: while this file is there, nothing is answered: Tally at work, or behind a dialog.
        busy_after: table whose query makes Tally busy: creates the file and hangs.
        bad_rows: row numbers of a table that cannot be fetched.
        all_bad: from the first row on none can be fetched.
        drop_columns: the answer leaves these out.
        naming: how the answer names its columns: ``$``, ``qualified`` or ``expression``.
        refused: columns that make the server refuse the query.
        states: SQLSTATE and text by table; ``connect`` for signing in.
        crash: table whose query takes the process down.
        chatter: the driver prints on standard output.
        seconds_per_row: how slow it is.
    """

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    listed: list[str] | None = None
    has_catalogue: bool = True
    sizes: dict[str, int] = field(default_factory=dict)
    hang_connect: bool = False
    hang_query: str = ""
    busy_file: str = ""
    busy_after: str = ""
    bad_rows: list[int] = field(default_factory=list)
    all_bad: bool = False
    drop_columns: list[str] = field(default_factory=list)
    naming: str = "$"
    refused: list[str] = field(default_factory=list)
    states: dict[str, tuple[str, str]] = field(default_factory=dict)
    crash: str = ""
    chatter: bool = False
    seconds_per_row: float = 0.0


class FakeDriver:
    """What ``child`` needs of a driver."""

    errors: tuple[type[Exception], ...] = (Error,)

    def __init__(self, script: Script) -> None:
        self.script = script
        self.connections: list[str] = []

    def connect(self, text: str, login_timeout_s: int, options: Mapping[str, Any]) -> Any:
        self.connections.append(text)
        if self.script.chatter:
            print("Tally ODBC Driver - Connection", flush=True)  # noqa: T201 - that is the fault
        if self.script.hang_connect:
            time.sleep(3600)
        _wait_while_busy(self.script)
        if "connect" in self.script.states:
            raise Error(*self.script.states["connect"])
        return Connection(self.script)


class Connection:
    def __init__(self, script: Script) -> None:
        self.script = script

    def cursor(self) -> Cursor:
        return Cursor(self.script)

    def close(self) -> None:
        pass


class Cursor:
    description: list[tuple[Any, ...]] | None = None

    def __init__(self, script: Script) -> None:
        self.script = script
        self.rows: list[tuple[Any, ...]] = []
        self.at = 0

    def execute(self, sql: str) -> None:
        match = _STATEMENT.match(sql)
        if match is None:
            raise Error("42000", f"syntax: {sql}")
        asked, table = [part.strip() for part in match.group(1).split(",")], match.group(2)
        if not all(column.startswith("$") for column in asked):
            raise Error("42000", "methods begin with $")
        self._misbehave(table)
        rows = self._table(table)
        columns = [column[1:] for column in asked]
        held = {name.casefold() for name in rows[0]} if rows else set()
        for column in columns:
            if column in self.script.refused or (
                rows and column.casefold() not in held and "strict" in self.script.naming
            ):
                raise Error("42S22", f"column not found: ${column}")
        columns = [column for column in columns if column not in self.script.drop_columns]
        self.description = [
            (_title(self.script.naming, table, c, n), str, None, self.script.sizes.get(c, 0), 0, 0, True)
            for n, c in enumerate(columns)
        ]
        folded = [{name.casefold(): value for name, value in row.items()} for row in rows]
        self.rows = [tuple(row.get(column.casefold()) for column in columns) for row in folded]

    def columns(self, table: str) -> Cursor:
        if not self.script.has_catalogue:
            raise Error("HYC00", "driver not capable")
        names = dict.fromkeys(name for row in self._table(table) for name in row)
        self.rows = [(None, "TallyUser", table, f"${name}") for name in names]
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.rows

    def fetchone(self) -> tuple[Any, ...] | None:
        if self.at >= len(self.rows) and not self.script.all_bad:
            return None
        time.sleep(self.script.seconds_per_row)
        self.at += 1
        if self.script.all_bad or self.at in self.script.bad_rows:
            raise Error("22003", "numeric value out of range")
        return tuple(_value(value) for value in self.rows[self.at - 1])

    def close(self) -> None:
        pass

    def _table(self, name: str) -> list[dict[str, Any]]:
        if name.casefold() == "odbctables" and self.script.listed is not None:
            return [{"Name": table} for table in self.script.listed]
        found = {table.casefold(): rows for table, rows in self.script.tables.items()}.get(name.casefold())
        if found is None:
            raise Error("42S02", f"no such collection: {name}")
        return found

    def _misbehave(self, table: str) -> None:
        if table in self.script.states:
            raise Error(*self.script.states[table])
        if table == self.script.crash:
            os._exit(139)
        once = Path(f"{self.script.busy_file}.once")
        if table == self.script.busy_after and not once.exists():
            once.touch()
            Path(self.script.busy_file).touch()
        _wait_while_busy(self.script)
        if table == self.script.hang_query:
            time.sleep(3600)


def _wait_while_busy(script: Script) -> None:
    while script.busy_file and Path(script.busy_file).exists():
        time.sleep(0.01)


def _title(naming: str, table: str, column: str, number: int) -> str:
    if "qualified" in naming:
        return f"{table}.`${column}`"
    return f"Expr{number}" if "expression" in naming else f"${column}"


def _value(value: Any) -> Any:
    """Types that JSON has no word for, as ``{"date": "2025-04-01"}`` in the script."""
    if isinstance(value, dict):
        makers: dict[str, Callable[[str], Any]] = {
            "date": date.fromisoformat,
            "datetime": datetime.fromisoformat,
            "decimal": Decimal,
            "bytes": bytes.fromhex,
            "float": float,
        }
        ((kind, text),) = value.items()
        return makers[kind](text)
    return value


def child_command(folder: Path, script: Script) -> tuple[str, ...]:
    """Return the command of a child process that serves a script; the path is its first argument."""
    path = folder / f"script-{len(list(folder.iterdir()))}.json"
    path.write_text(json.dumps(asdict(script)))
    return sys.executable, str(Path(__file__)), str(path)


def main() -> None:
    stored = json.loads(Path(sys.argv[1]).read_text())
    child.main(lambda: FakeDriver(Script(**stored)))


if __name__ == "__main__":
    main()
