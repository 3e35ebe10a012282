"""``run.json`` in the data folder: where the running hub listens and which processes it consists of.

Other commands read it to find the hub (``khata sync`` the Temporal address). It is written whole at every change and
removed at the end; after a crash the folder's lock tells that it is out of date.

Where next: ``supervise.py`` writes it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from khata.supervisor.lock import is_locked

RUN_FILE = "run.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRecord:
    """One process as ``run.json`` shows it; ``pid`` is None between a death and the restart."""

    name: str
    pid: int | None
    state: str
    restarts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """The whole of ``run.json``.

    Attributes:
        pid: of the supervisor.
        ready: True once all children were ready.
        addresses: name to URL or host:port.
        children: in their order of starting.
    """

    pid: int
    ready: bool = False
    addresses: dict[str, str] = field(default_factory=dict)
    children: tuple[ChildRecord, ...] = ()


def write_run_file(data_dir: Path, record: RunRecord) -> None:
    """Replace ``run.json`` in one move; readable by its owner only."""
    fresh = data_dir / f"{RUN_FILE}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(record), file, indent=2)
        file.write("\n")
    fresh.replace(data_dir / RUN_FILE)


def remove_run_file(data_dir: Path) -> None:
    """The hub is no more."""
    (data_dir / RUN_FILE).unlink(missing_ok=True)


def find_running(data_dir: Path) -> RunRecord | None:
    """The hub that runs on this folder now, or None; never what a crashed one left behind."""
    if not is_locked(data_dir):
        return None
    try:
        raw = json.loads((data_dir / RUN_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:  # it is just starting or just ending
        return None
    if not _exists(raw["pid"]):  # a new supervisor holds the lock and has not written yet
        return None
    children = tuple(ChildRecord(**child) for child in raw.pop("children"))
    return RunRecord(children=children, **raw)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it exists and is another user's
        return True
    return True
