"""The supervisor's loop: start in order, restart what dies, stop in the opposite order.

One thread decides, in small ticks that a signal cuts short; it must be the main thread, because signals arrive there
and because Linux ties children to the thread that started them. One more thread per child copies its output.

Where next: ``spec.py`` for what goes in, ``child.py`` for one process, ``hub.py`` for the real hub.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TextIO

from khata.supervisor.child import Child, ChildState
from khata.supervisor.lock import LockHeldError, folder_lock
from khata.supervisor.merged_log import MergedLog
from khata.supervisor.run_file import RunRecord, remove_run_file, write_run_file
from khata.supervisor.spec import ChildSpec, Exit, SupervisorSpec

NAME = "khata"
_TICK_S = 0.05
_IDLE_TICK_S = 0.5
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Signals:
    """Counts requests to stop, and wakes the loop for them and for a child's death."""

    def __init__(self) -> None:
        self.stops = 0
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._mouth.setblocking(False)

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Catch the signals for the time of the block and put the old handlers back after it."""
        heard = [number for number in _STOP_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]  # nohup
        handlers = {number: signal.signal(number, self._stop) for number in heard}
        handlers[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        wakeup = signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            self._ear.close()
            self._mouth.close()

    def _stop(self, *_: object) -> None:
        self.stops += 1

    def wait(self, seconds: float) -> None:
        """Sleep, but wake for a signal."""
        if select.select([self._ear], [], [], seconds)[0]:
            self._ear.recv(4096)


class Supervisor:
    """Keeps the children of one spec running until a signal or until it gives up."""

    def __init__(self, spec: SupervisorSpec, log: MergedLog, signals: Signals) -> None:
        self._spec = spec
        self._log = log
        self._signals = signals
        self._children = [Child(child, log) for child in spec.children]
        self._ready = False

    def run(self) -> Exit:
        """Until the end; never leaves a child behind."""
        try:
            gave_up = self._keep_running()
        finally:
            forced = self._stop_all()
        if gave_up:
            return Exit.GAVE_UP
        return Exit.FORCED if forced else Exit.CLEAN

    def _keep_running(self) -> bool:
        """True if it gave up, False if it was asked to stop."""
        while not self._signals.stops:
            now = monotonic()
            if any(self._has_failed_for_good(child, now) for child in self._children):
                return True
            self._start_what_may_start(now)
            for child in self._children:
                if child.becomes_ready(now):
                    self._say(f"{child.spec.name} is ready (pid {child.pid})")
                    self._write()
            self._announce_once()
            settled = all(child.state is ChildState.READY for child in self._children)
            self._signals.wait(_IDLE_TICK_S if settled else _TICK_S)
        self._say("stopping")
        return False

    def _has_failed_for_good(self, child: Child, now: float) -> bool:
        """Look after one child that may have died; True if it has died too often."""
        if child.is_late(now):
            self._say(f"{child.spec.name} did not answer within {child.spec.start_within_s:g} s")
            child.kill()
            how = "was killed"
        elif (code := child.ended()) is not None:
            how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        else:
            return False
        delay_s = child.note_death(self._spec.restart, now)
        self._write()
        if child.deaths_in_a_row >= self._spec.restart.deaths_max:
            self._say(f"{child.spec.name} {how}, {child.deaths_in_a_row} deaths in a row: giving up")
            return True
        self._say(f"{child.spec.name} {how}; starting it again in {delay_s:.1f} s")
        return False

    def _start_what_may_start(self, now: float) -> None:
        """In the beginning each child waits for those before it; later a dead one is restarted by itself."""
        for child in self._children:
            if child.state is ChildState.WAITING and now >= child.start_at:
                child.start(now)
                self._write()
            if not self._ready and child.state is not ChildState.READY:
                return

    def _announce_once(self) -> None:
        if self._ready or any(child.state is not ChildState.READY for child in self._children):
            return
        self._ready = True
        self._write()
        self._say("ready")
        for name, address in self._spec.addresses.items():
            self._say(f"  {name}: {address}")
        if self._spec.on_ready:
            self._spec.on_ready()

    def _stop_all(self) -> bool:
        """Stop the last started first; True if one had to be killed."""
        forced = False
        for child in reversed(self._children):
            child.ask_to_stop()
            deadline = monotonic() + child.spec.stop_within_s
            while child.pid and child.ended() is None:
                if monotonic() > deadline or self._signals.stops > 1:
                    self._say(f"{child.spec.name} did not stop in time: killing it")
                    child.kill()
                    forced = True
                self._signals.wait(_TICK_S)
            if child.starts:
                self._say(f"{child.spec.name} is stopped")
        return forced

    def _say(self, text: str) -> None:
        self._log.line(NAME, text)

    def _write(self) -> None:
        record = RunRecord(
            pid=os.getpid(),
            ready=self._ready,
            addresses=dict(self._spec.addresses),
            children=tuple(child.record() for child in self._children),
        )
        write_run_file(self._spec.data_dir, record)


def run(spec: SupervisorSpec, console: TextIO | None = None) -> Exit:
    """Supervise until SIGTERM, SIGINT or SIGHUP; a second signal kills what has not stopped yet.

    Args:
        spec: what to keep running.
        console: where the merged log goes besides its file; standard output by default.

    Returns:
        The exit code for the process. Call it from the main thread.
    """
    out = console or sys.stdout
    spec.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = MergedLog(spec.data_dir / "logs", out, width=_width(spec.children))
    signals = Signals()
    try:
        with folder_lock(spec.data_dir, tries=10), signals.caught():
            remove_run_file(spec.data_dir)  # of one that crashed
            try:
                return Supervisor(spec, log, signals).run()
            finally:
                remove_run_file(spec.data_dir)
    except LockHeldError:
        log.line(NAME, f"khata up is already running on {spec.data_dir}; stop it first, or name another data folder")
        return Exit.ALREADY_RUNNING
    finally:
        log.close()


def _width(children: tuple[ChildSpec, ...]) -> int:
    return max(len(NAME), *(len(child.name) for child in children))
