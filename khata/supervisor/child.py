"""One supervised process: start it tied to us, see whether it lives and answers, stop it with all it started.

Where next: ``supervise.py`` decides when; ``tether.py`` is what is really started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from khata.supervisor import tether
from khata.supervisor.merged_log import MergedLog
from khata.supervisor.run_file import ChildRecord
from khata.supervisor.spec import ChildSpec, RestartRule

_LAST_LINES_WAIT_S = 1.0


class ChildState(StrEnum):
    """Where a child stands."""

    WAITING = "waiting"
    """Not started yet, or between a death and the restart."""
    STARTING = "starting"
    READY = "ready"
    STOPPED = "stopped"


class Child:
    """A process and its history. All times are monotonic seconds given by the caller."""

    def __init__(self, spec: ChildSpec, log: MergedLog) -> None:
        self.spec = spec
        self.state = ChildState.WAITING
        self.deaths_in_a_row = 0
        self.starts = 0
        self.start_at = 0.0
        self.since = 0.0
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        return self._process.pid if self._process else None

    def record(self) -> ChildRecord:
        """For ``run.json``."""
        return ChildRecord(name=self.spec.name, pid=self.pid, state=self.state, restarts=max(0, self.starts - 1))

    def start(self, now: float) -> None:
        """Start the process in a session of its own (Ctrl-C reaches only the supervisor), tied to this one."""
        before = (sys.executable, "-I", "-S", str(Path(tether.__file__)), str(os.getpid()))
        self._process = subprocess.Popen(  # noqa: S603 - the command is the operator's own configuration
            (*before, *self.spec.command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, **self.spec.environment},
        )
        if self._process.stdout:
            self._reader = self._log.follow(self.spec.name, self._process.stdout)
        self.state, self.since = ChildState.STARTING, now
        self.starts += 1

    def ended(self) -> int | None:
        """Exit code of the process if it has ended since the last look; what it left behind is removed."""
        if self._process is None or (code := self._process.poll()) is None:
            return None
        self._forget(self._process)
        return code

    def becomes_ready(self, now: float) -> bool:
        """True the moment a starting child answers for the first time."""
        if self.state is not ChildState.STARTING or self.pid is None or not self.spec.probe.answers(self.pid):
            return False
        self.state, self.since = ChildState.READY, now
        return True

    def is_late(self, now: float) -> bool:
        """True if it should have answered by now."""
        return self.state is ChildState.STARTING and now - self.since > self.spec.start_within_s

    def note_death(self, rule: RestartRule, now: float) -> float:
        """Count a death and say how long to wait before the restart, seconds."""
        settled = self.state is ChildState.READY and now - self.since >= rule.settled_s
        self.deaths_in_a_row = 1 if settled else self.deaths_in_a_row + 1
        delay_s = rule.delay_s(self.deaths_in_a_row)
        self.state, self.start_at = ChildState.WAITING, now + delay_s
        return delay_s

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        self.state = ChildState.STOPPED
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """Kill the process and everything in its session's group, now."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._forget(self._process)

    def _forget(self, process: subprocess.Popen[bytes]) -> None:
        """Remove what a dead child started in its group, and wait for its last words."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        self._reader.join(_LAST_LINES_WAIT_S)
        self._process = None
