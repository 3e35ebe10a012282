"""A real ODBC server for tests: a private MariaDB on a free loopback port, and the driver manager's files for it.

MariaDB is the server whose SQL is nearest to Tally's: a ``$`` may begin a column's name without quotes, names of
tables are not case-sensitive if so configured, and a double quote begins a text. So the very statements that go to
Tally go to it, through a real driver manager and a real driver. Debian has all of it: ``mariadb-server-core``,
``odbc-mariadb``, ``unixodbc``; where something is missing the tests skip and say what.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import pytest

SERVER_PLACES = ("/usr/sbin/mariadbd", "/usr/libexec/mariadbd", "/usr/local/sbin/mariadbd")
DRIVER_PLACES = ("lib/*/odbc/libmaodbc.so", "lib/*/libmaodbc.so", "local/lib/libmaodbc.so")
START_S_MAX = 60
STOP_S_MAX = 30
USERS = ("mysql", "nobody")
SCHEMA = "TallyUser"
"""Name of the database: Tally's own qualified names begin with it."""
KEEPER = """
folder=$0
"$@" >"$folder/log" 2>&1 &
read -r _
kill $!
wait $!
rm -rf "$folder"
"""
"""As for PostgreSQL: the server lives as long as its standard input, and leaves nothing."""


def find_driver() -> Path:
    """Return MariaDB's ODBC driver; skip without it."""
    for pattern in DRIVER_PLACES:
        for found in sorted(Path("/usr").glob(pattern)):
            return found
    pytest.skip("no ODBC driver of MariaDB on this machine (Debian: odbc-mariadb)")


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
    folder = Path(tempfile.mkdtemp(prefix="khata-mariadb-"))
    user = _other_user() if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user=user, group=pwd.getpwnam(user).pw_gid)
    return _start(server, folder, user)


def _start(server: Path, folder: Path, user: str | None) -> int:
    identity = {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    data = folder / "data"
    data.mkdir()
    if user is not None:
        shutil.chown(data, user=user, group=pwd.getpwnam(user).pw_gid)
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
    process = subprocess.Popen(  # type: ignore[call-overload]  # same
        ["sh", "-c", KEEPER, str(folder), str(server), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        **identity,
    )
    atexit.register(_stop, process)
    _wait_for(port, folder / "log")
    return port


def _other_user() -> str:
    for name in USERS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("MariaDB does not run as root, and there is no other user to run it as")


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S_MAX
    while "ready for connections" not in _text(log):
        if time.monotonic() > deadline or "[ERROR] Aborting" in _text(log):
            pytest.skip(f"MariaDB did not start here: {_text(log)[-300:]}")
        time.sleep(0.05)
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        return


def _text(log: Path) -> str:
    return log.read_text(errors="replace") if log.exists() else ""


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.stdin is not None:
        server.stdin.close()
    server.wait(timeout=STOP_S_MAX)
