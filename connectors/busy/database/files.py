"""The files of a company: which are there, of which year, and a copy that nobody writes to.

BUSY keeps a company's database open, and the engine has no snapshot for a reader that ignores its lock file. So a file
is copied first, and again if it changed meanwhile; only the copy is read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.busy.database import failure
from connectors.busy.database.header import JetHeader, Protection, read_header
from connectors.busy.database.settings import Kind

_YEAR_FILE = re.compile(r"db1(\d{4})\.bds\Z", re.IGNORECASE)
_YEAR_IN_NAME = re.compile(r"db1(\d{4})", re.IGNORECASE)
_COPY_ATTEMPTS = 5
_COPY_PAUSE_S = 0.5
_CHUNK = 1 << 20
GREGORIAN_MAX = 2060
"""Later years are of the Nepali calendar, which is some 57 years ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFile:
    """One year's database.

    Attributes:
        path: the file.
        year: first calendar year, None if its name does not say.
        label: folder and name, for people.
    """

    path: Path
    year: int | None
    header: JetHeader
    label: str


@dataclass(frozen=True, slots=True)
class Copied:
    """A still copy: where it is, and the digest of what it holds."""

    path: Path
    digest: str


def find_files(given: Sequence[Path], kind: Kind, years: frozenset[int]) -> tuple[YearFile, ...]:
    """Return the years' databases among files and folders, oldest first.

    Raises:
        ConfigurationError: nothing is there, or a year is of another calendar.
        SourceRejected: a file is none of BUSY's, or nobody may read it.
    """
    found = {one.path: one for path in given for one in _files_of(path, kind)}
    wanted = [one for one in found.values() if not years or one.year in years]
    if not wanted:
        raise failure.no_years(", ".join(path.name for path in given))
    return tuple(sorted(wanted, key=lambda one: (one.year or 0, one.path.name)))


def examine(path: Path, kind: Kind) -> YearFile:
    """Look at one file's header.

    Raises:
        ConfigurationError: it cannot be read, or its year is of another calendar.
        SourceRejected: it is no database of BUSY, or encrypted.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header = read_header(file.read(4096))
    except OSError as error:
        raise failure.no_file(path) from error
    if header is None:
        raise failure.not_jet(path.name, "it does not begin as an Access file")
    if header.engine == "money":
        raise failure.money_file(path.name)
    if header.protection is Protection.ENCRYPTED and kind is Kind.MDBTOOLS:
        raise failure.encrypted(path.name)
    if size < header.page_bytes or size % header.page_bytes:
        raise failure.truncated(path.name, size)
    return YearFile(path=path, year=_year_of(path.name), header=header, label=f"{path.parent.name}/{path.name}")


def copy_still(path: Path, folder: Path, sleep: Callable[[float], None]) -> Copied:
    """Copy a file to a folder; again, if it was written to meanwhile.

    Raises:
        SourceUnavailable: it never held still.
        ConfigurationError: it cannot be read.
    """
    target = folder / path.name
    for attempt in range(_COPY_ATTEMPTS):
        before = _mark(path)
        digest = _copy(path, target)
        if _mark(path) == before:
            return Copied(target, digest)
        sleep(_COPY_PAUSE_S * (attempt + 1))
    raise failure.restless(path.name, _COPY_ATTEMPTS)


def marks(files: Sequence[YearFile]) -> list[list[str | int]]:
    """Numbers that move when a file is written to: name, size, time of change in nanoseconds."""
    return [[one.path.name, *_mark(one.path)] for one in files]


def _files_of(path: Path, kind: Kind) -> Iterator[YearFile]:
    if not path.is_dir():
        yield examine(path, kind)
        return
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        raise failure.no_file(path) from error
    for one in inside:
        if _YEAR_FILE.match(one.name) and one.is_file():
            yield examine(one, kind)


def _year_of(name: str) -> int | None:
    match = _YEAR_IN_NAME.search(name)
    if match is None:
        return None
    year = int(match.group(1))
    if year > GREGORIAN_MAX:
        raise failure.nepali(name, year)
    return year


def _mark(path: Path) -> tuple[int, int]:
    try:
        held = path.stat()
    except OSError as error:
        raise failure.no_file(path) from error
    return held.st_size, held.st_mtime_ns


def _copy(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    try:
        with source.open("rb") as reading, target.open("wb") as writing:
            while chunk := reading.read(_CHUNK):
                digest.update(chunk)
                writing.write(chunk)
    except OSError as error:
        raise failure.no_file(source) from error
    return digest.hexdigest()
