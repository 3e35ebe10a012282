"""Fixtures of the workflow tests: one real Temporal server per test process, started once, data on disk."""

from __future__ import annotations

import atexit
import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workflows.scripted import Script, ScriptedSteps
from tests.workflows.servers import RunningServer, running_server

_exit_status: int | None = None
_numbers = itertools.count(1)


def _leave_without_teardown() -> None:
    """The SDK's native core may abort at interpreter exit and turn a green run into code 134 (see leaving.py)."""
    if _exit_status is not None and "temporalio.bridge.runtime" in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_exit_status)


atexit.register(_leave_without_teardown)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    global _exit_status  # noqa: PLW0603 - read by the exit handler, after pytest has gone
    _exit_status = int(exitstatus)


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("temporal")) as server:
        yield server


@pytest.fixture
def key() -> str:
    """A connection key of this test's own; queues take the same name, so no test sees another's work."""
    return f"shop-{os.getpid()}-{next(_numbers)}"


@pytest.fixture
def steps(tmp_path: Path) -> ScriptedSteps:
    return ScriptedSteps(tmp_path / "effects.db", Script())
