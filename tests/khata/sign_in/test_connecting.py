"""``khata connect``, ``sync``, ``doctor`` and ``disconnect`` against a product on loopback."""

from __future__ import annotations

import io
import re
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from khata.configuration import load_settings
from khata.sign_in.surroundings import pace_of
from khata.wiring import Hub, open_hub
from tests.khata.running import run
from tests.khata.sign_in.product import CLIENT, SECRET, Provider, Server
from tests.support.cli import Ran


@pytest.fixture
def connect(product: Server, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Ran]]:
    """Connect with a browser that agrees at once."""
    secret = home / "secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    browsers: list[threading.Thread] = []

    def agree(page: str) -> bool:
        address = product.consent(page).replace("localhost", "127.0.0.1")
        browsers.append(threading.Thread(target=requests.get, args=(address,), kwargs={"timeout": 10}))
        browsers[-1].start()
        return True

    monkeypatch.setattr("webbrowser.open", agree)
    port = str(free_port())

    def call(*more: str) -> Ran:
        told = ("--client-id", CLIENT, "--client-secret-file", str(secret), "--set", f"url={product.url}")
        return run(home, "connect", "zoho", *told, "--port", port, *more)

    yield call
    for browser in browsers:
        browser.join(10)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def hub_of(home: Path) -> Any:
    return open_hub(load_settings(environ={"HOME": str(home)}))


def stored(home: Path) -> bytes:
    """Every byte of the data folder but the key."""
    files = (path for path in home.rglob("*") if path.is_file() and path.name not in ("secrets.key", "secret"))
    return b"".join(path.read_bytes() for path in files)


def test_a_company_is_connected_synced_and_signed_out(product: Server, home: Path, connect: Callable[..., Ran]) -> None:
    done = connect("--company", "asha traders")
    assert done.code == 0, done.errors
    assert "Asha Traders (60001) is connected as asha-traders." in done.output
    assert "A notice of the product." in done.errors

    synced = run(home, "sync", "asha-traders", "--local")
    assert synced.code in (0, 1, 4), synced.errors
    assert product.calls >= 2
    for secret in (*product.given, SECRET):
        assert secret.encode() not in stored(home)
        assert secret not in done.output + done.errors + synced.output + synced.errors

    out = run(home, "disconnect", "asha-traders")
    assert out.code == 0, out.errors
    assert product.revoked == [product.given[-1]]
    again = run(home, "sync", "asha-traders", "--local")
    assert again.code == 5
    assert "khata connect zoho --name asha-traders" in again.errors


def test_several_companies_share_a_consent_and_the_last_one_out_revokes_it(
    product: Server, home: Path, connect: Callable[..., Ran]
) -> None:
    assert connect("--all").code == 0
    first = run(home, "disconnect", "asha-traders")
    assert "was not revoked" in first.output
    assert product.revoked == []
    assert run(home, "disconnect", "asha-exports").code == 0
    assert len(product.revoked) == 1


@pytest.mark.parametrize("wrong", ["day_quota", "=5", "day_quota:=many"])
def test_a_setting_that_is_none_is_a_usage_error(connect: Callable[..., Ran], wrong: str) -> None:
    assert connect("--set", wrong).code == 2


def test_without_a_choice_the_companies_are_named(connect: Callable[..., Ran]) -> None:
    done = connect()
    assert done.code == 5
    assert "Asha Traders (60001), Asha Exports (60002)" in done.errors


def test_an_unknown_company_is_said(connect: Callable[..., Ran]) -> None:
    assert connect("--company", "nobody").code == 7


def test_connecting_again_keeps_the_connection_and_asks_for_nothing_known(
    product: Server, home: Path, connect: Callable[..., Ran]
) -> None:
    assert connect("--company", "60001", "--name", "shop").code == 0
    with hub_of(home) as hub:
        before = hub.tenant().connections.get("shop")
    again = run(home, "connect", "zoho", "--name", "shop", "--port", str(free_port()))
    assert again.code == 0, again.errors
    assert "is signed in again as shop" in again.output
    with hub_of(home) as hub:
        after = hub.tenant().connections.get("shop")
        assert after.connection_id == before.connection_id
        assert {**after.config, "client_secret": 0} == {**before.config, "client_secret": 0}


def test_without_a_browser_the_address_is_pasted(
    product: Server, home: Path, connect: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    def paste(question: str, **named: object) -> str:
        buffer = sys.stderr.buffer
        assert isinstance(buffer, io.BytesIO)
        page = re.findall(r"http://127\S+/auth\S+", buffer.getvalue().decode())[-1]
        return product.consent(page)

    monkeypatch.setattr("typer.prompt", paste)
    done = connect("--company", "60001", "--no-browser", "--redirect-uri", "https://hub.example/back")
    assert done.code == 0, done.errors


def test_a_pasted_address_of_an_older_attempt_is_refused(
    product: Server, connect: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    older = "http://localhost/callback?code=planted&state=older"
    monkeypatch.setattr("typer.prompt", lambda question, **named: older)
    done = connect("--company", "60001", "--no-browser")
    assert (done.code, "oauth.state" in done.errors) == (5, True)
    assert product.given == []


def test_a_product_that_cannot_be_told_keeps_the_sign_in_unless_forced(
    product: Server, home: Path, connect: Callable[..., Ran]
) -> None:
    assert connect("--company", "60001", "--name", "shop").code == 0
    url, dead = product.url, f"http://127.0.0.1:{free_port()}"
    with hub_of(home) as hub:
        saved = hub.tenant().connections.get("shop")
        hub.tenant().connections.save("shop", "zoho", {**saved.config, "url": dead}, at=hub.clock())
    assert url != dead
    refused = run(home, "disconnect", "shop")
    assert refused.code == 6
    with hub_of(home) as hub:
        assert hub.tenant().sign_ins.find(saved.connection_id) is not None
    forced = run(home, "disconnect", "shop", "--force")
    assert (forced.code, "was not told" in forced.output) == (0, True)


def test_the_consent_before_a_new_one_is_revoked_unless_another_connection_lives_by_it(
    product: Server, home: Path, connect: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Provider, "revokes_alone", True)
    revoked: list[str] = []
    monkeypatch.setattr(Provider, "revoke", lambda self, settings, tokens, *, web: revoked.append(tokens.refresh_token))
    assert connect("--all").code == 0
    first = product.given[-1]
    assert connect("--company", "60001").code == 0
    assert revoked == []
    assert connect("--company", "60002").code == 0
    assert revoked == [first]


def test_a_sign_in_the_product_has_ended_is_not_said_to_be_revoked(
    product: Server, home: Path, connect: Callable[..., Ran]
) -> None:
    assert connect("--company", "60001", "--name", "shop").code == 0
    product.revoke("by somebody in the product's own settings")
    with hub_of(home) as hub:
        _age_tokens(hub)
    seen = run(home, "sync", "shop", "--local")
    assert "The sign-in of the connection shop has ended" in seen.errors
    assert "khata connect zoho --name shop" in seen.errors
    out = run(home, "disconnect", "shop")
    assert (out.code, "had ended the sign-in before" in out.output) == (0, True)
    assert len(product.revoked) == 1


def findings(hub_home: Path, *more: str) -> Ran:
    return run(hub_home, "doctor", "zoho", *more)


def test_a_healthy_connection_is_said_to_be_one(product: Server, home: Path, connect: Callable[..., Ran]) -> None:
    product.granted = "books.read books.pay"
    assert connect("--company", "60001", "--name", "shop", "--set", "day_quota:=100").code == 0
    seen = findings(home)
    assert seen.code == 0, seen.output
    assert "connection shop, sign-in: ok" in seen.output
    assert "What reading needs is granted: books.read, books.pay." in seen.output
    assert "89 calls are left of today's quota." in seen.output  # 100 less 10 kept and the doctor's own
    assert "This computer's clock is right." in seen.output
    assert "khata webhooks set shop" in seen.output


def test_a_permission_that_is_missing_is_named_and_the_doctor_is_not_content(
    home: Path, connect: Callable[..., Ran]
) -> None:
    assert connect("--company", "60001", "--name", "shop").code == 0
    seen = findings(home)
    assert seen.code == 5
    assert "connection shop, sign-in: ok" in seen.output
    assert "connection shop, permissions: incomplete" in seen.output
    assert "1 of the 2 scopes that reading needs are granted: books.read. Cannot be read: books.pay." in seen.output
    assert "agree to every permission: khata connect zoho --name shop" in seen.output


def test_a_sign_in_that_is_alive_and_refused_is_told_apart_from_a_dead_one(
    product: Server, home: Path, connect: Callable[..., Ran]
) -> None:
    assert connect("--company", "60001", "--name", "shop").code == 0
    product.refuses = True
    seen = findings(home)
    assert (seen.code, "sign-in: zoho.scope" in seen.output) == (5, True)
    assert len(product.given) == 4  # it was renewed, so it is alive
    assert "permissions: incomplete" in seen.output


def test_a_token_that_ended_early_is_renewed_by_the_doctor(
    product: Server, home: Path, connect: Callable[..., Ran]
) -> None:
    assert connect("--company", "60001", "--name", "shop").code == 0
    product.access = set()
    assert "connection shop, sign-in: ok" in findings(home).output


def test_a_quota_the_product_says_is_used_up_is_told_until_when(home: Path, connect: Callable[..., Ran]) -> None:
    assert connect("--company", "60001", "--name", "shop").code == 0
    with hub_of(home) as hub:
        shop = hub.tenant().connections.get("shop")
        pace = pace_of(hub, "default", shop)
        assert pace is not None
        pace.hold(5 * 3600)
        until = hub.clock() + timedelta(hours=5)
    seen = findings(home)
    assert seen.code == 5
    assert "connection shop, calls: used up" in seen.output
    assert f"{until:%Y-%m-%d %H:}" in seen.output
    assert "calls are left" not in seen.output
    assert "connection shop, sign-in: not tried" in seen.output
    again = connect("--name", "shop", "--company", "60001")
    assert again.code == 0, again.errors
    assert "calls are left" in findings(home).output


def test_a_revoked_sign_in_is_found_and_remembered(product: Server, home: Path, connect: Callable[..., Ran]) -> None:
    assert connect("--company", "60001", "--name", "shop").code == 0
    product.revoke("by somebody in the product's own settings")
    with hub_of(home) as hub:
        _age_tokens(hub)
    seen = findings(home)
    assert (seen.code, "oauth.refused" in seen.output) == (5, True)
    with hub_of(home) as hub:
        (held,) = hub.tenant().sign_ins.list()
        assert held.refusal == "oauth.refused"


def _age_tokens(hub: Hub) -> None:
    """As an hour would."""
    from dataclasses import replace
    from datetime import timedelta

    from khata.sign_in.surroundings import keeper_of

    keeper = keeper_of(hub, "default", hub.tenant().connections.get("shop"))
    tokens = keeper.current()
    keeper.save(replace(tokens, access_expires_at=tokens.access_expires_at - timedelta(hours=2)))


def test_a_sign_in_of_somebody_who_lost_the_company_is_found(
    product: Server, home: Path, connect: Callable[..., Ran]
) -> None:
    assert connect("--company", "60001", "--name", "shop").code == 0
    del product.companies["60001"]
    seen = findings(home)
    assert (seen.code, "another company" in seen.output) == (5, True)


def test_nothing_connected_is_said_with_the_command_that_does(product: Server, home: Path) -> None:
    seen = findings(home)
    assert (seen.code, "khata connect zoho" in seen.output) == (5, True)
