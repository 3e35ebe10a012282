"""Numbers that Tally moves by itself are listed again exactly when something can have moved them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.connectors.tally.live.held import Hub
from tests.connectors.tally.live.tally import Tally, create, delete_and_renumber, objects, rename_ledger, tally

MOVING = "GST Sale Invoice"


@pytest.fixture(scope="module")
def served() -> Iterator[Tally]:
    with tally(vouchers=60) as running:
        yield running


@pytest.fixture
def synced(served: Tally) -> Iterator[tuple[Hub, Any]]:
    backup, hub = served.company.snapshot(), Hub()
    yield hub, served.sync(hub).state
    served.company.restore(backup)


def listed(served: Tally, hub: Hub, state: Any) -> tuple[int, Any]:
    """Sync; how many numbers were listed, and the state."""
    before = served.request_count()
    extracted = served.sync(hub, state)
    served.running.settle()
    rows = [one.objects for one in served.running.requests[before:] if one.name == "KhataNumbers"]
    assert objects(hub.content()) == served.fresh()
    return sum(rows), extracted.state


def moving(served: Tally) -> int:
    types = {row.master_id for row in served.company.masters.of_kind("VOUCHERTYPE") if row.name == MOVING}
    return sum(row.type_id in types for row in served.company.vouchers())


def test_a_change_elsewhere_lists_only_the_optional_ones(served: Tally, synced: tuple[Hub, Any]) -> None:
    hub, state = synced
    create(served.company, Random(1))
    count, state = listed(served, hub, state)
    assert count < moving(served)
    served.company.edit_vouchers.delete(max(row.master_id for row in served.company.vouchers()))  # that journal
    count, state = listed(served, hub, state)
    assert count < moving(served)


def test_what_leaves_the_type_moves_the_numbers(served: Tally, synced: tuple[Hub, Any]) -> None:
    hub, state = synced
    delete_and_renumber(served.company, Random(2))
    count, state = listed(served, hub, state)
    assert count >= moving(served) > 0
    create(served.company, Random(3))
    assert listed(served, hub, state)[0] < moving(served)


def test_after_an_altered_master_everything_is_listed_once(served: Tally, synced: tuple[Hub, Any]) -> None:
    hub, state = synced
    rename_ledger(served.company, Random(4))
    state = served.sync(hub, state).state
    create(served.company, Random(5))
    count, state = listed(served, hub, state)
    assert count >= moving(served)


def test_what_was_known_is_forgotten_before_a_number_is_handed_over(served: Tally, synced: tuple[Hub, Any]) -> None:
    hub, state = synced
    guid = served.company.guid
    assert guid in state["numbers"]
    delete_and_renumber(served.company, Random(6))
    told = len(hub.states)
    _, state = listed(served, hub, state)
    assert any(guid not in one["numbers"] for one in hub.states[told:])
    assert guid in state["numbers"]
