"""A delivery reaches a real Temporal server: a sync waits there for a worker, once however often it was asked for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from khata.api.starting import SyncStarter, temporal_signal
from khata.configuration import load_settings
from tests.workflows.servers import running_server
from workflows.inputs import SyncRequest
from workflows.temporal import names

pytestmark = [pytest.mark.temporal, pytest.mark.xdist_group("temporal")]


def test_a_call_starts_the_sync_of_its_connection(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    request = SyncRequest(tenant="default", connection="shop", source="zoho", reason="event")
    with running_server(tmp_path) as server:
        address = {"temporal.address": server.target.address, "data.folder": str(tmp_path)}
        starter_settings = load_settings(arguments=address, environ={})

        async def call() -> tuple[object, int]:
            starter = SyncStarter(temporal_signal(starter_settings), 0.05)
            for _ in range(5):
                starter.start(request)
            await starter.settle()
            starter.start(request)
            await starter.settle()
            client = await server.client()
            described = await client.get_workflow_handle(names.sync_id("default", "shop")).describe()
            found = [one async for one in client.list_workflows(f"WorkflowId = '{described.id}'")]
            server.kill()
            starter.start(request)
            await starter.settle()  # what cannot be started now is logged, and no task is left broken
            return described.status, len(found)

        assert asyncio.run(call()) == (WorkflowExecutionStatus.RUNNING, 1)
        assert "temporal.unreachable" in caplog.text


def test_without_a_server_the_schedule_is_left_to_find_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = load_settings(arguments={"data.folder": str(tmp_path)}, environ={})

    async def call() -> None:
        starter = SyncStarter(temporal_signal(settings), 0.01)
        starter.start(SyncRequest(tenant="default", connection="shop"))
        await starter.settle()

    asyncio.run(call())
    assert "temporal.no_hub" in caplog.text
