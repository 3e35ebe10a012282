"""One connection to a database, read-only, whose questions can be given up: by time, by rows, by whoever asks.

``read`` hands rows over as they come, so a table of any size passes through. A question that is not read to its end, or
not answered in time, ends the process that holds the driver; the next question starts another. Where next: ``pool.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from canonical.errors import KhataError
from canonical.record import JsonValue
from connectors.sdk.odbc.process import CHILD, GONE, Answer, ChildProcess

Command = dict[str, Any]
Row = dict[str, JsonValue]

_START_S_MAX = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """What a connection may cost.

    Attributes:
        connect_timeout_s: to sign in.
        answer_timeout_s: without a single row.
        query_timeout_s: for one question, from asking to its last row.
        rows_max: rows of one answer; more is an error, part of a table is no table.
    """

    connect_timeout_s: float = 30.0
    answer_timeout_s: float = 120.0
    query_timeout_s: float = 3600.0
    rows_max: int = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What to connect to.

    Attributes:
        label: for people; without a secret.
        text: for the driver manager; may hold a password.
        options: see ``child.Pyodbc.connect``.
        secrets: values of ``text`` that no message may show.
    """

    label: str
    text: str = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = field(default=(), repr=False)


class Failures(Protocol):
    """A connector's sentences for what goes wrong, each with its remedy."""

    def of_state(self, state: str, text: str, label: str, *, is_signing_in: bool) -> KhataError:
        """The driver answered with an error; ``state`` is its SQLSTATE, or a word of ``child.py``."""
        ...

    def timed_out(self, label: str, seconds: float) -> KhataError:
        """No answer within the limit."""
        ...

    def crashed(self, label: str, code: int | None) -> KhataError:
        """The driver took its process down."""
        ...

    def too_many_rows(self, label: str, rows_max: int) -> KhataError:
        """More rows than the limit."""
        ...


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of an answer: names, and Python's names of their types (``int``, ``str``, ``datetime`` ...)."""

    names: tuple[str, ...]
    types: tuple[str, ...]


@dataclass(slots=True)
class Answered:
    """An answer while it is read.

    Attributes:
        shape: known once the first batch has come.
        batches: rows as lists, in the order of the columns.
        bad: rows the driver could not hand over: number from 1, and why; complete after the last batch.
    """

    batches: Iterator[list[list[JsonValue]]]
    shape: Shape = field(default_factory=lambda: Shape((), ()))
    bad: list[tuple[int, str]] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Yield rows by name; a column that is NULL is left out."""
        for batch in self.batches:
            names = self.shape.names
            for row in batch:
                yield {name: value for name, value in zip(names, row, strict=True) if value is not None}


class DatabaseSession:
    """Asks one database, one question at a time.

    Args:
        target: where.
        limits: time and rows.
        failures: the connector's sentences.
        clock: monotonic seconds.
        command: the process to start; tests give one with a driver of their own.
    """

    def __init__(
        self,
        target: Target,
        limits: ReadLimits,
        failures: Failures,
        *,
        clock: Callable[[], float],
        command: tuple[str, ...] = CHILD,
    ) -> None:
        self.target, self.limits = target, limits
        self._failures, self._clock, self._command = failures, clock, command
        self._process: ChildProcess | None = None
        self._unread: object | None = None
        """The answer being read; rows of it wait in the process's pipe."""

    @property
    def is_open(self) -> bool:
        """Whether a driver is signed in, and ready for another question."""
        return self._process is not None and self._unread is None

    def read(self, sql: str, parameters: Sequence[JsonValue] = ()) -> Answered:
        """Ask for rows; read the answer to its end, or close the session.

        Raises:
            KhataError: as ``failures`` say; also while the rows are read.
        """
        command: Command = {
            "do": "read",
            "sql": sql,
            "parameters": list(parameters),
            "rows_max": self.limits.rows_max,
        }
        answered = Answered(iter(()))
        answered.batches = self._batches(command, answered)
        return answered

    def tables(self) -> tuple[tuple[str, str], ...]:
        """Names and types of what the driver's catalogue lists: ``("Tran1", "TABLE")``."""
        return tuple((str(name), str(kind)) for name, kind in self._all({"do": "tables"}))

    def columns(self, table: str) -> tuple[str, ...]:
        """Names of a table's columns by the driver's catalogue; nothing if it does not know the table."""
        return tuple(str(row[0]) for row in self._all({"do": "columns", "table": table}))

    def close(self) -> None:
        """Sign out."""
        if self._unread is not None:
            self._kill()
        if self._process is not None:
            self._process.end()
            self._process = None

    def _all(self, command: Command) -> list[Any]:
        process = self._connected()
        return [row for answer in self._answers(process, command) for row in answer.get("rows", ())]

    def _batches(self, command: Command, answered: Answered) -> Iterator[list[list[JsonValue]]]:
        process, mine = self._connected(), object()
        self._unread = mine
        try:
            for answer in self._answers(process, command):
                if "described" in answer:
                    described = answer["described"]
                    answered.shape = Shape(tuple(name for name, _ in described), tuple(kind for _, kind in described))
                if "bad" in answer:
                    answered.bad.append((answer["bad"][0], answer["bad"][1]))
                if answer.get("rows"):
                    yield answer["rows"]
                if "end" in answer and answer["end"]["is_cut"]:
                    raise self._failures.too_many_rows(self.target.label, self.limits.rows_max)
            self._unread = None
        finally:
            if self._unread is mine:  # given up, or it failed: what is left of the answer must not meet the next
                self._kill()

    def _connected(self) -> ChildProcess:
        if self._unread is not None:
            self._kill()
        if self._process is None:
            self._process = ChildProcess(self._command)
            try:
                self._ready(self._process)
                self._sign_in(self._process)
            except KhataError:
                self._kill()
                raise
        return self._process

    def _ready(self, process: ChildProcess) -> None:
        answer = self._next(process, _START_S_MAX)
        if "error" in answer:
            raise self._failure(answer, is_signing_in=True)

    def _sign_in(self, process: ChildProcess) -> None:
        limit = self.limits.connect_timeout_s
        command: Command = {
            "do": "connect",
            "text": self.target.text,
            "login_timeout_s": max(round(limit), 1),
            "options": dict(self.target.options),
        }
        process.send(command)
        answer = self._next(process, limit)
        if "error" in answer:
            raise self._failure(answer, is_signing_in=True)

    def _answers(self, process: ChildProcess, command: Command) -> Iterator[Answer]:
        process.send(command)
        until = self._clock() + self.limits.query_timeout_s
        while True:
            answer = self._next(process, min(self.limits.answer_timeout_s, until - self._clock()))
            if "error" in answer:
                raise self._failure(answer, is_signing_in=False)
            yield answer
            if "end" in answer:
                return

    def _next(self, process: ChildProcess, seconds: float) -> Answer:
        answer = process.receive(max(seconds, 0.0))
        if answer is None:
            self._kill()
            raise self._failures.timed_out(self.target.label, max(seconds, 0.0))
        if answer is GONE:
            self._process = None
            raise self._failures.crashed(self.target.label, process.kill())
        return answer

    def _failure(self, answer: Answer, *, is_signing_in: bool) -> KhataError:
        said, text = answer["error"], str(answer["error"]["text"])
        for secret in self.target.secrets:
            text = text.replace(secret, "***") if secret else text
        return self._failures.of_state(said["state"], text, self.target.label, is_signing_in=is_signing_in)

    def _kill(self) -> None:
        self._unread = None
        if self._process is not None:
            self._process.kill()
            self._process = None
