"""Token endpoints: what their answers mean, against recorded ones."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import responses

from canonical.errors import ConfigurationError, CredentialError, KhataError, RateLimited, SourceUnavailable
from connectors.sdk.oauth import Web
from connectors.sdk.token_endpoint import ask_for_tokens, tokens_of
from connectors.sdk.tokens import Tokens, carried_over, tokens_from_json, tokens_to_json
from tests.support.samples import sample_json

NOW = datetime(2026, 11, 2, tzinfo=UTC)
URL = "https://accounts.example/oauth/v2/token"
FORM = {"refresh_token": "planted-refresh", "client_secret": "planted-secret"}


def ask(status: int, body: Any) -> dict[str, Any]:
    with responses.RequestsMock() as mock:
        sent = body if isinstance(body, str | Exception) else json.dumps(body)
        mock.post(URL, status=status, body=sent)
        return ask_for_tokens(Web(session=requests.Session(), now=lambda: NOW), URL, FORM)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (200, {"error": "invalid_code"}, CredentialError, "oauth.refused"),
        (400, {"error": "invalid_grant", "error_description": "Token invalid"}, CredentialError, "oauth.refused"),
        (200, {"error": "access_denied"}, CredentialError, "oauth.refused"),
        (200, {"error": "invalid_client"}, ConfigurationError, "oauth.application"),
        (401, {"error": "invalid_client"}, ConfigurationError, "oauth.application"),
        (200, {"error": "invalid_client_secret"}, ConfigurationError, "oauth.application"),
        (200, {"error": "invalid_redirect_uri"}, ConfigurationError, "oauth.application"),
        (400, {"error": "Access Denied", "status": "failure"}, RateLimited, "oauth.too_many_tokens"),
        (429, {}, RateLimited, "oauth.too_many_tokens"),
        (200, {"error": "general_error"}, SourceUnavailable, "source.unavailable"),
        (500, {}, SourceUnavailable, "source.unavailable"),
        (503, "<html>down</html>", SourceUnavailable, "source.unavailable"),
        (200, "<html>sign in to the hotel's network</html>", SourceUnavailable, "source.unavailable"),
        (200, {"access_token": ""}, ConfigurationError, "oauth.application"),
        (200, [1], ConfigurationError, "oauth.application"),
        (200, requests.ConnectionError("planted-refresh"), SourceUnavailable, "source.unavailable"),
    ],
)
def test_each_refusal_names_who_can_mend_it(status: int, body: Any, kind: type[KhataError], code: str) -> None:
    with pytest.raises(kind) as caught:
        ask(status, body)
    assert caught.value.code == code
    assert "planted" not in caught.value.message + str(caught.value.facts)


def test_recorded_answers_of_zoho_are_understood() -> None:
    told = sample_json("zoho/oauth/token-responses.json")
    fresh = tokens_of(ask(200, told["http_200_success"]), NOW)
    assert (fresh.access_token, fresh.refresh_token) == ("1000.xxxx.yyyy", "1000.rrrr.ssss")
    assert fresh.access_expires_at == NOW + timedelta(hours=1)
    renewed = carried_over(tokens_of(ask(200, told["http_200_refresh"]), NOW), fresh)
    assert (renewed.access_token, renewed.refresh_token) == ("1000.xxxx.zzzz", "1000.rrrr.ssss")
    for refusal in told["http_200_errors"]:
        with pytest.raises(KhataError):
            ask(200, refusal)
    with pytest.raises(RateLimited):
        ask(400, told["http_400_rate"])


def test_lives_and_scopes_are_read_in_every_spelling() -> None:
    told = {"access_token": "a", "expires_in_sec": 60, "x_refresh_token_expires_in": 8726400, "scope": "a.b,c d"}
    tokens = tokens_of(told, NOW, location="in", empty="")
    assert tokens.access_expires_at == NOW + timedelta(seconds=60)
    assert tokens.refresh_expires_at == NOW + timedelta(days=101)
    assert (tokens.scopes, tokens.facts) == (("a.b", "c", "d"), {"location": "in"})


def test_tokens_survive_being_written_down() -> None:
    tokens = Tokens(
        access_token="a",
        refresh_token="r",
        access_expires_at=NOW,
        refresh_expires_at=NOW + timedelta(days=1),
        scopes=("x",),
        facts={"realm_id": "9"},
    )
    assert tokens_from_json(json.loads(json.dumps(tokens_to_json(tokens)))) == tokens


def test_what_a_renewal_does_not_repeat_is_carried_over() -> None:
    earlier = Tokens(
        access_token="a1",
        refresh_token="r1",
        access_expires_at=NOW,
        refresh_expires_at=NOW + timedelta(days=100),
        scopes=("x",),
        facts={"realm_id": "7", "api_domain": "old"},
    )
    bare = Tokens(access_token="a2", refresh_token="", access_expires_at=NOW + timedelta(hours=1))
    assert carried_over(bare, earlier) == replace(
        earlier, access_token="a2", access_expires_at=NOW + timedelta(hours=1)
    )
    whole = replace(
        earlier,
        access_token="a2",
        refresh_token="r2",
        refresh_expires_at=NOW + timedelta(days=9),
        scopes=("y",),
        facts={"api_domain": "new"},
    )
    assert carried_over(whole, earlier) == replace(whole, facts={"realm_id": "7", "api_domain": "new"})
