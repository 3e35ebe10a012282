"""Watching running sources: look at their counters at an interval and whenever a call comes, sync what moved.

One loop, one connection at a time: a Tally answers one question at a time anyway, and several companies of one Tally
would only wait for each other. A look is one small question; a sync starts only when the counters moved. What goes
wrong with one connection is said and does not stop the others. Stopping is asked, never forced: a sync that is running
comes to its end.

Where next: ``workflows/polling.py`` for what a look is, ``khata/api/listener.py`` for the calls.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from canonical.errors import KhataError
from storage.turn import TurnTaken
from workflows.inputs import RunStatus, RunSummary, SyncRequest
from workflows.local import poll_connection
from workflows.steps import Steps

BREATH_S = 2.0
"""Between a call and the look: Tally serves a question right behind a save before its own screen, and the person would
wait for it; and calls that come close together lead to one look."""


class WatchEvent(StrEnum):
    """What a watch has to say."""

    SYNCED = "synced"
    FAILED = "failed"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that happened.

    Attributes:
        summary: of a sync.
        error: why a look or sync failed; said once until it is another one.
    """

    event: WatchEvent
    connection: str
    summary: RunSummary | None = None
    error: KhataError | None = None


@dataclass(slots=True)
class Watch:
    """Watches connections until it is told to stop.

    Attributes:
        steps: of this hub.
        requests: one per connection.
        interval_s: seconds between two looks at the same connection.
        clock: seconds, rising.
        tell: called with what happens.
        breath_s: pause between a call and the look it leads to.
    """

    steps: Steps
    requests: Sequence[SyncRequest]
    interval_s: float
    clock: Callable[[], float]
    tell: Callable[[Told], None]
    breath_s: float = BREATH_S
    _wake: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _called: set[str] = field(default_factory=set)
    _failed: dict[str, str] = field(default_factory=dict)

    def call(self, connection: str) -> None:
        """Say that a connection's source has changed; returns at once, from any thread."""
        self._called.add(connection)
        self._wake.set()

    def stop(self) -> None:
        """Ask the watch to stop after what it is doing; returns at once, from any thread or signal handler."""
        self._stop.set()
        self._wake.set()

    def run(self) -> None:
        """Watch until ``stop``."""
        while not self._stop.is_set():
            next_at = self.clock() + self.interval_s
            self._look(self.requests)
            while not self._stop.is_set() and (left := next_at - self.clock()) > 0 and self._wake.wait(left):
                self._answer_calls()

    def _answer_calls(self) -> None:
        """Look at the connections that called; the others keep their interval."""
        self._stop.wait(self.breath_s)
        self._wake.clear()
        called = {self._called.pop() for _ in range(len(self._called))}
        self._look([request for request in self.requests if request.connection in called])

    def _look(self, requests: Sequence[SyncRequest]) -> None:
        for request in requests:
            if self._stop.is_set():
                return
            try:
                summary = poll_connection(self.steps, request)
            except TurnTaken:
                continue  # somebody else is syncing it this moment; the next look sees what is left
            except KhataError as error:
                self._say_failure(request.connection, error)
            else:
                self._say_success(request.connection, summary)

    def _say_failure(self, connection: str, error: KhataError) -> None:
        if self._failed.get(connection) != error.code:
            self._failed[connection] = error.code
            self.tell(Told(event=WatchEvent.FAILED, connection=connection, error=error))

    def _say_success(self, connection: str, summary: RunSummary) -> None:
        if self._failed.pop(connection, None) is not None:
            self.tell(Told(event=WatchEvent.RECOVERED, connection=connection))
        if summary.status != RunStatus.UNCHANGED:
            self.tell(Told(event=WatchEvent.SYNCED, connection=connection, summary=summary))
