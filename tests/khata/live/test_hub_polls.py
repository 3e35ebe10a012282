"""``khata up`` beside a running Tally: a connection made while it runs is looked at by its schedule."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from khata.supervisor.run_file import find_running
from sandbox.tally.books import build_books
from sandbox.tally.books.live import specs_for
from sandbox.tally.gateway import serve
from tests.khata.processes import kill_what_is_left, wait_for
from tests.support.cli import environment, khata
from tests.workflows.servers import binary_or_skip
from workflows.temporal.connection import TemporalTarget, connect
from workflows.temporal.schedules import get_schedule, trigger_schedule

pytestmark = [
    pytest.mark.temporal,
    pytest.mark.slow,
    pytest.mark.xdist_group("temporal"),
    pytest.mark.skipif(sys.platform != "linux", reason="khata up ties children to the supervisor as Linux does"),
]
ANY_PORTS = {"KHATA_TEMPORAL__PORT": "0", "KHATA_TEMPORAL__UI_PORT": "0", "KHATA_API__PORT": "0"}


def test_the_hub_looks_at_a_connected_tally_by_itself(tmp_path: Path) -> None:
    binary_or_skip()
    data, log = tmp_path / "data", tmp_path / "up.log"
    with serve(build_books(specs_for(1, vouchers=40)), port=0) as tally, log.open("wb") as output:
        hub = subprocess.Popen(
            [sys.executable, "-m", "khata", "up"], env=environment(tmp_path, ANY_PORTS), stdout=output, stderr=output
        )
        try:
            wait_for(lambda: (found := find_running(data)) and found.ready, f"khata up, see {log}")
            running = find_running(data)
            assert running is not None
            connected = khata(
                tmp_path, "connect", "tally", "--url", tally.url, "--name", "shop", "--pause", "0", env=ANY_PORTS
            )
            assert connected.code == 0, connected.errors
            assert "The hub that is running looks at it from now on." in connected.errors
            asyncio.run(look(TemporalTarget(address=running.addresses["Temporal"])))
            wait_for(lambda: has_synced(tmp_path), "the scheduled look has led to a sync")
            removed = khata(tmp_path, "connections", "remove", "shop", env=ANY_PORTS)
            assert removed.code == 0
            hub.send_signal(signal.SIGINT)
            assert hub.wait(60) in (0, 130)
        finally:
            hub.kill()
            hub.wait()
            kill_what_is_left(data)
    assert os.environ.get("KHATA_TALLY__SCHEDULE_MINUTES") is None


async def look(target: TemporalTarget) -> None:
    """The schedule is there; do not wait five minutes for it."""
    client = await connect(target)
    assert (await get_schedule(client, "default", "shop")).next_at is not None
    await trigger_schedule(client, "default", "shop")


def has_synced(home: Path) -> bool:
    done = khata(home, "proof", env=ANY_PORTS)
    return done.code == 0 and "proved" in done.output
