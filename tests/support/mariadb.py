"""A real ODBC server for tests: a private MariaDB on a free loopback port, and the driver manager's files for it.

MariaDB is the server whose SQL is nearest to Tally's: a ``$`` may begin a column's name without quotes, names of
tables are not case-sensitive if so configured, and a double quote begins a text. So the very statements that go to
Tally go to it, through a real driver manager and a real driver. Debian has all of it: ``mariadb-server-core``,
``odbc-mariadb``, ``unixodbc``; where something is missing the tests skip and say what.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.private_server import PrivateServer, free_port, private_server

SERVER_PLACES = ("/usr/sbin/mariadbd", "/usr/libexec/mariadbd", "/usr/local/sbin/mariadbd")
DRIVER_PLACES = ("lib/*/odbc/libmaodbc.so", "lib/*/libmaodbc.so", "local/lib/libmaodbc.so")
START_S_MAX = 60
USERS = ("mysql", "nobody")
SCHEMA = "TallyUser"
"""Name of the database: Tally's own qualified names begin with it."""
LOADER = """
import json, sys, pyodbc
cursor = pyodbc.connect(sys.argv[1], autocommit=True).cursor()
for line in sys.stdin:
    sql, rows = json.loads(line)
    cursor.executemany(sql, rows) if rows else cursor.execute(sql)
"""
"""Runs statements; their place is the first argument. The driver manager reads its files once per process, so a test
process must not load it: another test, with other files, would find what this one was told."""


def find_driver() -> Path:
    """Return MariaDB's ODBC driver; skip without it."""
    for pattern in DRIVER_PLACES:
        for found in sorted(Path("/usr").glob(pattern)):
            return found
    pytest.skip("no ODBC driver of MariaDB on this machine (Debian: odbc-mariadb)")


def write(*statements: tuple[str, Sequence[Sequence[Any]]], database: str = "") -> None:
    """Run statements on the server, in another process; each is SQL and rows of parameters, none to run it as it is."""
    place = {"DRIVER": f"{{{find_driver()}}}", "SERVER": "127.0.0.1", "PORT": server_port(), "UID": "khata"}
    parts = {**place, "CHARSET": "utf8mb4", **({"DATABASE": database} if database else {})}
    text = "".join(f"{name}={value};" for name, value in parts.items())
    lines = "\n".join(json.dumps(one, default=str) for one in statements)
    command = [sys.executable, "-c", LOADER, text]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def odbc_folder(folder: Path, driver: Path, port: int, *, name: str, data_source: str) -> Path:
    """Write the driver manager's two files: a driver of this name, a data source that leads to the server."""
    folder.mkdir(exist_ok=True)
    (folder / "odbcinst.ini").write_text(f"[{name}]\nDriver = {driver}\n", encoding="ascii")
    (folder / "odbc.ini").write_text(
        f"[{data_source}]\nDriver = {name}\nSERVER = 127.0.0.1\nPORT = {port}\nUSER = khata\nDATABASE = {SCHEMA}\n"
        "CHARSET = utf8mb4\n",
        encoding="ascii",
    )
    return folder


@cache
def server_port() -> int:
    """Return the port of a server that one test process shares; skip without one."""
    server = next((Path(place) for place in SERVER_PLACES if Path(place).exists()), None)
    if server is None:
        pytest.skip("no MariaDB on this machine (Debian: mariadb-server-core)")
    return _start(private_server("MariaDB", USERS), server)


def _start(place: PrivateServer, server: Path) -> int:
    folder, data = place.folder, place.folder / "data"
    data.mkdir()
    place.own(data)
    port = free_port()
    (folder / "init.sql").write_text(f"CREATE DATABASE {SCHEMA};\n", encoding="ascii")
    options = [
        "--no-defaults",
        f"--datadir={data}",
        f"--socket={folder / 'socket'}",
        f"--pid-file={folder / 'pid'}",
        "--bind-address=127.0.0.1",
        f"--port={port}",
        f"--init-file={folder / 'init.sql'}",
        "--skip-grant-tables",  # no system tables are made: nobody else reaches a loopback port of a minute's life
        "--skip-name-resolve",
        "--lower-case-table-names=1",
        "--character-set-server=utf8mb4",
        "--skip-log-bin",
        "--innodb-flush-log-at-trx-commit=0",
    ]
    place.start([str(server), *options], "TERM")
    _wait_for(port, place)
    return port


def _wait_for(port: int, place: PrivateServer) -> None:
    deadline = time.monotonic() + START_S_MAX
    while "ready for connections" not in place.log_text:
        if time.monotonic() > deadline or "[ERROR] Aborting" in place.log_text:
            pytest.skip(f"MariaDB did not start here: {place.log_text[-300:]}")
        time.sleep(0.05)
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        return
