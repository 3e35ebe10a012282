"""The products one signs in to, as their sandboxes serve them, and how a person connects one by the command line."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from sandbox.web import Faults, Request, Response
from tests.khata.running import run
from tests.khata.sign_in.test_connecting import free_port
from tests.support.cli import Ran

HOOK_SECRET = "planted-hook-secret-of-enough-length"
SECRET_FIELDS = ("access_token", "refresh_token", "token", "id_token", "code", "client_secret")


@dataclass
class Listening:
    """Stands before a fake and remembers every secret that is said to it or that it says.

    Tokens, codes, the application's secret; and the header that carries it, which is only written otherwise.
    """

    fake: Any
    heard: set[str] = field(default_factory=set)

    def answer(self, request: Request, faults: Faults) -> Response:
        """Let the fake answer."""
        asked = dict(request.query) | dict(parse_qsl(request.body.decode("utf-8", "replace")))
        self.heard.update(asked[name] for name in SECRET_FIELDS if asked.get(name))
        self.heard.update(request.header("authorization").split()[1:])
        answer: Response = self.fake.answer(request, faults)
        if b"access_token" in answer.body:
            told = json.loads(answer.body)
            self.heard.update(told[name] for name in SECRET_FIELDS if told.get(name))
        return answer


def listen_to(running: Any) -> set[str]:
    """Stand before a running fake; return what is heard, as it comes."""
    running.application = Listening(running.application)
    heard: set[str] = running.application.heard
    return heard


@dataclass
class Sandbox:
    """One product's fake, and how its vendor signs.

    Attributes:
        company: the key of the one to connect.
        settings: that lead to the fake.
        consent: posts a person's consent to the page; returns where the browser is sent.
        expire: ends all access tokens.
        revoke: ends all consents.
        deliver: query and headers of a delivery.
        secrets: said to the product or by it so far.
        body: of a delivery about the company.
    """

    product: str
    client: tuple[str, str]
    company: str
    settings: dict[str, str]
    consent: Callable[[str], str]
    expire: Callable[[], None]
    revoke: Callable[[], None]
    body: bytes
    deliver: Callable[[bytes], tuple[str, dict[str, str]]]
    is_revoked: Callable[[], bool]
    secrets: set[str]


def post_consent(url: str, page: str, **more: str) -> str:
    form = {**dict(parse_qsl(urlsplit(page).query)), **more}
    return requests.post(url, data=form, allow_redirects=False, timeout=20).headers["Location"]


@contextmanager
def quickbooks() -> Iterator[Sandbox]:
    web, oauth = importlib.import_module("sandbox.web"), importlib.import_module("sandbox.quickbooks.oauth")
    fake: Any = importlib.import_module("sandbox.quickbooks.app")
    building: Any = importlib.import_module("sandbox.quickbooks.building")
    books = building.build_books(companies=2, documents=40, seed=5, clock=web.TickingClock(datetime.now(UTC)))
    limits: Any = importlib.import_module("sandbox.quickbooks.limits")
    app, realm = fake.QuickBooksApp(books, limits.Limits.none()), books.companies[1].realm_id
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
            settings={
                "sign_in_url=": running.url,
                "api_url=": running.url,
                "requests_per_minute:=": "100000",  # pace and limits are tried where they are the matter
            },
            consent=lambda page: post_consent(f"{running.url}/connect/oauth2", page, decision="connect", realmId=realm),
            expire=app.intuit.expire_access_tokens,
            revoke=lambda: _revoke(app.intuit),
            body=json.dumps([event]).encode(),
            deliver=sign,
            is_revoked=lambda: all(grant.is_revoked for grant in app.intuit.grants),
            secrets=listen_to(running),
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
            expire=running.app.accounts.expire_all,
            revoke=running.app.accounts.revoke_all,
            body=json.dumps(
                {"invoice": {"invoice_id": "1", "last_modified_time": "2026-11-21T10:00:00+0530"}}
            ).encode(),
            deliver=sign,
            is_revoked=lambda: not running.app.accounts.grants,
            secrets=listen_to(running.web),
        )


def unlimited(product: Any) -> Any:
    """Without the vendor's limits: a real client would take a minute for what this one asks."""
    options: Any = importlib.import_module("sandbox.zoho.app.options")
    return options.Options(limits=options.Limits(enforced=False))


def running_company(running: Any) -> str:
    return str(running.books.organisations[0].facts.id)


def _revoke(intuit: Any) -> None:
    for grant in intuit.grants:
        grant.is_revoked = True


def connect(
    sandbox: Sandbox,
    home: Path,
    secret: Path,
    monkeypatch: pytest.MonkeyPatch,
    env: dict[str, str] | None = None,
) -> Ran:
    """Connect as ``shop``: a file with the application's secret, and a browser in which somebody agrees."""
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
    done = run(home, "connect", sandbox.product, *application, *told, *chosen, env=env)
    for browser in browsers:
        browser.join(20)
    return done
