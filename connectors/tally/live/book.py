"""One company of one Tally, asked: counts, vouchers and masters, each answer checked and no larger than it may be."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from canonical.dates import Period
from canonical.errors import SourceError
from canonical.record import JsonValue
from connectors.tally.export.document import Found
from connectors.tally.export.record import Described, describe
from connectors.tally.gateway.ahead import Coming
from connectors.tally.gateway.allowed import ObjectType, ReportId, Variable
from connectors.tally.gateway.answer import Answer
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import LoadedCompany, verify_company
from connectors.tally.gateway.endpoint import Charset
from connectors.tally.gateway.formula import Formula, altered_after, in_period
from connectors.tally.gateway.profile import CapabilityProfile, Route
from connectors.tally.gateway.refusal import TOO_HEAVY
from connectors.tally.gateway.requests import GroupBy, Request, collection, report
from connectors.tally.live.conditions import may_be_renumbered, numbered, slice_of, widened
from connectors.tally.live.counting import (
    BY_DAY,
    BY_NUMBER,
    BY_TYPE,
    BY_VOUCHER,
    Counted,
    DayCounts,
    Summed,
    count_days,
    read_counted,
    read_day_counts,
)
from connectors.tally.live.notes import Notes, not_settled, nothing_served, period_clipped
from connectors.tally.live.wanted import COMPANY_FIELDS, MASTER_COUNTED, VOUCHER_COUNTED, MasterClass, voucher_fields
from connectors.tally.live.windows import Pace, Window
from connectors.tally.tree import Node, text_of

AGREE_TRIES = 3
"""Somebody may save a voucher between two questions; not between each two."""
KEYS_PER_REQUEST = 40
"""Vouchers named one by one in a filter."""
_AHEAD = timedelta(days=731)
"""Post-dated vouchers lie at most this far behind the last day known."""
EXPLODED = {Variable.EXPLODE: "Yes"}
_ROUTES = {Route.VOUCHER_REGISTER: ReportId.VOUCHER_REGISTER, Route.DAY_BOOK: ReportId.DAY_BOOK}
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Whole:
    """An object read whole: its columns, and its tree already encoded."""

    item: Described
    tree: bytes


class Book:
    """Puts the questions a sync needs to one company.

    Attributes:
        company: as last listed.
        profile: how this Tally behaves.
        summed: what counts by day add up.
        pace: how many vouchers to ask for at once.
        requests, byte_count: what it cost so far.
        letters_lost: an answer came in eight-bit characters.
    """

    def __init__(
        self,
        client: GatewayClient,
        company: LoadedCompany,
        profile: CapabilityProfile,
        notes: Notes,
        summed: Summed = Summed.MASTERS,
    ) -> None:
        self.company = company
        self.profile = profile
        self.summed = summed
        self.pace = Pace()
        self.notes = notes
        self.requests = 0
        self.byte_count = 0
        self.letters_lost = False
        self._client = client
        self._fields = voucher_fields(profile)
        self._adding = threading.Lock()  # a month is counted while the one before it is read

    @property
    def guid(self) -> str:
        """Identity of the books."""
        return self.company.guid

    @property
    def where(self) -> str:
        """The Tally, for origins of records."""
        return self._client.endpoint.key

    @property
    def is_lossless(self) -> bool:
        """The last answer had all its letters."""
        return self._client.is_lossless

    def whole_period(self) -> Period:
        """From the first day of the books to as far ahead as a post-dated voucher may lie."""
        known = [self.company.books_from, self.company.last_voucher_date, self.company.ending_at]
        days = [day for day in known if day is not None]
        first = self.company.books_from or self.company.starting_from or date(1990, 4, 1)
        return Period(first, max([*days, first]) + _AHEAD)

    def refresh(self) -> LoadedCompany:
        """Look at the company again: its counters now.

        Raises:
            SourceRejected: it is not open any more, or is another set of books.
        """
        self._note_request()
        return verify_company(self._client, self.company)

    def is_quiet(self) -> bool:
        """Say whether nothing changed in the company since it was last listed."""
        return self.company.counters == self.refresh().counters

    def ask(self, request: Request, tag: str) -> list[Node]:
        """Return the objects of a small answer."""
        return list(self._objects(request, tag))

    def count_days(self) -> DayCounts:
        """Ask how many vouchers each day of the book holds."""
        period = self.whole_period()
        if not self._can_group:
            return count_days(self.count(Window(first=period.start, last=period.end)), self.summed)
        return self._days_of(period, summed=self.summed)

    def _days_of(self, period: Period, *filters: Formula, summed: Summed = Summed.MASTERS) -> DayCounts:
        request = self._vouchers(period, name="KhataDays", filters=filters, group_by=BY_DAY[summed])
        try:
            return read_day_counts(self._objects(request, "OBJECT"))
        except SourceError as error:
            if error.code not in TOO_HEAVY or period.days == 1:
                raise
        middle = period.start + timedelta(days=period.days // 2 - 1)
        earlier, later = Period(period.start, middle), Period(middle + timedelta(days=1), period.end)
        return {
            **self._days_of(earlier, *filters, summed=summed),
            **self._days_of(later, *filters, summed=summed),
        }

    def refuse_clipped(self, served: DayCounts) -> None:
        """Check that the count by day reaches to the last voucher there is; it may have been deleted just now.

        Raises:
            SourceUnavailable: nothing is shown though there are vouchers.
            SourceRejected: the last ones are out of sight.
        """
        if self._is_within(served, self.company):
            return
        company = self.refresh()
        if self._is_within(served, company):
            return
        if not served:
            raise nothing_served(company.name, company.alter_voucher_id)
        raise period_clipped(company.name, f"{min(served)} to {max(served)}", f"{company.last_voucher_date}")

    @staticmethod
    def _is_within(served: DayCounts, company: LoadedCompany) -> bool:
        last = company.last_voucher_date
        return last is None or not company.alter_voucher_id or (bool(served) and max(served) >= last)

    def count_types(self, period: Period) -> list[Node] | None:
        """Ask how many vouchers of each type a period holds; None from a Tally that cannot summarise."""
        if not self._can_group:
            return None
        return self.ask(self._vouchers(period, name="KhataTypes", group_by=BY_TYPE), "OBJECT")

    def count_numbers(self, types: Sequence[str]) -> list[Counted]:
        """Ask for the numbers of all vouchers of some types, and of the optional ones of any.

        An optional voucher's number may be changed without a trace in its change number.

        Raises:
            SourceUnavailable: two answers of different kinds do not agree on how many they are.
        """
        named = may_be_renumbered(types)
        return self._agreed("the numbers of its vouchers", lambda: self._numbers(named), self.whole_period(), named)

    def _numbers(self, named: Formula) -> list[Counted]:
        period = self.whole_period()
        if self._can_group:
            request = self._vouchers(period, name="KhataNumbers", filters=(named,), group_by=BY_NUMBER)
            nodes = self._objects(request, "OBJECT")
        else:
            request = self._vouchers(period, name="KhataNumbers", filters=(named,), fetch=VOUCHER_COUNTED)
            nodes = self._objects(request, "VOUCHER")
        rows = (read_counted(node, self.guid) for node in nodes)
        return list({row.key: row for row in rows if row is not None}.values())

    def count_surely(self, window: Window) -> list[Counted]:
        """Ask which vouchers a window holds, and have the number of them confirmed by a count of another kind.

        Raises:
            SourceUnavailable: the two do not agree.
        """
        what = f"its vouchers of {window.first} to {window.last}"
        return self._agreed(what, lambda: self.count(window), Period(window.first, window.last), *slice_of(window))

    def _agreed(self, what: str, ask: Callable[[], list[Counted]], period: Period, *filters: Formula) -> list[Counted]:
        """Ask until a list and a count by day agree: rows that an answer loses may have changed, too."""
        for _ in range(AGREE_TRIES):
            rows = ask()
            counted = self._days_of(period, *filters) if self._can_group else count_days(ask())
            if count_days(rows) == {day: count for day, count in counted.items() if day in period}:
                return rows
        raise not_settled(self.company.name, what)

    def count(self, window: Window) -> list[Counted]:
        """Ask which vouchers a window holds; asked for in parts if that is too much at once."""
        try:
            return self._count(window)
        except SourceError as error:
            parts = window.halves(self.company.alter_voucher_id) if error.code in TOO_HEAVY else ()
            if not parts:
                raise
        return [row for part in parts for row in self.count(part)]

    def begin(self, window: Window, *, after: Coming[Answer] | None = None) -> Coming[Answer]:
        """Ask for the vouchers of a window before they are needed; ``read`` takes what comes.

        Args:
            window: which.
            after: not before this one is answered, and not at all if it fails.
        """
        return self._client.begin(self._details(Period(window.first, window.last), *slice_of(window)), after=after)

    def begin_count(self, window: Window) -> Coming[list[Counted]]:
        """Count a window surely before it is needed."""
        return Coming(lambda: self.count_surely(window))

    @property
    def can_ask_by_change(self) -> bool:
        """Whether Tally can be asked for the vouchers above a change number alone; its reports hold all of a period."""
        return self._report_route is None

    def read(
        self, window: Window, *conditions: Formula, coming: Coming[Answer] | None = None, is_usual: bool = True
    ) -> Iterator[Whole]:
        """Yield the vouchers of a window whole, or those that meet conditions; those outside it are left aside.

        Args:
            window: which.
            conditions: further ones.
            coming: the answer to ``begin`` with this window, if it was asked for.
            is_usual: how long it takes says how much may be asked for; a walk through the whole book says nothing.

        Raises:
            SourceError: the answer is not whole; nothing yielded before may be used.
        """
        request = self._details(Period(window.first, window.last), *slice_of(window), *conditions)
        yield from self._whole(request, window, coming, is_usual=is_usual)

    def read_keys(self, rows: Sequence[Counted]) -> Iterator[Whole]:
        """Yield some vouchers, named one by one."""
        ordered = sorted(rows, key=lambda row: (row.day, row.master_id))
        for start in range(0, len(ordered), KEYS_PER_REQUEST):
            some = ordered[start : start + KEYS_PER_REQUEST]
            window = Window(first=some[0].day, last=some[-1].day)
            named = numbered([row.master_id for row in some])
            yield from self._whole(self._details(Period(window.first, window.last), named), window)

    def register_days(self, period: Period) -> frozenset[date]:
        """Ask another report which days of a period hold vouchers; a report that is not there shows none."""
        request = report(ReportId.VOUCHER_REGISTER, company=self.company.name, period=period)
        try:
            rows = [read_counted(node) for node in self._objects(request, "VOUCHER")]
        except SourceError as error:
            if error.code != "tally.gateway.report_unknown":
                raise
            return frozenset()
        return frozenset(row.day for row in rows if row is not None)

    def report_rows(
        self, which: ReportId, period: Period, variables: Mapping[Variable, str]
    ) -> list[tuple[str, JsonValue]]:
        """Ask for a report; its rows in document order."""
        self._note_request()
        request = report(which, company=self.company.name, period=period, variables=variables)
        with self._client.send(request) as answer:
            self._note_answer(answer)
            return list(answer.iter_siblings())

    def company_object(self) -> Node:
        """Ask for the company itself."""
        request = collection(ObjectType.COMPANY, company=self.company.name, fetch=COMPANY_FIELDS, name="KhataCompany")
        return next(
            (node for node in self._objects(request, "COMPANY") if text_of(node.get("GUID")) == self.guid),
            self.company.node,
        )

    def count_masters(self, kind: MasterClass) -> list[Node]:
        """Ask which masters of a class there are."""
        request = collection(kind.kind, company=self.company.name, fetch=MASTER_COUNTED, name=f"Khata{kind.kind}Count")
        return self.ask(request, kind.kind.tag)

    def has_master(self, kind: MasterClass, master_ids: Sequence[int]) -> bool:
        """Ask whether any of some masters is there, by their numbers."""
        named = numbered(master_ids)
        request = collection(
            kind.kind,
            company=self.company.name,
            fetch=MASTER_COUNTED,
            filters=(named,),
            name=f"Khata{kind.kind}Some",
        )
        return bool(self.ask(request, kind.kind.tag))

    def read_masters(self, kind: MasterClass, after: int = 0, upto: int | None = None) -> Iterator[Whole]:
        """Yield the masters of a class, of all change numbers or of some."""
        filters = (altered_after(after, upto),) if after or upto is not None else ()
        request = collection(
            kind.kind,
            company=self.company.name,
            period=Period(self.whole_period().start, self.whole_period().end),
            fetch=kind.fields,
            filters=filters,
        )
        for node in self._objects(request, kind.kind.tag):
            yield Whole(describe(Found(kind.kind.tag, node, self.company.name)), _encode(node))

    @property
    def _can_group(self) -> bool:
        return self.profile.group_by is not False and self._report_route is None

    @property
    def _report_route(self) -> ReportId | None:
        """The report to read vouchers from, if their collection cannot leave the period on screen."""
        return _ROUTES.get(self.profile.route) if self.profile.route else None

    def _details(self, period: Period, *filters: Formula) -> Request:
        if self._report_route is not None:
            return report(self._report_route, company=self.company.name, period=period, variables=EXPLODED)
        return self._vouchers(period, fetch=self._fields, filters=filters)

    def _vouchers(
        self,
        period: Period,
        *,
        name: str = "",
        fetch: Sequence[str] = (),
        filters: Sequence[Formula] = (),
        group_by: GroupBy | None = None,
    ) -> Request:
        """Ask for vouchers of a period; the educational mode takes only some days as its bounds, the filter any."""
        bounds = widened(period) if self.profile.only_education_days else period
        return collection(
            ObjectType.VOUCHER,
            company=self.company.name,
            period=bounds,
            is_period_filtered=False,
            filters=(in_period(period), *filters),
            fetch=fetch,
            group_by=group_by,
            name=name,
        )

    def _objects(self, request: Request, tag: str) -> Iterator[Node]:
        self._note_request()
        with self._client.send(request) as answer:
            self._note_answer(answer)
            yield from answer.iter_objects(tag, company_guid=self.guid)

    def _count(self, window: Window) -> list[Counted]:
        period = Period(window.first, window.last)
        filters = slice_of(window)
        tag = "VOUCHER"
        if self._can_group:
            request = self._vouchers(period, name="KhataCensus", filters=filters, group_by=BY_VOUCHER)
            tag = "OBJECT"
        elif self._report_route is not None:
            request = self._details(period)
        else:
            request = self._vouchers(period, name="KhataCensus", filters=filters, fetch=VOUCHER_COUNTED)
        rows = [row for node in self._objects(request, tag) if (row := read_counted(node))]
        self._note_span(window, (row.day for row in rows))
        return list({row.key: row for row in rows if window.holds(row)}.values())

    def _whole(
        self, request: Request, window: Window, coming: Coming[Answer] | None = None, *, is_usual: bool = True
    ) -> Iterator[Whole]:
        self._note_request()
        count = 0
        outside: list[date] = []
        with coming.answer() if coming is not None else self._client.send(request) as answer:
            self._note_answer(answer)
            for node in answer.iter_objects("VOUCHER", company_guid=self.guid):
                row = read_counted(node)
                count += 1
                if row is None or window.holds(row):
                    yield Whole(describe(Found("VOUCHER", node, self.company.name)), _encode(node))
                elif not window.first <= row.day <= window.last:
                    outside.append(row.day)
            if is_usual:
                self.pace.observe(count, answer.byte_count, answer.seconds)
        self._note_span(window, outside)

    def _note_request(self) -> None:
        with self._adding:
            self.requests += 1

    def _note_answer(self, answer: Answer) -> None:
        with self._adding:
            self.byte_count += answer.byte_count
        if answer.is_lossless:
            return
        self.letters_lost = True
        if self._client.endpoint.charset is Charset.UTF16:
            self.notes.letters_lost(self.company.name)

    def _note_span(self, window: Window, days: Iterable[date]) -> None:
        outside = [day for day in days if not window.first <= day <= window.last]
        if outside:
            self.notes.period_ignored(
                self.company.name, f"{window.first} to {window.last}", f"{min(outside)} to {max(outside)}"
            )
