"""A company's databases as a source of the tap: every year found, joined, and handed over as far as it changed.

What changed is asked of the hub: each year's vouchers are counted (a census of its days), and what the hub lacks or
holds otherwise is read and handed over; what it holds and the year no longer has is gone. A year whose file is the same
to the byte as last time is passed over. From the shell, where nobody remembers, the state keeps a digest per month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from canonical.dates import FinancialYear
from canonical.issue import Issue
from canonical.record import JsonValue
from connectors.busy.database import failure
from connectors.busy.database.joined import Joined
from connectors.busy.database.opening import Opened, open_years
from connectors.busy.database.records import Record, Recorder
from connectors.busy.database.settings import Incremental, parse_settings
from connectors.busy.database.spool import fingerprint_of
from connectors.busy.database.tables import HEADERS, MASTERS
from connectors.busy.database.year import Year
from connectors.busy.identity import company_key, object_key
from connectors.busy.staging import Route
from connectors.busy.streams import COMPANIES, DELETED, VOUCHERS, stream_of_master
from connectors.sdk.base import ProgressEvent, Surroundings
from connectors.sdk.census import Census, CensusMember, HubMemory, Settlement

WATERMARKS = "companies"
"""Part of the tap's state that waits until what was read is reconciled."""


class Emission(Protocol):
    """What a source of tables asks of the tap."""

    @property
    def progress(self) -> Callable[[ProgressEvent], None] | None:
        """Called while the source is read."""
        ...

    @property
    def whole_state(self) -> dict[str, Any]:
        """The whole state: what the last run left, and what this one adds."""
        ...


class TableSource:
    """Reads years of one company, wherever their tables are.

    Args:
        name: of the company; empty: as the source is called.
        emission: the tap.
        memory: the hub's; None from the shell.
        open_: opens the years, oldest first, and says what the source is called.
        incremental: how changed vouchers are told.
        route: database or service.
        is_live: the source is the books themselves, not a copy of some day.
    """

    def __init__(
        self,
        name: str,
        emission: Emission,
        memory: HubMemory | None,
        *,
        open_: Callable[[ExitStack], Opened],
        incremental: Incremental,
        route: Route = Route.DATABASE,
        is_live: bool = True,
    ) -> None:
        self._name, self._emission, self._memory = name, emission, memory
        self._open, self._incremental, self._route = open_, incremental, route
        self._stack = ExitStack()
        self._opened: Opened | None = None
        self._joined = Joined(())
        self._recorder = Recorder(company="", name="", joined=self._joined)
        self._settlement, self._is_live = Settlement.SETTLED, is_live
        self._masters_counted = False
        self._known_years: frozenset[str] = frozenset()

    def prepare(self) -> None:
        """Open every year, read its masters and which vouchers there are, and join them.

        Raises:
            KhataError: a database cannot be read; nothing is emitted.
        """
        if self._opened is not None:
            return
        opened = self._open(self._stack)
        name = self._name or opened.name
        if not name:
            raise failure.without_company(opened.years[-1].reader.label)
        for year in opened.years:
            year.check()
            year.read_masters()
            year.read_headers()
        _check_years(opened.years)
        self._masters_counted = all(year.reader.count(MASTERS) == len(year.masters) for year in opened.years)
        opened.years.sort(key=lambda year: year.first)
        self._joined = Joined(opened.years)
        self._recorder = Recorder(company=company_key(name), name=name, joined=self._joined, route=self._route)
        self._known_years = frozenset(self._state)
        self._opened = opened

    def records(self, stream: str) -> Iterator[Record]:
        """Yield a stream's records.

        Raises:
            KhataError: as the source fails.
        """
        self.prepare()
        match stream:
            case _ if stream == COMPANIES:
                yield self._recorder.company_record(self._years)
            case _ if stream == VOUCHERS:
                yield from self._vouchers()
            case _ if stream == DELETED:
                yield from self._deletions()
            case _:
                yield from self._masters(stream)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Facts about the databases; complete once they are read."""
        if self._opened is None:
            return ()
        return (*self._opened.issues, *(one for reader in self._opened.readers for one in reader.issues))

    @property
    def settlement(self) -> Settlement:
        """Whether somebody went on working while we read."""
        return self._settlement

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """Per year: where it is, how many vouchers and masters."""
        return [
            {
                "file": year.reader.label,
                "year": FinancialYear(year.first).label,
                "vouchers": len(year.headers),
                "masters": len(year.masters),
            }
            for year in (self._opened.years if self._opened else ())
        ]

    def close(self) -> None:
        """Sign out and remove copies."""
        self._stack.close()
        self._opened = None

    @property
    def _years(self) -> list[Year]:
        return self._opened.years if self._opened else []

    @property
    def _state(self) -> dict[str, Any]:
        companies = self._emission.whole_state.setdefault(WATERMARKS, {})
        held: dict[str, Any] = companies.setdefault(self._recorder.company, {}).setdefault("years", {})
        return held

    def _masters(self, stream: str) -> Iterator[Record]:
        years = {year.first: year for year in self._years}
        mine = [one for one in self._joined.identities if stream_of_master(one.kind) == stream]
        members = []
        for position, identity in enumerate(mine, start=1):
            record = self._recorder.master(identity, years, position)
            members.append(CensusMember(record["key"], number=record["name"]))
            yield record
        if self._memory is not None and mine:
            # of other years than before it cannot be told whether a master is gone or only its year
            read = {str(first) for first in years}
            is_sure = self._is_live and bool(self._known_years) and self._known_years <= read and self._masters_counted
            self._memory.compare(Census(self._recorder.company, stream, None, tuple(members), is_sure))

    def _vouchers(self) -> Iterator[Record]:
        position = 0
        for year in self._years:
            digest = self._opened.digests.get(year.reader.label, "") if self._opened else ""
            stale = self._outdated(year)
            held = self._state.get(str(year.first), {})
            if digest and held.get("digest") == digest and not stale:
                continue
            for code in self._changed(year, stale, held):
                position += 1
                self._tell(year, position)
                yield self._recorder.voucher(year, code, position)
            self._state[str(year.first)] = {"digest": digest, "months": _months(year)}
            self._look_again(year)

    def _changed(self, year: Year, stale: frozenset[int], held: Mapping[str, Any]) -> list[int]:
        """Codes of vouchers to hand over, by day; their lines are read."""
        by_content = self._incremental is Incremental.CONTENT or not year.has_stamps
        if by_content:
            year.read_lines()
            year.note_content()
        wanted = (self._asked(year) if self._memory else _moved_months(year, held)) | stale
        if not by_content and wanted:
            year.read_lines(wanted)
        return sorted(wanted, key=lambda code: (str(year.headers[code].day or ""), code))

    def _asked(self, year: Year) -> frozenset[int]:
        """Ask the hub, of the vouchers this year has, which it lacks or holds otherwise."""
        if self._memory is None:
            return frozenset(year.headers)
        codes = {object_key(year.day_one, str(code)): code for code in year.headers}
        members = tuple(
            CensusMember(key, version=held.fingerprint, day=held.day, number=held.number)
            for key, held in ((key, year.headers[code]) for key, code in codes.items())
        )
        # a file that is imported once may be an old copy: nothing is gone because it is not in it
        is_sure = self._is_live and year.reader.count(HEADERS) == len(year.headers)
        period = FinancialYear(year.first).period
        verdict = self._memory.compare(Census(self._recorder.company, VOUCHERS, period, members, is_sure))
        return frozenset(codes[key] for key in verdict.wanted if key in codes)

    def _outdated(self, year: Year) -> frozenset[int]:
        """Vouchers that name a master which was renamed."""
        if self._memory is None:
            return frozenset()
        keys = {member.key for member in self._memory.outdated(self._recorder.company, VOUCHERS)}
        return frozenset(code for code in year.headers if object_key(year.day_one, str(code)) in keys)

    def _look_again(self, year: Year) -> None:
        """A server's year that counts otherwise now than at the beginning was worked in meanwhile."""
        if self._opened and not self._opened.digests and year.reader.count(HEADERS) != len(year.headers):
            self._settlement = Settlement.MOVED

    def _deletions(self) -> Iterator[Record]:
        position = 0
        for year in self._years:
            year.read_deletions()
            seen: Counter[int] = Counter()
            for row in year.deletions:
                position += 1
                mark = fingerprint_of(DELETED, row)
                seen[mark] += 1
                yield self._recorder.deletion(year, row, seen[mark], position)

    def _tell(self, year: Year, position: int) -> None:
        if self._emission.progress is not None and position % 1000 == 0:
            total = sum(len(one.headers) for one in self._years)
            self._emission.progress(ProgressEvent(year.reader.label, position, total, "vouchers"))


def database_source(
    config: Mapping[str, JsonValue], emission: Emission, surroundings: Surroundings, memory: HubMemory | None
) -> TableSource:
    """Return the source behind the setting ``database``.

    Args:
        config: the tap's; ``files`` instead of ``database`` for company files that are imported once.
        emission: the tap.
        surroundings: of this process.
        memory: the hub's, None from the shell.

    Raises:
        ConfigurationError: the setting cannot be.
    """
    settings = parse_settings(config.get("database") or {"files": config["files"]})
    return TableSource(
        str(config.get("company") or ""),
        emission,
        memory,
        open_=lambda stack: open_years(settings, surroundings, stack, work_folder(surroundings, stack)),
        incremental=settings.incremental,
        is_live=bool(config.get("database")),
    )


def work_folder(surroundings: Surroundings, stack: ExitStack) -> Path:
    """Make a folder for copies and rows put aside; it goes with the stack."""
    surroundings.work_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(stack.enter_context(TemporaryDirectory(dir=surroundings.work_directory, prefix="busy-")))


def _check_years(years: Sequence[Year]) -> None:
    """Refuse two databases of one year.

    Raises:
        ConfigurationError: ``busy.database.setting``.
    """
    counts = Counter(year.first for year in years)
    twice = [year for year in years if counts[year.first] > 1]
    if twice:
        labels = ", ".join(year.reader.label for year in twice)
        raise failure.setting("files", f"names the year {FinancialYear(twice[0].first).label} twice: {labels}")


def _months(year: Year) -> dict[str, int]:
    """One number per month that changes when any of its vouchers does."""
    found: dict[str, int] = {}
    for code, held in year.headers.items():
        month = f"{held.day:%Y-%m}" if held.day else ""
        found[month] = (found.get(month, 0) + held.fingerprint * (2 * code + 1)) % (1 << 63)
    return found


def _moved_months(year: Year, held: Mapping[str, Any]) -> frozenset[int]:
    now, before = _months(year), held.get("months", {})
    moved = {month for month, number in now.items() if before.get(month) != number}
    return frozenset(c for c, one in year.headers.items() if (f"{one.day:%Y-%m}" if one.day else "") in moved)
