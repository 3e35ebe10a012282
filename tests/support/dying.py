"""A process that ends in the middle of its work."""

from __future__ import annotations

from dataclasses import dataclass

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
        return None
