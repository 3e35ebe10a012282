"""Which files of a folder are complete: still for a while, or put there by a rename; never by the time of day.

A program that exports, copies or downloads writes for seconds to minutes; nothing in a file says that it is whole. So a
file is taken when its size, its time of change and its identity have not moved between two looks that far apart. The
time of change is only compared with itself: a clock that jumps, here or on the file server, changes nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from khata.files.choosing import is_noise

SETTLE_S = 2.0
"""How long a file has to be still."""
EMPTY_S = 60.0
"""How long an empty file has to stay empty before it is taken for one: programs create files before they fill them."""
_UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".lock", ".swp", ".!ut")
"""Endings that copying and downloading programs take away when they are done."""
_OWNER_FILE = "~$"
"""What office programs put beside a document that is open."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What changes when a file is written to or replaced."""

    size: int
    changed_ns: int
    identity: int


@dataclass(slots=True)
class _Seen:
    signature: Signature
    since: float


@dataclass(slots=True)
class Settling:
    """What was seen of a folder's files, look by look.

    Attributes:
        clock: seconds that only go forward.
        settle_s: how long a file has to be still.
    """

    clock: Callable[[], float]
    settle_s: float = SETTLE_S
    _seen: dict[str, _Seen] = field(default_factory=dict)
    _renamed: set[str] = field(default_factory=set)

    def look(self, present: Mapping[str, Signature]) -> list[str]:
        """Take note of the files that are there; return the complete ones, oldest change first."""
        now = self.clock()
        for name in self._seen.keys() - present.keys():
            del self._seen[name]
        self._renamed &= present.keys()
        complete = [name for name, signature in present.items() if self._is_complete(name, signature, now)]
        return sorted(complete, key=lambda name: (present[name].changed_ns, name))

    def renamed(self, name: str) -> None:
        """Take note that a file got its name by a rename: who does that has finished writing."""
        self._renamed.add(name)

    def forget(self, name: str) -> None:
        """A file was taken; what has its name next is another."""
        self._seen.pop(name, None)
        self._renamed.discard(name)

    @property
    def waiting(self) -> int:
        """Files seen and not taken."""
        return len(self._seen)

    def _is_complete(self, name: str, signature: Signature, now: float) -> bool:
        seen = self._seen.get(name)
        if seen is None or seen.signature != signature:
            self._seen[name] = _Seen(signature, now)
            return signature.size > 0 and name in self._renamed
        return now - seen.since >= (self.settle_s if signature.size else max(EMPTY_S, self.settle_s))


def signatures(folder: Path) -> dict[str, Signature]:
    """List the files that may be somebody's export; folders, links and files with a name for unfinished ones are not.

    Raises:
        OSError: the folder cannot be listed (a network drive that is away).
    """
    found: dict[str, Signature] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_unfinished(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            signature = signature_of(Path(entry.path))
            if signature is not None:
                found[entry.name] = signature
    return found


def is_unfinished(name: str) -> bool:
    """Say whether a name is one of a file that is still being made, or of none that people drop."""
    return is_noise(name) or name.startswith(_OWNER_FILE) or name.lower().endswith(_UNFINISHED)


def signature_of(path: Path) -> Signature | None:
    """Look at a file; None if it is not there any more."""
    try:
        stat = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return Signature(stat.st_size, stat.st_mtime_ns, stat.st_ino)


if sys.platform == "win32":

    def is_locked(path: Path) -> bool:
        """Say whether another program has a file open for writing: Windows then refuses to open it so."""
        try:
            with path.open("r+b"):
                return False
        except PermissionError:
            return True
        except OSError:
            return False

else:
    import fcntl

    def is_locked(path: Path) -> bool:
        """Say whether another program holds a lock on a file; where nobody locks, stillness has to do."""
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False
