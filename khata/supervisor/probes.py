"""How the supervisor sees that a child is ready: a port, an HTTP answer, a file the child writes.

Where next: ``hub.py`` chooses one for each child.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from khata.supervisor.ports import LOOPBACK

_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class TcpProbe:
    """Ready when something on this machine accepts connections at this port."""

    port: int

    def answers(self, pid: int) -> bool:  # noqa: ARG002 - the port says enough
        """See ``Probe.answers``."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=_TIMEOUT_S):
                return True
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """Ready when ``GET path`` at this port of this machine answers with success."""

    port: int
    path: str

    def answers(self, pid: int) -> bool:  # noqa: ARG002 - the answer says enough
        """See ``Probe.answers``. A few bytes by hand: no proxy, and no surprise if it is not HTTP that answers."""
        request = f"GET {self.path} HTTP/1.0\r\nHost: {LOOPBACK}:{self.port}\r\n\r\n"
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=_TIMEOUT_S) as connection:
                connection.sendall(request.encode("ascii"))
                version, _, status = connection.recv(64).partition(b" ")
        except OSError:
            return False
        return version.startswith(b"HTTP/") and status.startswith(b"2")


@dataclass(frozen=True, slots=True)
class FileProbe:
    """Ready when the child has written its process id into this file; a file of an earlier child does not count."""

    path: Path

    def answers(self, pid: int) -> bool:
        """See ``Probe.answers``."""
        try:
            return self.path.read_text(encoding="ascii").strip() == str(pid)
        except (OSError, UnicodeDecodeError):
            return False


def mark_ready(path: Path) -> None:
    """What a child calls to tell its ``FileProbe`` that it is ready."""
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(str(os.getpid()), encoding="ascii")
    fresh.replace(path)
