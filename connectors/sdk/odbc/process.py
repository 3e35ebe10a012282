"""The process that holds an ODBC driver (``child.py``), seen from the one that asks: its pipes and how it is ended."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from connectors.sdk.odbc import child

Answer = dict[str, Any]

CHILD = (sys.executable, "-P", str(Path(child.__file__)))
GONE: Answer = {"gone": True}
_END_S_MAX = 5.0
_WAITING_MAX = 16
"""Answers read ahead; a driver faster than us waits in its pipe."""
_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)


class ChildProcess:
    """The child process, its pipes and the thread that reads them.

    Args:
        command: what to start; tests give one with a driver of their own.
    """

    def __init__(self, command: tuple[str, ...] = CHILD) -> None:
        self._popen = subprocess.Popen(  # noqa: S603 - our own file, run by the Python that runs us
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="ascii",
            creationflags=_NO_WINDOW,
        )
        self._answers: queue.Queue[Answer] = queue.Queue(_WAITING_MAX)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def send(self, command: Mapping[str, object]) -> None:
        """Give a command; a process that is gone is noticed when its answer is awaited."""
        assert self._popen.stdin is not None  # noqa: S101 - asked for above
        with contextlib.suppress(OSError):
            self._popen.stdin.write(json.dumps(command) + "\n")
            self._popen.stdin.flush()

    def receive(self, seconds: float) -> Answer | None:
        """Return the next answer, ``GONE`` after the last, None when the time is over."""
        try:
            return self._answers.get(timeout=seconds) if seconds > 0 else self._answers.get_nowait()
        except queue.Empty:
            return None

    def kill(self) -> int | None:
        """End it now and collect what is left of it; return its exit code."""
        self._popen.kill()
        return self._collect()

    def end(self) -> None:
        """Close its input, which ends it; kill it if that does not."""
        assert self._popen.stdin is not None  # noqa: S101 - asked for above
        with contextlib.suppress(OSError):
            self._popen.stdin.close()
        try:
            self._popen.wait(_END_S_MAX)
        except subprocess.TimeoutExpired:
            self._popen.kill()
        self._collect()

    def _collect(self) -> int | None:
        while self._reader.is_alive():  # it may wait for room
            with contextlib.suppress(queue.Empty):
                self._answers.get(timeout=0.05)
        code = self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        return code

    def _read(self) -> None:
        assert self._popen.stdout is not None  # noqa: S101 - asked for above
        with contextlib.suppress(ValueError):  # killed in the middle of a line
            for line in self._popen.stdout:
                self._answers.put(msgspec.json.decode(line))
        self._answers.put(GONE)
