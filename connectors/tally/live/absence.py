"""What is not there any more: told to nobody unless several answers agree on it.

Accounting programs forget without a trace, and an answer may be empty or cut or of another period and still look
well-formed. A day's census is *corroborated* when (1) two answers of different kinds, the count by day and the list,
agree on the day; (2) the period served certainly covers the day: one answer held vouchers both before and after it, or
Tally's own list of companies says that the last voucher is earlier, or another report, which did serve a neighbouring
day, shows none; and (3) the change counters did not move meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from canonical.dates import Period
from connectors.sdk.census import Census, CensusVerdict, HubMemory
from connectors.tally.live.book import Book, Whole
from connectors.tally.live.counting import Counted, DayCount, count_days, differing_days, is_between, runs_of
from connectors.tally.live.fetching import Fetcher
from connectors.tally.live.notes import period_clipped
from connectors.tally.live.windows import DAYS_MAX, Window

VOUCHERS = "vouchers"
HIDDEN_DAYS_MAX = 31
_CONTROL_DAYS_MAX = 31


class Absence:
    """Hands censuses of vouchers over and reads what the other side turns out not to hold.

    Args:
        book: the company.
        memory: the hub's; None from the shell.
        emit: takes a census where there is no hub.
    """

    def __init__(self, book: Book, memory: HubMemory | None, emit: Callable[[Census], None]) -> None:
        self._book = book
        self._memory = memory
        self._emit = emit
        self._fetcher = Fetcher(book)
        self.is_unsettled = False
        """Something is held that Tally did not show, and its answers do not prove it gone."""
        self.touched: set[str] = set()
        """Keys of what was found gone, or otherwise than it was held."""

    def wanted(self, period: Period, rows: Sequence[Counted]) -> list[Counted]:
        """Return which of the vouchers counted have to be read; all of them where nobody remembers."""
        if self._memory is None:
            return list(rows)
        verdict = self._memory.compare(self._census(period, rows, corroborated=False))
        keys = frozenset(verdict.wanted)
        return [row for row in rows if row.key in keys]

    def suspects(self, served: Mapping[date, DayCount]) -> list[date]:
        """Days of which other vouchers, or other versions, are held than Tally shows; none where nobody remembers."""
        if self._memory is None:
            return []
        held = self._memory.held_by_day(self._book.guid, VOUCHERS)
        return differing_days({day: DayCount(one.records, one.versions) for day, one in held.items()}, served)

    def settle(self, days: Sequence[date], served: Mapping[date, DayCount], *, is_quiet: bool) -> Iterator[Whole]:
        """Count some days, hand the censuses over, and yield what the other side wants of them.

        Args:
            days: those to settle.
            served: the count by day of the whole book.
            is_quiet: the change counters did not move since it was taken.
        """
        self._refuse_hidden(days, served)
        for period in runs_of(days, DAYS_MAX):
            window = Window(first=period.start, last=period.end)
            rows = self._book.count(window)
            is_sure = is_quiet and self._is_sure(period, rows, served)
            verdict = self.hand_over(period, rows, is_corroborated=is_sure)
            if not is_sure and (verdict.gone or self._memory is None):
                self.is_unsettled = True
                self._book.notes.unsure_of_absence(self._book.company.name, str(period.start), str(period.end))
            keys = frozenset(verdict.wanted)
            self.touched |= keys.union(verdict.gone)
            yield from self._fetcher.fetch(window, rows, [row for row in rows if row.key in keys])

    def _refuse_hidden(self, days: Sequence[date], served: Mapping[date, DayCount]) -> None:
        """So many days at once before the first or behind the last one shown are out of Tally's sight, not empty."""
        hidden = [day for day in days if not is_between(day, served)]
        if len(hidden) > HIDDEN_DAYS_MAX:
            shown = f"{min(served)} to {max(served)}" if served else "nothing"
            raise period_clipped(self._book.company.name, shown, f"{min(hidden)} to {max(hidden)}")

    def hand_over(self, period: Period | None, rows: Sequence[Counted], *, is_corroborated: bool) -> CensusVerdict:
        """Give a census to the hub, or emit it."""
        census = self._census(period, rows, corroborated=is_corroborated)
        if self._memory is not None:
            return self._memory.compare(census)
        self._emit(census)
        return CensusVerdict()

    def agrees(self, period: Period, rows: Sequence[Counted], served: Mapping[date, DayCount]) -> bool:
        """Say whether a list of vouchers is what the count by day says of its days."""
        counted = count_days(rows, self._book.summed)
        return counted == {day: count for day, count in served.items() if day in period}

    def _is_sure(self, period: Period, rows: Sequence[Counted], served: Mapping[date, DayCount]) -> bool:
        return self.agrees(period, rows, served) and self.covers(period, served)

    def covers(self, period: Period, served: Mapping[date, DayCount]) -> bool:
        """Say whether the period Tally serves certainly reaches over some days."""
        last = self._book.company.last_voucher_date
        bounds = (period.start, period.end)
        if all(is_between(day, served) or (last is not None and day > last) for day in bounds):
            return bool(served)
        return self._register_agrees(period, served)

    def _register_agrees(self, period: Period, served: Mapping[date, DayCount]) -> bool:
        """Ask a report about days outside those served, together with a neighbour that was."""
        outside = [day for day in served if day not in period]
        control = min(outside, key=lambda day: abs((day - period.start).days), default=None)
        if control is None or abs((control - period.start).days) > _CONTROL_DAYS_MAX:
            return False
        asked = Period(min(period.start, control), max(period.end, control))
        shown = self._book.register_days(asked)
        return control in shown and not any(day in period and day not in served for day in shown)

    def _census(self, period: Period | None, rows: Sequence[Counted], *, corroborated: bool) -> Census:
        members = tuple(row.member for row in rows)
        return Census(self._book.guid, VOUCHERS, period, members, corroborated)
