"""Whatever goes wrong at the gateway: nothing is held that is not there, nothing is called gone that is, and when the
trouble is over the next sync makes up for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest

from sandbox.tally.gateway import Faults, PeriodRule
from tests.connectors.tally.live.held import Content, Hub
from tests.connectors.tally.live.tally import VOUCHER_EDITS, Tally, code_of, objects, tally, work

TROUBLES: dict[str, dict[str, Any]] = {
    "cut after some objects": {"truncate_after_objects": 25},
    "cut after few objects": {"truncate_after_objects": 3},
    "cut after some bytes": {"truncate_after_bytes": 120_000},
    "loses objects without a word": {"lose_objects_after": 20},
    "empty answers": {"empty": True},
    "an object twice": {"duplicate_object": True},
    "no reply": {"empty_reply": True},
    "reset": {"reset": True},
    "refused": {"unknown_request": True},
    "counters back": {"counters_back": 7},
    "raw control characters": {"raw_controls": True},
    "bare ampersands": {"bare_ampersand": True},
    "closing tag missing": {"malformed": True},
    "inert variable filters": {"variable_filter_inert": True},
    **{f"period {rule.value}": {"period": rule} for rule in PeriodRule if rule is not PeriodRule.HONOURED},
}
HELD_ANYWAY = frozenset(
    {
        *("an object twice", "raw control characters", "bare ampersands", "inert variable filters"),
        *("period widened", "period year-start"),
    }
)
"""Troubles through which everything is read all the same."""


@pytest.fixture(scope="module")
def served() -> Iterator[Tally]:
    with tally(vouchers=80) as running:
        yield running


@dataclass(frozen=True)
class Beginning:
    """What a hub holds that has read the books of the beginning once: every test begins with these books."""

    hub: Hub
    state: Any
    content: Content


@pytest.fixture(scope="module")
def beginning(served: Tally) -> Beginning:
    hub = Hub()
    state = served.sync(hub).state
    return Beginning(hub, state, objects(hub.content()))


@pytest.fixture
def books(served: Tally) -> Iterator[Tally]:
    backup = served.company.snapshot()
    yield served
    served.running.faults = Faults()
    served.company.restore(backup)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_first_sync_through_trouble(beginning: Beginning, books: Tally, trouble: str) -> None:
    hub = Hub()
    books.running.faults = replace(Faults(), **TROUBLES[trouble])
    code = code_of(lambda: books.sync(hub))
    during = hub.content("vouchers")
    assert bool(code) or trouble in HELD_ANYWAY or during, trouble
    books.running.faults = Faults()
    expected = beginning.content
    vouchers = {address: record for address, record in expected.items() if address[1] == "vouchers"}
    assert during.items() <= vouchers.items()
    if trouble in HELD_ANYWAY:
        assert (code, during) == ("", vouchers)
    books.sync(hub, hub.states[-1] if hub.states else None)
    assert objects(hub.content()) == expected
    assert not hub.retired


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.slow
def test_changes_through_trouble(beginning: Beginning, books: Tally, trouble: str) -> None:
    hub, state = deepcopy((beginning.hub, beginning.state))
    work(books.company, [*VOUCHER_EDITS], seed=len(trouble))
    expected = books.fresh()
    gone = set(hub.content("vouchers")) - set(expected)
    books.running.faults = replace(Faults(), **TROUBLES[trouble])
    code = code_of(lambda: books.sync(hub, state))
    assert {address for address in hub.retired if address[1] == "vouchers"} <= gone, code
    books.running.faults = Faults()
    books.sync(hub, hub.states[-1])
    assert objects(hub.content()) == expected
    assert set(hub.retired) == gone


def test_letters_that_do_not_survive_are_said(books: Tally) -> None:
    books.running.faults = replace(Faults(), unmirrored=True)
    extracted = books.sync(Hub())
    assert "tally.live.letters_lost" in {issue.code for issue in extracted.issues}


def test_letters_that_were_lost_are_fetched_once_tally_sends_them_all(beginning: Beginning, books: Tally) -> None:
    """Nothing moved in Tally meanwhile, so no change number tells that there is anything to read."""
    hub = Hub()
    books.running.faults = replace(Faults(), unmirrored=True)
    books.sync(hub)
    assert objects(hub.content()) != beginning.content
    books.sync(hub, hub.states[-1])
    assert objects(hub.content()) != beginning.content, "while nothing has changed nothing is read again"
    books.running.faults = Faults()
    healed = books.sync(hub, hub.states[-1])
    assert objects(hub.content()) == beginning.content
    assert "tally.live.read_anew" in {issue.code for issue in healed.issues}
    asked = len(books.running.requests)
    books.sync(hub, hub.states[-1])
    assert len(books.running.requests) - asked <= 2, "once is enough"


def test_letters_lost_in_changes_are_fetched_too(beginning: Beginning, books: Tally) -> None:
    hub, state = deepcopy((beginning.hub, beginning.state))
    work(books.company, [*VOUCHER_EDITS], seed=5)
    expected = books.fresh()
    books.running.faults = replace(Faults(), unmirrored=True)
    books.sync(hub, state)
    books.running.faults = Faults()
    books.sync(hub, hub.states[-1])
    assert objects(hub.content()) == expected


@pytest.mark.parametrize("trouble", ["cut after few objects", "closing tag missing", "no reply"])
def test_nothing_goes_on_asking_after_a_failure(books: Tally, trouble: str) -> None:
    books.running.faults = replace(Faults(), **TROUBLES[trouble])
    assert code_of(lambda: books.sync(Hub()))
    assert not [thread for thread in threading.enumerate() if thread.name == "tally-request"]
