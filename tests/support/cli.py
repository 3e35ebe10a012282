"""Runs the command line in a child process, as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    code: int
    output: str
    errors: str

    def json(self) -> Any:
        """Standard output as one JSON value."""
        return json.loads(self.output)


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The child's environment: our code, a private home, none of the caller's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KHATA_")}
    own = {"PYTHONPATH": str(ROOT), "HOME": str(home), "KHATA_DATA__FOLDER": str(home / "data")}
    return {**kept, **own, **(extra or {})}


def khata(home: Path, *arguments: str, env: Mapping[str, str] | None = None, timeout_s: float = 300) -> Ran:
    """Run ``khata`` with these arguments."""
    done = subprocess.run(
        [sys.executable, "-m", "khata", *arguments],
        cwd=home,
        env=environment(home, env),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
