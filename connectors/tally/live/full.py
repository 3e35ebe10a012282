"""Everything of a company: month by month, counted before and checked after it is read, resumable at each month.

Where the hub remembers a month already (from an earlier sync, or from files), only what differs is read.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import IO, Any

import msgspec

from canonical.dates import Period
from connectors.sdk.census import HubMemory
from connectors.tally.gateway.ahead import Coming
from connectors.tally.live import notes
from connectors.tally.live.absence import Absence
from connectors.tally.live.book import Book, Whole
from connectors.tally.live.counting import Counted, DayCounts, count_days
from connectors.tally.live.fetching import Fetcher, Reading
from connectors.tally.live.numbering import mark_days
from connectors.tally.live.watermark import Watermark, sample_of
from connectors.tally.live.windows import Window, scopes

_DAY = timedelta(days=1)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[Counted]).decode


@dataclass(slots=True)
class Progress:
    """How far a full read has come; kept in the state until it is finished.

    Attributes:
        mark: counters before the first voucher was read, and what was learned since.
        following: first day not read yet; None before the first.
    """

    mark: Watermark
    following: date | None = None

    def to_state(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {"mark": self.mark.to_state(), "following": self.following.isoformat() if self.following else None}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Progress:
        """Read what ``to_state`` wrote."""
        following = state.get("following")
        return cls(Watermark.from_state(state["mark"]), date.fromisoformat(following) if following else None)


@dataclass(slots=True)
class FullRead:
    """One full read of a company's vouchers.

    Attributes:
        progress: where it stands; saved after each month.
        save: called when every record so far has been yielded.
        is_thorough: read what the hub holds already, too.
    """

    book: Book
    absence: Absence
    memory: HubMemory | None
    progress: Progress
    save: Callable[[], None]
    is_thorough: bool = False
    served: DayCounts = field(default_factory=dict)
    _is_resumed: bool = False

    def records(self) -> Iterator[Whole]:
        """Yield every voucher; afterwards the progress' mark stands for all of them.

        Raises:
            SourceError: Tally does not show everything, or not consistently.
        """
        book = self.book
        self._is_resumed = self.progress.following is not None
        self.served = book.count_days()
        self._refuse_clipped()
        if not self.served:
            yield from self.absence.settle(self.absence.suspects({}), {}, is_quiet=False)
            return
        with closing(_Counted()) as counted:
            with closing(self._readings(counted)) as readings:
                yield from Fetcher(book).fetch_all(readings)
            yield from self._take_stock(counted)

    def _readings(self, counted: _Counted) -> Generator[Reading, None, None]:
        """Month after month; each is noted as read when its last voucher has been handed over."""
        for scope, rows in self._censuses():
            counted.keep(scope, rows)
            wanted = rows if self.is_thorough else self.absence.wanted(Period(scope.first, scope.last), rows)
            done = partial(self._advance, scope, rows)
            yield Reading(window=scope, counted=rows, wanted=wanted, done=done)

    def _censuses(self) -> Iterator[tuple[Window, list[Counted]]]:
        """Count month after month, each while the one before it is read."""
        begun: deque[tuple[Window, Coming[list[Counted]]]] = deque()
        try:
            for scope in scopes(self._first_day(), self._last_day()):
                begun.append((scope, self.book.begin_count(scope)))
                if len(begun) > 1:
                    before, coming = begun.popleft()
                    yield before, coming.answer()
            while begun:
                scope, coming = begun.popleft()
                yield scope, coming.answer()
        finally:
            for _, coming in begun:
                coming.drop()

    def _first_day(self) -> date:
        start = min([self.book.whole_period().start, *self.served])
        return self.progress.following or start

    def _last_day(self) -> date:
        known = (self.book.company.last_voucher_date, max(self.served, default=None))
        return max(day for day in known if day is not None)

    def _refuse_clipped(self) -> None:
        """Before the first day shown there must be nothing: another report is asked, near both ends of that time."""
        book = self.book
        book.refuse_clipped(self.served)
        start, first = book.whole_period().start, min(self.served, default=date.min)
        if first <= start:
            return
        last = first - _DAY
        month = timedelta(days=30)
        for period in {Period(max(start, last - month), last), Period(start, min(start + month, last))}:
            hidden = book.register_days(period)
            if hidden:
                raise notes.period_clipped(
                    book.company.name, f"{first} to {max(self.served)}", f"{min(hidden)} to {max(hidden)}"
                )

    def _advance(self, scope: Window, rows: Sequence[Counted]) -> None:
        mark = self.progress.mark
        self.progress.following = scope.last + _DAY
        self.progress.mark = replace(
            mark,
            last_master_id=max([mark.last_master_id, *(row.master_id for row in rows)]),
            sample=sample_of(rows, mark.alter_voucher_id, mark.sample),
        )
        if self.memory is None:
            self.progress.mark = replace(self.progress.mark, days={**mark.days, **count_days(rows)})
        self.save()

    def _take_stock(self, counted: _Counted) -> Iterator[Whole]:
        """What is held and no longer there; from the shell, a census of every month."""
        is_quiet = self.book.is_quiet() and not self._is_resumed
        if self.memory is not None:
            served = self.served if is_quiet else self.book.count_days()
            is_quiet = self.book.is_quiet()
            yield from self.absence.settle(self.absence.suspects(served), served, is_quiet=is_quiet)
            return
        for scope in scopes(min([self.book.whole_period().start, *self.served]), self._last_day()):
            period = Period(scope.first, scope.last)
            rows = counted.rows(scope) if is_quiet else self.book.count(scope)
            is_sure = is_quiet and self.absence.agrees(period, rows, self.served)
            self.absence.hand_over(period, rows, is_corroborated=is_sure)
        moving = self.book.count_numbers(sorted(self.progress.mark.renumbered))
        self.progress.mark = replace(self.progress.mark, numbers=mark_days(moving))


class _Counted:
    """Censuses on disk until the end of the read; nobody is told that something is gone before everything was read."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        self._places: dict[Window, int] = {}

    def keep(self, scope: Window, rows: Sequence[Counted]) -> None:
        """Append a scope's rows."""
        self._file.seek(0, 2)
        self._places[scope] = self._file.tell()
        self._file.write(_encode(rows) + b"\n")

    def rows(self, scope: Window) -> list[Counted]:
        """Read a scope's rows back."""
        self._file.seek(self._places[scope])
        return _decode(self._file.readline())

    def close(self) -> None:
        """Free the disk."""
        self._file.close()
