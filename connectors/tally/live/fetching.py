"""Vouchers of a window, whole and checked against what was counted there; asked for in parts where that is needed.

An answer may be cut, may lose objects without a word, or may change under our hands. What was counted and does not
come is counted again: still there means that the answer was short, and the rest is asked for in smaller parts; gone
means that somebody deleted or moved it meanwhile (its new state has a higher change number and is read later), but
only if the company's counters have moved. If they have not, one of the answers is wrong, and nothing is believed.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from canonical.errors import SourceError
from connectors.tally.gateway.ahead import Coming
from connectors.tally.gateway.answer import Answer
from connectors.tally.gateway.formula import Formula
from connectors.tally.gateway.refusal import TOO_HEAVY
from connectors.tally.live.book import KEYS_PER_REQUEST, Book, Whole
from connectors.tally.live.counting import Counted
from connectors.tally.live.notes import not_settled
from connectors.tally.live.windows import Window, pack

BY_KEY_SHARE = 4
"""Fewer than one in so many vouchers of a window wanted: they are named one by one instead."""
ANSWERS_AHEAD = 2
"""Windows asked for beyond the one that is read: answers and readings of one take now longer, now shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Vouchers to be read.

    Attributes:
        window: where they are.
        counted: everything that is in the window.
        wanted: those to read.
        done: called when the last of them has been handed over.
    """

    window: Window
    counted: Sequence[Counted]
    wanted: Sequence[Counted]
    done: Callable[[], None] | None = None


@dataclass(slots=True, kw_only=True)
class _Step:
    """A part of a reading: one request for a window, or (without a window) vouchers named one by one."""

    wanted: Sequence[Counted]
    window: Window | None = None
    done: Callable[[], None] | None = None
    coming: Coming[Answer] | None = None


class Fetcher:
    """Reads vouchers that were counted."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def fetch(self, window: Window, counted: Sequence[Counted], wanted: Sequence[Counted]) -> Iterator[Whole]:
        """Yield the wanted vouchers of a window.

        Args:
            window: where they are.
            counted: everything that is in the window.
            wanted: those to read.

        Raises:
            SourceError: one of them cannot be had.
        """
        yield from self.fetch_all([Reading(window=window, counted=counted, wanted=wanted)])

    def fetch_all(self, readings: Iterable[Reading]) -> Iterator[Whole]:
        """Yield the wanted vouchers of several readings in order.

        Tally works on the next windows while the one before them is read from disk and handed over: never more than
        one request, never more than three answers. A window that failed is seen to before anything else is asked.

        Args:
            readings: taken one by one, each when it is about to be asked for.

        Raises:
            SourceError: a voucher cannot be had.
        """
        ahead: deque[_Step] = deque()
        steps = self._steps(readings)
        try:
            while True:
                while len(ahead) <= ANSWERS_AHEAD and (step := next(steps, None)) is not None:
                    self._begin(step, ahead)
                    ahead.append(step)
                if not ahead:
                    return
                step = ahead.popleft()
                has_failed = step.coming is not None and step.coming.has_failed()
                yield from self._finish(step)
                if has_failed:  # those behind it were not asked for
                    waiting, ahead = ahead, deque()
                    for following in waiting:
                        self._begin(following, ahead)
                        ahead.append(following)
        finally:
            for step in ahead:
                if step.coming is not None:
                    step.coming.drop()

    def _begin(self, step: _Step, ahead: Iterable[_Step]) -> None:
        """Ask for a step's window when those before it have come."""
        if step.window is not None:
            before = [other.coming for other in ahead if other.coming is not None]
            step.coming = self._book.begin(step.window, after=before[-1] if before else None)

    def _steps(self, readings: Iterable[Reading]) -> Iterator[_Step]:
        for reading in readings:
            wanted = reading.wanted
            steps = [_Step(wanted=wanted)]
            if len(wanted) * BY_KEY_SHARE >= len(reading.counted) and len(wanted) > 1:
                parts = pack(reading.window, reading.counted, self._book.pace.vouchers)
                held = ((part, [row for row in wanted if part.holds(row)]) for part in parts)
                steps = [_Step(window=part, wanted=rows) for part, rows in held if rows] or steps
            steps[-1].done = reading.done
            yield from steps

    def _finish(self, step: _Step) -> Iterator[Whole]:
        if step.window is None:
            yield from self.fetch_named(step.wanted)
        else:
            yield from self._window(step.window, step.wanted, step.coming)
        if step.done is not None:
            step.done()

    def fetch_named(self, wanted: Sequence[Counted]) -> Iterator[Whole]:
        """Yield vouchers by their numbers, wherever they are."""
        ordered = sorted(wanted, key=lambda row: (row.day, row.master_id))
        for start in range(0, len(ordered), KEYS_PER_REQUEST):
            yield from self._named(ordered[start : start + KEYS_PER_REQUEST])

    def fetch_like(self, wanted: Sequence[Counted], condition: Formula) -> Iterator[Whole]:
        """Yield vouchers that are most of those a condition lets through, window by window; a few are named instead."""
        if len(wanted) <= KEYS_PER_REQUEST * BY_KEY_SHARE:
            yield from self.fetch_named(wanted)
            return
        per_day = Counter(row.day for row in wanted)
        limit = max(self._book.pace.vouchers, *per_day.values())  # whole days: change numbers may not be known here
        left = {row.key: row for row in wanted}
        for part in pack(Window(first=min(per_day), last=max(per_day)), wanted, limit):
            found = _held(self._book.read(part, condition), list(left.values()))
            yield from found.values()
            left = {key: row for key, row in left.items() if key not in found}
        yield from self.fetch_named(list(left.values()))

    def _window(
        self, window: Window, wanted: Sequence[Counted], coming: Coming[Answer] | None = None
    ) -> Iterator[Whole]:
        if not wanted:
            return
        try:
            found = _held(self._book.read(window, coming=coming), wanted)
        except SourceError as error:
            if error.code not in TOO_HEAVY or len(wanted) == 1:
                raise
            self._book.pace.fail()
            yield from self._parts(window, wanted)
            return
        yield from found.values()
        lost = [row for row in wanted if row.key not in found]
        if lost:
            yield from self._rest(window, self._still_there(window, lost), has_come=bool(found))

    def _parts(self, window: Window, wanted: Sequence[Counted]) -> Iterator[Whole]:
        for part in pack(window, wanted, max(1, (len(wanted) + 1) // 2)):
            yield from self._window(part, [row for row in wanted if part.holds(row)])

    def _rest(self, window: Window, lost: Sequence[Counted], *, has_come: bool) -> Iterator[Whole]:
        """An answer without some of what is there: ask for those alone, by halves while nothing comes at all."""
        if not lost:
            return
        if has_come or len(lost) > KEYS_PER_REQUEST:
            yield from self._parts(window, lost)
        else:
            yield from self.fetch_named(lost)

    def _named(self, wanted: Sequence[Counted]) -> Iterator[Whole]:
        try:
            found = _held(self._book.read_keys(wanted), wanted)
        except SourceError as error:
            if error.code not in TOO_HEAVY or len(wanted) == 1:
                raise
            found = {}
        yield from found.values()
        lost = [row for row in wanted if row.key not in found]
        if not lost:
            return
        if len(wanted) == 1:
            self._refuse_if_there(lost[0])
            return
        middle = (len(lost) + 1) // 2
        for some in (lost[:middle], lost[middle:]):
            if some:
                yield from self._named(some)

    def _refuse_if_there(self, row: Counted) -> None:
        if self._still_there(Window(first=row.day, last=row.day), [row]):
            raise not_settled(self._book.company.name, f"a voucher of {row.day}")

    def _still_there(self, window: Window, lost: Sequence[Counted]) -> list[Counted]:
        now = {row.key for row in self._book.count(window)}
        there = [row for row in lost if row.key in now]
        if len(there) < len(lost) and self._book.is_quiet():
            raise not_settled(self._book.company.name, f"vouchers of {window.first} to {window.last}")
        return there


def _held(found: Iterable[Whole], wanted: Sequence[Counted]) -> dict[str, Whole]:
    """Keep the wanted ones until the answer has proved whole; the tree is encoded, so a window stays small."""
    keys = {row.key for row in wanted}
    return {whole.item.key: whole for whole in found if whole.item.key in keys}
