"""When what a run writes is known from: never inside a state that another run has proved."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import TenantStore

START = datetime(2026, 4, 1, 9, tzinfo=UTC)
LATER = START + timedelta(minutes=1)
SLOW, QUICK = 1, 2


@pytest.fixture
def company(books: TenantStore) -> int:
    return books.companies.ensure("tally", "guid", "Asha Traders", created_at=START)


def test_alone_a_run_writes_and_proves_at_its_start(books: TenantStore, company: int) -> None:
    take = books.companies.take_moment
    assert [take(company, SLOW, START), take(company, SLOW, START)] == [START, START]
    assert take(company, QUICK, LATER) == LATER


def test_a_run_overtaken_by_another_writes_after_it_and_proves_what_it_wrote(books: TenantStore, company: int) -> None:
    take = books.companies.take_moment
    assert take(company, SLOW, START) == START
    proved_at = take(company, QUICK, LATER)
    written_at = take(company, SLOW, START)
    assert written_at > proved_at
    assert take(company, SLOW, START) == written_at, "its proof stands for what it wrote"


def test_the_proof_of_the_last_to_start_stands_for_what_an_earlier_run_wrote_meanwhile(
    books: TenantStore, company: int
) -> None:
    take = books.companies.take_moment
    take(company, QUICK, LATER)
    written_at = take(company, SLOW, START)
    proved_at = take(company, QUICK, LATER)
    assert proved_at > written_at
    assert take(company, SLOW, START) > proved_at


def test_companies_have_moments_of_their_own(books: TenantStore, company: int) -> None:
    other = books.companies.ensure("tally", "other", "Ravi Stores", created_at=START)
    books.companies.take_moment(company, QUICK, LATER)
    assert books.companies.take_moment(other, SLOW, START) == START


_SERIAL = itertools.count()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=12))
def test_whoever_comes_next_is_never_earlier_and_never_at_the_moment_of_another(
    books: TenantStore, turns: list[tuple[int, int]]
) -> None:
    company = books.companies.ensure("tally", f"guid-{next(_SERIAL)}", created_at=START)
    starts: dict[int, datetime] = {}
    taken: list[tuple[datetime, int]] = []
    for run_id, minutes in turns:
        starts.setdefault(run_id, START + timedelta(minutes=minutes))
        taken.append((books.companies.take_moment(company, run_id, starts[run_id]), run_id))
    for (before, one), (after, other) in itertools.pairwise(taken):
        assert (after == before) if one == other else (after > before)
    assert all(moment >= starts[run_id] for moment, run_id in taken)
