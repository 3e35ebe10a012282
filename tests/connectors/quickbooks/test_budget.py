"""A month's reads: counted, planned, never passed; what waits comes later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from canonical.errors import RateLimited
from connectors.quickbooks.settings import limits_of
from connectors.quickbooks.tap import TapQuickBooks
from connectors.sdk.pacing import LocalPace, day_of, quota_used
from connectors.sdk.run import Extracted, run_tap
from tests.connectors.quickbooks.api import Api, api
from tests.connectors.quickbooks.test_tap import Held, truth


def run(served: Api, sink: Held, state: Any, quota: int) -> tuple[Extracted, LocalPace]:
    """One run with so many reads left of the month."""
    limits = limits_of({"month_quota": quota, "month_reserve": 0})
    pace = LocalPace(limits, clock=served.seconds, sleep=served.wait, now=served.clock)
    place = replace(served.place, pace=pace)
    done = run_tap(TapQuickBooks, served.config(), sink, now=served.clock(), state=state, surroundings=place)
    return done, pace


def codes(done: Extracted) -> list[str]:
    return [issue.code for issue in done.issues]


def test_the_cost_is_known_before_and_what_does_not_fit_waits(tmp_path: Path) -> None:
    with api(tmp_path) as served:
        sink = Held()
        first, pace = run(served, sink, None, 10_000)
        plan = first.files[0]["plan"]
        assert pace.left_today() == 10_000 - first.files[0]["calls_used"]
        assert 0 <= plan["calls"] - first.files[0]["calls_used"] <= 25, "an estimate, and never too low"
        assert not codes(first)

        served.clock.advance(days=8)  # a sweep is due
        served.work(5)
        poor, pace = run(served, sink, first.state, 40)
        assert codes(poor) == ["quickbooks.quota.postponed"]
        assert {stream: sink.ids(stream) for stream in truth(served)} == truth(served)
        assert pace.left_today() is not None
        (kept,) = poor.state["companies"].values()
        assert kept["swept_at"] == next(iter(first.state["companies"].values()))["swept_at"]

        poorer, _ = run(served, sink, poor.state, 14)
        assert "reports" not in poorer.counts
        (kept,) = poorer.state["companies"].values()
        assert kept["reports_due"]
        rich, _ = run(served, sink, poorer.state, 10_000)
        (kept,) = rich.state["companies"].values()
        assert kept["swept_at"] > next(iter(first.state["companies"].values()))["swept_at"]
        assert rich.counts["reports"]


def test_a_first_reading_too_large_for_the_month_goes_on_in_the_next(tmp_path: Path) -> None:
    with api(tmp_path) as served:
        whole, _ = run(served, Held(), None, 10_000)
        quota = whole.files[0]["calls_used"] * 3 // 4
        sink = Held()
        with pytest.raises(RateLimited, match=f"This month's {quota} calls are used up") as caught:
            run(served, sink, None, quota)
        assert caught.value.code == "source.quota_used"
        served.clock.advance(days=31)
        held = {stream: sink.ids(stream) for stream in truth(served)}
        assert held != truth(served)
        run(served, sink, sink.bookmarks[-1][1], 10_000)
        assert {stream: sink.ids(stream) for stream in truth(served)} == truth(served)


@pytest.mark.parametrize(
    ("config", "quota", "reserve", "is_monthly"),
    [
        ({}, 500_000, 25_000, True),
        ({"month_quota": 1_000_000, "month_reserve": 10}, 1_000_000, 10, True),
        ({"day_quota": 900, "day_reserve": 9}, 900, 9, False),
        ({"month_quota": 0}, None, 0, False),
    ],
)
def test_what_a_plan_allows(config: dict[str, Any], quota: int | None, reserve: int, is_monthly: bool) -> None:
    limits = limits_of(config)
    assert (limits.quota, limits.reserve, limits.is_monthly) == (quota, reserve, is_monthly)


def test_a_month_ends_with_its_last_day() -> None:
    limits = limits_of({})
    for now, left in ((datetime(2026, 4, 1, tzinfo=UTC), 30), (datetime(2026, 12, 31, tzinfo=UTC), 1)):
        assert quota_used(limits, now).facts["retry_after_s"] == left * 86_400
    assert day_of(datetime(2026, 4, 30, 23, 59, tzinfo=UTC), limits) == "2026-04"
