"""The time a fake lives in: a callable, so that a test can let an hour or a month pass at once.

Nothing here reads the machine's clock: a ticking clock starts where it is told and goes on by the monotonic one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

Clock = Callable[[], datetime]
"""Returns the present moment, in UTC with its zone."""


@dataclass(slots=True)
class MovableClock:
    """Stands still until it is moved.

    Attributes:
        moment: what it shows; with its zone.
    """

    moment: datetime

    def __call__(self) -> datetime:
        """Return what it shows."""
        return self.moment

    def advance(self, seconds: float = 0.0, *, days: float = 0.0) -> None:
        """Let time pass."""
        self.moment += timedelta(days=days, seconds=seconds)


@dataclass(slots=True)
class TickingClock:
    """Goes as fast as real time from the moment it was started at; may be moved on as well.

    Attributes:
        start: what it shows at first; with its zone.
    """

    start: datetime
    _began: float = field(default_factory=monotonic)
    _skipped: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Return the start, and what has passed since."""
        return self.start + self._skipped + timedelta(seconds=monotonic() - self._began)

    def advance(self, seconds: float = 0.0, *, days: float = 0.0) -> None:
        """Let time pass at once."""
        self._skipped += timedelta(days=days, seconds=seconds)
