"""The three limits of an organisation: calls in a minute, in a day, and at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock

from sandbox.zoho.app.options import QUOTAS, Options
from sandbox.zoho.app.refusals import over_limit
from sandbox.zoho.books.company import Books

MINUTE = timedelta(minutes=1)
AT_ONCE_FREE, AT_ONCE_PAID = 5, 10


@dataclass(slots=True)
class Use:
    """What an organisation has used.

    Attributes:
        total: calls ever let through; for tests.
        refused: calls that ran into a limit.
    """

    minute: deque[datetime] = field(default_factory=deque)
    day: date | None = None
    today: int = 0
    in_flight: int = 0
    total: int = 0
    refused: int = 0


class Gate:
    """Lets calls through, or refuses them with 429."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._uses: dict[str, Use] = {}
        self._lock = Lock()

    def use_of(self, organization_id: str) -> Use:
        """Return what an organisation has used."""
        return self._uses.setdefault(organization_id, Use())

    def quota(self, books: Books) -> int:
        """Return the calls an organisation may make in a day."""
        limits = self._options.limits
        return limits.per_day if limits.per_day is not None else QUOTAS[books.facts.plan]

    @contextmanager
    def passing(self, books: Books) -> Iterator[tuple[tuple[str, str], ...]]:
        """Count a call and hold its place while it is answered; yields the headers that tell what is left.

        Raises:
            Refused: 44, 45 or 1070.
        """
        with self._lock:
            use = self._enter(books)
            headers = self._headers(books, use)
        try:
            yield headers
        finally:
            with self._lock:
                use.in_flight -= 1

    def _enter(self, books: Books) -> Use:
        limits, use, now = self._options.limits, self.use_of(books.facts.id), books.now()
        today = (now - timedelta(hours=self._options.reset_hour)).date()
        if use.day != today:
            use.day, use.today = today, 0
        while use.minute and use.minute[0] <= now - MINUTE:
            use.minute.popleft()
        if limits.enforced:
            self._check(books, use)
        use.minute.append(now)
        use.today += 1
        use.total += 1
        use.in_flight += 1
        return use

    def _check(self, books: Books, use: Use) -> None:
        limits = self._options.limits
        quota = self.quota(books)
        at_once = limits.at_once or (AT_ONCE_FREE if books.facts.plan == "Free" else AT_ONCE_PAID)
        headers = self._headers(books, use)
        use.refused += 1
        if use.today >= quota:
            raise over_limit(45, quota, headers)
        if limits.per_minute is not None and len(use.minute) >= limits.per_minute:
            raise over_limit(44, headers=headers)
        if use.in_flight >= at_once:
            raise over_limit(1070, headers=headers)
        use.refused -= 1

    def _headers(self, books: Books, use: Use) -> tuple[tuple[str, str], ...]:
        if not self._options.rate_headers:
            return ()
        now, quota = books.now(), self.quota(books)
        shifted = now - timedelta(hours=self._options.reset_hour)
        midnight = shifted.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        return (
            ("X-Rate-Limit-Limit", str(quota)),
            ("X-Rate-Limit-Remaining", str(max(0, quota - use.today))),
            ("X-Rate-Limit-Reset", str(int((midnight - shifted).total_seconds()))),
        )
