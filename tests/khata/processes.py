"""What the supervisor's tests ask the system: is a process alive, and wait for something with an end."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

HANGS_S = 120.0
"""After so long something hangs; no test depends on how fast this machine is, or how busy."""


def alive(pid: int) -> bool:
    """Alive and not just waiting to be buried (Linux)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def none_alive(pids: Iterable[int]) -> bool:
    return not any(alive(pid) for pid in pids)


def wait_for(condition: Callable[[], object], what: str, within_s: float = HANGS_S) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.02)


def kill_what_is_left(data_dir: Path) -> None:
    """If a test of the supervisor fails, its children must not stay on the machine."""
    run_file = data_dir / "run.json"
    children = json.loads(run_file.read_text(encoding="utf-8"))["children"] if run_file.exists() else []
    for child in children:
        if child["pid"] and alive(child["pid"]):
            os.kill(child["pid"], signal.SIGKILL)
