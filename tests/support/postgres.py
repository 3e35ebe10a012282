"""A real PostgreSQL for tests and benchmarks: private, on a free loopback port, gone afterwards.

The binaries are whatever the machine has; PostgreSQL refuses to run as root, so as root it runs as another user. One
server serves a whole test process and every caller gets a database of its own. ``KHATA_TEST_POSTGRES`` names a running
server to use instead (an address of a database whose user may create databases). Without either, tests skip and say so.
"""

from __future__ import annotations

import atexit
import glob
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

ADDRESS = "KHATA_TEST_POSTGRES"
START_S_MAX = 60
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
USERS = ("postgres", "nobody")
STOP_S_MAX = 30
KEEPER = """
folder=$0
"$@" >"$folder/log" 2>&1 &
read -r _
kill -INT $!
wait $!
rm -rf "$folder"
"""
"""Runs the server until its standard input ends, which it does however the test process ends; then tidies up."""
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Binaries:
    """Where the server's programs are."""

    initdb: Path
    postgres: Path


def find_binaries() -> Binaries | None:
    """Find a server: on the path, else where distributions put it, newest first."""
    folders = [*os.get_exec_path(), *sorted(itertools.chain(*map(glob.glob, PLACES)), reverse=True)]
    for folder in folders:
        found = Binaries(Path(folder, "initdb"), Path(folder, "postgres"))
        if found.initdb.exists() and found.postgres.exists():
            return found
    return None


@contextmanager
def private_postgres(*, durable: bool = True) -> Iterator[str]:
    """Yield the address of an empty database that nobody else uses; skip the test where there is no server.

    Args:
        durable: as shipped; without it nothing is forced to disk, which tests of anything but power cuts may want.
    """
    server = _server_address(durable=durable)
    name = f"khata_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield _database_address(server, name)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _database_address(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


@cache
def _server_address(*, durable: bool) -> str:
    given = os.environ.get(ADDRESS)
    if given:
        return given
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(f"no PostgreSQL on this machine (initdb was not found) and {ADDRESS} is not set")
    return _start(binaries, durable=durable)


def _start(binaries: Binaries, *, durable: bool) -> str:
    folder = Path(tempfile.mkdtemp(prefix="khata-postgres-"))
    user = _other_user() if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user=user, group=pwd.getpwnam(user).pw_gid)
    identity = {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    data = str(folder / "data")
    make = [str(binaries.initdb), "-D", data, "-A", "trust", "-U", "khata", "-E", "UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(make, capture_output=True, text=True, check=False, cwd=folder, **identity)  # type: ignore[call-overload]  # the identity is empty or complete
    if made.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL could not make a database here: {made.stderr.strip()[-200:]}")
    port = _free_port()
    settings = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "shared_buffers": "256MB"}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = subprocess.Popen(  # type: ignore[call-overload]  # same
        ["sh", "-c", KEEPER, str(folder), str(binaries.postgres), "-D", data, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,  # what ends the test process's group must not end the one that tidies up
        **identity,
    )
    atexit.register(_stop, server)
    address = f"postgresql://khata@127.0.0.1:{port}/postgres"
    _wait_for(address, folder / "log")
    return address


def _other_user() -> str:
    for name in USERS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no other user to run it as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, log: Path) -> None:
    deadline = time.monotonic() + START_S_MAX
    while True:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline or _failed(log):
                pytest.skip(f"PostgreSQL did not start here: {_text(log)[-300:]}")
            time.sleep(0.05)
        else:
            return


def _failed(log: Path) -> bool:
    return any("FATAL" in line and "starting up" not in line for line in _text(log).splitlines())


def _text(log: Path) -> str:
    return log.read_text(errors="replace") if log.exists() else ""


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.stdin is not None:
        server.stdin.close()
    server.wait(timeout=STOP_S_MAX)
