"""A question put before its answer is needed: Tally works on it while what it said last is still being read.

Not a second request in flight: the client's turn is taken as for any other, so whatever else is asked in the meantime
waits until this one is answered. The answer lies on disk until somebody wants it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from canonical.errors import InvariantError
from connectors.tally.gateway.answer import Answer


class Coming:
    """An answer on its way.

    Args:
        ask: puts the question; called at once, in a thread of its own.
    """

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._answer: Answer | None = None
        self._error: BaseException | None = None
        # A process told to end does not wait for Tally: its mark stays in the lock, and the next one drains first.
        self._thread = threading.Thread(target=self._run, name="tally-request", daemon=True)
        self._thread.start()

    def has_failed(self) -> bool:
        """Wait for the answer; say whether there is none."""
        self._thread.join()
        return self._answer is None

    def answer(self) -> Answer:
        """Wait for the answer; the caller closes it. It is handed over once.

        Raises:
            KhataError: what ``GatewayClient.send`` raised.
            OSError: the answer could not be kept.
            BaseException: a fault of ours.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error
        if self._answer is None:
            raise InvariantError("a question to Tally has no answer to hand over")
        answer, self._answer = self._answer, None
        return answer

    def drop(self) -> None:
        """Nobody wants it any more: wait for its end, as Tally does not stop either, and free the disk."""
        self._thread.join()
        if self._answer is not None:
            self._answer.close()

    def _run(self) -> None:
        try:
            self._answer = self._ask()
        except BaseException as error:  # noqa: BLE001 - whatever it is belongs to who waits for the answer, not to a thread
            self._error = error
