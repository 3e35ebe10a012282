"""One reading of one company: everything the first time, afterwards what changed, and from time to time all ids.

How changes are found
    Change data capture tells, in one call for all entities, what changed and what went, up to 30 days back and a
    thousand objects. Where it does not reach, or was cut, every entity is queried by its time of change, and all ids
    are compared. Readings overlap by some minutes, and take their bookmark from QuickBooks' own clock.
How deletions are found
    What change data capture calls deleted is not believed: the ids of that entity are listed and counted, and what is
    not among them is asked for by id before the hub is told that it has gone. So is what a webhook named, and what the
    changes did not show.
What changes without a sign
    Tax codes, rates and agencies say nothing of their changes, so these short lists are read whole every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from canonical.errors import SourceError, SourceRejected
from canonical.issue import Issue, IssueLevel
from canonical.record import JsonValue
from connectors.quickbooks.announced import Named
from connectors.quickbooks.budget import REPORT_CALLS, SWEEP_CALLS, WHOLE_CALLS, Budget, pages, postponed
from connectors.quickbooks.client import Changes, QuickBooks, Row
from connectors.quickbooks.entities import BY_STREAM, COMPANIES, DOCUMENTS, LISTS, PREFERENCES, REPORTS, WHOLE, Entity
from connectors.quickbooks.faults import NOT_IN_PLAN, PERMISSION
from connectors.quickbooks.oracles import Oracles
from connectors.quickbooks.rates import rates_of
from connectors.quickbooks.records import Record, record_of
from connectors.quickbooks.settings import HowToRead
from connectors.quickbooks.sweep import Sweep, notebook_of_ids
from connectors.quickbooks.translate.values import changed_at, part, ref_id, text_of
from connectors.sdk.announcements import Announcements
from connectors.sdk.base import ProgressEvent
from connectors.sdk.census import Census, CensusVerdict, Settlement
from connectors.sdk.notebook import Notebook

CHANGES_REACH: Final = timedelta(days=29)
"""Change data capture reaches 30 days back; a day is left for clocks."""
CHANGING: Final = (*LISTS, *DOCUMENTS)
CLOSED: Final = frozenset({PERMISSION, NOT_IN_PLAN})
WATERMARKS, READING = "companies", "reading"


class Host(Protocol):
    """The tap, as a reading needs it."""

    @property
    def whole_state(self) -> dict[str, Any]:
        """What the last run left, and what this one adds."""
        ...

    def checkpoint(self, stream: str) -> None:
        """Emit the state: every record yielded so far has been emitted."""

    @property
    def progress(self) -> Callable[[ProgressEvent], None] | None:
        """Called while the company is read."""
        ...

    @property
    def announcements(self) -> Announcements | None:
        """What webhooks named since the last reading; None from the shell."""
        ...

    def take_census(self, census: Census) -> CensusVerdict | None:
        """Hand a census over; None where nobody compares."""
        ...


@dataclass(slots=True)
class CompanyRun:
    """One reading; streams are asked for one after the other, in their order.

    Attributes:
        api: of the company.
        host: the tap.
        how: settings.
        directory: for lists that are too long for the memory.
        wanted: the streams somebody reads, in order.
        issues: facts about the source, complete at the end.
        settlement: unsure where a list of ids and QuickBooks' own count did not agree; complete at the end.
        budget: what the reading costs, once it is prepared.
    """

    api: QuickBooks
    host: Host
    how: HowToRead
    directory: Path
    wanted: tuple[str, ...]
    issues: list[Issue] = field(default_factory=list)
    settlement: Settlement = Settlement.SETTLED
    _began: datetime | None = None
    _info: Row = field(default_factory=dict)
    _preferences: Row = field(default_factory=dict)
    _changes: Changes | None = None
    _moved: bool = False
    _swept: bool = True
    _is_prepared: bool = False
    budget: Budget | None = None
    _defers_sweep: bool = False
    _defers_reports: bool = False
    _refused: list[str] = field(default_factory=list)
    _lacks_reports: bool = False
    _named: Named = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is asked yet."""
        self._named = Named(self.api, self.host.take_census, self.host.announcements, self.issues)

    @property
    def began(self) -> datetime:
        """QuickBooks' time at the beginning, UTC; the next reading's bookmark."""
        if self._began is None:
            self._info, self._began = self.api.company_info()
            self._preferences = self.api.preferences()
        return self._began

    @property
    def home_currency(self) -> str:
        """Of the books."""
        return ref_id(part(self._preferences, "CurrencyPrefs"), "HomeCurrency")

    def prepare(self) -> None:
        """Ask who the company is and what changed; nothing is handed over before that has been answered."""
        if self._is_prepared:
            return
        self._is_prepared = True
        self.api.watch(self._tell_call)
        self._named.load(self.wanted)
        began = self.began
        since = self._since()
        if since is not None and self.how.uses_changes and began - since <= CHANGES_REACH:
            self._changes = self._told_changes(since - self.how.overlap)
        self._plan()

    def _tell_call(self, calls: int) -> None:
        """Whoever waits sees the calls; a first reading is not counted beforehand, so their end is not known."""
        if self.host.progress:
            planned = self.budget.calls if self.budget and self._since() is not None else 0
            self.host.progress(ProgressEvent("ask", calls, max(planned, calls) if planned else 0, "calls"))

    def _told_changes(self, since: datetime) -> Changes | None:
        """What changed; None where that is not told of all entities together, and each is asked by itself."""
        try:
            return self.api.changes(CHANGING, since)
        except SourceRejected as error:
            if error.code not in CLOSED:
                raise
            return None

    def _plan(self) -> None:
        """Know the cost; let wait what the quota does not hold."""
        streams = [BY_STREAM[name] for name in self.wanted if name in BY_STREAM]
        changing = [entity for entity in streams if entity in CHANGING]
        is_counted = self._since() is None and self._has_quota and not self._reading["positions"]
        rows = [self._counted(entity) for entity in changing] if is_counted else []
        walked = sum(pages(count, self.api.page_rows) for count in rows)
        is_first = self._since() is None
        self.budget = Budget(
            made=self.api.calls,
            documents=walked + WHOLE_CALLS * sum(entity in WHOLE for entity in streams),
            sweep=walked + 2 * len(rows) if is_first else SWEEP_CALLS * len(changing) * self._sweep_due,
            reports=REPORT_CALLS * (self.how.reads_reports and REPORTS in self.wanted),
            left=self.api.left,
        )
        if is_first and not self.budget.allows_sweep:
            self.issues.append(postponed(self.budget, "A part of the first reading"))
        elif not is_first:
            self._defers_reports = not self.budget.allows_reports
            self._defers_sweep = self._sweep_due and not self.budget.allows_sweep
            if self._defers_sweep or self._defers_reports:
                names = ("The comparison of all ids",) * self._defers_sweep + ("the proof",) * self._defers_reports
                self.issues.append(postponed(self.budget, " and ".join(names).capitalize()))

    def _counted(self, entity: Entity) -> int:
        try:
            return self.api.count(entity)
        except SourceRejected as error:
            if error.code not in CLOSED:
                raise
            return 0

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """The plan of calls, and what was used."""
        if self.budget is None:
            return []
        return [{"realm": self.api.realm_id, "calls_used": self.api.calls, "plan": dict(self.budget.to_json())}]

    def close(self) -> None:
        """Nothing is held between requests; the session is the tap's."""

    @property
    def _has_quota(self) -> bool:
        return self.api.left is not None

    def records(self, stream: str) -> Iterator[Record]:
        """Yield the records of a stream; after the last one the bookmark moves."""
        self.prepare()
        yield from self._of(stream)
        if stream == self.wanted[-1]:
            self._finish(stream)

    def _of(self, stream: str) -> Iterator[Record]:
        entity = BY_STREAM.get(stream)
        if stream == COMPANIES:
            yield self._wrap(BY_STREAM[COMPANIES], self._info)
        elif stream == PREFERENCES.stream:
            yield self._wrap(PREFERENCES, self._preferences)
        elif stream == REPORTS:
            yield from self._reports()
        elif entity is not None:
            yield from self._as_far_as_open(entity)

    def _as_far_as_open(self, entity: Entity) -> Iterator[Record]:
        """An entity the user may not see is said and missed; the others are read all the same."""
        try:
            yield from self._entity(entity)
        except SourceRejected as error:
            if error.code not in CLOSED:
                raise
            self._named.refuse(entity)
            is_missed = error.code == PERMISSION and entity.is_booked
            self.issues.append(_closed(entity, error, is_missed=is_missed))
            if is_missed:
                self._refused.append(entity.name)
                self.settlement = Settlement.UNSURE

    def _entity(self, entity: Entity) -> Iterator[Record]:
        if entity in WHOLE:
            yield from self._whole(entity)
        elif self._since() is None:
            yield from self._first(entity)
        else:
            yield from self._changed(entity)
        self._named.settle(entity)

    # what is known from before

    @property
    def _held(self) -> Mapping[str, Any]:
        found = self.host.whole_state.get(WATERMARKS, {}).get(self.api.realm_id)
        return found if isinstance(found, Mapping) and not self.how.is_full else {}

    def _since(self) -> datetime | None:
        """When the last complete reading began; None if there was none."""
        return _moment(self._held.get("changed_since"))

    @property
    def _sweep_due(self) -> bool:
        if self._defers_sweep:
            return False
        swept = _moment(self._held.get("swept_at"))
        if swept is None or self._changes is None or not self._changes.is_full:
            return True
        return self.began - swept >= self.how.sweep_every

    # reading

    def _wrap(self, entity: Entity, row: Row, rates: Mapping[str, str] | None = None) -> Record:
        self._moved = self._moved or self._is_new(row)
        return record_of(self.api.realm_id, entity, row, rates)

    def _is_new(self, row: Row) -> bool:
        """Changed after the last reading began, as far as the object says."""
        since = self._since()
        return since is None or ((at := changed_at(row)) is not None and at >= since)

    def _wrapped(self, entity: Entity, rows: list[Row]) -> Iterator[Record]:
        rates = rates_of(self.api, entity, rows, self.home_currency)
        for row in rows:
            yield self._wrap(entity, row, rates.get(text_of(row, "Id")))

    def _whole(self, entity: Entity) -> Iterator[Record]:
        ids = notebook_of_ids(self.directory)
        for page in self.api.pages(entity):
            for row in page.rows:
                ids.add(text_of(row, "Id"))
            yield from self._wrapped(entity, page.rows)
        yield from self._compare(entity, ids)

    def _first(self, entity: Entity) -> Iterator[Record]:
        """Everything, by id; goes on at the page an earlier run had come to. What paging missed, the ids show."""
        for page in self.api.pages(entity, position=self._position(entity)):
            yield from self._wrapped(entity, page.rows)
            self._progress(entity, page.position + len(page.rows))
        yield from self._compare(entity)

    def _changed(self, entity: Entity) -> Iterator[Record]:
        for rows in self._changed_rows(entity):
            self._named.see_read(entity, rows)
            yield from self._wrapped(entity, rows)
        for rows in self._named.look(entity):
            yield from self._wrapped(entity, rows)
        is_told = self._changes is not None and bool(self._changes.deleted.get(entity.name))
        if self._named.lost(entity) or is_told or self._sweep_due:
            yield from self._compare(entity)

    def _changed_rows(self, entity: Entity) -> Iterator[list[Row]]:
        since, changes = self._since(), self._changes
        if changes is not None and changes.is_full:
            yield changes.rows.get(entity.name, [])
        elif since is not None:
            yield from (page.rows for page in self.api.pages(entity, since=since - self.how.overlap))

    def _compare(self, entity: Entity, read: Notebook[str] | None = None) -> Iterator[Record]:
        """Hand over all ids; fetch what the hub lacks."""
        for found in Sweep(self.api, entity, self.host.take_census, self.directory, read).run():
            self._named.see_compared(entity, found)
            self._moved |= bool(found.gone or found.wanted)
            if not found.is_certain:
                self._swept, self.settlement = False, Settlement.UNSURE
            for rows in self.api.some(entity, found.wanted):
                yield from self._wrapped(entity, rows)

    def _reports(self) -> Iterator[Record]:
        """QuickBooks' own figures, if the books moved since they were read last."""
        if not self.how.reads_reports or self._defers_reports or self._refused:
            return
        if not (self._moved or self._held.get("reports_due", True)):
            return
        yield from Oracles(self.api, self._today, self._preferences).records(self._lack_report)

    def _lack_report(self, error: SourceError) -> None:
        self._lacks_reports = True
        self.issues.append(_no_report(error))

    @property
    def _today(self) -> date:
        return self.began.date()

    # state

    def _position(self, entity: Entity) -> int:
        held = self._reading.get("positions", {})
        return int(held.get(entity.stream, 1))

    @property
    def _reading(self) -> dict[str, Any]:
        """How far a first reading has come, and when it began, maybe in an earlier run."""
        begun = {"began": self.began.isoformat(), "positions": {}}
        kept: dict[str, Any] = self.host.whole_state.setdefault(READING, {}).setdefault(self.api.realm_id, begun)
        return kept

    def _progress(self, entity: Entity, position: int) -> None:
        self._reading["positions"][entity.stream] = position
        self.host.checkpoint(entity.stream)

    def _finish(self, stream: str) -> None:
        """Everything up to the beginning of this reading was handed over (of a first one, of the run that began it)."""
        state = self.host.whole_state
        if self._refused:  # the bookmark stays: what was refused has to be read from there
            self.host.checkpoint(stream)
            return
        began = _moment(state.get(READING, {}).pop(self.api.realm_id, {}).get("began")) or self.began
        swept_before = self._held.get("swept_at")
        is_swept = self._swept and (self._since() is None or self._sweep_due)
        has_reports = REPORTS in self.wanted and self.how.reads_reports
        watermarks = {
            "changed_since": began.isoformat(),
            "swept_at": began.isoformat() if is_swept else swept_before,
            "reports_due": not has_reports or self._defers_reports or self._lacks_reports,
        }
        state.setdefault(WATERMARKS, {})[self.api.realm_id] = watermarks
        self.host.checkpoint(stream)


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str) or not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _closed(entity: Entity, error: SourceRejected, *, is_missed: bool) -> Issue:
    return Issue(
        code="quickbooks.entity.refused" if is_missed else "quickbooks.entity.left_out",
        level=IssueLevel.ACTION_REQUIRED if is_missed else IssueLevel.INFO,
        message=f"{entity.name} is {'not in the books' if is_missed else 'left out'}: {error.message}",
        where="QuickBooks",
        hint="The other entities were read; figures are held back until a sync has read this one too."
        if is_missed
        else "If it is wanted, have the company's owner allow it.",
        facts={"entity": entity.name},
    )


def _no_report(error: SourceError) -> Issue:
    return Issue(
        code="quickbooks.report.unavailable",
        level=IssueLevel.WARNING,
        message=f"The books could not be compared with all of QuickBooks' own reports: {error.message}",
        hint="The next sync asks again; a report may be too large, or the user who connected may not see reports.",
        facts={"reason": error.code},
    )
