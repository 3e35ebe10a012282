"""Runs a database server for one test process: as another user where it must, on a free port, gone afterwards.

Used by ``postgres.py`` and ``mariadb.py``. The server lives as long as the standard input of the shell around it, which
ends however the test process ends; the shell then ends the server and removes its folder.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

STOP_S_MAX = 30
KEEPER = """
folder=$0
signal=$1
shift
"$@" >"$folder/log" 2>&1 &
read -r _
kill -"$signal" $!
wait $!
rm -rf "$folder"
"""


@dataclass(frozen=True, slots=True)
class PrivateServer:
    """A place for one server's files, and the user it runs as.

    Attributes:
        folder: removed when the server has ended.
        user: None: this process's own.
    """

    folder: Path
    user: str | None

    @property
    def log(self) -> Path:
        """What the server prints."""
        return self.folder / "log"

    @property
    def log_text(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def identity(self) -> dict[str, Any]:
        """For ``subprocess``: empty, or user and groups."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a folder to the server's user."""
        if self.user is not None:
            shutil.chown(path, user=self.user, group=pwd.getpwnam(self.user).pw_gid)

    def start(self, command: Sequence[str], stop_signal: str) -> None:
        """Start the server; it ends by this signal when the test process does."""
        server = subprocess.Popen(
            ["sh", "-c", KEEPER, str(self.folder), stop_signal, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # what ends the test process's group must not end the one that tidies up
            **self.identity,
        )
        atexit.register(_stop, server)


def private_server(name: str, users: Sequence[str]) -> PrivateServer:
    """Make the place for a server; skip the test where it may not run as root and there is nobody else.

    Args:
        name: of the product, for messages and the folder.
        users: as whom it may run if this process is root, in order of preference.
    """
    user = _other_user(name, users) if os.geteuid() == 0 else None
    server = PrivateServer(Path(tempfile.mkdtemp(prefix=f"khata-{name.lower()}-")), user)
    server.own(server.folder)
    return server


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _other_user(name: str, users: Sequence[str]) -> str:
    for user in users:
        try:
            return pwd.getpwnam(user).pw_name
        except KeyError:
            continue
    pytest.skip(f"{name} does not run as root, and there is no other user to run it as")


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.stdin is not None:
        server.stdin.close()
    server.wait(timeout=STOP_S_MAX)
