"""Asks one Tally, one question at a time, and never leaves it working for nobody.

What makes this more than an HTTP call:

* A file lock shared by all processes: two questions at once only make both expire.
* An expired request does not stop in Tally. Before anything else is asked, the smallest question there is (the list of
  companies) is put with a long budget and its answer awaited ("drain"). If even that expires, a message box is
  suspected, and this client sends nothing more.
* What proved too much is never sent again unchanged; after a few such troubles the run ends.
* If a process dies while Tally works for it, the next one finds the mark in the lock file and drains first.
* The answer goes to disk, up to a cap, and is judged before anyone reads it.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, replace
from pathlib import Path
from typing import IO

from canonical.errors import SourceError
from connectors.tally.gateway import refusal
from connectors.tally.gateway.ahead import Coming
from connectors.tally.gateway.allowed import ObjectType
from connectors.tally.gateway.answer import Answer
from connectors.tally.gateway.endpoint import Charset, Endpoint
from connectors.tally.gateway.lock import EndpointLock
from connectors.tally.gateway.requests import Request, RequestKind, collection
from connectors.tally.gateway.shape import Problem, Shape
from connectors.tally.gateway.transport import ExchangeFailed, Failure, Received, exchange

SMALLEST = collection(ObjectType.COMPANY, fetch=("Name",), name="KhataDrain")
"""Costs Tally milliseconds; whatever answers it has nothing else in hand."""
_log = logging.getLogger(__name__)
_STILL_WORKING = frozenset({Failure.EXPIRED, Failure.TOO_LARGE})


class GatewayClient:
    """A line to one Tally.

    Attributes:
        endpoint: where, and how patiently.
        troubles: requests that expired or were cut so far in this run.
        is_lossless: the last answer came in UTF-16, so no letter of it was lost; False before the first.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        work_directory: Path,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        """Prepare; nothing is sent.

        Args:
            endpoint: which Tally.
            work_directory: for the lock and for answers; the same for all that talk to this Tally.
            clock: seconds, monotonic.
            sleep: waits so many seconds.
        """
        self.endpoint = endpoint
        self.troubles = 0
        self.is_lossless = False
        self._folder = work_directory
        self._lock = EndpointLock(work_directory, endpoint.key)
        self._turn = threading.RLock()
        self._depth = 0
        self._clock = clock
        self._sleep = sleep
        self._too_heavy: set[bytes] = set()
        self._is_stuck_since: float | None = None

    def send(self, request: Request) -> Answer:
        """Put a question and return its whole, judged answer.

        Args:
            request: built by ``requests``.

        Raises:
            SourceUnavailable: not listening, in use by another process, busy, no reply, empty, truncated, too large,
                or too many troubles in this run.
            SourceRejected: message box suspected, no company open, company not open, refused, not Tally.
            SourceMalformed: the answer has no known form.
        """
        self._refuse_hopeless(request)
        with self.exclusive():
            self._refuse_hopeless(request)  # what was in flight until now may have told more
            with ExitStack() as undo:
                file = undo.enter_context(tempfile.TemporaryFile(dir=self._folder))
                received = self._exchange(request, file)
                answer = Answer(request, self.endpoint.url, file, received.byte_count, received.seconds)
                self._refuse_problem(answer)
                self.is_lossless = answer.is_lossless
                undo.pop_all()  # the file lives as long as the answer
            return answer

    def begin(self, request: Request, *, after: Coming[Answer] | None = None) -> Coming[Answer]:
        """Put a question and go on; whatever else is asked before it is answered waits for that.

        Args:
            request: built by ``requests``.
            after: not before this one is answered, and not at all if it fails.
        """
        return Coming(lambda: self.send(request), after=after, discard=Answer.close)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep the turn over several questions (reading back what was written); may be nested.

        Raises:
            SourceUnavailable: ``tally.gateway.locked``.
        """
        with self._turn:  # of this process' threads; the lock file is between processes
            if self._depth == 0:
                self._take_turn()
            self._depth += 1
            try:
                if self._depth == 1:
                    self._finish_left_over()
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._lock.release()

    def begin_run(self) -> None:
        """Start anew: troubles, what proved too much, and whether Tally was stuck (somebody may have clicked)."""
        self.troubles = 0
        self._too_heavy.clear()
        self._is_stuck_since = None

    def speak(self, charset: Charset) -> None:
        """Use other characters from now on."""
        self.endpoint = replace(self.endpoint, charset=charset)

    def drain(self, expired_s: float, what: str, *, is_ours: bool = True) -> None:
        """Wait until Tally has finished what nobody waits for any more.

        Args:
            expired_s: the budget that was not enough.
            what: the request, for the message.
            is_ours: we have waited those seconds ourselves; else another process did, at some other time.

        Raises:
            SourceRejected: ``tally.gateway.dialog_suspected``; this client sends nothing more.
            SourceUnavailable: Tally is gone.
        """
        budget = self.endpoint.drain_budget_s(expired_s)
        began = self._clock()
        with self.exclusive(), tempfile.TemporaryFile(dir=self._folder) as file:
            try:
                exchange(
                    self.endpoint,
                    SMALLEST,
                    file,
                    timeout_s=budget,
                    bytes_max=self.endpoint.bytes_max,
                    clock=self._clock,
                )
            except ExchangeFailed as failed:
                if failed.failure is Failure.NOT_CONNECTED:
                    self._lock.mark("")
                    raise refusal.not_listening(self.endpoint.url, failed.detail) from failed
                if failed.failure is Failure.EXPIRED:
                    self._is_stuck_since = began
                    waited_s = expired_s + budget if is_ours else budget
                    raise refusal.dialog_suspected(self.endpoint.url, what, waited_s) from failed
            self._lock.mark("")
            self._sleep(self.endpoint.pause_s)

    def in_flight(self) -> str:
        """The request another process has sent to this Tally, for messages; empty if none."""
        return self._lock.read_mark()

    def _take_turn(self) -> None:
        wait_s = self.endpoint.lock_wait_s
        if not self._lock.acquire(wait_s, self._clock, self._sleep):
            raise refusal.locked(self.endpoint.url, wait_s, self._lock.read_mark())

    def _finish_left_over(self) -> None:
        """A process that held the turn before us died while Tally worked for it."""
        left_over = self._lock.read_mark()
        if left_over and self._is_stuck_since is None:
            self.drain(self.endpoint.answer_timeout_s, left_over, is_ours=False)

    def _exchange(self, request: Request, file: IO[bytes]) -> Received:
        timeout_s = request.timeout_s or self.endpoint.answer_timeout_s
        bytes_max = request.bytes_max or self.endpoint.bytes_max
        self._lock.mark(request.name)
        try:
            received = exchange(
                self.endpoint, request, file, timeout_s=timeout_s, bytes_max=bytes_max, clock=self._clock
            )
        except ExchangeFailed as failed:
            if failed.failure in _STILL_WORKING:
                self._after_trouble(request, timeout_s)
            else:
                self._lock.mark("")
                self._sleep(self.endpoint.pause_s)
            raise self._refusal(request, failed, timeout_s, bytes_max) from failed
        self._lock.mark("")
        _log.debug("%s answered %s: %d bytes in %.2f s", self.endpoint.key, request.name, *astuple(received))
        self._sleep(self.endpoint.pause_s)
        return received

    def _after_trouble(self, request: Request, timeout_s: float) -> None:
        self._count_trouble(request)
        self.drain(timeout_s, request.name)

    def _count_trouble(self, request: Request) -> None:
        self.troubles += 1
        _log.info("%s: trouble %d of this run, with %s", self.endpoint.key, self.troubles, request.name)
        if not request.is_light:
            self._too_heavy.add(_digest(request))

    def _refusal(self, request: Request, failed: ExchangeFailed, timeout_s: float, bytes_max: int) -> SourceError:
        error: SourceError
        url = self.endpoint.url
        match failed.failure:
            case Failure.NOT_CONNECTED:
                error = refusal.not_listening(url, failed.detail)
            case Failure.EXPIRED:
                error = refusal.busy(url, request.name, timeout_s)
            case Failure.NO_REPLY:
                self.troubles += 1  # a Tally that hangs up again and again is not asked for ever
                error = refusal.no_reply(url, request.name)
            case Failure.CUT:
                error = self._cut(request, failed.received)
            case Failure.TOO_LARGE:
                error = refusal.too_large(url, request.name, bytes_max)
            case Failure.BAD_STATUS:
                error = refusal.http_status(url, failed.status)
            case Failure.NOT_HTTP:
                error = refusal.not_tally(url, f"it does not speak HTTP: {failed.detail}")
            case Failure.NOT_TLS:
                error = refusal.not_encrypted(url, failed.detail)
        return error

    def _cut(self, request: Request, byte_count: int) -> SourceError:
        self._count_trouble(request)
        return refusal.truncated(self.endpoint.url, request.name, byte_count)

    def _refuse_hopeless(self, request: Request) -> None:
        url = self.endpoint.url
        if self._is_stuck_since is not None:
            raise refusal.dialog_suspected(url, request.name, self._clock() - self._is_stuck_since)
        if self.troubles >= self.endpoint.troubles_max:
            raise refusal.budget_spent(url, self.troubles)
        if _digest(request) in self._too_heavy:
            raise refusal.same_again(url, request.name)

    def _refuse_problem(self, answer: Answer) -> None:
        request, judged, url = answer.request, answer.judged, self.endpoint.url
        match judged.problem:
            case None:
                self._refuse_unexpected(answer)
            case Problem.NOTHING:
                raise refusal.empty(url, request.name)
            case Problem.TRUNCATED:
                raise self._cut(request, answer.byte_count)
            case Problem.NOT_TALLY:
                raise refusal.not_tally(url, judged.said)
            case Problem.COMPLAINT:
                raise refusal.from_words(url, request.name, request.company, judged.said)
            case Problem.UNEXPECTED:
                raise refusal.malformed(url, request.name, judged.said)

    def _refuse_unexpected(self, answer: Answer) -> None:
        request = answer.request
        is_import = answer.shape is Shape.IMPORT
        if answer.shape is Shape.RUNNING or is_import is not (request.kind is RequestKind.IMPORT):
            kind = f"it is of the kind {answer.shape}" + (f": {answer.said}" if answer.said else "")
            raise refusal.malformed(self.endpoint.url, request.name, kind)


def _digest(request: Request) -> bytes:
    return hashlib.sha256(request.body.encode("utf-8", "surrogatepass")).digest()
