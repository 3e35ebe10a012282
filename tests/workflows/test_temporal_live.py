"""A running Tally under a real Temporal server: the same steps, looks and signals as everywhere else."""

from __future__ import annotations

from random import Random

import pytest
from temporalio.client import Client

from canonical.errors import KhataError, SourceError
from canonical.voucher import Voucher
from storage.turn import TurnTaken
from tests.connectors.tally.live import tally as edits
from tests.connectors.tally.live.tally import tally
from tests.live.hub import differences, fresh, hub
from tests.workflows.servers import RunningServer
from tests.workflows.sync_support import QUICK, during
from workflows.inputs import RunStatus, RunSummary, SyncRequest
from workflows.temporal.client import signal_changed, start_sync, sync_result

pytestmark = [pytest.mark.temporal, pytest.mark.xdist_group("temporal")]


def test_changes_arrive_by_signal(temporal: RunningServer, key: str) -> None:
    with tally(vouchers=20) as served, hub(served) as made:
        request = SyncRequest(tenant="default", connection="shop", source="tally")
        seen: list[RunSummary] = []

        async def told(client: Client) -> RunSummary:
            handle = await signal_changed(client, request, limits=QUICK, task_queue=key)
            return await sync_result(handle)

        async def body(client: Client) -> None:
            seen.append(await told(client))
            edits.create(served.company, Random(1))
            edits.rename_ledger(served.company, Random(2))
            seen.append(await told(client))
            seen.append(await told(client))

        during(temporal, made.steps, key, body)
        assert [summary.status for summary in seen] == [RunStatus.SUCCEEDED, RunStatus.SUCCEEDED, RunStatus.UNCHANGED]
        assert not differences(made.held(), fresh(served))
        assert made.books.records.count(made.company, Voucher) == 21


def test_a_sync_elsewhere_is_waited_for_and_a_hanging_tally_is_left_alone(temporal: RunningServer, key: str) -> None:
    with tally(vouchers=20, answer_timeout_s=0.3) as served, hub(served) as made:
        request = SyncRequest(tenant="default", connection="shop", source="tally")
        connection = made.books.connections.get("shop")

        async def held_elsewhere(client: Client) -> None:
            with made.books.turn(connection.connection_id):
                handle = await start_sync(client, request, limits=QUICK, task_queue=key)
                with pytest.raises(KhataError) as raised:
                    await sync_result(handle)
            assert raised.value.code == TurnTaken.default_code

        async def hanging(client: Client) -> None:
            served.faults.delay_s = 1.0
            before = served.request_count()
            with pytest.raises(SourceError):
                await sync_result(await start_sync(client, request, limits=QUICK, task_queue=key))
            assert served.request_count() - before < 8, "it is asked, waited for, and left alone"

        during(temporal, made.steps, key, held_elsewhere)
        during(temporal, made.steps, key, hanging)
        assert {run.status for run in made.books.runs.list(kind="sync").items} == {RunStatus.FAILED}
