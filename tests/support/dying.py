"""A process that ends at a call: everything it had not committed is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.sdk.base import Surroundings
from connectors.sdk.tokens import Pace


class Killed(BaseException):
    """The process ended."""


@dataclass
class Doomed:
    """A pace that ends the process at a call."""

    pace: Pace
    calls: int

    def take(self, cost: int = 1) -> None:
        self.calls -= 1
        if self.calls < 0:
            raise Killed
        self.pace.take(cost)

    def hold(self, seconds: float) -> None:
        self.pace.hold(seconds)

    def left_today(self) -> int | None:
        return self.pace.left_today()


def dying_after(calls: int | None, place: Surroundings) -> Surroundings:
    """Surroundings of a process that ends at the call of that number, if one is given."""
    if calls is None:
        return place
    assert place.pace is not None
    return replace(place, pace=Doomed(place.pace, calls))
