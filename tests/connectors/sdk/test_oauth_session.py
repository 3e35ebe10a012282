"""What the flows of requests-oauthlib send and keep to themselves, seen from the wire."""

from __future__ import annotations

import base64
import json
import logging
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests
import responses

from canonical.errors import ConfigurationError, CredentialError
from connectors.sdk.oauth import Web
from connectors.sdk.oauth_session import as_secure, new_verifier
from connectors.sdk.token_endpoint import ask_for_tokens, authorize_url, post, tokens_of

NOW = datetime(2026, 11, 2, tzinfo=UTC)
URL = "https://accounts.example/oauth/v2/token"
BACK = "http://localhost:9/callback"
APPLICATION = {"client_id": "planted-id", "client_secret": "planted-secret & more"}
EXCHANGE = {"grant_type": "authorization_code", "code": "planted/code+1", "redirect_uri": BACK}
RENEWAL = {"grant_type": "refresh_token", "refresh_token": "planted-refresh"}
GRANTED = {"access_token": "planted-access", "refresh_token": "planted-next", "expires_in": 3600}


def ask(form: dict[str, str], told: dict[str, Any], **more: Any) -> tuple[dict[str, Any], requests.PreparedRequest]:
    with responses.RequestsMock() as mock:
        mock.post(more.pop("url", URL), body=json.dumps(told))
        answer = ask_for_tokens(Web(session=requests.Session(), now=lambda: NOW), URL, form, **more)
        return answer, mock.calls[0].request


def form_of(request: requests.PreparedRequest) -> dict[str, str]:
    return dict(parse_qsl(str(request.body), strict_parsing=True))


@pytest.mark.parametrize("form", [{**EXCHANGE, "code_verifier": "v-._~" * 10}, EXCHANGE, RENEWAL])
def test_a_form_is_sent_whole_and_nothing_with_it(form: dict[str, str]) -> None:
    answer, request = ask({**form, **APPLICATION}, GRANTED)
    assert form_of(request) == {**form, **APPLICATION}
    assert "Authorization" not in request.headers
    assert request.headers["Accept"] == "application/json"
    assert answer == GRANTED


@pytest.mark.parametrize("form", [EXCHANGE, RENEWAL])
def test_an_application_in_the_header_is_not_put_into_the_form(form: dict[str, str]) -> None:
    _, request = ask(form, GRANTED, basic=("planted-id", "planted-secret"), headers={"x-more": "true"})
    assert form_of(request) == form
    sent = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
    assert (sent, request.headers["x-more"]) == ("planted-id:planted-secret", "true")


@pytest.mark.parametrize("form", [EXCHANGE, RENEWAL])
@pytest.mark.parametrize(
    "odd",
    [
        {"scope": "another.scope,and more"},
        {"scope": 7},
        {"expires_in": "an hour"},
        {"expires_in": None, "expires_at": "tomorrow"},
        {"error": "", "token_type": None},
    ],
)
def test_what_a_server_says_besides_does_not_lose_its_tokens(form: dict[str, str], odd: dict[str, Any]) -> None:
    answer, _ = ask(form, {**GRANTED, **odd})
    tokens = tokens_of(answer, NOW)
    assert (tokens.access_token, tokens.refresh_token) == ("planted-access", "planted-next")


def test_a_renewal_without_a_new_token_is_told_as_it_came() -> None:
    answer, _ = ask(RENEWAL, {"access_token": "planted-access"})
    assert answer == {"access_token": "planted-access"}


@pytest.mark.parametrize("form", [EXCHANGE, RENEWAL])
def test_no_log_of_the_library_holds_a_secret(form: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="requests_oauthlib.oauth2_session"):
        ask({**form, **APPLICATION}, GRANTED)
    assert "planted" not in caplog.text


def test_a_redirect_of_a_token_endpoint_is_not_followed() -> None:
    with responses.RequestsMock() as mock:
        mock.post(URL, status=307, headers={"Location": "https://elsewhere.example/token"})
        with pytest.raises(Exception, match="did not answer as an authorisation server"):
            ask_for_tokens(Web(session=requests.Session(), now=lambda: NOW), URL, RENEWAL)
        assert len(mock.calls) == 1


def test_the_time_limit_is_the_one_of_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[Any] = []
    session = requests.Session()
    sent = session.send

    def send(request: requests.PreparedRequest, **how: Any) -> requests.Response:
        limits.append((how["timeout"], how["allow_redirects"]))
        return sent(request, **how)

    monkeypatch.setattr(session, "send", send)
    with responses.RequestsMock() as mock:
        mock.post(URL, json=GRANTED)
        ask_for_tokens(Web(session=session, now=lambda: NOW, timeout_s=4.5), URL, EXCHANGE)
    assert limits == [(4.5, False)]


def test_an_empty_code_is_not_asked_with() -> None:
    with pytest.raises(CredentialError) as caught:
        ask_for_tokens(Web(session=requests.Session(), now=lambda: NOW), URL, {**EXCHANGE, "code": ""})
    assert caught.value.code == "oauth.no_code"


@pytest.mark.parametrize("url", ["http://accounts.example/token", "http://localhost.example/", "http://10.0.0.1/", "x"])
def test_only_this_computer_is_asked_without_https(url: str) -> None:
    web = Web(session=requests.Session(), now=lambda: NOW)
    for attempt in (
        lambda: ask_for_tokens(web, url, EXCHANGE),
        lambda: ask_for_tokens(web, url, RENEWAL),
        lambda: post(web, url, data={}),
        lambda: page(url),
    ):
        with pytest.raises(ConfigurationError) as caught:
            attempt()
        assert caught.value.code == "oauth.insecure"
    assert as_secure("http://127.0.0.1:9/a?b=c") == "https://127.0.0.1:9/a?b=c"


def page(url: str, challenge: str | None = "ch") -> str:
    return authorize_url(
        url, client_id="i d", scope="a.READ,b c", state="s-t", challenge=challenge, redirect_uri=BACK, prompt="consent"
    )


@pytest.mark.parametrize("url", ["https://a.example/auth", "http://127.0.0.1:9/auth", "http://[::1]:9/auth"])
def test_a_page_is_asked_for_with_everything_once(url: str) -> None:
    asked = {"response_type": "code", "client_id": "i d", "scope": "a.READ,b c", "state": "s-t", "redirect_uri": BACK}
    pkce = {"code_challenge": "ch", "code_challenge_method": "S256"}
    for challenge, extra in (("ch", pkce), (None, {})):
        address = page(url, challenge)
        assert address.partition("?")[0] == url
        told = parse_qs(urlsplit(address).query, strict_parsing=True)
        assert told == {name: [value] for name, value in {**asked, **extra, "prompt": "consent"}.items()}


def test_a_verifier_is_new_and_of_the_characters_of_the_standard() -> None:
    made = {new_verifier() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 86 and one.isascii() and not set(one) - set("-._~") - _ALNUM for one in made)


_ALNUM = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
