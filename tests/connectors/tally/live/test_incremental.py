"""After any work in the books, what is held after reading the changes equals what a first sync would read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.connectors.tally.live.held import Hub, Target
from tests.connectors.tally.live.tally import MASTER_EDITS, VOUCHER_EDITS, Edit, Tally, objects, tally, work

pytestmark = pytest.mark.slow

EDITS = st.lists(st.sampled_from([*VOUCHER_EDITS, *MASTER_EDITS]), min_size=1, max_size=5)
VOUCHER_ONLY = st.lists(st.sampled_from(VOUCHER_EDITS), min_size=1, max_size=5)
HISTORIES = settings(
    max_examples=4,
    deadline=None,
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ],  # shrinking histories of whole syncs takes longer than reading one
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def served() -> Iterator[Tally]:
    with tally(vouchers=40) as running:
        yield running


@HISTORIES
@given(st.lists(EDITS, min_size=1, max_size=2), st.integers(0, 10**6))
def test_the_hub_holds_what_a_first_sync_would_bring(served: Tally, days: list[list[Edit]], seed: int) -> None:
    backup = served.company.snapshot()
    hub, state = Hub(), None
    try:
        state = served.sync(hub, state).state
        for number, edits in enumerate(days):
            work(served.company, edits, seed + number)
            state = served.sync(hub, state).state
            assert objects(hub.content()) == served.fresh()
    finally:
        served.company.restore(backup)


@HISTORIES
@given(st.lists(VOUCHER_ONLY, min_size=1, max_size=2), st.integers(0, 10**6))
def test_a_target_behind_the_pipe_holds_it_too(served: Tally, days: list[list[Edit]], seed: int) -> None:
    backup = served.company.snapshot()
    target = Target()
    try:
        served.pipe(target)
        for number, edits in enumerate(days):
            work(served.company, edits, seed + number)
            served.pipe(target)
            again = Target()
            served.pipe(again)
            assert bare(target) == bare(again)
    finally:
        served.company.restore(backup)


def bare(target: Target) -> dict[Any, Any]:
    """Objects, without where they were read."""
    return objects(target.held)
