"""What the steps of a run noted for each other and for the summary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.repositories.runs import Run


def step_facts(run: Run, step: str) -> Mapping[str, Any]:
    """What a step of a run noted; empty if it has not run."""
    return next((held.facts for held in run.steps if held.name == step), {})
