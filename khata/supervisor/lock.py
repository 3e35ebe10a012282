"""One supervisor per data folder: a lock the kernel holds, so it never outlives its process.

Where next: ``supervise.py`` takes it, ``run_file.py`` asks whether it is held.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

LOCK_FILE = "khata.lock"
_PAUSE_S = 0.05


class LockHeldError(Exception):
    """Another process holds the lock."""


@contextmanager
def folder_lock(data_dir: Path, *, tries: int = 1) -> Iterator[None]:
    """Hold the folder's lock for the time of the block.

    Args:
        data_dir: an existing folder.
        tries: so many, 50 ms apart; more than one, because ``is_locked`` of another process takes it for a moment.

    Raises:
        LockHeldError: another process holds it.
    """
    descriptor = os.open(data_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)  # not inherited by children
    try:
        while not _taken(descriptor):
            tries -= 1
            if tries <= 0:
                raise LockHeldError
            sleep(_PAUSE_S)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(data_dir: Path) -> bool:
    """True if a supervisor works on this folder now."""
    if not (data_dir / LOCK_FILE).exists():
        return False
    try:
        with folder_lock(data_dir):
            return False
    except LockHeldError:
        return True
