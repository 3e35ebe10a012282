"""The mapping from recovery to retry, as tables and laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical import errors
from canonical.errors import KhataError, RateLimited, Recovery
from workflows.policies import (
    RETRY_AFTER_S_MAX,
    RetryRule,
    SyncLimits,
    priority_of,
    retry_after_s,
    retry_rule,
)

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, KhataError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_only_errors_that_may_pass_by_themselves_are_tried_again(kind: type[KhataError]) -> None:
    assert retry_rule(kind.recovery).again == (kind.recovery is Recovery.RETRY)


@pytest.mark.parametrize(("attempt", "delay_s"), [(1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (20, 300)])
def test_pauses_double_up_to_five_minutes(attempt: int, delay_s: float) -> None:
    assert retry_rule(Recovery.RETRY).delay_s(attempt) == delay_s


@given(first=st.floats(0.001, 600), factor=st.floats(1, 5), longest=st.floats(0.001, 3600), attempt=st.integers(1, 100))
def test_pauses_never_shrink_and_never_pass_the_longest(
    first: float, factor: float, longest: float, attempt: int
) -> None:
    rule = RetryRule(attempts=100, first_delay_s=first, factor=factor, longest_delay_s=longest)
    assert rule.delay_s(attempt) <= rule.delay_s(attempt + 1) <= longest


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        (30, 30.0),
        (1.5, 1.5),
        (0, 0.0),
        (-1, None),
        (None, None),
        ("30", None),
        (True, None),
        (10**9, RETRY_AFTER_S_MAX),
    ],
)
def test_a_rate_limit_sets_the_pause(asked: float | str | None, waited: float | None) -> None:
    assert retry_after_s(RateLimited("Wait", retry_after_s=asked)) == waited


def test_an_error_without_a_wish_leaves_the_pause_to_the_rule() -> None:
    assert retry_after_s(RateLimited("Wait")) is None


@pytest.mark.parametrize(("reason", "key"), [("manual", 2), ("retry of a person", 2), ("schedule", 4), ("backfill", 5)])
def test_a_waiting_person_goes_first(reason: str, key: int) -> None:
    assert priority_of(reason) == key


def test_the_short_steps_are_short_and_the_long_ones_beat() -> None:
    limits = SyncLimits()
    assert limits.short.run_s <= 300
    assert 0 < limits.long.heartbeat_s <= 30 < limits.long.run_s
