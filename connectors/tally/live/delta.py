"""Only what has changed: by change number, wherever its date lies; then what has gone, and numbers that moved.

Change numbers catch back-dated entries and old vouchers edited today; dates only partition the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from canonical.dates import Period
from connectors.sdk.census import Census, CensusMember, HubMemory
from connectors.tally.live.absence import VOUCHERS, Absence
from connectors.tally.live.book import Book, Whole
from connectors.tally.live.conditions import may_be_renumbered
from connectors.tally.live.counting import (
    NOTHING,
    Counted,
    DayCounts,
    count_days,
    counted_of,
    differing_days,
)
from connectors.tally.live.fetching import Fetcher
from connectors.tally.live.numbering import mark_days
from connectors.tally.live.watermark import OVERLAP, Watermark, sample_of
from connectors.tally.live.windows import Window


def count_changed(book: Book, mark: Watermark) -> list[Counted]:
    """Ask which vouchers changed since a mark, with a few at or below it as a sample."""
    return book.count_surely(_since(book, mark))


def read_changed(book: Book, mark: Watermark) -> list[tuple[Counted, Whole]]:
    """Read the vouchers that changed since a mark, with the same sample; what the answer lost only the hub notices.

    Raises:
        SourceError: the answer is not whole, or too large.
    """
    found: dict[str, tuple[Counted, Whole]] = {}
    for whole in book.read(_since(book, mark), is_usual=False):
        row = counted_of(whole.item)
        if row is not None:
            found[row.key] = (row, whole)
    return list(found.values())


def _since(book: Book, mark: Watermark) -> Window:
    period = book.whole_period()
    return Window(first=period.start, last=period.end, after=max(mark.alter_voucher_id - OVERLAP, 0))


@dataclass(slots=True)
class Delta:
    """One round of changes.

    Attributes:
        mark: before the round, and moved after it.
        counted: vouchers above the mark, and those below it that it knows a sample of.
        read: the same whole, if they were read already.
        is_light: days are counted and numbers listed only where something says that they must be.
    """

    book: Book
    absence: Absence
    memory: HubMemory | None
    mark: Watermark
    counted: Sequence[Counted]
    read: Sequence[Whole] | None = None
    is_light: bool = False
    changed: Sequence[Counted] = field(init=False)
    """Those above the mark."""

    def __post_init__(self) -> None:
        self.changed = [row for row in self.counted if row.alter_id > self.mark.alter_voucher_id]

    def records(self) -> Iterator[Whole]:
        """Yield what changed, then what else turns out to differ; the mark is moved after the last one."""
        book = self.book
        fetcher = Fetcher(book)
        if self.read is not None:
            yield from self.read
        elif self.changed:
            days = [row.day for row in self.changed]
            window = Window(first=min(days), last=max(days), after=self.mark.alter_voucher_id)
            yield from fetcher.fetch(window, self.changed, self.changed)
        served = self.mark.days
        is_moved = book.company.alter_voucher_id != self.mark.alter_voucher_id
        if is_moved and not self._is_accounted():
            served = book.count_days()
            book.refuse_clipped(served)
            suspects = self._suspects(served)
            is_quiet = book.is_quiet() if suspects else True
            yield from self.absence.settle(suspects, served, is_quiet=is_quiet)
        if is_moved:
            yield from self._renumbered(fetcher)
        yield from self._renamed(fetcher)
        self.mark = self._moved_mark(served)

    def _is_accounted(self) -> bool:
        """Say whether a voucher counted has each of the change numbers given since the mark: then none is gone.

        A deletion takes two numbers, which no voucher has afterwards; whatever else is done takes one or two and leaves
        the last of them with the voucher; others measured that. It holds of the books that were read before: of a
        restored backup, whose numbers may have gone on from smaller ones, some of the sample is missing.
        """
        sample = self.mark.sample.keys()
        if not self.is_light or not sample or not sample <= {row.master_id for row in self.counted}:
            return False
        given = range(self.mark.alter_voucher_id + 1, self.book.company.alter_voucher_id + 1)
        return {row.alter_id for row in self.changed}.issuperset(given)

    def _suspects(self, served: DayCounts) -> list[date]:
        """Days whose count is not explained by the changes alone: something left them, or came from elsewhere."""
        if self.memory is not None:
            return self.absence.suspects(served)
        return differing_days(self.mark.days, _without(served, count_days(self._created())))

    def _created(self) -> list[Counted]:
        return [row for row in self.changed if row.master_id > self.mark.last_master_id]

    def _renamed(self, fetcher: Fetcher) -> Iterator[Whole]:
        """Vouchers that name a master by a name it has no more; only the hub knows which they are."""
        if self.memory is None:
            return
        stale = [row for row in self.memory.outdated(self.book.guid, VOUCHERS) if row.day is not None]
        for period in months_of(row.day for row in stale if row.day):
            window = Window(first=period.start, last=period.end)
            keys = {row.key for row in stale if row.day and row.day in period}
            counted = self.book.count(window)
            yield from fetcher.fetch(window, counted, [row for row in counted if row.key in keys])

    def _renumbered(self, fetcher: Fetcher) -> Iterator[Whole]:
        """Vouchers whose number moved without a change of theirs."""
        types = self._touched() if self.is_light else sorted(self.mark.renumbered)
        if self.is_light and not types:
            return
        rows = self.book.count_numbers(types)
        if self.memory is None:
            marks = mark_days(rows)
            wanted = [row for row in rows if self.mark.numbers.get(row.day) != marks[row.day]]
            self.mark = replace(self.mark, numbers=marks)
        else:
            members = tuple(CensusMember(row.key, None, None, row.number) for row in rows)
            verdict = self.memory.compare(Census(self.book.guid, VOUCHERS, None, members, corroborated=False))
            keys = frozenset(verdict.wanted)
            wanted = [row for row in rows if row.key in keys]
        yield from fetcher.fetch_like(wanted, may_be_renumbered(types))

    def _touched(self) -> list[str]:
        """Types that renumber themselves, and that a voucher changed, gone or found to differ has now or ever had."""
        if self.memory is None:
            return sorted(self.mark.renumbered)
        keys = [*self.absence.touched, *(row.key for row in self.changed)]
        return sorted(self.mark.renumbered & self.memory.values_of(self.book.guid, VOUCHERS, keys, "voucher_type"))

    def _moved_mark(self, served: DayCounts) -> Watermark:
        company = self.book.company
        if self.absence.is_unsettled:  # what is out of sight may have changed, too: the same changes are read again
            return replace(self.mark, alter_master_id=company.alter_master_id)
        return replace(
            self.mark,
            name=company.name,
            alter_master_id=company.alter_master_id,
            alter_voucher_id=company.alter_voucher_id,
            last_master_id=max([self.mark.last_master_id, *(row.master_id for row in self.changed)]),
            sample=sample_of(self.changed, company.alter_voucher_id, self.mark.sample),
            days={} if self.memory is not None else served,
        )


def _without(counts: DayCounts, taken: DayCounts) -> DayCounts:
    left = {day: count - taken.get(day, NOTHING) for day, count in counts.items()}
    return {day: count for day, count in left.items() if count != NOTHING}


def months_of(days: Iterable[date]) -> list[Period]:
    """Return a period for each calendar month, from its first to its last day given."""
    found: dict[tuple[int, int], list[date]] = {}
    for day in sorted(days):
        found.setdefault((day.year, day.month), []).append(day)
    return [Period(some[0], some[-1]) for some in found.values()]
