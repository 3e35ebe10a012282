"""The sandbox's business through each way a database can be read: the same books, equal to the truth to the paisa."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from canonical.ledger import Ledger
from canonical.voucher import Voucher
from connectors.busy import CONNECTOR
from connectors.sdk import conformance
from sandbox.busy.service import BusyService
from sandbox.busy.tables import build_years
from sandbox.busy.tds.server import serve as serve_tds
from sandbox.web.server import serve as serve_web
from tests.connectors.busy_db.hub import (
    BASE,
    BusyHub,
    Databases,
    databases,
    differences,
    fold,
    hub,
    rupees,
    truth,
    world,
)
from tests.connectors.busy_db.servers import fill, freetds, mariadb_config

WAYS = ("mariadb", "sqlserver", "service")


@contextmanager
def connected(way: str, held: Databases) -> Iterator[dict[str, Any]]:
    """Serve the tables, and give the settings that lead to them."""
    with ExitStack() as stack:
        if way == "mariadb":
            fill(held)
            yield mariadb_config(BASE)
        elif way == "sqlserver":
            driver = freetds()
            running = stack.enter_context(serve_tds(held, user="reader", password="p;w"))
            place = {"server": "127.0.0.1", "port": running.port, "user": "reader", "password": "p;w"}
            more = {"driver": driver, "encrypt": "off", "database": BASE}
            yield {"company": "Asha Traders", "database": {**place, **more}}
        else:
            (only,) = held
            web = stack.enter_context(serve_web(BusyService(held, only, user="reader", password="secret")))
            place = {"url": web.url, "user": "reader", "password": "secret", "mode": "sqlserver"}
            yield {"company": "Asha Traders", "service": place}


@pytest.mark.parametrize("way", ["mariadb", "sqlserver"])
def test_two_years_with_other_codes_are_joined(way: str) -> None:
    """The second year repeats balances and pending bills as openings, under new codes; nothing may count twice."""
    with connected(way, databases()) as config, hub(config) as made:
        made.sync()
        assert not differences(made)
        assert len(made.records(Ledger)) == len(truth().trial_balance)
        check_second_year(made)


def check_second_year(made: BusyHub) -> None:
    """Cheques dated after the year stand in the second database and reduce the bills of the first."""
    after = [one for one in world().vouchers() if one.day > world().spec.last_day and not one.is_optional]
    assert after
    later = date(2026, 6, 30)
    moved = {row.ledger_key: row.closing for row in made.books.reports.trial_balance(made.company, later)}
    expected = {fold(name): rupees(row.closing) for name, row in truth().trial_balance.items()}
    for voucher in after:
        for ledger, paise in voucher.postings:
            expected[fold(ledger)] += rupees(paise)
    assert {key: net for key, net in expected.items() if net} == {key: net for key, net in moved.items() if net}
    assert {one.source.key.partition(":")[0] for one in made.records(Voucher)} == {"2025", "2026"}


def test_every_way_gives_the_same_records_and_the_truth() -> None:
    """Not only the same sums: the same vouchers, whatever the driver makes of numbers, dates and texts."""
    seen = {}
    for way in WAYS:
        with connected(way, databases(build_years(world()))) as config, hub(config) as made:
            assert made.sync().status == "succeeded"
            assert not differences(made)
            assert not [issue for issue in made.issues() if "rejected" in issue]
            seen[way] = made.held()
    assert seen["mariadb"].keys() == seen["sqlserver"].keys() == seen["service"].keys()
    for key, record in seen["mariadb"].items():
        if key[0] != "Company":
            assert record == seen["sqlserver"][key] == seen["service"][key], key


def test_the_database_route_conforms() -> None:
    """The checks of ``tests/conformance`` that are about what is extracted."""
    now = datetime(2026, 6, 1, tzinfo=UTC)
    with connected("sqlserver", databases()) as config:
        first, second = (conformance.collect(CONNECTOR, config, now) for _ in range(2))
        resumed = conformance.collect(CONNECTOR, config, now, first.extracted.state)
        found = [
            *conformance.check_description(CONNECTOR, config),
            *conformance.check_records(CONNECTOR, first),
            *conformance.check_schemas(CONNECTOR, config, first),
            *conformance.check_repeatable(first, second),
            *conformance.check_bookmarks(first),
            *conformance.check_resumed(first, resumed),
            *conformance.check_secrets(first, ("p;w",)),
            *conformance.check_translation(CONNECTOR, first),
        ]
    assert not found
