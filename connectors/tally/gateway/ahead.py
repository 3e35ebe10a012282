"""A question put before its answer is needed: Tally works on it while what it said last is still being read.

Not a second request in flight: the client's turn is taken as for any other, so whatever else is asked in the meantime
waits until this one is answered. The answer lies on disk (or is a count) until somebody wants it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from canonical.errors import InvariantError

Said = TypeVar("Said")


class Coming(Generic[Said]):
    """An answer on its way.

    Args:
        ask: puts the question; called in a thread of its own.
        after: nothing is asked before this one's answer is there, and nothing at all if that has failed.
        discard: frees what an answer that nobody wants holds.
    """

    def __init__(
        self,
        ask: Callable[[], Said],
        *,
        after: Coming[Any] | None = None,
        discard: Callable[[Said], object] | None = None,
    ) -> None:
        self._ask = ask
        self._after = after
        self._discard = discard
        self._answers: list[Said] = []
        self._has_failed = True
        self._error: BaseException | None = None
        # A process told to end does not wait for Tally: its mark stays in the lock, and the next one drains first.
        self._thread = threading.Thread(target=self._run, name="tally-request", daemon=True)
        self._thread.start()

    def has_failed(self) -> bool:
        """Wait for the answer; say whether there never was one."""
        self._thread.join()
        return self._has_failed

    def answer(self) -> Said:
        """Wait for the answer; the caller closes it. It is handed over once.

        Raises:
            KhataError: what asking raised.
            OSError: the answer could not be kept.
            BaseException: a fault of ours.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error
        if not self._answers:
            raise InvariantError("a question to Tally has no answer to hand over")
        return self._answers.pop()

    def drop(self) -> None:
        """Nobody wants it any more: wait for its end, as Tally does not stop either, and free what it holds."""
        self._thread.join()
        while self._answers:
            answer = self._answers.pop()
            if self._discard is not None:
                self._discard(answer)

    def _run(self) -> None:
        after, self._after = self._after, None  # a chain of them must not keep all that came before
        if after is not None and after.has_failed():
            return
        try:
            self._answers.append(self._ask())
            self._has_failed = False
        except BaseException as error:  # noqa: BLE001 - whatever it is belongs to who waits for the answer, not to a thread
            self._error = error
