"""How much to ask for at once: windows of days, and of change numbers inside a dense day, that adapt to the answers.

Tally answers one request at a time, on the thread its user works with, and does not stop when we give up waiting. So a
request must stay small enough to be answered soon, and large enough that there are few: the fixed cost of a request is
a walk through the whole book. Measured by others: 5,000 vouchers, 28 MB or 20 to 60 seconds are where it hurts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

DAYS_MAX = 31
"""A window never spans more days: some releases treat longer periods as the whole book."""
_DAY = timedelta(days=1)


class Dated(Protocol):
    """What a window can hold: something with a day and a change number."""

    @property
    def day(self) -> date:
        """Its date."""
        ...

    @property
    def alter_id(self) -> int:
        """Tally's change number of it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Window:
    """Vouchers of some days, perhaps only those of some change numbers.

    Attributes:
        first, last: days, both inside.
        after: only vouchers whose change number is larger.
        upto: only vouchers whose change number is at most this; None is no bound.
    """

    first: date
    last: date
    after: int = 0
    upto: int | None = None

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    def holds(self, item: Dated) -> bool:
        """Say whether something belongs here."""
        if not self.first <= item.day <= self.last:
            return False
        return (not self.after or self.after < item.alter_id) and (self.upto is None or item.alter_id <= self.upto)

    def halves(self, newest: int) -> tuple[Window, ...]:
        """Two smaller windows that tile this one: by days, of one day by change numbers; none if there are no two.

        Args:
            newest: the company's last change number.
        """
        if self.first < self.last:
            middle = self.first + (self.last - self.first) // 2
            return replace(self, last=middle), replace(self, first=middle + _DAY)
        middle_id = (self.after + (newest if self.upto is None else self.upto)) // 2
        if middle_id <= self.after:
            return ()
        return replace(self, upto=middle_id), replace(self, after=middle_id)


def scopes(first: date, last: date, days: int = DAYS_MAX) -> Iterator[Window]:
    """Tile a period with windows that end with a month where they can: those bounds every release honours."""
    while first <= last:
        end = min(_month_end(first), last, first + timedelta(days=days - 1))
        yield Window(first=first, last=end)
        first = end + _DAY


def _month_end(day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - _DAY


def pack(scope: Window, items: Iterable[Dated], vouchers_max: int) -> list[Window]:
    """Cut a scope into windows of at most so many of the vouchers known to be in it; together they tile the scope.

    Whole days stay together; a day with more is cut by change number.
    """
    by_day: dict[date, list[int]] = {}
    for item in items:
        by_day.setdefault(item.day, []).append(item.alter_id)
    cut: list[Window] = []
    first, held = scope.first, 0
    for day in sorted(by_day):
        count = len(by_day[day])
        if held and held + count > vouchers_max:
            cut.append(Window(first=first, last=day - _DAY, after=scope.after, upto=scope.upto))
            first, held = day, 0
        if count > vouchers_max:
            if first < day:
                cut.append(Window(first=first, last=day - _DAY, after=scope.after, upto=scope.upto))
            cut.extend(_slices(day, sorted(by_day[day]), vouchers_max, scope))
            first, held = day + _DAY, 0
        else:
            held += count
    if first <= scope.last:
        cut.append(Window(first=first, last=scope.last, after=scope.after, upto=scope.upto))
    return cut


def _slices(day: date, alter_ids: Sequence[int], vouchers_max: int, scope: Window) -> Iterator[Window]:
    edges = [scope.after, *alter_ids[vouchers_max - 1 : -1 : vouchers_max]]
    for place, after in enumerate(edges):
        upto = edges[place + 1] if place + 1 < len(edges) else scope.upto
        yield Window(first=day, last=day, after=after, upto=upto)


@dataclass(slots=True)
class Pace:
    """How many vouchers to ask for next, learned from what the last requests cost.

    Attributes:
        vouchers: the size of the next window.
        bytes_goal, seconds_goal: what one answer should cost at most.
        vouchers_max: never more, whatever the answers cost.
    """

    vouchers: int = 500
    bytes_goal: int = 28_000_000
    seconds_goal: float = 20.0
    vouchers_max: int = 5_000

    def observe(self, vouchers: int, byte_count: int, seconds: float) -> None:
        """Learn from a whole answer; sizes at most double, so that one lucky answer does no harm."""
        if vouchers <= 0:
            return
        fit = min(self.bytes_goal / max(byte_count, 1), self.seconds_goal / max(seconds, 1e-6)) * vouchers
        self.vouchers = max(1, min(int(fit), self.vouchers * 2, self.vouchers_max))

    def fail(self) -> int:
        """Learn from a time-out or a cut answer: half of it next time; returns the new size."""
        self.vouchers = max(1, self.vouchers // 2)
        return self.vouchers
