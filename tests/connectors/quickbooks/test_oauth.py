"""Signing in at the fake's authorisation server: codes, rotation, refusals, revocation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from canonical.errors import ConfigurationError, CredentialError
from connectors.quickbooks.addresses import REVOKE, TOKEN, api_url
from connectors.quickbooks.oauth import AUTHORISATION, HARD_END, NOTICE, REALM
from connectors.sdk.oauth import Web
from connectors.sdk.tokens import Tokens
from tests.connectors.quickbooks.api import Api, api
from tests.support.samples import sample

CALLBACK = "http://127.0.0.1:8123/callback"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Api]:
    with api(tmp_path, documents=2) as made:
        yield made


@pytest.fixture
def web(served: Api) -> Iterator[Web]:
    with requests.Session() as session:
        yield Web(session=session, now=served.clock)


def consent(served: Api, web: Web) -> dict[str, str]:
    """What the browser brings back."""
    served.app.intuit.consents_to = [served.live.realm_id]
    url = AUTHORISATION.authorize_url(served.config(), state="s1", challenge=None, redirect_uri=CALLBACK)
    answer = web.session.get(url, allow_redirects=False, timeout=10)
    found = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in found.items()}


def signed_in(served: Api, web: Web) -> Tokens:
    callback = consent(served, web)
    return AUTHORISATION.exchange(served.config(), callback=callback, verifier=None, redirect_uri=CALLBACK, web=web)


def test_a_code_becomes_tokens_of_the_chosen_company(served: Api, web: Web) -> None:
    tokens = signed_in(served, web)
    assert tokens.facts[REALM] == served.live.realm_id
    assert (tokens.access_expires_at - served.clock()).total_seconds() == 3600
    assert tokens.refresh_expires_at is not None
    assert (tokens.refresh_expires_at - served.clock()).days == 101
    assert tokens.facts[HARD_END].startswith("2031-03-31"), "five years from consent"
    (choice,) = AUTHORISATION.companies(served.config(), tokens, web=web)
    assert (choice.key, choice.name, choice.settings) == (served.live.realm_id, served.live.name, {REALM: choice.key})


def test_a_code_is_worth_something_once(served: Api, web: Web) -> None:
    callback = consent(served, web)
    settings = served.config()
    AUTHORISATION.exchange(settings, callback=callback, verifier=None, redirect_uri=CALLBACK, web=web)
    with pytest.raises(CredentialError):
        AUTHORISATION.exchange(settings, callback=callback, verifier=None, redirect_uri=CALLBACK, web=web)


def test_without_the_company_the_sign_in_is_worth_nothing(served: Api, web: Web) -> None:
    callback = consent(served, web)
    del callback["realmId"]
    with pytest.raises(CredentialError, match="which company"):
        AUTHORISATION.exchange(served.config(), callback=callback, verifier=None, redirect_uri=CALLBACK, web=web)


def test_a_renewal_brings_the_rotated_token_and_keeps_the_rest(served: Api, web: Web) -> None:
    first = signed_in(served, web)
    served.clock.advance(days=2)
    second = AUTHORISATION.refresh(served.config(), first, web=web)
    assert second.refresh_token not in ("", first.refresh_token)
    assert second.facts[REALM] == first.facts[REALM]
    served.clock.advance(days=2)
    with pytest.raises(CredentialError):
        AUTHORISATION.refresh(served.config(), first, web=web)
    AUTHORISATION.refresh(served.config(), second, web=web)


def test_a_wrong_secret_is_the_operators_business(served: Api, web: Web) -> None:
    tokens = signed_in(served, web)
    with pytest.raises(ConfigurationError) as caught:
        AUTHORISATION.refresh(served.config(client_secret="wrong-secret-77"), tokens, web=web)
    assert "wrong-secret-77" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="client_secret"):
        AUTHORISATION.refresh(served.config(client_secret=""), tokens, web=web)


def test_revoked_tokens_are_worth_nothing_and_revoking_twice_is_no_error(served: Api, web: Web) -> None:
    tokens = signed_in(served, web)
    AUTHORISATION.revoke(served.config(), tokens, web=web)
    with pytest.raises(CredentialError):
        AUTHORISATION.refresh(served.config(), tokens, web=web)
    AUTHORISATION.revoke(served.config(), tokens, web=web)


def test_the_company_s_name_is_asked_with_the_token(served: Api, web: Web) -> None:
    tokens = signed_in(served, web)
    served.app.intuit.expire_access_tokens()
    with pytest.raises(CredentialError):
        AUTHORISATION.companies(served.config(), tokens, web=web)


def test_the_addresses_are_those_the_vendor_publishes() -> None:
    text = sample("quickbooks/dotnet-oauth-docs/discovery.json").read_text(encoding="utf-8-sig")
    published = json.loads(text)
    settings = {"client_id": "c", "client_secret": "s"}
    url = AUTHORISATION.authorize_url(settings, state="s", challenge=None, redirect_uri="https://x.example/cb")
    assert url.partition("?")[0] == published["authorization_endpoint"]
    assert (published["token_endpoint"], published["revocation_endpoint"]) == (TOKEN, REVOKE)
    assert api_url({"environment": "sandbox"}) == "https://sandbox-quickbooks.api.intuit.com"
    with pytest.raises(ConfigurationError):
        api_url({"environment": "moon"})


def test_that_quickbooks_india_ended_is_told_before_connecting() -> None:
    assert "30 April 2023" in NOTICE
    assert AUTHORISATION.notice == NOTICE
