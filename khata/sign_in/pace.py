"""The hub's pace and breaker: one of each per connection, in the store, for all workers in all processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.sdk.breaking import FAILURES, REST_S, resting
from connectors.sdk.pacing import LONG_PAUSE_S, booked, day_of, left_of, quota_used, refused_by_source
from connectors.sdk.tokens import Limits

if TYPE_CHECKING:
    from storage.repositories.throttles import Throttle, Throttles


QUEUE_MAX = 200
"""More workers do not wait for one connection at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPace:
    """See ``connectors.sdk.tokens.Pace``; moments are of the wall clock, so that computers share them.

    Attributes:
        throttles: of the tenant.
        connection_id: whose pace.
        limits: of the product.
        now: UTC.
        sleep: waits that many seconds.
    """

    throttles: Throttles
    connection_id: int
    limits: Limits
    now: Callable[[], datetime]
    sleep: Callable[[float], None]

    def take(self, cost: int = 1) -> None:
        """See ``Pace``."""
        now, starts = self.now(), list[float]()

        def book(found: Throttle) -> Throttle:
            if (pause := found.held_until - now.timestamp()) > LONG_PAUSE_S:
                raise refused_by_source(now, pause)
            used = self._used(found, now)
            left = left_of(self.limits, used)
            if left is not None and left < cost:
                raise quota_used(self.limits, now)
            free_at = self._plausible(found.free_at, now)
            start, free_at = booked(self.limits, free_at, found.held_until, now.timestamp(), cost)
            starts.append(start)
            return replace(found, free_at=free_at, day=day_of(now, self.limits), used=used + cost)

        self.throttles.change(self.connection_id, book)
        wait = starts[-1] - now.timestamp()
        if wait > 0:
            self.sleep(wait)

    def _plausible(self, free_at: float, now: datetime) -> float:
        """When the bucket is full again, unless no queue can be that long: that was said by a clock that was fast."""
        longest = (self.limits.burst + QUEUE_MAX) * 60.0 / self.limits.per_minute
        return free_at if free_at - now.timestamp() <= longest else 0.0

    def hold(self, seconds: float) -> None:
        """See ``Pace``."""
        until = self.now().timestamp() + seconds
        self.throttles.change(self.connection_id, lambda found: replace(found, held_until=max(found.held_until, until)))

    def left_today(self) -> int | None:
        """See ``Pace``."""
        found, now = self.throttles.get(self.connection_id), self.now()
        if found.held_until - now.timestamp() > LONG_PAUSE_S:
            return 0
        return left_of(self.limits, self._used(found, now))

    def held_until(self) -> datetime | None:
        """When the pause ends that the source asked for, UTC; None if it asked for none, or it is over."""
        until = datetime.fromtimestamp(self.throttles.get(self.connection_id).held_until, tz=UTC)
        return until if until > self.now() else None

    def release(self) -> None:
        """End a pause the source asked for: somebody has signed in again, maybe with a larger quota."""
        self.throttles.change(self.connection_id, lambda found: replace(found, held_until=0.0))

    def _used(self, found: Throttle, now: datetime) -> int:
        return found.used if found.day == day_of(now, self.limits) else 0


@dataclass(slots=True, kw_only=True)
class HubBreaker:
    """See ``connectors.sdk.tokens.Breaker``.

    Attributes:
        throttles: of the tenant.
        connection_id: whose breaker.
        now: UTC.
        failures: so many running open it.
        rest_s: how long it stays open.
    """

    throttles: Throttles
    connection_id: int
    now: Callable[[], datetime]
    failures: int = FAILURES
    rest_s: float = REST_S
    _is_well: bool = field(default=False)

    def check(self) -> None:
        """See ``Breaker``."""
        found = self.throttles.get(self.connection_id)
        self._is_well = found.failures == 0
        if found.failures >= self.failures:
            self.throttles.change(self.connection_id, self._let_one_try)

    def succeeded(self) -> None:
        """See ``Breaker``; writes only if there was something to forget."""
        if not self._is_well:
            self.throttles.change(self.connection_id, lambda found: replace(found, failures=0, open_until=0.0))

    def failed(self) -> None:
        """See ``Breaker``."""
        until = self.now().timestamp() + self.rest_s

        def count(found: Throttle) -> Throttle:
            failures = found.failures + 1
            return replace(
                found, failures=failures, open_until=until if failures >= self.failures else found.open_until
            )

        self.throttles.change(self.connection_id, count)

    def _let_one_try(self, found: Throttle) -> Throttle:
        """The rest is over for one call; the others go on resting until it has come back."""
        now = self.now().timestamp()
        if found.failures >= self.failures and now < found.open_until <= now + self.rest_s:
            raise resting(found.open_until - now)
        return replace(found, open_until=now + self.rest_s) if found.failures >= self.failures else found
