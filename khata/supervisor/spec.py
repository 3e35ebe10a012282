"""What to supervise, as data: commands, probes, patience. Tests pass small scripts, ``hub.py`` the real hub.

Where next: ``supervise.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Protocol

from khata.exit_codes import ExitCode


class Exit(IntEnum):
    """How supervising ended, as the process's exit code; the numbers of ``khata.exit_codes`` where they fit."""

    CLEAN = ExitCode.OK
    """Asked to stop; every child stopped by itself within its time."""
    GAVE_UP = ExitCode.UNAVAILABLE
    """A child could not be started or died again and again; everything was stopped."""
    ALREADY_RUNNING = ExitCode.REFUSED
    """Another supervisor holds this data folder; nothing was started."""
    FORCED = 10
    """Asked to stop, and at least one child had to be killed. Nothing is lost: every step may be run again."""


class Probe(Protocol):
    """Says whether a child does its work, not only whether it runs."""

    def answers(self, pid: int) -> bool:
        """True once the child with this process id is ready. Returns within about a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """One process to keep running.

    Attributes:
        name: prefix of its lines in the log.
        command: program and arguments; the program is an absolute path or found on PATH.
        probe: when it counts as ready; the next child starts after that.
        environment: variables on top of the supervisor's own.
        start_within_s: ready by then, or it is killed and started again.
        stop_within_s: gone by then after SIGTERM, or it is killed.
    """

    name: str
    command: tuple[str, ...]
    probe: Probe
    environment: Mapping[str, str] = field(default_factory=dict)
    start_within_s: float = 60.0
    stop_within_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartRule:
    """What happens when a child dies.

    Attributes:
        first_delay_s: pause before the first restart; doubles with every death in a row.
        longest_delay_s: no pause is longer.
        deaths_max: so many deaths in a row, and the supervisor gives up.
        settled_s: a child that was ready for so long starts counting from zero.
    """

    first_delay_s: float = 0.5
    longest_delay_s: float = 30.0
    deaths_max: int = 8
    settled_s: float = 30.0

    def delay_s(self, deaths: int) -> float:
        """Pause after this many deaths in a row (1 is the first)."""
        return min(self.longest_delay_s, self.first_delay_s * 2.0 ** (deaths - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorSpec:
    """Everything ``run`` needs.

    Attributes:
        data_dir: holds the lock, ``run.json`` and ``logs/``; created if missing.
        children: in their order of starting; stopped in the opposite order.
        addresses: name to URL, printed and written to ``run.json`` when all children are ready.
        restart: what happens when a child dies.
        on_ready: called once, when all children are ready for the first time.
    """

    data_dir: Path
    children: tuple[ChildSpec, ...]
    addresses: Mapping[str, str] = field(default_factory=dict)
    restart: RestartRule = field(default_factory=RestartRule)
    on_ready: Callable[[], None] | None = None
