"""Windows tile what they are cut from, hold no more than asked, and follow the cost of answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from connectors.tally.live.windows import DAYS_MAX, Pace, Window, pack, scopes

FIRST = date(2025, 4, 1)
days = st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n))


@dataclass(frozen=True)
class Item:
    day: date
    alter_id: int


items = st.lists(st.builds(Item, day=days, alter_id=st.integers(1, 400)), max_size=80, unique_by=lambda i: i.alter_id)


@given(items, days, st.integers(0, 30), st.integers(0, 300), st.none() | st.integers(0, 400))
def test_two_halves_hold_what_the_window_holds(
    some: list[Item], first: date, length: int, after: int, upto: int | None
) -> None:
    """Each item in one of the two, also what is saved meanwhile with a larger change number; each is smaller."""
    whole = Window(first=first, last=first + timedelta(days=length), after=after, upto=upto)
    halves = whole.halves(newest=350)
    for item in some:
        assert not halves or sum(half.holds(item) for half in halves) == whole.holds(item)
    assert whole not in halves
    assert len(halves) == 2 or length == 0


@given(days, st.integers(0, 800))
def test_scopes_tile_a_period(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    tiles = list(scopes(first, last))
    assert (tiles[0].first, tiles[-1].last) == (first, last)
    assert all(b.first - a.last == timedelta(days=1) for a, b in pairwise(tiles))
    assert all(tile.days <= DAYS_MAX for tile in tiles)
    assert all((tile.last + timedelta(days=1)).day == 1 for tile in tiles[:-1])


@given(items, st.integers(1, 20))
def test_packed_windows_hold_each_voucher_once_and_no_more_than_asked(found: list[Item], limit: int) -> None:
    scope = Window(first=FIRST, last=FIRST + timedelta(days=60))
    cut = pack(scope, found, limit)
    for item in found:
        assert sum(window.holds(item) for window in cut) == 1
    assert all(sum(window.holds(item) for item in found) <= limit for window in cut)


@given(items, st.integers(1, 20), days, st.integers(1, 500))
def test_packed_windows_miss_nothing_that_was_not_known(
    found: list[Item], limit: int, day: date, alter_id: int
) -> None:
    scope = Window(first=FIRST, last=FIRST + timedelta(days=60))
    stranger = Item(day, alter_id)
    assert sum(window.holds(stranger) for window in pack(scope, found, limit)) == 1


@given(items, st.integers(1, 20), st.integers(0, 400))
def test_the_bounds_of_a_scope_hold_for_its_windows(found: list[Item], limit: int, after: int) -> None:
    scope = Window(first=FIRST, last=FIRST + timedelta(days=60), after=after)
    known = [item for item in found if scope.holds(item)]
    cut = pack(scope, known, limit)
    assert all(window.after >= after for window in cut)
    assert all(not window.holds(item) for item in found if item.alter_id <= after for window in cut)


@given(st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 10**9), st.floats(0.001, 600)), max_size=30))
def test_pace_stays_inside_its_bounds(answers: list[tuple[int, int, float]]) -> None:
    pace = Pace()
    for vouchers, byte_count, seconds in answers:
        before = pace.vouchers
        pace.observe(vouchers, byte_count, seconds)
        assert 1 <= pace.vouchers <= min(before * 2, pace.vouchers_max)


def test_pace_settles_where_an_answer_costs_what_it_may() -> None:
    pace = Pace()
    for _ in range(12):
        pace.observe(pace.vouchers, pace.vouchers * 40_000, pace.vouchers * 0.002)
    assert pace.vouchers == 28_000_000 // 40_000


def test_pace_halves_down_to_one() -> None:
    pace = Pace(vouchers=5)
    assert [pace.fail(), pace.fail(), pace.fail()] == [2, 1, 1]
