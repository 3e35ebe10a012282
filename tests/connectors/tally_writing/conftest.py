"""A fake Tally whose books are put back after each test, and a writer for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from connectors.sdk.writing.policy import WritePolicy
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import LoadedCompany, list_companies
from connectors.tally.gateway.endpoint import parse_endpoint
from connectors.tally.gateway.profile import CapabilityProfile
from connectors.tally.writing.command import Command, Operation, iter_commands
from connectors.tally.writing.writer import Writer
from sandbox.tally.books import LiveBooks, LiveCompany, build_books, specs_for
from sandbox.tally.gateway import Faults, Running, serve
from tests.support.audit_log import Remembering

NOON = datetime(2026, 4, 2, 6, 30, tzinfo=UTC)
EVERYTHING = WritePolicy(is_enabled=True, operations=frozenset(Operation))
PROFILE = CapabilityProfile(undotted_lists=True, literal_dates=True)


@pytest.fixture(scope="session")
def all_books() -> LiveBooks:
    return build_books(specs_for(2, vouchers=120))


@pytest.fixture
def tally(all_books: LiveBooks) -> Iterator[Running]:
    """A healthy gateway; what a test writes is undone."""
    backups = [(company, company.snapshot()) for company in all_books.companies]
    loaded, current = list(all_books.companies), all_books.current
    with serve(all_books, faults=Faults()) as running:
        yield running
    all_books.companies[:], all_books.current = loaded, current
    for company, backup in backups:
        company.restore(backup)


@pytest.fixture
def books(tally: Running) -> LiveCompany:
    """The company that is written to, as Tally has it."""
    return tally.books.companies[0]


@pytest.fixture
def client(tally: Running, tmp_path: Path) -> GatewayClient:
    endpoint = parse_endpoint(
        {"url": tally.url, "pause_s": 0.0, "answer_timeout_s": 3.0, "drain_min_s": 3.0, "drain_max_s": 3.0}
    )
    return GatewayClient(endpoint, work_directory=tmp_path, clock=monotonic, sleep=sleep)


@pytest.fixture
def company(client: GatewayClient) -> LoadedCompany:
    return list_companies(client)[0]


@pytest.fixture
def audit() -> Remembering:
    return Remembering()


MakeWriter = Callable[..., Writer]


@pytest.fixture
def make_writer(client: GatewayClient, company: LoadedCompany, audit: Remembering) -> MakeWriter:
    def make(policy: WritePolicy = EVERYTHING, log: Remembering | None = None, **changes: Any) -> Writer:
        settings: dict[str, Any] = {"profile": PROFILE, "company": company, **changes}
        return Writer(
            client,
            settings["company"],
            settings["profile"],
            policy=policy,
            audit=log or audit,
            clock=lambda: NOON,
            by="asha@example.test",
        )

    return make


@pytest.fixture
def command(company: LoadedCompany) -> Callable[[dict[str, Any]], Command]:
    """Reads one command as a person would give it."""

    def read(document: dict[str, Any]) -> Command:
        return next(iter_commands(document, company.guid))

    return read


def imports(tally: Running) -> int:
    """How many requests were made that could have changed something."""
    return sum(item.kind == "import" for item in tally.requests)


def counters(books: LiveCompany) -> tuple[int, int]:
    return books.alter_master_id, books.alter_voucher_id
