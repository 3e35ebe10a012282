"""A real PostgreSQL for tests and benchmarks: private, on a free loopback port, gone afterwards.

The binaries are whatever the machine has; PostgreSQL refuses to run as root, so as root it runs as another user. One
server serves a whole test process and every caller gets a database of its own. ``KHATA_TEST_POSTGRES`` names a running
server to use instead (an address of a database whose user may create databases). Without either, tests skip and say so.
"""

from __future__ import annotations

import atexit
import ctypes
import glob
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
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
PR_SET_PDEATHSIG = 1
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
    log = (folder / "log").open("wb")
    server = subprocess.Popen(  # type: ignore[call-overload]  # same
        [str(binaries.postgres), "-D", data, *options],
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=folder,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - one prctl call, before any thread of ours
        **identity,
    )
    log.close()
    atexit.register(_stop, server, folder)
    address = f"postgresql://khata@127.0.0.1:{port}/postgres"
    _wait_for(address, server, folder / "log")
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


def _die_with_parent() -> None:
    """A killed test process must not leave a server behind (Linux; elsewhere the exit handler has to do)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S_MAX
    while True:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.skip(f"PostgreSQL did not start here: {log.read_text()[-300:]}")
            time.sleep(0.05)
        else:
            return


def _stop(server: subprocess.Popen[bytes], folder: Path) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    shutil.rmtree(folder, ignore_errors=True)
