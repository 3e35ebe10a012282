"""The pulse of a running step: heartbeats that say where it is, and the moment to notice a cancel.

A step calls ``beat`` as often as it likes (once per batch); the server hears of it about once a second. While the
step is inside one long statement a thread repeats the last beat, so a slow query is not taken for a dead worker;
but a step that has shown no progress for ``stall_s`` goes silent, and the server gives its work to another attempt.
Cancelling never interrupts a step in the middle of a statement: the next beat raises.

Where next: ``activities.py``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from types import TracebackType
from typing import Self

from temporalio import activity
from temporalio.exceptions import ApplicationError, CancelledError

from workflows.inputs import Progress

STOPPING = "khata.worker.stopping"
"""Code of an attempt that ended because its worker shut down; another worker goes on at once."""

ABANDONED = "khata.step.abandoned"
"""Code of an attempt whose result nobody waits for any more."""


@dataclass(frozen=True, slots=True)
class PulseSettings:
    """How often a step beats, and how long it may stand still.

    Attributes:
        every_s: seconds between heartbeats.
        stall_s: seconds without progress after which the pulse stops, so that the server gives up this attempt.
    """

    every_s: float = 1.0
    stall_s: float = 900.0


class Pulse:
    """Context manager around one step; pass its ``beat`` to the step."""

    def __init__(self, step: str, settings: PulseSettings, clock: Callable[[], float] = monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._last = Progress(step=step, done=0, total=0, unit="")
        self._moved_at = clock()
        self._sent_at = float("-inf")
        self._over = threading.Event()
        self._thread = threading.Thread(target=copy_context().run, args=(self._keep_beating,), daemon=True)

    def beat(self, progress: Progress) -> None:
        """Note progress and stop the step if it should not go on.

        Raises:
            CancelledError: somebody cancelled the sync.
            ApplicationError: the worker shuts down, or the server has given up this attempt.
        """
        self._last = progress
        self._moved_at = self._clock()
        if self._moved_at - self._sent_at >= self._settings.every_s:
            self._send()
        raise_if_over()

    def __enter__(self) -> Self:
        self._send()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _send(self) -> None:
        self._sent_at = self._clock()
        with suppress(TimeoutError):  # the worker's event loop is very busy; the next one will get through
            activity.heartbeat(self._last)

    def _keep_beating(self) -> None:
        while not self._over.wait(self._settings.every_s):
            if self._clock() - self._moved_at > self._settings.stall_s:
                activity.logger.warning("No progress for %.0f s: letting the heartbeat stop", self._settings.stall_s)
                return
            try:
                self._send()
            except RuntimeError:  # the worker's event loop has gone; the server will notice
                return


def raise_if_over() -> None:
    """Raise what ends this attempt, if anything does; see ``Pulse.beat``."""
    if not activity.is_cancelled():
        return
    details = activity.cancellation_details()
    if details is None or details.cancel_requested:
        raise CancelledError("The sync was cancelled")
    if details.worker_shutdown:
        raise ApplicationError(
            "The worker shut down; another goes on.", type=STOPPING, next_retry_delay=timedelta(milliseconds=100)
        )
    raise ApplicationError("The server has given this attempt up.", type=ABANDONED)
