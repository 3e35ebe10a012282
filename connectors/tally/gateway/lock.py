"""One question at a time, across all processes of this computer.

Tally works on one request after the other, on the thread of its window. Two of ours in flight only queue, and both run
into their time limits. So whoever talks to a Tally holds a file the kernel locks; it never outlives its process. What
is in flight stands in the file: if a process is killed while Tally works for it, the next one knows that Tally must be
waited for first.

The file lies in the work directory, and there are several of those: of each data folder, and of ``tap-tally`` run by
itself. So a second file, in the temporary folder of the user, is locked before it; all processes of a user meet there.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir

_POLL_S = 0.05
_MARK_BYTES = 500
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
_LOCKED_BYTE = 1 << 30
"""Windows locks bytes, and nobody may read a locked one; this one lies far behind the mark."""


class EndpointLock:
    """The turn at one endpoint.

    Processes of one user take turns whatever their folders; what is in flight is known to those of the same folder.
    """

    def __init__(self, folder: Path, key: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"tally-{key}.lock"
        self._meeting = _meeting_folder()
        self._descriptor: int | None = None
        self._turn: int | None = None

    @property
    def is_held(self) -> bool:
        """This object holds it."""
        return self._descriptor is not None

    def acquire(self, wait_s: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> bool:
        """Wait for the turn; False if it did not come in time."""
        deadline = clock() + wait_s
        if self._meeting is not None:
            self._turn = _take(self._meeting / self._path.name, deadline, clock, sleep)
        if self._meeting is None or self._turn is not None:
            self._descriptor = _take(self._path, deadline, clock, sleep)
        if self._descriptor is None:
            self.release()
        return self.is_held

    def release(self) -> None:
        """Let the next one in."""
        for descriptor in (self._descriptor, self._turn):
            if descriptor is not None:
                os.close(descriptor)
        self._descriptor = self._turn = None

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


def _meeting_folder() -> Path | None:
    """Of the user: the temporary folder of a computer may be shared with others; None if theirs bears its name."""
    user = getattr(os, "getuid", int)()
    folder = Path(gettempdir()) / f"khata-turns-{user}"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid == user:
            return folder
    return None


def _take(path: Path, deadline: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> int | None:
    descriptor = os.open(path, _FLAGS, 0o600)  # not inherited by children
    while not _try_lock(descriptor):
        if clock() >= deadline:
            os.close(descriptor)
            return None
        sleep(_POLL_S)
    return descriptor


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
