"""A process that ends at a call: everything it had not committed is lost."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sdk.tokens import Pace


class Killed(BaseException):
    """The process ended."""


@dataclass
class Doomed:
    """A pace that ends the process at a call."""

    pace: Pace | None
    calls: int

    def take(self, cost: int = 1) -> None:
        self.calls -= 1
        if self.calls < 0:
            raise Killed
        assert self.pace is not None
        self.pace.take(cost)

    def hold(self, seconds: float) -> None:
        assert self.pace is not None
        self.pace.hold(seconds)

    def left_today(self) -> int | None:
        assert self.pace is not None
        return self.pace.left_today()
