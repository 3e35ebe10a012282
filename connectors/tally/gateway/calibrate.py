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
from connectors.tally.gateway.companies import Edition, LoadedCompany, company_list, read_company, same_name
from connectors.tally.gateway.endpoint import Charset
from connectors.tally.gateway.formula import Formula, altered_after, in_period
from connectors.tally.gateway.functions import ask_day, ask_text
from connectors.tally.gateway.measuring import (
    PROBE_BYTES_MAX,
    TOLERATED,
    Days,
    Measuring,
    count_days,
    date_of,
    month_of,
)
from connectors.tally.gateway.profile import CapabilityProfile, PeriodBehaviour, Route
from connectors.tally.gateway.requests import report
from connectors.tally.translate.values import is_yes, parse_integer
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
        loaded, is_mirrored = _listed(client)
    except SourceError as error:
        if error.code != "tally.gateway.refused" or charset is Charset.UTF8:
            raise
        client.speak(Charset.UTF8)
        (loaded, is_mirrored), charset = _listed(client), Charset.UTF8
        notes.append("UTF-16 is refused")
    now = next((item for item in loaded if item.guid == company.guid and same_name(item.name, company.name)), None)
    if now is None:
        raise refusal.company_not_loaded(client.endpoint.url, company.name)
    profile = CapabilityProfile(
        charset=charset,
        mirrored=is_mirrored,
        product=now.product,
        release=now.release,
        edition=_edition(client, now),
        books_from=now.books_from,
        screen_from=_screen(client, SystemFunction.PERIOD_FROM),
        screen_to=_screen(client, SystemFunction.PERIOD_TO),
        notes=tuple(notes),
    )
    return profile, now


def _listed(client: GatewayClient) -> tuple[list[LoadedCompany], bool]:
    with client.send(company_list(with_release=True)) as answer:
        return [read_company(node) for node in answer.iter_objects("COMPANY")], answer.encoding.startswith("utf-16")


def _edition(client: GatewayClient, company: LoadedCompany) -> Edition:
    if company.edition is not Edition.UNKNOWN:
        return company.edition
    try:
        return Edition.EDUCATION if is_yes(ask_text(client, SystemFunction.IS_EDUCATIONAL)) else Edition.UNKNOWN
    except SourceError as error:
        if error.code not in TOLERATED:
            raise
        return Edition.UNKNOWN


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
        """Ask for two months with boundaries that every edition accepts, then for parts of one."""
        first, usual = month_of(min(self.counts)), month_of(sorted(self.counts)[len(self.counts) // 2])
        elsewhere = usual
        if self.counts == _inside(self.counts, first):  # all in one month: ask for a time without any
            elsewhere = month_of((first.end + timedelta(days=366)).replace(day=1))
        for window in (first, elsewhere):
            behaviour = self._behaviour(window)
            if behaviour is not PeriodBehaviour.HONOURED:
                return behaviour, False if behaviour is not PeriodBehaviour.UNKNOWN else None
        middle = usual.start.replace(day=_MID_MONTH)
        for window in (Period(usual.start, middle), Period(middle, usual.end)):
            behaviour = self._behaviour(window)
            if behaviour is PeriodBehaviour.UNKNOWN:
                return PeriodBehaviour.HONOURED, None
            if behaviour is not PeriodBehaviour.HONOURED:
                partly = PeriodBehaviour.WIDENED if behaviour is not PeriodBehaviour.COLLAPSED else behaviour
                return partly, True
        return PeriodBehaviour.HONOURED, False

    def _behaviour(self, window: Period) -> PeriodBehaviour:
        got, wanted = self.ask.served(window), _inside(self.counts, window)
        if got is None:
            return PeriodBehaviour.UNKNOWN
        if got == wanted:
            return PeriodBehaviour.HONOURED
        if self._is_one_whole_year(got):
            return PeriodBehaviour.CURRENT_YEAR
        if got == self.counts:
            return PeriodBehaviour.IGNORED
        return PeriodBehaviour.WIDENED if got.items() >= wanted.items() else PeriodBehaviour.COLLAPSED

    def _is_one_whole_year(self, got: Days) -> bool:
        years = {FinancialYear.of(day) for day in got}
        spans_years = FinancialYear.of(self.whole.start) != FinancialYear.of(self.whole.end)
        return spans_years and len(years) == 1 and got == _inside(self.counts, next(iter(years)).period)

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
