"""Opening the years of a company: copies of its files, or its databases on a server."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from canonical.issue import Issue, IssueLevel
from connectors.busy.database import dialects, failure
from connectors.busy.database.failure import DatabaseFailures
from connectors.busy.database.files import GREGORIAN_MAX, Copied, YearFile, copy_still, find_files
from connectors.busy.database.header import Protection
from connectors.busy.database.reading import DatabaseReader
from connectors.busy.database.settings import DatabaseSettings, Kind
from connectors.busy.database.spool import Spool
from connectors.busy.database.year import Year
from connectors.sdk.base import Surroundings
from connectors.sdk.odbc.pool import SessionPool
from connectors.sdk.odbc.session import DatabaseSession

_COMPANY_FOLDER = re.compile(r"comp\d+\Z", re.IGNORECASE)
_YEAR_DATABASE = re.compile(r"_db1(\d{4})\Z", re.IGNORECASE)
_SYSTEM = {Kind.SQLSERVER: "master", Kind.MYSQL: "information_schema"}


class ReadsWithIssues(Protocol):
    """A reader that notes what it found wrong."""

    issues: list[Issue]


@dataclass(slots=True)
class Opened:
    """The years of a company.

    Attributes:
        name: what the source calls the company, if nobody names it: the folder, or the database's beginning.
        years: opened; what they hold is not read yet.
        readers: of the years, for what they found wrong.
        digests: of the files, by the reader's label; empty for a server.
    """

    name: str
    years: list[Year]
    readers: list[ReadsWithIssues] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


def open_years(settings: DatabaseSettings, surroundings: Surroundings, stack: ExitStack, folder: Path) -> Opened:
    """Open what the settings name.

    Args:
        settings: of the database.
        surroundings: of this process.
        stack: closes what was opened.
        folder: for copies and rows put aside; removed afterwards.

    Raises:
        KhataError: a file or server cannot be read.
    """
    pool = open_pool(settings, surroundings)
    stack.callback(pool.close)
    if settings.kind.is_file:
        return _open_files(settings, surroundings, pool, folder, stack)
    return _open_server(settings, pool, folder, stack)


def open_pool(settings: DatabaseSettings, surroundings: Surroundings) -> SessionPool:
    """Sessions with these settings' limits."""
    failures = DatabaseFailures()
    return SessionPool(lambda target: DatabaseSession(target, settings.limits, failures, clock=surroundings.clock))


def list_year_databases(settings: DatabaseSettings, pool: SessionPool) -> dict[int, str]:
    """Return the years' databases of a company on a server, oldest first.

    Raises:
        ConfigurationError: there is none that this login may see, or a year is of another calendar.
        KhataError: the server does not let us in.
    """
    named = _YEAR_DATABASE.search(settings.database)
    if named:
        return {_gregorian(settings.database, int(named.group(1))): settings.database}
    target = dialects.server_target(settings, _SYSTEM[settings.kind], settings.server)
    with pool.lend(target) as session:
        batches = list(session.read(dialects.list_databases(settings.kind)).batches)
    found = {}
    for name in (str(row[0]) for batch in batches for row in batch):
        match = _YEAR_DATABASE.search(name)
        if match and name.casefold().startswith(f"{settings.database.casefold()}_db1"):
            found[_gregorian(name, int(match.group(1)))] = name
    wanted = {year: name for year, name in sorted(found.items()) if not settings.years or year in settings.years}
    if not wanted:
        raise failure.no_years(f"{settings.server}, {settings.database}")
    return wanted


def _open_files(
    settings: DatabaseSettings, surroundings: Surroundings, pool: SessionPool, folder: Path, stack: ExitStack
) -> Opened:
    files = find_files(settings.files, settings.kind, settings.years)
    opened = Opened(name=_company_folder(files[-1].path), years=[])
    for number, file in enumerate(files):
        copied = _still(settings, file, folder / str(number), surroundings)
        reader = DatabaseReader(pool, dialects.file_target(settings, copied.path, file.label), settings.kind)
        opened.readers.append(reader)
        opened.years.append(Year(file.year or 0, reader, spool_in(folder, stack)))
        if copied.digest:
            opened.digests[file.label] = copied.digest
        if file.header.protection is not Protection.NONE:
            opened.issues.append(_protected(file))
    return opened


def _company_folder(path: Path) -> str:
    """BUSY's own name of the company's folder; any other folder is where somebody put a copy, and names nobody."""
    name = path.resolve().parent.name
    return name if _COMPANY_FOLDER.match(name) else ""


def spool_in(folder: Path, stack: ExitStack) -> Spool:
    """Open a spool that is closed with the stack."""
    spool = Spool(folder)
    stack.callback(spool.close)
    return spool


def _still(settings: DatabaseSettings, file: YearFile, folder: Path, surroundings: Surroundings) -> Copied:
    if settings.work_in_place:
        return Copied(file.path, "")
    folder.mkdir(exist_ok=True)
    return copy_still(file.path, folder, surroundings.sleep)


def _open_server(settings: DatabaseSettings, pool: SessionPool, folder: Path, stack: ExitStack) -> Opened:
    databases = list_year_databases(settings, pool)
    opened = Opened(name=_YEAR_DATABASE.sub("", settings.database), years=[])
    for year, database in databases.items():
        target = dialects.server_target(settings, database, f"{settings.server}/{database}")
        reader = DatabaseReader(pool, target, settings.kind)
        opened.readers.append(reader)
        opened.years.append(Year(year, reader, spool_in(folder, stack)))
    return opened


def _gregorian(name: str, year: int) -> int:
    if year > GREGORIAN_MAX:
        raise failure.nepali(name, year)
    return year


def _protected(file: YearFile) -> Issue:
    what = "has a password" if file.header.has_password else "is encoded"
    return Issue(
        code="busy.database.protected",
        level=IssueLevel.INFO,
        message=f"{file.label} {what}; a password of {file.header.title} encrypts nothing, it was read without.",
        where=file.label,
        hint="Nothing to do. Whoever can copy the file can read it: guard the folder.",
    )
