"""End a test process that has used temporalio with pytest's own exit code.

The SDK's native core may abort at interpreter exit and turn a green run into code 134 (``workflows.leaving``
says more). A fixture that connects to a server registers this for its session.
"""

from __future__ import annotations

import atexit
import os
import sys

import pytest

_NAME = "native-exit"


class _LeaveWithoutTeardown:
    """Leave from an exit handler: earlier than the interpreter's teardown, later than everything pytest does."""

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Remember the exit code for the handler."""
        atexit.register(_leave, int(exitstatus))


def _leave(status: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def leave_without_teardown(config: pytest.Config) -> None:
    """Register it, once per session."""
    if not config.pluginmanager.has_plugin(_NAME):
        config.pluginmanager.register(_LeaveWithoutTeardown(), _NAME)
