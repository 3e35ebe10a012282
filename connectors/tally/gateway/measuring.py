"""Asks the questions of a calibration: tolerates what is refused or too heavy, and keeps notes of it.

Most are summaries per day, kilobytes whatever the size of the books. Where a Tally cannot summarise, bare lists of
dates stand in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from canonical.dates import FinancialYear, Period
from canonical.errors import SourceError
from connectors.tally.gateway import refusal
from connectors.tally.gateway.allowed import FormulaFunction, ObjectType, SystemFunction
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import LoadedCompany
from connectors.tally.gateway.formula import Formula, call, method, number
from connectors.tally.gateway.requests import Expected, GroupBy, Request, Total, collection
from connectors.tally.gateway.shape import Shape
from connectors.tally.translate.values import UnreadableValue, parse_date, parse_integer
from connectors.tally.tree import Node, text_of

Days = dict[date, int]
"""Vouchers per day; days without any are left out."""
Measured = TypeVar("Measured")

TOLERATED = refusal.TOO_HEAVY | {
    "tally.gateway.refused",
    "tally.gateway.report_unknown",
    "tally.gateway.malformed",
    "tally.gateway.empty",
    "tally.gateway.no_reply",
}
"""A measurement that ends so leaves its answer open."""
PROBE_BYTES_MAX = 16 * 1024 * 1024
_ONE = call(FormulaFunction.NUMBER, number(1))


class Measuring:
    """Asks, tolerates what is refused or too heavy, and keeps notes of it."""

    def __init__(self, client: GatewayClient, company: LoadedCompany, notes: Iterable[str]) -> None:
        self.client = client
        self.company = company
        self.notes = list(notes)
        self.group_by: bool | None = None
        self.whole = whole_books(company)
        self._asked = 0

    def attempt(self, what: str, ask: Callable[[], Measured]) -> Measured | None:
        """Return what was asked, None if Tally would not say."""
        try:
            return ask()
        except SourceError as error:
            if error.code not in TOLERATED:
                raise
            self.notes.append(f"{what}: {error.code.rpartition('.')[2].replace('_', ' ')}")
            return None

    def first_look(self) -> Days:
        """Vouchers per day of the whole books, as far as they are visible; of less, if that is too much at once."""
        if self.whole is None or not self.company.alter_voucher_id:
            return {}
        for period in self._narrowing(self.whole):
            self.whole = period
            summary = self.attempt(f"summary of {period.days} days", partial(self._summary, period, ()))
            if summary:
                self.group_by = True
                return summary
            if summary is not None:
                break  # answered, and nothing in it: perhaps it cannot summarise
        listed = self.attempt("list of a month", partial(self._listed, self._last_month(), ()))
        if listed:
            self.group_by, self.whole = False, self._last_month()
        return listed or {}

    def _narrowing(self, whole: Period) -> Iterator[Period]:
        yield whole
        last_year = FinancialYear.of(self._last_month().end).period
        if last_year.start > whole.start:
            yield last_year
        yield self._last_month()

    def _last_month(self) -> Period:
        last = self.company.last_voucher_date or (self.whole.end if self.whole else date.max)
        return month_of(last)

    def served(self, period: Period, *conditions: Formula) -> Days | None:
        """Vouchers per day that come for a period and conditions."""
        ask = self._summary if self.group_by else self._listed
        return self.attempt(f"vouchers of {period.start} to {period.end}", partial(ask, period, conditions))

    def vouchers(self, period: Period, fetch: tuple[str, ...], *conditions: Formula) -> list[Node]:
        """Voucher objects, few."""
        request = self._request(period, fetch, conditions)
        with self.client.send(request.within(bytes_max=PROBE_BYTES_MAX)) as answer:
            return list(answer.iter_objects("VOUCHER", company_guid=self.company.guid))

    def answers_json(self) -> bool | None:
        """Whether the JSON transport of release 7 is there: asked for the period on screen."""
        return self.attempt("JSON", lambda: self._shape(_JSON_PROBE) is Shape.JSON) or False

    def _shape(self, request: Request) -> Shape | None:
        with self.client.send(request) as answer:
            return answer.shape

    def _summary(self, period: Period, conditions: tuple[Formula, ...]) -> Days:
        per_day = GroupBy(by={"Day": method("Date")}, totals={"Vouchers": Total(of=_ONE)})
        return count_days(
            self._request(period, ("Date",), conditions, per_day), self.client, "OBJECT", "DAY", "VOUCHERS"
        )

    def _listed(self, period: Period, conditions: tuple[Formula, ...]) -> Days:
        request = self._request(period, ("Date",), conditions).within(bytes_max=PROBE_BYTES_MAX)
        return count_days(request, self.client, "VOUCHER", "DATE", "")

    def _request(
        self, period: Period, fetch: tuple[str, ...], conditions: tuple[Formula, ...], group_by: GroupBy | None = None
    ) -> Request:
        self._asked += 1  # its own name each time, so that no two probes are the same request
        return collection(
            ObjectType.VOUCHER,
            company=self.company.name,
            fetch=fetch,
            period=period,
            is_period_filtered=False,
            filters=conditions,
            group_by=group_by,
            name=f"KhataProbe{self._asked}",
        )


_JSON_PROBE = Request(
    name="json",
    body='{"static_variables":[{"name":"svExportFormat","value":"jsonex"}]}',
    expects=Expected.JSON,
    headers=(
        ("Content-Type", "application/json"),
        ("version", "1"),
        ("tallyrequest", "Export"),
        ("type", "Function"),
        ("id", SystemFunction.PERIOD_FROM.value),
    ),
)


def whole_books(company: LoadedCompany) -> Period | None:
    """From the start of the books to the end of the last year with data: boundaries every edition accepts."""
    start = company.books_from or company.starting_from
    if start is None:
        return None
    last = max(day for day in (start, company.last_voucher_date, company.ending_at) if day is not None)
    return Period(start, FinancialYear.of(last).period.end)


def month_of(day: date) -> Period:
    """The month of a day, ending on a 31st or the 1st of the next: accepted by the educational mode too."""
    start = day.replace(day=1)
    last = start + timedelta(days=30)
    return Period(start, last if last.month == start.month else (start + timedelta(days=31)).replace(day=1))


def count_days(request: Request, client: GatewayClient, tag: str, day_tag: str, count_tag: str) -> Days:
    """Ask, and add up the answer per day: a column of counts, or one for each object."""
    found: Counter[date] = Counter()
    with client.send(request) as answer:
        for node in answer.iter_objects(tag):
            day = date_of(node, day_tag)
            if day is not None:
                found[day] += (parse_integer(text_of(node.get(count_tag))) or 0) if count_tag else 1
    return {day: count for day, count in found.items() if count}


def date_of(node: Node, tag: str) -> date | None:
    """Return a date field, None if it is empty or unreadable."""
    try:
        return parse_date(text_of(node.get(tag)))
    except UnreadableValue:
        return None
