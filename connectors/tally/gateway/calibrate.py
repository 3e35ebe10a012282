"""Measures how a Tally behaves: a dozen small questions whose right answers are known from one another.

Most are summaries per day (kilobytes, whatever the size of the books): which days come if a period is asked for, and
how many vouchers on each. A measurement that is refused or too heavy leaves its answer open; only a Tally that is gone,
stuck or has another company open ends it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from canonical.dates import FinancialYear, Period
from canonical.errors import SourceError
from connectors.tally.gateway import refusal
from connectors.tally.gateway.allowed import ReportId, SystemFunction
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import LoadedCompany, list_companies, same_name
from connectors.tally.gateway.endpoint import Charset
from connectors.tally.gateway.formula import Formula, altered_after, in_period
from connectors.tally.gateway.functions import ask_day
from connectors.tally.gateway.measuring import PROBE_BYTES_MAX, TOLERATED, Days, Measuring, count_days, date_of
from connectors.tally.gateway.profile import CapabilityProfile, PeriodBehaviour, Route
from connectors.tally.gateway.requests import report
from connectors.tally.translate.values import parse_integer
from connectors.tally.tree import Node, nodes_of, text_of

_SAMPLE_DAYS = 5
_SAMPLE_VOUCHERS_MAX = 60
_MID_MONTH = 15
_BILL_FIELDS = ("Name", "BillType", "Amount")


def calibrate(client: GatewayClient, company: LoadedCompany) -> CapabilityProfile:
    """Measure one Tally with one company open in it.

    Takes two dozen requests; on books of 100,000 vouchers a few of them take tens of seconds each.

    Args:
        client: the Tally; if it refuses UTF-16, the client speaks UTF-8 afterwards.
        company: as ``list_companies`` gave it.

    Raises:
        SourceError: Tally is gone, stuck, in use, or does not have the company open.
    """
    profile, now = _about(client, company)
    measuring = Measuring(client, now, profile.notes)
    counts = measuring.first_look()
    measured = replace(profile, group_by=measuring.group_by, vouchers_seen=sum(counts.values()))
    if counts and measuring.whole:
        measured = _Vouchers(measuring, measuring.whole, counts).measure(measured)
    return replace(measured, json=measuring.answers_json(), notes=tuple(measuring.notes))


def _about(client: GatewayClient, company: LoadedCompany) -> tuple[CapabilityProfile, LoadedCompany]:
    charset, notes = client.endpoint.charset, []
    try:
        loaded = list_companies(client, with_release=True)
    except SourceError as error:
        if error.code != "tally.gateway.refused" or charset is Charset.UTF8:
            raise
        client.speak(Charset.UTF8)
        loaded, charset = list_companies(client, with_release=True), Charset.UTF8
        notes.append("UTF-16 is refused")
    now = next((item for item in loaded if item.guid == company.guid and same_name(item.name, company.name)), None)
    if now is None:
        raise refusal.company_not_loaded(client.endpoint.url, company.name)
    profile = CapabilityProfile(
        charset=charset,
        product=now.product,
        release=now.release,
        edition=now.edition,
        books_from=now.books_from,
        screen_from=_screen(client, SystemFunction.PERIOD_FROM),
        screen_to=_screen(client, SystemFunction.PERIOD_TO),
        notes=tuple(notes),
    )
    return profile, now


def _screen(client: GatewayClient, which: SystemFunction) -> date | None:
    try:
        return ask_day(client, which)
    except SourceError as error:
        if error.code not in TOLERATED:
            raise
        return None


@dataclass(slots=True)
class _Vouchers:
    """What can be measured once there are vouchers: their number per day is known."""

    ask: Measuring
    whole: Period
    counts: Days

    def measure(self, profile: CapabilityProfile) -> CapabilityProfile:
        period, only_education_days = self._period()
        profile = replace(
            profile, period=period, only_education_days=only_education_days, literal_dates=self._literal_dates()
        )
        quiet = min(self.counts, key=lambda day: (self.counts[day], day))
        if not profile.literal_dates and period is not PeriodBehaviour.HONOURED:
            return replace(profile, route=self._report_route(quiet))
        profile = replace(profile, route=Route.COLLECTION, alter_id_filter=self._alter_ids(profile, quiet))
        undotted, curated = self._bills(profile)
        return replace(profile, undotted_lists=undotted, curated_bills=curated)

    def _period(self) -> tuple[PeriodBehaviour, bool | None]:
        window = _window_of(min(self.counts))
        if set(self.counts) <= set(_inside(self.counts, window)):  # all in one month: ask for a time without any
            after = max(self.counts) + timedelta(days=366)
            window = _window_of(after.replace(day=1))
        got = self.ask.served(window)
        if got is None:
            return PeriodBehaviour.UNKNOWN, None
        if got != _inside(self.counts, window):
            return self._misbehaviour(got, window), None
        return self._boundaries(_window_of(max(self.counts)))

    def _misbehaviour(self, got: Days, window: Period) -> PeriodBehaviour:
        if all(day in window for day in got):
            return PeriodBehaviour.COLLAPSED
        years = {FinancialYear.of(day) for day in got}
        spans_years = FinancialYear.of(self.whole.start) != FinancialYear.of(self.whole.end)
        if len(years) == 1 and spans_years:
            return PeriodBehaviour.CURRENT_YEAR
        if got == self.counts:
            return PeriodBehaviour.IGNORED
        return (
            PeriodBehaviour.WIDENED
            if got.items() >= _inside(self.counts, window).items()
            else PeriodBehaviour.COLLAPSED
        )

    def _boundaries(self, window: Period) -> tuple[PeriodBehaviour, bool | None]:
        """The window's own ends are always accepted; try others."""
        early_end = Period(window.start, window.start.replace(day=_MID_MONTH))
        late_start = Period(window.start.replace(day=_MID_MONTH), window.end)
        for period, otherwise in ((early_end, PeriodBehaviour.WIDENED), (late_start, PeriodBehaviour.COLLAPSED)):
            got = self.ask.served(period)
            if got is None:
                return PeriodBehaviour.HONOURED, None
            if got != _inside(self.counts, period):
                return otherwise, True
        return PeriodBehaviour.HONOURED, False

    def _literal_dates(self) -> bool | None:
        last = max(self.counts)
        beyond = self.ask.served(self.whole, in_period(Period(last + timedelta(days=1), last + timedelta(days=1))))
        if beyond is None:
            return None
        first = min(self.counts)
        on_first = self.ask.served(self.whole, in_period(Period(first, first)))
        return not beyond and on_first == {first: self.counts[first]}

    def _alter_ids(self, profile: CapabilityProfile, day: date) -> bool | None:
        def ids(*conditions: Formula) -> list[int]:
            nodes = self._of_day(profile, day, ("Date", "AlterId"), *conditions)
            return sorted(parse_integer(text_of(node.get("ALTERID"))) or 0 for node in nodes)

        def check() -> bool:
            known = ids()
            return bool(known) and ids(altered_after(known[0])) == known[1:] and not ids(altered_after(known[-1]))

        return self.ask.attempt("filter on the change counter", check)

    def _bills(self, profile: CapabilityProfile) -> tuple[bool | None, bool | None]:
        """Entry lists asked for by bare name, and bills field by field, against the whole (``.*``)."""
        by_size = sorted(self.counts, key=lambda day: (self.counts[day], day))
        for day in [day for day in by_size if self.counts[day] <= _SAMPLE_VOUCHERS_MAX][:_SAMPLE_DAYS]:
            verdict = self.ask.attempt("bill allocations", partial(self._bills_of, profile, day))
            if verdict is None:
                return None, None
            if verdict[1] is not None:
                return verdict
        return (verdict[0] if self.counts and verdict else None), None

    def _bills_of(self, profile: CapabilityProfile, day: date) -> tuple[bool | None, bool | None]:
        entries = "AllLedgerEntries"
        curated = (
            f"{entries}.LedgerName",
            f"{entries}.Amount",
            *(f"{entries}.BillAllocations.{f}" for f in _BILL_FIELDS),
        )
        whole = self._of_day(profile, day, ("Guid", "Date", f"{entries}.*"))
        bare = self._of_day(profile, day, ("Guid", "Date", entries))
        lines = Counter(_lines(whole))
        if not lines:
            return None, None
        undotted = Counter(_lines(bare)) == lines and Counter(_bill_rows(bare)) == Counter(_bill_rows(whole))
        bills = Counter(_bill_rows(whole))
        if not bills:
            return undotted, None
        return undotted, Counter(_bill_rows(self._of_day(profile, day, ("Guid", "Date", *curated)))) == bills

    def _of_day(
        self, profile: CapabilityProfile, day: date, fetch: tuple[str, ...], *conditions: Formula
    ) -> list[Node]:
        one = Period(day, day)
        narrow = profile.period is PeriodBehaviour.HONOURED and not profile.only_education_days
        nodes = self.ask.vouchers(one if narrow else self.whole, fetch, in_period(one), *conditions)
        return [node for node in nodes if date_of(node, "DATE") == day]

    def _report_route(self, day: date) -> Route | None:
        for route, which in ((Route.VOUCHER_REGISTER, ReportId.VOUCHER_REGISTER), (Route.DAY_BOOK, ReportId.DAY_BOOK)):
            question = report(which, company=self.ask.company.name, period=Period(day, day), bytes_max=PROBE_BYTES_MAX)
            got = self.ask.attempt(which.value, partial(count_days, question, self.ask.client, "VOUCHER", "DATE", ""))
            if got == {day: self.counts[day]}:
                return route
        return None


def _window_of(day: date) -> Period:
    """The month of a day, ending on a 31st or the 1st of the next: accepted by the educational mode too."""
    start = day.replace(day=1)
    last = start + timedelta(days=30)
    return Period(start, last if last.month == start.month else (start + timedelta(days=31)).replace(day=1))


def _inside(counts: Days, period: Period) -> Days:
    return {day: count for day, count in counts.items() if day in period}


def _entries(nodes: Iterable[Node]) -> Iterator[tuple[str, Node]]:
    for node in nodes:
        for entry in nodes_of(node.get("ALLLEDGERENTRIES.LIST")):
            yield text_of(node.get("GUID")), entry


def _lines(nodes: Iterable[Node]) -> Iterator[tuple[str, ...]]:
    for guid, entry in _entries(nodes):
        yield guid, text_of(entry.get("LEDGERNAME")), text_of(entry.get("AMOUNT"))


def _bill_rows(nodes: Iterable[Node]) -> Iterator[tuple[str, ...]]:
    for guid, entry in _entries(nodes):
        for bill in nodes_of(entry.get("BILLALLOCATIONS.LIST")):
            yield guid, *(text_of(bill.get(name.upper())) for name in _BILL_FIELDS)
