"""An API in this process, over a database with the books of two tenants, and a client that speaks to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from khata.api.app import create_server
from khata.configuration import load_settings
from khata.wiring import Hub, open_hub
from tests.khata.ashoka import ASHOKA, write_day_book
from workflows.local import import_files

NOW = datetime(2026, 4, 1, 6, 30, tzinfo=UTC)
OURS, THEIRS = "asha", "bharat"
FACTORS = {OURS: 1, THEIRS: 7}
"""What each tenant's amounts are multiplied by, so that no amount of one occurs in the other's books."""


@dataclass(frozen=True)
class Api:
    """A running API and the keys of both tenants."""

    hub: Hub
    app: Any
    keys: Mapping[str, str]

    def get(self, path: str, tenant: str | None = OURS, **options: Any) -> httpx.Response:
        """Ask once, as one tenant or (None) without a key."""
        return self.request("GET", path, tenant, **options)

    def request(self, method: str, path: str, tenant: str | None = OURS, **options: Any) -> httpx.Response:
        """Send one request in process."""
        headers = dict(options.pop("headers", {}))
        if tenant is not None:
            headers["X-API-Key"] = self.keys[tenant]

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://khata.test") as client:
                return await client.request(method, path, headers=headers, **options)

        return asyncio.run(ask())


@contextmanager
def open_api(folder: Path, settings: Mapping[str, object] | None = None) -> Iterator[Api]:
    """Open an API whose tenants have books of the same shape, each with its own amounts."""
    arguments: dict[str, object] = {"database.url": f"sqlite:///{folder / 'api.db'}", **(settings or {})}
    with open_hub(load_settings(arguments=arguments, environ={}), clock=lambda: NOW, migrate=True) as hub:
        keys = {}
        for tenant, number in FACTORS.items():
            hub.store.tenants.create(tenant, created_at=NOW)
            keys[tenant] = hub.store.api_keys.create(tenant, "tests", created_at=NOW)
            if tenant == THEIRS:  # so that most of their numbers are not also ours
                _fill(hub, tenant, folder, number, company="Zz earlier books", guid="99999999")
            _fill(hub, tenant, folder, number, company=f"Company of {tenant}", guid=f"{number:08d}")
        yield Api(hub=hub, app=create_server(hub), keys=keys)


def _fill(hub: Hub, tenant: str, folder: Path, number: int, *, company: str, guid: str) -> None:
    entries = tuple(replace(entry, amount=entry.amount * number) for entry in ASHOKA)
    path = folder / f"{tenant}.xml"
    write_day_book(path, entries, company=company, guid=f"{guid}-1111-2222-3333-444444444444")
    books = hub.store.tenant(tenant)
    import_files(books, [path], clock=lambda: NOW)
    books.connections.save(f"{tenant}-files", "tally", {"files": [str(path)]}, at=NOW)
