"""A sync under a real Temporal server: it completes, retries, fails, is watched, joined and cancelled."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from canonical.errors import ConfigurationError, InvariantError, NotFound, SourceRejected, SourceUnavailable
from tests.workflows.scripted import Failing, Script, ScriptedSteps
from tests.workflows.servers import RunningServer, running_server
from tests.workflows.sync_support import QUICK, during, listed, request_of, started, until
from workflows.temporal import names
from workflows.temporal.attributes import ensure_search_attributes, missing_search_attributes
from workflows.temporal.client import (
    SyncCancelled,
    SyncProgress,
    Watching,
    run_sync,
    stop_sync,
    sync_progress,
    sync_result,
    watch_sync,
)
from workflows.temporal.connection import TemporalTarget
from workflows.temporal.pulse import PulseSettings

pytestmark = [pytest.mark.temporal, pytest.mark.xdist_group("temporal")]


def test_a_sync_runs_every_step_once_and_returns_its_summary(
    temporal: RunningServer, steps: ScriptedSteps, key: str
) -> None:
    async def body(client: Client) -> None:
        summary = await sync_result(await started(client, key))
        assert (summary.run_id, summary.status, summary.proof) == (1, "succeeded", "proved")
        assert summary.counts == {"voucher": 3}

    during(temporal, steps, key, body)
    order = [step for (step,) in steps.query("select step from attempts order by rowid")]
    assert order == ["open_run", "extract", "translate", "prove", "harmonize", "close_run"]
    assert steps.runs() == [(1, "succeeded", "")]


def test_an_operator_finds_a_sync_by_tenant_connection_company_and_source(
    temporal: RunningServer, steps: ScriptedSteps, key: str
) -> None:
    async def body(client: Client) -> None:
        handle = await started(client, key)
        await sync_result(handle)
        query = (
            f'KhataTenant="acme" and KhataConnection="{key}" and KhataSource="tally" and KhataCompany="12" '
            'and KhataProof="proved" and KhataPublication="published" and KhataRows=3 and KhataReason="manual"'
        )
        assert [item.id for item in await listed(client, query)] == [f"sync:acme:{key}"]
        assert await (await handle.describe()).static_summary() == f"sync {key} from tally (manual)"

    during(temporal, steps, key, body)


def test_a_source_that_is_away_for_a_moment_is_tried_again(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    steps = ScriptedSteps(
        tmp_path / "e.db", Script(failing={"extract": Failing("SourceUnavailable", attempts=2, at_row=1)})
    )

    async def body(client: Client) -> None:
        assert (await sync_result(await started(client, key))).status == "succeeded"

    during(temporal, steps, key, body)
    assert steps.attempts("extract") == 3
    assert steps.rows("extract") == [0, 1, 2]
    assert steps.attempts("translate") == 1


def test_a_source_that_stays_away_fails_with_its_own_class_and_code(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(failing={"extract": Failing("SourceUnavailable", attempts=99)}))

    async def body(client: Client) -> None:
        with pytest.raises(SourceUnavailable) as caught:
            await sync_result(await started(client, key))
        assert caught.value.code == "source.unavailable"

    during(temporal, steps, key, body)
    assert steps.attempts("extract") == QUICK.retry.attempts
    assert steps.runs() == [(1, "failed", "source.unavailable")]


def test_a_rate_limit_is_waited_for_as_long_as_the_source_asks(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    failing = Failing("RateLimited", facts={"retry_after_s": 1.5})
    steps = ScriptedSteps(tmp_path / "e.db", Script(failing={"extract": failing}))

    async def body(client: Client) -> None:
        begin = asyncio.get_running_loop().time()
        await sync_result(await started(client, key))
        assert asyncio.get_running_loop().time() - begin >= 1.5  # the rule alone would wait 0.05 s

    during(temporal, steps, key, body)
    assert steps.attempts("extract") == 2


SECRET = "hunter2secret"
PARTY = "Radha Stores"
GSTIN = "29ABCDE1234F1Z5"


def test_an_error_a_person_must_act_on_fails_at_once_and_says_only_what_it_may(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    message = f"The company '{PARTY}' ({GSTIN}) is not open in Tally; open it. Sign-in was password={SECRET}"
    failing = Failing("SourceRejected", attempts=99, message=message, facts={"company": PARTY, "status": 409})
    steps = ScriptedSteps(tmp_path / "e.db", Script(failing={"translate": failing}))

    async def body(client: Client) -> str:
        handle = await started(client, key)
        with pytest.raises(SourceRejected) as caught:
            await sync_result(handle)
        assert caught.value.code == "source.rejected"
        assert caught.value.facts == {"status": 409.0, "step": "translate"}
        assert "The company '<company>' (<gstin>) is not open in Tally; open it." in str(caught.value)
        query = f'KhataErrorCode="source.rejected" and KhataConnection="{key}"'
        assert [item.status for item in await listed(client, query)] == [WorkflowExecutionStatus.FAILED]
        return (await handle.fetch_history()).to_json()

    history = during(temporal, steps, key, body)
    assert steps.attempts("translate") == 1
    assert steps.attempts("prove") == 0
    assert steps.runs() == [(1, "failed", "source.rejected")]
    assert "source.rejected" in history
    for planted in (SECRET, PARTY, GSTIN):
        assert planted not in history


def test_an_unforeseen_exception_is_tried_three_times_and_keeps_its_text_to_itself(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    steps = ScriptedSteps(
        tmp_path / "e.db", Script(failing={"prove": Failing("ValueError", attempts=99, message=f"token={SECRET}")})
    )

    async def body(client: Client) -> str:
        handle = await started(client, key)
        with pytest.raises(InvariantError, match="ValueError") as caught:
            await sync_result(handle)
        assert caught.value.code == "khata.unexpected"
        return (await handle.fetch_history()).to_json()

    history = during(temporal, steps, key, body)
    assert steps.attempts("prove") == 3
    assert SECRET not in history


def test_a_run_that_cannot_be_opened_fails_without_one(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(failing={"open_run": Failing("NotFound", attempts=9)}))

    async def body(client: Client) -> None:
        with pytest.raises(NotFound):
            await sync_result(await started(client, key))

    during(temporal, steps, key, body)
    assert steps.runs() == []


def test_progress_tells_step_rows_and_attempt_while_it_runs(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(rows=20, pause_s=0.05))
    seen: list[SyncProgress] = []

    async def body(client: Client) -> None:
        handle = await started(client, key)
        watching = Watching(on_progress=seen.append, poll_s=0.2)
        await watch_sync(client, handle, watching, task_queue=key)
        last = await sync_progress(handle, client)
        assert last.state is not None
        assert (last.state.status, last.state.step_number, last.state.steps_total) == ("succeeded", 6, 6)
        assert [outcome.step for outcome in last.state.outcomes] == ["extract", "translate", "prove", "harmonize"]

    during(temporal, steps, key, body)
    beats = [(item.beat.step, item.beat.done) for item in seen if item.beat]
    assert len({done for step, done in beats if step == "extract"}) > 1
    assert beats == sorted(
        beats, key=lambda beat: (["extract", "translate", "prove", "harmonize"].index(beat[0]), beat[1])
    )
    assert all(item.attempt == 1 for item in seen if item.beat)
    assert {item.state.step for item in seen if item.state} >= {"extract", "translate"}


def test_two_requests_for_one_connection_share_one_sync(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(pause_s=0.1))

    async def body(client: Client) -> None:
        first, second = await started(client, key), await started(client, key)
        assert first.run_id == second.run_id
        assert await sync_result(first) == await sync_result(second)

    during(temporal, steps, key, body)
    assert len(steps.runs()) == 1


def test_a_cancel_stops_the_step_at_its_next_beat_and_closes_the_run(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(rows=400, pause_s=0.02))

    async def body(client: Client) -> None:
        handle = await started(client, key)
        await until(lambda: len(steps.rows("extract")) > 3)
        await asyncio.to_thread(stop_sync, temporal.target, "acme", key)
        with pytest.raises(SyncCancelled):
            await sync_result(handle)

    during(temporal, steps, key, body)
    assert 3 < len(steps.rows("extract")) < 400
    assert steps.attempts("translate") == 0
    assert steps.runs() == [(1, "cancelled", "")]


def test_a_cancel_while_the_run_is_being_opened_still_closes_it(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(silent_s={"open_run": 0.7}))

    async def body(client: Client) -> None:
        handle = await started(client, key)
        await until(lambda: steps.attempts("open_run") == 1)
        await handle.cancel()
        with pytest.raises(SyncCancelled):
            await sync_result(handle)

    during(temporal, steps, key, body)
    assert steps.runs() == [(1, "cancelled", "")]
    assert steps.attempts("extract") == 0


def test_a_cancel_that_comes_as_a_step_ends_is_not_lost(temporal: RunningServer, tmp_path: Path, key: str) -> None:
    """The step never beats after the cancel, so it completes; the workflow must not go on to the next one."""
    steps = ScriptedSteps(tmp_path / "e.db", Script(rows=1, silent_s={"extract": 1.0}, pause_s=0.0))

    async def body(client: Client) -> None:
        handle = await started(client, key)
        await until(lambda: steps.attempts("extract") == 1)
        await handle.cancel()
        with pytest.raises(SyncCancelled):
            await sync_result(handle)

    during(temporal, steps, key, body, PulseSettings(every_s=30))  # so slow a pulse never hears of the cancel
    assert steps.attempts("translate") == 0
    assert steps.runs() == [(1, "cancelled", "")]


def test_a_step_inside_one_long_statement_is_not_taken_for_dead(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(rows=1, silent_s={"extract": 3.0}))

    async def body(client: Client) -> None:
        await sync_result(await started(client, key))

    during(temporal, steps, key, body)  # heartbeat limit 2 s, silent for 3 s
    assert steps.attempts("extract") == 1


def test_a_step_that_stands_still_too_long_is_given_to_another_attempt(
    temporal: RunningServer, tmp_path: Path, key: str
) -> None:
    steps = ScriptedSteps(tmp_path / "e.db", Script(rows=1, silent_s={"extract": 4.0}))

    async def body(client: Client) -> None:
        await sync_result(await started(client, key))

    during(temporal, steps, key, body, PulseSettings(every_s=0.1, stall_s=0.5))
    assert steps.attempts("extract") == 2


def test_run_sync_needs_a_server(key: str) -> None:
    with pytest.raises(ConfigurationError, match="khata up") as caught:
        run_sync(TemporalTarget(address="127.0.0.1:1"), request_of(key))
    assert caught.value.code == "temporal.unreachable"


def test_run_sync_says_when_no_worker_serves_the_queue(temporal: RunningServer, key: str) -> None:
    """Only this test uses the default queue, which nobody serves here."""
    with pytest.raises(ConfigurationError) as caught:
        run_sync(temporal.target, request_of(key), watching=Watching(poll_s=0.1, worker_wait_s=0.3))
    assert caught.value.code == "sync.no_worker"


def test_stopping_what_does_not_run_is_an_error(temporal: RunningServer, key: str) -> None:
    with pytest.raises(NotFound):
        stop_sync(temporal.target, "acme", key)


def test_search_attributes_are_registered_on_a_cluster_that_lacks_them(tmp_path: Path, key: str) -> None:
    async def body(server: RunningServer) -> None:
        client = await server.client()
        assert set(await missing_search_attributes(client)) == set(names.SEARCH_ATTRIBUTES)
        assert set(await ensure_search_attributes(client)) == set(names.SEARCH_ATTRIBUTES)
        assert await ensure_search_attributes(client) == ()
        handle = await started(client, key)
        assert [item.id for item in await listed(client, f'KhataConnection="{key}"')] == [handle.id]

    with running_server(tmp_path, without="--search-attribute") as server:
        asyncio.run(body(server))


def test_payloads_hold_references_only(temporal: RunningServer, steps: ScriptedSteps, key: str) -> None:
    async def body(client: Client) -> str:
        handle = await started(client, key)
        await sync_result(handle)
        return (await handle.fetch_history()).to_json()

    history = during(temporal, steps, key, body)
    assert len(json.dumps(history)) < 60_000


def test_a_server_without_our_namespace_says_so(temporal: RunningServer, key: str) -> None:
    wrong = TemporalTarget(address=temporal.target.address, namespace="not-there")
    with pytest.raises(ConfigurationError, match="no namespace not-there") as caught:
        run_sync(wrong, request_of(key))
    assert caught.value.code == "temporal.namespace"
