"""Run a command as a child and read what the kernel says of it: wall, CPU, peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLED_EVERY_S = 1.0
"""Adding up the pages of a process holds it up for some milliseconds."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one command.

    Attributes:
        wall_s: seconds on the clock.
        cpu_s: user and system seconds of the child and its own children.
        peak_mb: largest memory of the child and its own children together, MB: proportional set sizes, sampled, but
            never less than the largest resident set of one of them as the kernel keeps it.
        output: what it printed on standard output.
        exit_code: 0 unless others were accepted.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    output: str
    exit_code: int = 0


def run(
    command: Sequence[str], env: Mapping[str, str] | None = None, accepted: frozenset[int] = frozenset({0})
) -> Measured:
    """Run to the end; an exit code that is not accepted is an error: a figure of a failed run means nothing."""
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        family = _Family(child.pid)
        output, errors = child.stdout.read() if child.stdout else "", child.stderr.read() if child.stderr else ""
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if child.returncode not in accepted:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}:\n{errors[-2000:]}")
    peak_mb = max(usage.ru_maxrss / 1024, family.finish())
    return Measured(wall, usage.ru_utime + usage.ru_stime, peak_mb, output, child.returncode)


class _Family(threading.Thread):
    """Looks at the memory of a process and its descendants until it is told to stop."""

    def __init__(self, process_id: int) -> None:
        super().__init__(daemon=True)
        self._process_id, self._peak_kb, self._done = process_id, 0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self._done.wait(SAMPLED_EVERY_S):
            self._peak_kb = max(self._peak_kb, sum(map(_memory_kb, _descendants(self._process_id))))

    def finish(self) -> float:
        """Stop; return the largest sum seen, MB."""
        self._done.set()
        self.join()
        return self._peak_kb / 1024


def _descendants(process_id: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{process_id}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:  # it has ended meanwhile
        return []
    return [process_id, *(one for child in children for one in _descendants(child))]


def _memory_kb(process_id: int) -> int:
    try:
        lines = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def family_seconds(process_id: int) -> float:
    """Processor time so far of a process, of those it started, and of those of them that have ended."""
    ours = sum(_stat(process_id)[11:15])
    running = sum(sum(_stat(one)[11:13]) for one in _descendants(process_id)[1:])
    return (ours + running) / os.sysconf("SC_CLK_TCK")


def parent_of(process_id: int) -> int:
    """The process that started this one."""
    return _stat(process_id)[1]


def _stat(process_id: int) -> list[int]:
    """The kernel's numbers on a process, from its parent's on (see proc(5)); zeros once it has ended."""
    try:
        text = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return [0] * 20
    return [0, *(int(number) for number in text.rpartition(")")[2].split()[1:20])]


def python(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> Measured:
    """Run one of our own modules in a fresh interpreter."""
    return run([sys.executable, "-m", module, *arguments], env)


def median(runs: Sequence[Measured]) -> Measured:
    """Return the run with the median wall time."""
    return sorted(runs, key=lambda measured: measured.wall_s)[len(runs) // 2]
