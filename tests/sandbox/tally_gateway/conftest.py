"""A running gateway over small books."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.tally.gateway import Running, serve
from tests.sandbox.tally_gateway.asking import fresh_books


@pytest.fixture
def tally() -> Iterator[Running]:
    with serve(fresh_books()) as running:
        yield running
