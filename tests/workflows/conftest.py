"""Fixtures of the workflow tests: one real Temporal server per test process, started once, data on disk."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.native_exit import leave_without_teardown
from tests.workflows.scripted import Script, ScriptedSteps
from tests.workflows.servers import RunningServer, running_server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def temporal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    leave_without_teardown(request.config)
    with running_server(tmp_path_factory.mktemp("temporal")) as server:
        yield server


@pytest.fixture
def key() -> str:
    """A connection key of this test's own; queues take the same name, so no test sees another's work."""
    return f"shop-{os.getpid()}-{next(_numbers)}"


@pytest.fixture
def steps(tmp_path: Path) -> ScriptedSteps:
    return ScriptedSteps(tmp_path / "effects.db", Script())
