"""A fake Tally with two companies, built once; each test gets it with healthy switches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.endpoint import Endpoint, parse_endpoint
from sandbox.tally.books import LiveBooks, build_books, specs_for
from sandbox.tally.gateway import Faults, Running, serve

MakeClient = Callable[..., GatewayClient]


@pytest.fixture(scope="session")
def shared_books() -> LiveBooks:
    """Books that no test of this folder changes."""
    return build_books(specs_for(2, vouchers=400))


@pytest.fixture
def tally(shared_books: LiveBooks) -> Iterator[Running]:
    """A healthy gateway on loopback."""
    with serve(shared_books, faults=Faults()) as running:
        yield running


@pytest.fixture
def make_client(tally: Running, tmp_path: Path) -> MakeClient:
    """Makes clients with little patience."""

    def make(**settings: float) -> GatewayClient:
        patience = {"pause_s": 0.0, "answer_timeout_s": 5.0, "drain_min_s": 1.0, "drain_max_s": 2.0, **settings}
        endpoint: Endpoint = parse_endpoint({"url": tally.url, **patience})
        return GatewayClient(endpoint, work_directory=tmp_path, clock=monotonic, sleep=sleep)

    return make
