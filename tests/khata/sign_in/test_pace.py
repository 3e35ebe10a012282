"""The hub's pace and breaker: no interleaving of workers passes the limits, and what is held is held for all."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.errors import RateLimited, SourceUnavailable
from connectors.sdk.pacing import LocalPace, booked
from connectors.sdk.tokens import Limits
from khata.sign_in.pace import HubBreaker, HubPace
from tests.khata.sign_in.conftest import NOW, Desk


def pace_of(desk: Desk, limits: Limits) -> HubPace:
    return HubPace(
        throttles=desk.hub.tenant().throttles, connection_id=1, limits=limits, now=lambda: desk.now[0], sleep=desk.sleep
    )


@given(
    per_minute=st.integers(1, 600),
    burst=st.integers(1, 30),
    pauses=st.lists(st.floats(0, 30), min_size=1, max_size=120),
)
def test_no_window_of_a_minute_holds_more_than_the_rate_and_a_burst(
    per_minute: int, burst: int, pauses: list[float]
) -> None:
    limits = Limits(per_minute=per_minute, burst=burst)
    now = free_at = 0.0
    starts = []
    for pause in pauses:
        now += pause
        start, free_at = booked(limits, free_at, 0.0, now, 1)
        assert start >= now
        starts.append(start)
    for first in starts:
        inside = sum(1 for start in starts if first <= start < first + 60)
        assert inside <= per_minute + burst


def test_a_rested_connection_may_burst_and_then_waits() -> None:
    limits = Limits(per_minute=60, burst=5)
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))
        now[0] += seconds

    pace = LocalPace(limits, clock=lambda: now[0], sleep=sleep, now=lambda: NOW + timedelta(seconds=now[0]))
    for _ in range(8):
        pace.take()
    assert slept == [1.0, 1.0, 1.0]


def test_whoever_shares_a_pace_waits_until_a_pause_is_over() -> None:
    limits = Limits(per_minute=6000, burst=100)
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))
        now[0] += seconds

    pace = LocalPace(limits, clock=lambda: now[0], sleep=sleep, now=lambda: NOW + timedelta(seconds=now[0]))
    pace.take()
    pace.hold(30)
    pace.hold(10)
    pace.take()
    pace.take()
    assert slept == [30.0]


def test_workers_share_the_rate_the_quota_and_the_pauses(desk: Desk) -> None:
    limits = Limits(per_minute=60, burst=2, day_quota=20, reserve=5, day_zone="Asia/Kolkata")
    workers = [pace_of(desk, limits) for _ in range(3)]
    chosen = random.Random(7)
    started = desk.now[0]
    for _ in range(15):
        chosen.choice(workers).take()
    assert (desk.now[0] - started).total_seconds() >= 12
    assert {worker.left_today() for worker in workers} == {0}
    with pytest.raises(RateLimited) as caught:
        workers[0].take()
    assert caught.value.code == "source.quota_used"
    desk.now[0] += timedelta(seconds=float(str(caught.value.facts["retry_after_s"])))
    assert workers[1].left_today() == 15
    workers[1].hold(30)
    before = desk.now[0]
    workers[2].take()
    assert (desk.now[0] - before).total_seconds() == pytest.approx(30, abs=0.01)


def test_a_breaker_opened_by_one_worker_stops_the_others_and_lets_one_try(desk: Desk) -> None:
    def breaker() -> HubBreaker:
        return HubBreaker(throttles=desk.hub.tenant().throttles, connection_id=1, now=lambda: desk.now[0])

    one, other, third = breaker(), breaker(), breaker()
    for _ in range(5):
        one.check()
        one.failed()
    with pytest.raises(SourceUnavailable) as caught:
        other.check()
    assert caught.value.code == "source.resting"
    desk.now[0] += timedelta(seconds=61)
    other.check()
    with pytest.raises(SourceUnavailable):
        third.check()  # the other one is trying
    other.succeeded()
    third.check()


def test_a_success_in_between_closes_the_count(desk: Desk) -> None:
    breaker = HubBreaker(throttles=desk.hub.tenant().throttles, connection_id=1, now=lambda: desk.now[0])
    for _ in range(20):
        breaker.check()
        breaker.failed()
        breaker.check()
        breaker.succeeded()
    breaker.check()


def test_a_quota_the_product_says_is_used_up_is_told_until_its_end_and_nobody_asks(desk: Desk) -> None:
    pace = pace_of(desk, Limits(per_minute=60, day_quota=1000, reserve=100))
    pace.take()
    pace.hold(3 * 3600)
    assert pace.left_today() == 0
    assert pace.held_until() == NOW + timedelta(hours=3)
    with pytest.raises(RateLimited, match="2026-11-02 09:30 UTC") as caught:
        pace.take()
    assert (caught.value.code, caught.value.facts["retry_after_s"]) == ("source.quota_used", 3 * 3600)
    assert desk.slept == []
    desk.now[0] += timedelta(hours=3)
    pace.take()
    assert (pace.held_until(), pace.left_today()) == (None, 898)


def test_signing_in_again_ends_the_pause_of_a_quota(desk: Desk) -> None:
    pace = pace_of(desk, Limits(per_minute=60, day_quota=1000))
    pace.hold(3600)
    pace.release()
    pace.take()
    assert pace.held_until() is None


def test_a_tap_from_the_shell_knows_of_a_used_quota_too() -> None:
    now = [0.0]
    pace = LocalPace(Limits(per_minute=60), clock=lambda: now[0], sleep=lambda seconds: None, now=lambda: NOW)
    pace.hold(600)
    assert pace.left_today() == 0
    with pytest.raises(RateLimited, match="06:40 UTC"):
        pace.take()
    now[0] = 601.0
    pace.take()


def test_a_clock_that_was_fast_and_is_put_right_makes_nobody_wait(desk: Desk) -> None:
    pace = pace_of(desk, Limits(per_minute=90))
    breaker = HubBreaker(throttles=desk.hub.tenant().throttles, connection_id=1, now=lambda: desk.now[0])
    desk.now[0] += timedelta(hours=1)
    for _ in range(20):
        pace.take()
    for _ in range(9):
        breaker.failed()
    desk.now[0] = NOW
    slept = sum(desk.slept)
    pace.take()
    assert sum(desk.slept) - slept < 60
    breaker.check()
