"""One sign-in to Tally's ODBC server, with limits that hold: time, rows, and one query at a time.

The driver runs in a process of its own (``connectors/sdk/odbc/child.py``). When a time limit passes the process is
killed, and because killing it does not stop Tally, which goes on with the query on its only thread, the next thing
asked is a tiny one with a long limit (``drain``); until it is answered nothing else is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from canonical.errors import KhataError, SourceUnavailable
from connectors.sdk.odbc.process import CHILD, GONE, ChildProcess
from connectors.tally.odbc import failure
from connectors.tally.odbc.address import OdbcAddress
from connectors.tally.odbc.statement import select

Command = dict[str, object]
Answer = dict[str, Any]

_START_S_MAX = 60.0
_DRAIN_S_MIN, _DRAIN_S_MAX = 60.0, 600.0
_DRAIN_FACTOR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OdbcLimits:
    """What a session may cost.

    Attributes:
        connect_timeout_s: to sign in; the driver's own dialog counts as no answer.
        answer_timeout_s: for one query, from sending to its last row.
        rows_max: rows of one table; more is an error, part of a list is no list.
        pause_s: rest after every query, for the person who works in Tally.
        drain_s: how long to wait for Tally after a query was given up; None: twice the limit that passed, a minute at
            least, ten at most.
    """

    connect_timeout_s: float = 15.0
    answer_timeout_s: float = 120.0
    rows_max: int = 100_000
    pause_s: float = 0.5
    drain_s: float | None = None

    def drain_limit(self, expired_s: float) -> float:
        """Return how long to wait for Tally after ``expired_s`` seconds were not enough."""
        if self.drain_s is not None:
            return self.drain_s
        return min(max(_DRAIN_FACTOR * expired_s, _DRAIN_S_MIN), _DRAIN_S_MAX)


@dataclass(slots=True)
class Rows:
    """An answer: names of the columns, rows, and what was wrong.

    Attributes:
        columns: as the driver calls them.
        sizes: declared length of each column, 0 if the driver does not say.
        rows: values as ``child.encode_value`` leaves them.
        bad: (row number from 1, reason) of rows the driver could not hand over.
    """

    columns: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    is_cut: bool = False


class OdbcSession:
    """Asks one ODBC server, one query at a time; use it as a context manager.

    Args:
        address: where.
        limits: time and rows.
        clock: monotonic seconds.
        sleep: waits seconds.
        lock: held during every query: the gateway's lock of the endpoint, because both wait for the same thread.
        command: the process to start; tests give one with a driver of their own.
    """

    def __init__(
        self,
        address: OdbcAddress,
        limits: OdbcLimits,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        lock: Callable[[], contextlib.AbstractContextManager[object]] = contextlib.nullcontext,
        command: tuple[str, ...] = CHILD,
    ) -> None:
        self.address, self.limits = address, limits
        self._clock, self._sleep, self._lock, self._command = clock, sleep, lock, command
        self._process: ChildProcess | None = None
        self._expired_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def query(self, table: str, methods: tuple[str, ...]) -> Rows:
        """Read methods of a table.

        Raises:
            ConfigurationError: no driver, or one of the other number of bits.
            SourceUnavailable: Tally does not answer, or not in time.
            SourceRejected: the query was refused, or gave more rows than the limit.
            SourceMalformed: no row can be read.
        """
        command: Command = {"do": "query", "sql": select(table, methods), "rows_max": self.limits.rows_max}
        rows = self._ask(command)
        if rows.is_cut:
            raise failure.too_many_rows(self.address.label, table, self.limits.rows_max)
        return rows

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the names the driver's catalogue lists for a table; nothing if it cannot say."""
        rows = self._ask({"do": "columns", "table": table})
        return tuple(row[0] for row in rows.rows if isinstance(row[0], str))

    def close(self) -> None:
        """End the process, kindly first."""
        if self._process is not None:
            self._process.end()
            self._process = None

    def _ask(self, command: Command) -> Rows:
        with self._lock():
            if self._expired_s:
                self._drain()
            process = self._connected(self.limits.connect_timeout_s)
            try:
                rows = self._exchange(process, command, self.limits.answer_timeout_s)
            except SourceUnavailable:
                self.close()  # a connection that broke stays broken
                raise
            self._sleep(self.limits.pause_s)
            return rows

    def _drain(self) -> None:
        """Wait until Tally has done what we no longer wait for."""
        limit = self.limits.drain_limit(self._expired_s)
        command: Command = {"do": "query", "sql": select("Company", ("Name",)), "rows_max": 1}
        try:
            process = self._connected(limit)
            self._exchange(process, command, limit)
        except SourceUnavailable as error:
            raise failure.still_busy(self.address.label, limit) from error
        self._expired_s = 0.0

    def _connected(self, limit: float) -> ChildProcess:
        if self._process is None:
            self._process = ChildProcess(self._command)
            try:
                self._wait_ready(self._process)
                text = self.address.connection_text()
                command: Command = {"do": "connect", "text": text, "login_timeout_s": max(round(limit), 1)}
                self._exchange(self._process, command, limit)
            except KhataError:
                self.close()
                raise
        return self._process

    def _wait_ready(self, process: ChildProcess) -> None:
        """Python itself takes a moment to start, on a busy PC more than one."""
        answer = self._next(process, self._clock() + _START_S_MAX, _START_S_MAX)
        if "error" in answer:
            raise self._failure(answer, is_signing_in=True)

    def _exchange(self, process: ChildProcess, command: Command, limit: float) -> Rows:
        process.send(command)
        rows = Rows()
        for answer in self._answers(process, limit, is_signing_in=command["do"] == "connect"):
            rows.rows.extend(answer.get("rows", ()))
            if "described" in answer:
                rows.columns = [name for name, _ in answer["described"]]
                rows.sizes = [size for _, size in answer["described"]]
            if "bad" in answer:
                rows.bad.append((answer["bad"][0], answer["bad"][1]))
            if "end" in answer:
                rows.is_cut = answer["end"]["is_cut"]
        return rows

    def _failure(self, answer: Answer, *, is_signing_in: bool) -> KhataError:
        said = answer["error"]
        return failure.of_state(said["state"], said["text"], self.address, is_signing_in=is_signing_in)

    def _answers(self, process: ChildProcess, limit: float, *, is_signing_in: bool) -> Iterator[Answer]:
        until = self._clock() + limit
        while True:
            answer = self._next(process, until, limit)
            if "error" in answer:
                raise self._failure(answer, is_signing_in=is_signing_in)
            yield answer
            if "end" in answer:
                return

    def _next(self, process: ChildProcess, until: float, limit: float) -> Answer:
        answer = process.receive(max(until - self._clock(), 0.0))
        if answer is None:
            process.kill()
            self._process = None
            self._expired_s = max(limit, self._expired_s)
            raise failure.timed_out(self.address.label, limit)
        if answer is GONE:
            code = process.kill()
            self._process = None
            raise failure.crashed(self.address.label, code)
        return answer
