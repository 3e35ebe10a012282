"""The process that talks to an ODBC driver, so that it can be killed.

A query cannot be given up: pyodbc's time limit covers signing in only, Tally's driver waits for Tally's one thread and
behind an open dialog never answers, and a driver may take its process down. So queries run here, in a process of their
own, and whoever asked ends it. The file stands alone (standard library and pyodbc): it is started by its path and costs
no import of ours.

Lines of JSON in, lines of JSON out. Commands:

- ``{"do": "connect", "text": ..., "login_timeout_s": ..., "options": {...}}``; the options are in ``Pyodbc.connect``;
- ``{"do": "query", "sql": ..., "rows_max": ...}``: values other than text keep their type: ``["n", "12.50"]``;
- ``{"do": "read", "sql": ..., "parameters": [...], "rows_max": ...}``: many rows; values are what JSON has for them,
  see ``plain_value``;
- ``{"do": "columns", "table": ...}``, ``{"do": "tables"}``.

Answers are ``{"described": [...]}``, ``{"rows": [...]}``, ``{"bad": [row, reason]}`` and at last ``{"end": ...}`` or
``{"error": ...}``. The process ends with its standard input, also while a query runs.
"""

from __future__ import annotations

import codecs
import importlib
import json
import math
import os
import queue
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Protocol, TextIO, cast

BATCH = 200
BAD_ROWS_MAX = 100
"""Rows in a row that cannot be read, after which the driver is taken to be broken and not the rows."""
LADDER = "khata_odbc"
"""Name of the codec for drivers that hand over 8-bit text: UTF-8, else the code page of most Indian PCs."""
_REASON_LENGTH_MAX = 300


class RowsUnreadable(Exception):
    """One row after another cannot be read."""


class Driver(Protocol):
    """What is used of a DB-API module; tests bring their own."""

    errors: tuple[type[Exception], ...]

    def connect(self, text: str, login_timeout_s: int, options: Mapping[str, Any]) -> Any:
        """Return a DB-API connection."""
        ...


class Pyodbc:
    """pyodbc, with text decoded whatever the driver's idea of it is."""

    def __init__(self) -> None:
        self._module = cast("Any", importlib.import_module("pyodbc"))
        self._module.pooling = False
        self.errors: tuple[type[Exception], ...] = (self._module.Error,)
        codecs.register(_find_ladder)

    def connect(self, text: str, login_timeout_s: int, options: Mapping[str, Any]) -> Any:
        """Sign in, without a transaction: each statement sees what is there.

        Args:
            text: for the driver manager.
            login_timeout_s: to sign in.
            options: ``read_only``: ask the driver to refuse writing; ``raw_numbers``: take dates and single-precision
                numbers as bytes, for a driver that converts them wrongly; ``query_timeout_s``: for the server to give
                up by; ``begin``: statements first; ``begin_on``: those of the server's product, by its name.
        """
        connection = self._module.connect(
            text, autocommit=True, timeout=login_timeout_s, readonly=bool(options.get("read_only"))
        )
        connection.setdecoding(self._module.SQL_CHAR, encoding=LADDER, ctype=self._module.SQL_CHAR)
        if options.get("raw_numbers"):
            for kind, convert in _RAW.items():
                connection.add_output_converter(kind, convert)
        if options.get("query_timeout_s"):
            connection.timeout = int(options["query_timeout_s"])
        for statement in (*options.get("begin", ()), *self._by_product(connection, options.get("begin_on", {}))):
            connection.cursor().execute(statement).close()
        return connection

    def _by_product(self, connection: Any, statements: Mapping[str, Sequence[str]]) -> Sequence[str]:
        if not statements:
            return ()
        product = str(connection.getinfo(self._module.SQL_DBMS_NAME)).casefold()
        return next((told for name, told in statements.items() if name in product), ())


def _find_ladder(name: str) -> codecs.CodecInfo | None:
    return codecs.CodecInfo(encode=codecs.utf_8_encode, decode=decode_ladder, name=LADDER) if name == LADDER else None


def decode_ladder(data: Any, _errors: str = "strict") -> tuple[str, int]:
    r"""Decode 8-bit text: strict UTF-8, else Windows-1252, whose five unused bytes become U+0080 to U+009F.

    >>> decode_ladder("₹ 5".encode())[0], decode_ladder(b"Caf\xe9")[0]
    ('₹ 5', 'Café')
    """
    raw = bytes(data)
    try:
        return raw.decode("utf-8"), len(raw)
    except UnicodeDecodeError:
        return "".join(_latin(bytes((byte,))) for byte in raw), len(raw)


def _latin(byte: bytes) -> str:
    try:
        return byte.decode("cp1252")
    except UnicodeDecodeError:
        return byte.decode("latin-1")


_LETTERS: tuple[tuple[type | tuple[type, ...], str, Callable[[Any], object]], ...] = (
    (bool, "b", bool),
    (int, "i", str),
    (Decimal, "n", str),
    (float, "f", repr),
    ((datetime, date, time), "d", lambda value: value.isoformat()),
    ((bytes, bytearray), "x", lambda value: bytes(value).hex()),
)
"""Types in the order they are tried (a bool is an int), and how their values travel."""


def read_timestamp(raw: bytes) -> str:
    """Return ODBC's SQL_TIMESTAMP_STRUCT as ISO text, also of a day that no calendar has.

    >>> read_timestamp(struct.pack("<hHHHHHI", 2025, 4, 5, 0, 0, 0, 0))
    '2025-04-05T00:00:00'
    >>> read_timestamp(struct.pack("<hHHHHHI", 12025, 13, 5, 1, 2, 3, 0))
    '12025-13-05T01:02:03'
    """
    year, month, day, hour, minute, second, _ = struct.unpack("<hHHHHHI", raw)
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"


def read_single(raw: bytes) -> float:
    """Return a number of 32 bits, shortened to the digits it has.

    >>> read_single(struct.pack("<f", 12.1))
    12.1
    """
    held = struct.unpack("<f", raw[:4])[0]
    return float(f"{held:.7g}")


_RAW: dict[int, Callable[[bytes], object]] = {93: read_timestamp, 9: read_timestamp, 7: read_single}
"""By ODBC's numbers of types: SQL_TYPE_TIMESTAMP and its older number, SQL_REAL."""


def plain_value(value: object) -> object:
    """Return what JSON has for a value that it has no word for: exact digits and ISO dates as text, bytes in hex."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    return str(value)


def write_json(answer: Mapping[str, object]) -> str:
    """Write an answer; JSON has no infinity and no NaN, which become text.

    >>> write_json({"rows": [[1.5, float("inf")]]})
    '{"rows": [[1.5, "inf"]]}'
    """
    try:
        return json.dumps(answer, default=plain_value, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(answer), default=plain_value)


def _finite(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, Mapping):
        return {name: _finite(held) for name, held in value.items()}
    return [_finite(held) for held in value] if isinstance(value, list) else value


def encode_value(value: object) -> object:
    """Return a value as JSON that keeps its type; see ``decoding.py`` for the other end."""
    if value is None or isinstance(value, str):
        return value
    for kind, letter, render in _LETTERS:
        if isinstance(value, kind):
            return [letter, render(value)]
    return ["?", type(value).__name__]


class Desk:
    """One connection and the commands on it."""

    def __init__(self, driver: Driver, write: Callable[[Mapping[str, object]], None]) -> None:
        self._driver, self._write = driver, write
        self._connection: Any = None
        self._row_errors: tuple[type[Exception], ...] = (*driver.errors, ValueError, ArithmeticError, TypeError)

    def serve(self, command: Mapping[str, Any]) -> None:
        """Do one command and answer it; the driver's errors are answers."""
        actions = {
            "connect": self._connect,
            "query": self._query,
            "read": self._read,
            "columns": self._columns,
            "tables": self._tables,
        }
        try:
            actions[command["do"]](command)
        except self._driver.errors as error:
            self._write({"error": describe_error(error)})
        except RowsUnreadable as error:
            self._write({"error": {"state": "rows", "text": str(error)}})
        except MemoryError:
            self._write({"error": {"state": "", "text": "the driver asked for more memory than there is"}})

    def close(self) -> None:
        """Sign out."""
        if self._connection is not None:
            self._connection.close()

    def _connect(self, command: Mapping[str, Any]) -> None:
        options = command.get("options", {})
        self._connection = self._driver.connect(command["text"], command["login_timeout_s"], options)
        self._write({"end": {"rows": 0, "is_cut": False}})

    def _columns(self, command: Mapping[str, Any]) -> None:
        rows = self._connection.cursor().columns(table=command["table"]).fetchall()
        self._write({"rows": [[encode_value(row[3])] for row in rows]})  # COLUMN_NAME, by the ODBC standard
        self._write({"end": {"rows": len(rows), "is_cut": False}})

    def _tables(self, command: Mapping[str, Any]) -> None:  # noqa: ARG002 - every command is called alike
        rows = self._connection.cursor().tables().fetchall()
        self._write({"rows": [[row[2], row[3]] for row in rows]})  # TABLE_NAME and TABLE_TYPE, by the ODBC standard
        self._write({"end": {"rows": len(rows), "is_cut": False}})

    def _query(self, command: Mapping[str, Any]) -> None:
        cursor = self._connection.cursor()
        try:
            cursor.execute(command["sql"])
            self._write({"described": [[str(column[0]), _size(column)] for column in cursor.description or ()]})
            self._send_rows(self._rows(cursor, _tagged), command["rows_max"])
        finally:
            cursor.close()

    def _read(self, command: Mapping[str, Any]) -> None:
        cursor = self._connection.cursor()
        try:
            cursor.execute(command["sql"], *command.get("parameters", ()))
            described = [[str(column[0]), getattr(column[1], "__name__", "")] for column in cursor.description or ()]
            self._write({"described": described})
            self._send_rows(self._rows(cursor, list), command["rows_max"])
        finally:
            cursor.close()

    def _send_rows(self, rows: Iterator[tuple[int, list[object] | str]], rows_max: int) -> None:
        batch: list[object] = []
        sent, is_cut = 0, False
        for number, row in rows:
            if sent >= rows_max:
                is_cut = True
                break
            if isinstance(row, str):
                self._write({"bad": [number, row]})
                continue
            batch.append(row)
            sent += 1
            if len(batch) >= BATCH:
                self._write({"rows": batch})
                batch = []
        if batch:
            self._write({"rows": batch})
        self._write({"end": {"rows": sent, "is_cut": is_cut}})

    def _rows(self, cursor: Any, render: Callable[[Any], list[object]]) -> Iterator[tuple[int, list[object] | str]]:
        """Fetch one by one: a single row may fail (a value that does not fit its column's type)."""
        number, bad = 0, 0
        while True:
            number += 1
            try:
                row = cursor.fetchone()
                if row is None:
                    return
                yield number, render(row)
                bad = 0
            except self._row_errors as error:
                bad += 1
                if bad > BAD_ROWS_MAX:
                    raise RowsUnreadable(describe_error(error)["text"]) from error
                yield number, describe_error(error)["text"]


def _tagged(row: Any) -> list[object]:
    return [encode_value(value) for value in row]


def _size(column: Any) -> int:
    size = column[3] if len(column) > 3 else None  # noqa: PLR2004 - internal_size, by the DB-API
    return size if isinstance(size, int) else 0


def describe_error(error: Exception) -> dict[str, str]:
    """Return SQLSTATE and text; DB-API errors of pyodbc carry both as arguments."""
    arguments = [str(argument) for argument in error.args]
    state = arguments[0] if len(arguments) > 1 and len(arguments[0]) == 5 else ""  # noqa: PLR2004 - SQLSTATE
    return {"state": state, "text": (arguments[-1] if arguments else type(error).__name__)[:_REASON_LENGTH_MAX]}


def _commands(lines: TextIO) -> Iterator[dict[str, Any]]:
    """Yield commands; when the input ends, the process ends, whatever the driver is doing."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()

    def listen() -> None:
        for line in lines:
            waiting.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield json.loads(waiting.get())


def main(make_driver: Callable[[], Driver] = Pyodbc) -> None:
    """Serve until the input ends. Drivers that print something print it to nowhere."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii", newline="\n")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def write(answer: Mapping[str, object]) -> None:
        answers.write(write_json(answer) + "\n")
        answers.flush()

    try:
        driver = make_driver()
    except ImportError as error:
        write({"error": {"state": "pyodbc", "text": str(error)[:_REASON_LENGTH_MAX]}})
        return
    write({"ready": True})
    desk = Desk(driver, write)
    for command in _commands(sys.stdin):
        desk.serve(command)


if __name__ == "__main__":
    main()
