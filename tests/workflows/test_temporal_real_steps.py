"""The real steps under Temporal: a saved connection syncs a Tally export, and killing workers changes nothing."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from canonical.errors import NotFound, SourceError
from sandbox.tally.write import WrittenFiles, write
from sandbox.world.spec import WorldSpec
from storage import TenantStore, open_store
from tests.khata.processes import wait_for
from tests.workflows.servers import RunningServer
from tests.workflows.sync_support import QUICK, until
from workflows.inputs import RunSummary, SyncRequest
from workflows.policies import StepLimits
from workflows.temporal.client import start_sync, sync_result

pytestmark = [pytest.mark.temporal, pytest.mark.xdist_group("temporal")]

VOUCHERS = 1500
CONNECTION = "export-folder"
LIMITS = replace(QUICK, short=StepLimits(run_s=5), long=StepLimits(run_s=60, heartbeat_s=2))
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> WrittenFiles:
    return write(WorldSpec(seed=11, vouchers=VOUCHERS), tmp_path_factory.mktemp("export"), mixed=True)


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/books.db"


@pytest.fixture
def books(database: str, export: WrittenFiles) -> Iterator[TenantStore]:
    store = open_store(database, migrate=True)
    tenant = store.tenant()
    config = {"files": [str(path) for path in export.paths]}
    tenant.connections.save(CONNECTION, "tally", config, at=datetime.now(tz=UTC))
    yield tenant
    store.close()


@pytest.fixture
def start_worker(temporal: RunningServer, database: str, key: str, tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        ready = tmp_path / f"worker-{len(started)}.ready"
        spec = {"address": temporal.target.address, "database": database, "queue": key, "ready": str(ready)}
        process = subprocess.Popen([sys.executable, "-m", "tests.workflows.real_worker_process", json.dumps(spec)])
        started.append(process)
        wait_for(ready.exists, "the worker is ready")
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


async def synced(server: RunningServer, queue: str, connection: str = CONNECTION) -> RunSummary:
    request = SyncRequest(tenant="default", connection=connection, source="tally")
    handle = await start_sync(await server.client(), request, limits=LIMITS, task_queue=queue)
    return await asyncio.wait_for(sync_result(handle), 60)


def test_a_connection_syncs_and_proves(
    temporal: RunningServer, books: TenantStore, start_worker: Start, export: WrittenFiles, key: str
) -> None:
    start_worker()
    summary = asyncio.run(synced(temporal, key))
    assert (summary.status, summary.proof, summary.publication) == ("succeeded", "proved", "published")
    assert summary.counts["vouchers"] == VOUCHERS
    run = books.runs.get(summary.run_id)
    assert (run.status, run.connector) == ("succeeded", "tally")

    again = asyncio.run(synced(temporal, key))
    assert again.run_id != summary.run_id
    assert again.counts == summary.counts


def test_workers_killed_in_the_middle_change_nothing(
    temporal: RunningServer, books: TenantStore, start_worker: Start, export: WrittenFiles, key: str
) -> None:
    async def whole() -> RunSummary:
        waiting = asyncio.ensure_future(synced(temporal, key))
        first = start_worker()
        await until(lambda: len(books.companies.list()) > 0)  # the first record of the extraction is stored
        os.kill(first.pid, signal.SIGKILL)
        assert [run.status for run in books.runs.list().items] == ["running"]
        await asyncio.to_thread(start_worker)
        return await waiting

    summary = asyncio.run(whole())
    assert (summary.status, summary.proof) == ("succeeded", "proved")
    assert summary.counts["vouchers"] == VOUCHERS
    totals = books.controls.voucher_totals(summary.run_id)
    assert totals.number("count") == VOUCHERS
    assert len(books.runs.list().items) == 1


def test_errors_of_real_steps_keep_their_class(
    temporal: RunningServer, books: TenantStore, start_worker: Start, tmp_path: Path, key: str
) -> None:
    start_worker()
    with pytest.raises(NotFound):
        asyncio.run(synced(temporal, key, "unknown"))
    (tmp_path / "broken.xml").write_text("<ENVELOPE><BODY>", encoding="utf-8")
    books.connections.save("broken", "tally", {"files": [str(tmp_path / "broken.xml")]}, at=datetime.now(tz=UTC))
    with pytest.raises(SourceError) as caught:
        asyncio.run(synced(temporal, key, "broken"))
    assert caught.value.code.startswith("tally.")
    assert str(tmp_path) not in caught.value.message
