"""How fast a connection asks: the arithmetic of a token bucket and a day's quota, and a pace for one process.

The hub keeps the same figures in its store, for all workers of a connection together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from canonical.errors import RateLimited
from connectors.sdk.tokens import Limits

QUOTA_USED = "source.quota_used"
LONG_PAUSE_S = 90.0
"""Nobody waits longer than that inside a call; a longer pause is told to whoever calls."""


class LocalPace:
    """A token bucket and a day's quota in memory.

    Args:
        limits: of the source.
        clock: seconds that only go forward.
        sleep: waits that many seconds.
        now: UTC time of day.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        now: Callable[[], datetime],
    ) -> None:
        self._limits, self._clock, self._sleep, self._now = limits, clock, sleep, now
        self._lock = threading.Lock()
        self._free_at = clock()
        self._held_until = self._free_at
        self._day, self._used = day_of(now(), limits), 0

    def take(self, cost: int = 1) -> None:
        """See ``Pace``."""
        wait = self._book(cost)
        if wait > 0:
            self._sleep(wait)

    def hold(self, seconds: float) -> None:
        """See ``Pace``."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + seconds)

    def left_today(self) -> int | None:
        """See ``Pace``."""
        with self._lock:
            self._turn_page()
            return 0 if self._paused_s() > LONG_PAUSE_S else left_of(self._limits, self._used)

    def _paused_s(self) -> float:
        return self._held_until - self._clock()

    def _book(self, cost: int) -> float:
        with self._lock:
            self._turn_page()
            if self._paused_s() > LONG_PAUSE_S:
                raise refused_by_source(self._now(), self._paused_s())
            left = left_of(self._limits, self._used)
            if left is not None and left < cost:
                raise quota_used(self._limits, self._now())
            self._used += cost
            start, self._free_at = booked(self._limits, self._free_at, self._held_until, self._clock(), cost)
            return start - self._clock()

    def _turn_page(self) -> None:
        today = day_of(self._now(), self._limits)
        if today != self._day:
            self._day, self._used = today, 0


def booked(limits: Limits, free_at: float, held_until: float, now: float, cost: int) -> tuple[float, float]:
    """Book calls in a token bucket kept as one moment (the generic cell rate algorithm).

    Args:
        limits: how many a minute, how many at once.
        free_at: the moment the bucket is full again.
        held_until: nobody starts before.
        now: in the same seconds.
        cost: calls.

    Returns:
        When they may start, and the moment the bucket is full again afterwards.
    """
    step = 60.0 / limits.per_minute
    full_at = max(free_at, now) + cost * step
    start = max(full_at - max(limits.burst, cost) * step, held_until, now)
    return start, max(full_at, start)


def day_of(now: datetime, limits: Limits) -> str:
    """The day (or month) a quota counts for, as ISO text."""
    day = now.astimezone(ZoneInfo(limits.day_zone)).date().isoformat()
    return day[: len("2026-04")] if limits.is_monthly else day


def left_of(limits: Limits, used: int) -> int | None:
    """Calls left of a quota, less the reserve."""
    return None if limits.quota is None else max(0, limits.quota - limits.reserve - used)


def quota_used(limits: Limits, now: datetime) -> RateLimited:
    """The error of a quota that is used up; says how long its day, or month, still lasts."""
    begins = quota_begins_at(limits, now)
    whose, span = ("This month's", "month") if limits.is_monthly else ("Today's", "day")
    return RateLimited(
        f"{whose} {limits.quota} calls are used up but for the {limits.reserve} kept for people; the sync goes on "
        f"where it stopped when the next {span} of the quota begins, at {render_moment(begins)}.",
        code=QUOTA_USED,
        retry_after_s=round((begins - now).total_seconds()),
    )


def quota_begins_at(limits: Limits, now: datetime) -> datetime:
    """When the next day, or month, of a quota begins, UTC."""
    local = now.astimezone(ZoneInfo(limits.day_zone))
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    if limits.is_monthly and midnight.day > 1:
        midnight = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    return midnight.astimezone(UTC)


def refused_by_source(now: datetime, seconds: float) -> RateLimited:
    """The error of a quota that the source itself said is used up, so many seconds before it is asked again."""
    return RateLimited(
        "The product said that its calls are used up; it is not asked again before "
        f"{render_moment(now + timedelta(seconds=seconds))}.",
        code=QUOTA_USED,
        retry_after_s=round(seconds),
    )


def render_moment(moment: datetime) -> str:
    """A moment for people: to the minute, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
