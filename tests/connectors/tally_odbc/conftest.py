"""What the tests of ODBC share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from connectors.tally.odbc.address import OdbcAddress
from connectors.tally.odbc.session import OdbcLimits, OdbcSession
from tests.connectors.tally_odbc.fake_tally import Script, child_command

Open = Callable[..., OdbcSession]


@pytest.fixture
def open_session(tmp_path: Path) -> Iterator[Open]:
    """Open sessions to a fake Tally in a process of its own."""
    with ExitStack() as stack:

        def open_(script: Script, **limits: Any) -> OdbcSession:
            given = {"connect_timeout_s": 20.0, "answer_timeout_s": 20.0, "pause_s": 0.0, **limits}
            session = OdbcSession(
                OdbcAddress(data_source="TallyODBC64_9000"),
                OdbcLimits(**given),
                clock=time.monotonic,
                sleep=time.sleep,
                command=child_command(tmp_path, script),
            )
            return stack.enter_context(session)

        yield open_
