"""A census against the store: what is missing, outdated and gone, in one go and quickly."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonical.dates import Period
from canonical.record import RawRecord
from storage import Comparison, TenantStore
from storage.census import Member
from tests.storage.samples import raw

COMPANIES = count(1)
FIRST = date(2026, 4, 1)
APRIL = Period(FIRST, date(2026, 4, 30))


def held(
    key: str, version: int | None = 1, day: date | None = FIRST, label: str | None = "1", said: str = ""
) -> RawRecord:
    return dataclasses.replace(raw(key, [version, str(day), label, said]), version=version, day=day, label=label)


def differing(missing: str = "", outdated: str = "", gone: str = "") -> Comparison:
    """Keys in words."""
    return Comparison(missing=tuple(missing.split()), outdated=tuple(outdated.split()), gone=tuple(gone.split()))


def test_a_census_names_what_differs(books: TenantStore, company: int) -> None:
    books.raw.append(company, 1, [held("A"), held("B"), held("C"), held("D"), held("E"), held("F")])
    members: list[Member] = [
        ("A", 1, FIRST, "1"),
        ("B", 2, FIRST, "1"),
        ("C", 1, FIRST + timedelta(1), "1"),
        ("D", 1, FIRST, "1a"),
        ("E", None, None, None),
        ("N", 1, FIRST, "1"),
    ]
    assert books.census.compare(company, "vouchers", None, members) == differing("N", "B C D", "F")
    assert books.census.compare(company, "ledgers", None, members) == differing("A B C D E N")
    assert books.census.compare(company, "vouchers", None, []) == differing(gone="A B C D E F")


def test_a_census_of_a_period_says_nothing_of_other_days(books: TenantStore, company: int) -> None:
    may = date(2026, 5, 1)
    books.raw.append(company, 1, [held("A"), held("B"), held("M", day=may), held("N", day=may), held("X", day=None)])
    members: list[Member] = [("A", 1, FIRST, "1"), ("M", 1, FIRST, "1")]
    assert books.census.compare(company, "vouchers", APRIL, members) == differing(outdated="M", gone="B")


def test_a_census_of_a_range_of_keys_says_nothing_of_others(books: TenantStore, company: int) -> None:
    """By code points: capitals before small letters, whatever the database sorts by."""
    books.raw.append(company, 1, [held("A"), held("B"), held("C"), held("a"), held("b")])
    find = books.census.compare
    assert find(company, "vouchers", None, [], ("A", "C")) == differing(gone="B C")
    assert find(company, "vouchers", None, [("a", 1, FIRST, "1")], ("C", None)) == differing(gone="b")
    assert find(company, "vouchers", None, [], ("", "A")) == differing(gone="A")


def test_only_the_current_word_counts(books: TenantStore, company: int) -> None:
    books.raw.append(company, 1, [held("A", 1)])
    books.raw.append(company, 2, [held("A", 2, FIRST + timedelta(40))])
    assert books.census.compare(company, "vouchers", APRIL, []) == differing()
    assert books.census.compare(company, "vouchers", None, [("A", 2, None, None)]) == differing()
    assert books.census.held_by_day(company, "vouchers") == {FIRST + timedelta(40): (1, 2)}


def test_versions_of_a_day_are_added_up_however_large_they_are(books: TenantStore, company: int) -> None:
    """Those of some sources are digests of 62 bits, and some records have none."""
    large = (1 << 62) - 1
    records = [held(f"K{n}", large - n) for n in range(9)]
    books.raw.append(company, 1, [*records, dataclasses.replace(held("none"), version=None)])
    assert books.census.held_by_day(company, "vouchers") == {FIRST: (10, 9 * large - sum(range(9)))}


def test_what_was_stored_before_versions_were_kept_is_outdated_once(books: TenantStore, company: int) -> None:
    bare = dataclasses.replace(held("A"), version=None, day=None, label=None)
    books.raw.append(company, 1, [bare])
    members: list[Member] = [("A", 1, FIRST, "1")]
    assert books.census.compare(company, "vouchers", None, members) == differing(outdated="A")
    again = books.raw.append(company, 2, [held("A")])
    assert (again.new, again.known) == (0, 1)
    assert books.census.compare(company, "vouchers", APRIL, members) == differing()
    assert books.raw.get(again.raw_ids[0]).record.day == FIRST


def test_companies_and_tenants_do_not_mix(books: TenantStore, company: int) -> None:
    other = books.companies.ensure("tally", "co-2")
    books.raw.append(company, 1, [held("A")])
    assert books.census.compare(other, "vouchers", None, [("A", 1, None, None)]) == differing("A")
    assert books.census.held_by_day(other, "vouchers") == {}


KEYS = st.sampled_from([f"K{n}" for n in range(8)])
DAYS = st.dates(FIRST - timedelta(2), FIRST + timedelta(2))
OBJECTS = st.dictionaries(KEYS, st.tuples(st.integers(1, 3), DAYS, st.sampled_from(["1", "2"])), max_size=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ours=OBJECTS,
    theirs=OBJECTS,
    period=st.one_of(st.none(), st.builds(lambda d: Period(d, FIRST + timedelta(2)), DAYS)),
)
def test_the_answer_is_that_of_sets(
    books: TenantStore,
    ours: dict[str, tuple[int, date, str]],
    theirs: dict[str, tuple[int, date, str]],
    period: Period | None,
) -> None:
    company = books.companies.ensure("tally", f"co-{next(COMPANIES)}")
    books.raw.append(company, 1, [held(key, *facts) for key, facts in ours.items()])
    counted = {key: facts for key, facts in theirs.items() if period is None or facts[1] in period}
    found = books.census.compare(company, "vouchers", period, [(key, *facts) for key, facts in counted.items()])
    scope = {key for key, facts in ours.items() if period is None or facts[1] in period}
    assert set(found.missing) == counted.keys() - ours.keys()
    assert set(found.outdated) == {key for key in counted.keys() & ours.keys() if ours[key] != counted[key]}
    assert set(found.gone) == scope - counted.keys()


@pytest.mark.slow
def test_a_census_of_many_statements_is_compared_whole(books: TenantStore, company: int) -> None:
    size = 10_000  # several times what one statement takes
    records = [held(f"guid-{n:08x}", n, FIRST + timedelta(n % 365), str(n)) for n in range(size)]
    for start in range(0, size, 2000):
        books.raw.append(company, 1, records[start : start + 2000])
    members: list[Member] = [(r.source.key, r.version, r.day, r.label) for r in records[50:]]
    members[7] = (members[7][0], 0, *members[7][2:])
    members.append(("guid-new", 1, FIRST, "x"))
    found = books.census.compare(company, "vouchers", None, members)
    assert (len(found.missing), len(found.outdated), len(found.gone)) == (1, 1, 50)
    assert sum(count for count, _ in books.census.held_by_day(company, "vouchers").values()) == size
    assert books.census.compare(company, "vouchers", Period(FIRST, FIRST), []).gone
