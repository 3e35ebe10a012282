"""Where the files from the outside world are, if they are here. They are read in place and never copied."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def samples_dir() -> Path | None:
    """Return the folder of samples: ``$KHATA_SAMPLES``, or ``shared/samples`` beside or above the project."""
    candidates = [parent / "shared" / "samples" for parent in ROOT.parents[:2]]
    if named := os.environ.get("KHATA_SAMPLES"):
        candidates.insert(0, Path(named))
    return next((path for path in candidates if path.is_dir()), None)


def sample(relative: str) -> Path:
    """Return one sample file, or skip the test with the reason."""
    folder = samples_dir()
    if folder is None:
        pytest.skip("the folder of samples is not here (set KHATA_SAMPLES)")
    path = folder / relative
    if not path.exists():
        pytest.skip(f"the sample {relative} is not here")
    return path


def sample_json(relative: str) -> Any:
    """Return one decoded JSON sample, or skip the test."""
    return json.loads(sample(relative).read_text(encoding="utf-8"))
