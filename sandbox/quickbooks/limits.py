"""How much a client may ask: per minute, per second, at once, and batches; counted per company.

The time is the books' own: with a clock that stands still, a client that does not wait will be refused, and one that
waits moves the clock. There is no Retry-After and no header that says what is left (neither is there on the real one).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Self

from sandbox.quickbooks.refusals import Refusal

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class Limits:
    """What is allowed; 0 is no limit.

    Attributes:
        per_month: reads in all (the Builder tier has 500,000); they are counted and never forgotten.
    """

    per_minute: int = 500
    per_second: int = 10
    at_once: int = 10
    batches_per_minute: int = 40
    per_month: int = 0

    @classmethod
    def none(cls) -> Self:
        """Return no limits at all."""
        return cls(per_minute=0, per_second=0, at_once=0, batches_per_minute=0)


@dataclass(slots=True)
class _Meter:
    calls: deque[datetime] = field(default_factory=deque)
    batches: deque[datetime] = field(default_factory=deque)
    running: int = 0
    total: int = 0


@dataclass(slots=True)
class Throttle:
    """Counts the calls of every company.

    Attributes:
        refused: how often a limit was run into.
        most_at_once: the most calls that ran together.
    """

    limits: Limits
    clock: Callable[[], datetime]
    refused: int = 0
    most_at_once: int = 0
    _meters: dict[str, _Meter] = field(default_factory=lambda: defaultdict(_Meter))
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def passing(self, realm_id: str, *, is_batch: bool) -> Iterator[None]:
        """Let one call through, for as long as it takes.

        Raises:
            Refusal: a limit is reached (3001).
        """
        meter = self._meters[realm_id]
        with self._lock:
            if not self._fits(meter, is_batch=is_batch):
                self.refused += 1
                raise Refusal.throttled()
            meter.running += 1
            self.most_at_once = max(self.most_at_once, meter.running)
        try:
            yield
        finally:
            with self._lock:
                meter.running -= 1

    def calls(self, realm_id: str) -> int:
        """Say how many calls of a company were let through."""
        return self._meters[realm_id].total

    def _fits(self, meter: _Meter, *, is_batch: bool) -> bool:
        now, limits = self.clock(), self.limits
        _forget(meter.calls, now - MINUTE)
        _forget(meter.batches, now - MINUTE)
        recent = sum(1 for moment in meter.calls if moment > now - SECOND) if limits.per_second else 0
        refused = (
            (limits.per_minute and len(meter.calls) >= limits.per_minute)
            or (limits.per_second and recent >= limits.per_second)
            or (limits.at_once and meter.running >= limits.at_once)
            or (limits.per_month and meter.total >= limits.per_month)
            or (is_batch and limits.batches_per_minute and len(meter.batches) >= limits.batches_per_minute)
        )
        if refused:
            return False
        meter.calls.append(now)
        meter.total += 1
        if is_batch:
            meter.batches.append(now)
        return True


def _forget(moments: deque[datetime], before: datetime) -> None:
    while moments and moments[0] <= before:
        moments.popleft()
