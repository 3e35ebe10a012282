"""Connect, sync with tokens that end, take a signed delivery, disconnect: each product against its sandbox."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import importlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import requests

from khata.api.app import create_app
from khata.api.starting import SyncStarter
from khata.configuration import load_settings
from khata.sign_in.webhooks import set_secret
from khata.wiring import open_hub
from tests.khata.running import run
from tests.khata.sign_in.test_connecting import free_port
from workflows.inputs import SyncRequest

pytestmark = pytest.mark.slow
HOOK_SECRET = "planted-hook-secret-of-enough-length"


@dataclass
class Sandbox:
    """One product's fake, and how its vendor signs.

    Attributes:
        company: the key of the one to connect.
        settings: that lead to the fake.
        consent: posts a person's consent to the page; returns where the browser is sent.
        expire: ends all access tokens.
        deliver: query and headers of a delivery.
        body: of a delivery about the company.
    """

    product: str
    client: tuple[str, str]
    company: str
    settings: dict[str, str]
    consent: Callable[[str], str]
    expire: Callable[[], None]
    body: bytes
    deliver: Callable[[bytes], tuple[str, dict[str, str]]]
    is_revoked: Callable[[], bool]


def post_consent(url: str, page: str, **more: str) -> str:
    form = {**dict(parse_qsl(urlsplit(page).query)), **more}
    return requests.post(url, data=form, allow_redirects=False, timeout=20).headers["Location"]


@contextmanager
def quickbooks() -> Iterator[Sandbox]:
    web, oauth = pytest.importorskip("sandbox.web"), pytest.importorskip("sandbox.quickbooks.oauth")
    fake: Any = importlib.import_module("sandbox.quickbooks.app")
    building: Any = importlib.import_module("sandbox.quickbooks.building")
    books = building.build_books(companies=2, documents=40, seed=5, clock=web.TickingClock(datetime.now(UTC)))
    app, realm = fake.QuickBooksApp(books), books.companies[1].realm_id
    event: dict[str, Any] = {"specversion": "1.0", "id": "1", "type": "qbo.invoice.updated.v1", "intuitentityid": "1"}
    event |= {"intuitaccountid": realm, "time": datetime.now(UTC).isoformat(), "data": {}}

    def sign(body: bytes) -> tuple[str, dict[str, str]]:
        digest = hmac.new(HOOK_SECRET.encode(), body, hashlib.sha256).digest()
        return "", {"intuit-signature": base64.b64encode(digest).decode()}

    with web.serve(app, web.Faults(), port=0) as running:
        yield Sandbox(
            product="quickbooks",
            client=(oauth.CLIENT_ID, oauth.CLIENT_SECRET),
            company=realm,
            settings={"sign_in_url=": running.url, "api_url=": running.url},
            consent=lambda page: post_consent(f"{running.url}/connect/oauth2", page, decision="connect", realmId=realm),
            expire=app.intuit.expire_access_tokens,
            body=json.dumps([event]).encode(),
            deliver=sign,
            is_revoked=lambda: all(grant.is_revoked for grant in app.intuit.grants),
        )


@contextmanager
def zoho() -> Iterator[Sandbox]:
    web, product = pytest.importorskip("sandbox.web"), pytest.importorskip("sandbox.zoho")
    clock = web.TickingClock(datetime.now(UTC))
    books = product.build_books(product.specs_for(2, vouchers=40, seed=5), clock)
    with product.serve_zoho(books, unlimited(product)) as running:
        company = running_company(running)

        def sign(body: bytes) -> tuple[str, dict[str, str]]:
            signed = b"org" + company.encode() + body
            signature = hmac.new(HOOK_SECRET.encode(), signed, hashlib.sha256).hexdigest()
            return f"?org={company}", {"X-Zoho-Webhook-Signature": signature}

        yield Sandbox(
            product="zoho",
            client=(product.DEMO_CLIENT.id, product.DEMO_CLIENT.secret),
            company=company,
            settings={
                "accounts_url=": running.accounts_url,
                "api_url=": running.api_url,
                "requests_per_minute:=": "6000",
            },
            consent=lambda page: post_consent(f"{running.web.url}/oauth/v2/auth", page, decision="accept"),
            expire=running.app.accounts._access.clear,
            body=json.dumps(
                {"invoice": {"invoice_id": "1", "last_modified_time": "2026-11-21T10:00:00+0530"}}
            ).encode(),
            deliver=sign,
            is_revoked=lambda: not running.app.accounts.grants,
        )


def unlimited(product: Any) -> Any:
    """Without the vendor's limits: a real client would take a minute for what this one asks."""
    options: Any = importlib.import_module("sandbox.zoho.app.options")
    return options.Options(limits=options.Limits(enforced=False))


def running_company(running: Any) -> str:
    return str(running.books.organisations[0].facts.id)


@pytest.mark.parametrize("product", [quickbooks, zoho])
def test_a_product_is_connected_synced_called_back_and_signed_out(
    product: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    with product() as sandbox:
        secret.write_text(sandbox.client[1], encoding="utf-8")
        browsers: list[threading.Thread] = []

        def agree(page: str) -> bool:
            def visit() -> None:
                requests.get(sandbox.consent(page).replace("localhost", "127.0.0.1"), timeout=20)

            browsers.append(threading.Thread(target=visit))
            browsers[-1].start()
            return True

        monkeypatch.setattr("webbrowser.open", agree)
        told = [part for name, value in sandbox.settings.items() for part in ("--set", f"{name}{value}")]
        application = ("--client-id", sandbox.client[0], "--client-secret-file", str(secret))
        chosen = ("--company", sandbox.company, "--name", "shop", "--port", str(free_port()))
        done = run(tmp_path, "connect", sandbox.product, *application, *told, *chosen)
        assert done.code == 0, done.errors
        for browser in browsers:
            browser.join(20)

        sandbox.expire()
        synced = run(tmp_path, "sync", "shop", "--local")
        assert synced.code == 0, synced.output
        assert "0 rejected" in synced.output
        healthy = run(tmp_path, "doctor", sandbox.product)
        assert healthy.code == 0, healthy.output
        assert delivered(tmp_path, sandbox) == ([200, 403], ["shop"])

        out = run(tmp_path, "disconnect", "shop")
        assert (out.code, sandbox.is_revoked()) == (0, True), out.errors
        assert run(tmp_path, "sync", "shop", "--local").code == 5


def delivered(home: Path, sandbox: Sandbox) -> tuple[list[int], list[str]]:
    """Deliver once well and once with a changed body; return the answers and the syncs asked for."""
    started: list[str] = []

    async def signal(request: SyncRequest) -> None:
        started.append(request.connection)

    with open_hub(load_settings(environ={"HOME": str(home)})) as hub:
        set_secret(hub, "default", hub.tenant().connections.get("shop"), HOOK_SECRET)
        app = create_app(hub, signal)
        app.state.starter = SyncStarter(signal, 0.01)
        query, headers = sandbox.deliver(sandbox.body)

        async def send() -> list[int]:
            path = f"/webhooks/default/{sandbox.product}{query}"
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.test") as client:
                good = await client.post(path, content=sandbox.body, headers=headers)
                forged = await client.post(path, content=sandbox.body + b" ", headers=headers)
            await app.state.starter.settle()
            return [good.status_code, forged.status_code]

        return asyncio.run(send()), started
