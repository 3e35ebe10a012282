"""Leaving a source alone that is down: a breaker for one process. The hub keeps the same figures in its store."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from canonical.errors import SourceUnavailable

FAILURES: Final = 5
"""So many failures running open the breaker."""
REST_S: Final = 60.0


class LocalBreaker:
    """Counts failures running; rests, then lets one call try.

    Args:
        clock: seconds that only go forward.
        failures: so many running open it.
        rest_s: how long it stays open.
    """

    def __init__(self, *, clock: Callable[[], float], failures: int = FAILURES, rest_s: float = REST_S) -> None:
        self._clock, self._limit, self._rest_s = clock, failures, rest_s
        self._lock = threading.Lock()
        self._failed, self._open_until = 0, 0.0

    def check(self) -> None:
        """See ``Breaker``."""
        with self._lock:
            left = self._open_until - self._clock()
            if self._failed < self._limit:
                return
            if left > 0:
                raise resting(left)
            self._open_until = self._clock() + self._rest_s  # this call tries; the others go on resting

    def succeeded(self) -> None:
        """See ``Breaker``."""
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        """See ``Breaker``."""
        with self._lock:
            self._failed += 1
            if self._failed >= self._limit:
                self._open_until = self._clock() + self._rest_s


def resting(left_s: float) -> SourceUnavailable:
    """The error of an open breaker."""
    return SourceUnavailable(
        f"The source failed several times running; it is left alone for another {left_s:.0f} s.",
        code="source.resting",
        retry_after_s=round(left_s, 1),
    )
