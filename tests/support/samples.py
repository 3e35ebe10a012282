"""Where the real files are that some tests read in place; they are not part of the project.

``KHATA_SAMPLES`` names the folder; else it is looked for beside the checkout and one level higher. A test that needs a
file which is not there skips and says which.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def samples_dir() -> Path | None:
    """The folder of samples, None if there is none."""
    named = os.environ.get("KHATA_SAMPLES")
    candidates = [Path(named)] if named else [ROOT / "../shared/samples", ROOT / "../../shared/samples"]
    return next((path.resolve() for path in candidates if path.is_dir()), None)


def sample(relative: str) -> Path:
    """One file of the samples; skips the running test where it is absent."""
    folder = samples_dir()
    if folder is None:
        pytest.skip("no samples folder (set KHATA_SAMPLES)")
    path = folder / relative
    if not path.exists():
        pytest.skip(f"the sample {relative} is not there")
    return path


def sample_json(relative: str) -> Any:
    """One decoded JSON sample; skips the running test where it is absent."""
    return json.loads(sample(relative).read_text(encoding="utf-8"))
