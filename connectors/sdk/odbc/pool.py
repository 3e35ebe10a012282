"""Sessions kept for the next question: signing in costs more than most questions do.

A session is lent to one user at a time and comes back open; the least recently used gives way when there are too many.
A session whose question was given up has no driver any more and costs nothing to keep.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connectors.sdk.odbc.session import DatabaseSession, Target

OPEN_MAX = 4
"""Sessions kept open at the same time."""


class SessionPool:
    """Lends sessions by target; safe between threads.

    Args:
        open_session: makes a session for a target; it signs in when it is asked something.
        open_max: idle sessions kept.
    """

    def __init__(self, open_session: Callable[[Target], DatabaseSession], open_max: int = OPEN_MAX) -> None:
        self._open, self._max = open_session, open_max
        self._idle: OrderedDict[int, DatabaseSession] = OrderedDict()
        self._numbers = iter(range(1 << 62))
        self._lock = threading.Lock()

    @contextmanager
    def lend(self, target: Target) -> Iterator[DatabaseSession]:
        """Lend a session of this target, an open one if there is one."""
        session = self._take(target) or self._open(target)
        try:
            yield session
        finally:
            self._give_back(session)

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            idle, self._idle = list(self._idle.values()), OrderedDict()
        for session in idle:
            session.close()

    def _take(self, target: Target) -> DatabaseSession | None:
        with self._lock:
            found = next((number for number, one in reversed(self._idle.items()) if one.target == target), None)
            return None if found is None else self._idle.pop(found)

    def _give_back(self, session: DatabaseSession) -> None:
        if not session.is_open:
            session.close()
            return
        with self._lock:
            self._idle[next(self._numbers)] = session
            surplus = [self._idle.popitem(last=False)[1] for _ in range(len(self._idle) - self._max)]
        for one in surplus:
            one.close()
