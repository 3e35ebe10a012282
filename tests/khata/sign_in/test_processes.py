"""Many processes of a hub with one connection: one renewal, one pace, on both databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.sdk.token_endpoint import tokens_of
from khata.configuration import load_settings
from khata.sign_in.connecting import Products, choose_companies
from khata.sign_in.surroundings import connection_surroundings, keeper_of
from khata.wiring import Hub, open_hub
from tests.khata.sign_in.product import CLIENT, NAME, SECRET, Provider, Server
from tests.support.postgres import private_postgres
from tests.support.samples import ROOT

WORKERS, CALLS = 3, 4


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hub]:
    def opened(url: str) -> Iterator[Hub]:
        arguments: dict[str, object] = {"database.url": url, "data.folder": str(tmp_path)}
        with open_hub(load_settings(arguments=arguments, environ={}), migrate=True) as found:
            yield found

    if request.param == "sqlite":
        yield from opened(f"sqlite:///{tmp_path / 'khata.db'}")
        return
    with private_postgres(durable=False) as url:
        yield from opened(url)


def test_processes_renew_once_and_share_pace_and_quota(hub: Hub, product: Server, tmp_path: Path) -> None:
    settings = {"url": product.url, "client_id": CLIENT, "client_secret": SECRET, "day_quota": 100}
    products = Products(hub=hub, tenant="default", connector=NAME)
    tokens = tokens_of(product.mint(), hub.clock())
    companies = Provider().companies(settings, tokens, web=products.web)
    products.save(settings, tokens, choose_companies(companies, ["60001"], everything=False)[0], name="shop")
    saved = hub.tenant().connections.get("shop")
    keeper_of(hub, "default", saved).save(replace(tokens, access_expires_at=hub.clock() - timedelta(hours=1)))
    product.access = set()

    command = [sys.executable, "-m", "tests.khata.sign_in.child", hub.settings.database_url, str(tmp_path), str(CALLS)]
    workers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(WORKERS)
    ]
    told = [worker.communicate(SECRET, timeout=120)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * WORKERS
    assert told == [str(CALLS)] * WORKERS
    assert len(product.given) == 4  # the first tokens, and one renewal of all workers
    assert keeper_of(hub, "default", saved).current().refresh_token == product.refresh
    pace = connection_surroundings(hub, "default", saved).pace
    assert pace is not None
    assert pace.left_today() == 100 - 10 - WORKERS * CALLS
