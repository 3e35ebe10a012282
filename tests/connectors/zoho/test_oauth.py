"""Signing in to a fake accounts server: codes, data centres, refusals with status 200, revocation."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from canonical.errors import ConfigurationError, CredentialError
from connectors.sdk.oauth import Web
from connectors.sdk.oauth_session import challenge_of, new_verifier
from connectors.zoho.oauth import AUTHORISATION
from connectors.zoho.scopes import SCOPES
from sandbox.zoho import DEMO_CLIENT
from tests.connectors.zoho.fake import Zoho, zoho

REDIRECT = DEMO_CLIENT.redirect_uris[0] if DEMO_CLIENT.redirect_uris else "http://127.0.0.1/callback"


@pytest.fixture(scope="module")
def source() -> Iterator[Zoho]:
    with zoho(vouchers=20) as made:
        yield made


def web(source: Zoho) -> Web:
    return Web(session=requests.Session(), now=source.clock)


def settings(source: Zoho) -> dict[str, str]:
    return {
        "client_id": DEMO_CLIENT.id,
        "client_secret": DEMO_CLIENT.secret,
        "accounts_url": source.running.accounts_url,
        "api_url": source.running.api_url,
    }


def test_the_page_asks_for_everything_that_is_read(source: Zoho) -> None:
    url = AUTHORISATION.authorize_url(settings(source), state="s", challenge=None, redirect_uri=REDIRECT)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert (asked["state"], asked["access_type"], asked["prompt"]) == ("s", "offline", "consent")
    assert asked["scope"].split(",") == list(SCOPES)
    assert "code_challenge" not in asked
    usual = AUTHORISATION.authorize_url({"client_id": "x"}, state="s", challenge=None, redirect_uri=REDIRECT)
    assert usual.startswith("https://accounts.zoho.in/oauth/v2/auth?")


def test_a_code_becomes_tokens_that_are_renewed_and_revoked(source: Zoho) -> None:
    code = source.running.app.accounts.issue_code(",".join(SCOPES), REDIRECT)
    given = settings(source)
    tokens = AUTHORISATION.exchange(
        given, callback={"code": code, "location": "in"}, verifier=None, redirect_uri=REDIRECT, web=web(source)
    )
    assert tokens.refresh_token
    fresh = AUTHORISATION.refresh(given, tokens, web=web(source))
    assert fresh.access_token != tokens.access_token
    assert fresh.refresh_token == tokens.refresh_token
    (choice,) = AUTHORISATION.companies(given, fresh, web=web(source))
    assert (choice.key, choice.name) == (source.books.facts.id, source.books.facts.name)
    assert choice.settings["day_quota"] == 5000
    AUTHORISATION.revoke(given, tokens, web=web(source))
    AUTHORISATION.revoke(given, tokens, web=web(source))
    with pytest.raises(CredentialError):
        AUTHORISATION.refresh(given, tokens, web=web(source))


def consented(source: Zoho, challenge: str | None, **more: object) -> str:
    """The code of somebody who agreed on the page."""
    page = AUTHORISATION.authorize_url(
        {**settings(source), **more}, state="s", challenge=challenge, redirect_uri=REDIRECT
    )
    form = {**dict(parse_qsl(urlsplit(page).query)), "decision": "accept"}
    answer = requests.post(page.partition("?")[0], data=form, allow_redirects=False, timeout=10)
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))["code"]


def test_a_code_is_worth_nothing_without_the_verifier_of_its_challenge(source: Zoho) -> None:
    verifier = new_verifier()

    def exchange(code: str, told: str | None, **more: object) -> None:
        given = {**settings(source), **more}
        AUTHORISATION.exchange(given, callback={"code": code}, verifier=told, redirect_uri=REDIRECT, web=web(source))

    for wrong in (None, new_verifier()):
        with pytest.raises(CredentialError):
            exchange(consented(source, challenge_of(verifier)), wrong)
    exchange(consented(source, challenge_of(verifier)), verifier)
    exchange(consented(source, challenge_of(verifier), pkce=False), verifier, pkce=False)
    assert AUTHORISATION.has_pkce


def test_a_self_clients_code_needs_no_challenge(source: Zoho) -> None:
    code = source.running.app.accounts.issue_code(",".join(SCOPES))
    before = len(source.running.web.requests)
    AUTHORISATION.exchange(
        {**settings(source), "pkce": False},
        callback={"code": code},
        verifier=new_verifier(),
        redirect_uri=REDIRECT,
        web=web(source),
    )
    assert len(source.running.web.requests) == before + 1


def test_a_used_code_and_a_wrong_application_are_told_apart(source: Zoho) -> None:
    def exchange(given: dict[str, str], code: str) -> None:
        AUTHORISATION.exchange(given, callback={"code": code}, verifier=None, redirect_uri=REDIRECT, web=web(source))

    with pytest.raises(CredentialError):
        exchange(settings(source), "1000.nothing")
    with pytest.raises(ConfigurationError):
        exchange({**settings(source), "client_id": "1000.UNKNOWN"}, "1000.nothing")


def test_the_secret_goes_to_no_address_a_callback_invents(source: Zoho) -> None:
    code = source.running.app.accounts.issue_code(",".join(SCOPES), REDIRECT)
    callback = {"code": code, "accounts-server": "https://accounts.example.com"}
    tokens = AUTHORISATION.exchange(
        settings(source), callback=callback, verifier=None, redirect_uri=REDIRECT, web=web(source)
    )
    assert "accounts_server" not in tokens.facts


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_an_application_that_is_not_named_is_asked_for(source: Zoho, missing: str) -> None:
    given = {name: value for name, value in settings(source).items() if name != missing}
    with pytest.raises(ConfigurationError) as caught:
        AUTHORISATION.exchange(given, callback={"code": "c"}, verifier=None, redirect_uri=REDIRECT, web=web(source))
    assert caught.value.code == "zoho.application_missing"
    assert missing in caught.value.message
