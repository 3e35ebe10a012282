"""Books of eighty vouchers that were read once; modules that want others have fixtures of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.tally.gateway import Faults
from tests.connectors.tally.live.tally import Tally, tally
from tests.live.hub import LiveHub, Synced, synced_once


@pytest.fixture(scope="module")
def served() -> Iterator[Tally]:
    with tally(vouchers=80) as opened:
        yield opened


@pytest.fixture(scope="module")
def first(served: Tally) -> Iterator[Synced]:
    with synced_once(served) as made:
        yield made


@pytest.fixture
def live(first: Synced, served: Tally) -> Iterator[LiveHub]:
    """A hub that has read the books once; afterwards they are as they were."""
    backup = served.company.snapshot()
    with first.again() as opened:
        yield opened
    served.company.restore(backup)
    served.running.faults, served.running.watch = Faults(), None
