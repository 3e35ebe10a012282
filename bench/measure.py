"""Run a command as a child and read what the kernel says of it: wall, CPU, peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one command.

    Attributes:
        wall_s: seconds on the clock.
        cpu_s: user and system seconds of the child and its own children.
        peak_mb: largest resident set of the child, MB.
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
        output, errors = child.stdout.read() if child.stdout else "", child.stderr.read() if child.stderr else ""
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if child.returncode not in accepted:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}:\n{errors[-2000:]}")
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output, child.returncode)


def python(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> Measured:
    """Run one of our own modules in a fresh interpreter."""
    return run([sys.executable, "-m", module, *arguments], env)


def median(runs: Sequence[Measured]) -> Measured:
    """Return the run with the median wall time."""
    return sorted(runs, key=lambda measured: measured.wall_s)[len(runs) // 2]
