"""One question at a time, across all processes of this computer.

Tally works on one request after the other, on the thread of its window. Two of ours in flight only queue, and both run
into their time limits. So whoever talks to a Tally holds a file the kernel locks; it never outlives its process. What
is in flight stands in the file: if a process is killed while Tally works for it, the next one knows that Tally must be
waited for first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

_POLL_S = 0.05
_MARK_BYTES = 500
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
_LOCKED_BYTE = 1 << 30
"""Windows locks bytes, and nobody may read a locked one; this one lies far behind the mark."""


class EndpointLock:
    """The turn at one endpoint; every process must be given the same folder."""

    def __init__(self, folder: Path, key: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"tally-{key}.lock"
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        """This object holds it."""
        return self._descriptor is not None

    def acquire(self, wait_s: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> bool:
        """Wait for the turn; False if it did not come in time."""
        descriptor = os.open(self._path, _FLAGS, 0o600)  # not inherited by children
        deadline = clock() + wait_s
        while not _try_lock(descriptor):
            if clock() >= deadline:
                os.close(descriptor)
                return False
            sleep(_POLL_S)
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let the next one in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def mark(self, text: str) -> None:
        """Say what is in flight; empty when it has been answered."""
        if self._descriptor is not None:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, text.encode()[:_MARK_BYTES].ljust(_MARK_BYTES))

    def read_mark(self) -> str:
        """What is in flight, or was when its process died; may be read without holding the lock."""
        try:
            with self._path.open("rb") as file:
                return file.read(_MARK_BYTES).decode("utf-8", "replace").strip()
        except FileNotFoundError:
            return ""


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
