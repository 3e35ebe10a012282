"""A real PostgreSQL for tests and benchmarks: private, on a free loopback port, gone afterwards.

The binaries are whatever the machine has; PostgreSQL refuses to run as root, so as root it runs as another user. One
server serves a whole test process and every caller gets a database of its own. ``KHATA_TEST_POSTGRES`` names a running
server to use instead (an address of a database whose user may create databases). Without either, tests skip and say so.
"""

from __future__ import annotations

import glob
import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.support.private_server import PrivateServer, free_port, private_server

ADDRESS = "KHATA_TEST_POSTGRES"
START_S_MAX = 60
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
USERS = ("postgres", "nobody")
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
    place = private_server("PostgreSQL", USERS)
    data = str(place.folder / "data")
    make = [str(binaries.initdb), "-D", data, "-A", "trust", "-U", "khata", "-E", "UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(make, capture_output=True, text=True, check=False, cwd=place.folder, **place.identity)
    if made.returncode != 0:
        shutil.rmtree(place.folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL could not make a database here: {made.stderr.strip()[-200:]}")
    port = free_port()
    settings = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "shared_buffers": "256MB"}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    place.start([str(binaries.postgres), "-D", data, *options], "INT")
    address = f"postgresql://khata@127.0.0.1:{port}/postgres"
    _wait_for(address, place)
    return address


def _wait_for(address: str, place: PrivateServer) -> None:
    deadline = time.monotonic() + START_S_MAX
    while True:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline or _failed(place):
                pytest.skip(f"PostgreSQL did not start here: {place.log_text[-300:]}")
            time.sleep(0.05)
        else:
            return


def _failed(place: PrivateServer) -> bool:
    return any("FATAL" in line and "starting up" not in line for line in place.log_text.splitlines())
