"""A hub with a connection that is signed in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.sdk.tokens import Tokens
from khata.configuration import load_settings
from khata.sign_in.keeper import HubKeeper
from khata.vault import open_vault
from khata.wiring import Hub, open_hub
from tests.khata.sign_in.product import Server, module, serve_product

NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
PLANTED_ACCESS = "1000.planted-access-7f3a"
PLANTED_REFRESH = "1000.planted-refresh-91cd"


@dataclass
class Desk:
    """A hub, its moving time, and what was slept."""

    hub: Hub
    folder: Path
    now: list[datetime]
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now[0] += timedelta(seconds=seconds)

    def connect(self, name: str = "shop") -> HubKeeper:
        """A connection with tokens."""
        books = self.hub.tenant()
        saved = books.connections.save(name, "zoho", {}, at=NOW)
        keeper = HubKeeper(
            books=books,
            vault=open_vault(self.hub.settings),
            tenant="default",
            connection=saved,
            now=lambda: self.now[0],
            sleep=self.sleep,
        )
        keeper.save(tokens_at(self.now[0]))
        return keeper


def tokens_at(now: datetime, access: str = PLANTED_ACCESS, refresh: str = PLANTED_REFRESH) -> Tokens:
    return Tokens(
        access_token=access,
        refresh_token=refresh,
        access_expires_at=now + timedelta(hours=1),
        scopes=("ZohoBooks.invoices.READ",),
        facts={"api_domain": "https://www.zohoapis.in"},
    )


@pytest.fixture
def product(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A product that stands in for Zoho, running."""
    monkeypatch.setitem(sys.modules, module().__name__, module())
    with serve_product() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """On a database of its own."""
    now = [NOW]
    arguments: dict[str, object] = {"data.folder": str(tmp_path)}
    with open_hub(load_settings(arguments=arguments, environ={}), clock=lambda: now[0], migrate=True) as hub:
        yield Desk(hub=hub, folder=tmp_path, now=now)
