"""The places of a watched folder: where files are dropped, where they wait, where they end.

    FOLDER/sales.xml                        dropped; settled here
    FOLDER/.khata-taking/<claim>/sales.xml  taken; nobody writes to it under its old name any more
    FOLDER/done/sales.xml                   imported, with sales.xml.report.txt beside it
    FOLDER/rejected/notes.pdf               not imported, with the reason beside it

Every step is one rename inside one file system, so a file is in exactly one of the places whenever the program dies.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TAKING, DONE, REJECTED = ".khata-taking", "done", "rejected"
REPORT = ".report.txt"
_NOT_NOW = (FileNotFoundError, PermissionError) if sys.platform == "win32" else (FileNotFoundError,)
"""Windows does not let a file be moved that another program has open; elsewhere a refusal is a refusal."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that was taken: its claim's name, and where it waits."""

    name: str
    path: Path


class Places:
    """One watched folder.

    Args:
        folder: where files are dropped; an absolute path.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            OSError: the folder is not there or may not be written to.
        """
        for name in (TAKING, DONE, REJECTED):
            (self.folder / name).mkdir(exist_ok=True)

    def claim(self, name: str) -> Claim | None:
        """Take a file out of everybody's reach; None if it is gone, or still open where that matters (Windows)."""
        claim = secrets.token_hex(8)
        home = self.folder / TAKING / claim
        home.mkdir()
        try:
            (self.folder / name).rename(home / name)
        except _NOT_NOW:
            home.rmdir()
            return None
        return Claim(claim, home / name)

    def claims(self) -> Iterator[Claim]:
        """Files taken and not moved yet: by us, or by a process that died. Empty places are cleared away."""
        for home in sorted((self.folder / TAKING).iterdir()):
            files = sorted(home.iterdir()) if home.is_dir() else []
            for path in files:
                yield Claim(home.name, path)
            if home.is_dir() and not files:
                home.rmdir()

    def put_back(self, claim: Claim) -> None:
        """Return a file to where it was dropped, beside whatever has its name now."""
        while not _moved(claim.path, _free(self.folder, claim.path.name, claim.path)):
            pass  # somebody dropped a file of that name in between
        claim.path.parent.rmdir()

    def finish(self, claim: Claim, place: str, report: str) -> Path:
        """Move a file to its end, its report first: a file in its end always has one.

        Returns:
            Where it is now.
        """
        end = _free(self.folder / place, claim.path.name)
        end.with_name(end.name + REPORT).write_text(report, encoding="utf-8")
        claim.path.rename(end)
        claim.path.parent.rmdir()
        return end


def _free(folder: Path, name: str, but: Path | None = None) -> Path:
    """A path in a folder that no file has, or ``but`` has too: ``sales.xml``, ``sales (2).xml``.

    One process at a time asks.
    """
    path, number = folder / name, 1
    while path.exists() and not (but is not None and path.samefile(but)):
        number += 1
        path = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
    return path


def _moved(path: Path, end: Path) -> bool:
    """Move a file to a name that nobody has; False if somebody took it first.

    Killed in between, the file has both names; asked again, it loses the old one.
    """
    try:
        os.link(path, end)
    except FileExistsError:
        if not (end.exists() and end.samefile(path)):
            return False
    except OSError:  # a file system without links
        with contextlib.suppress(FileNotFoundError):
            path.rename(end)
        return True
    path.unlink()
    return True
