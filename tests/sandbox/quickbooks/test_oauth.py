"""Signing in: by a client of the public OAuth library, and everything that ends a consent."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests_oauthlib import OAuth2Session

from sandbox.quickbooks.oauth import ACCOUNTING, CLIENT_ID, CLIENT_SECRET
from tests.sandbox.quickbooks.calling import SECONDS_MAX, Caller, calling
from tests.support.samples import sample, sample_json

REDIRECT = "http://localhost:8765/callback"
BASIC = (CLIENT_ID, CLIENT_SECRET)


@pytest.fixture
def caller() -> Iterator[Caller]:
    with calling(documents=5, companies=2) as one:
        yield one


def addresses(caller: Caller) -> dict[str, str]:
    url = f"{caller.running.url}/.well-known/openid_sandbox_configuration"
    document: dict[str, str] = requests.get(url, timeout=SECONDS_MAX).json()
    return document


def consent(caller: Caller, realm_id: str, **more: str) -> requests.Response:
    asked = {
        "client_id": CLIENT_ID,
        "response_type": "code",
        "scope": ACCOUNTING,
        "redirect_uri": REDIRECT,
        "state": "s1",
        **more,
    }
    page = requests.get(addresses(caller)["authorization_endpoint"], params=asked, timeout=SECONDS_MAX)
    assert realm_id in page.text
    form = {**asked, "realmId": realm_id, "decision": more.get("decision", "connect")}
    url = addresses(caller)["authorization_endpoint"]
    return requests.post(url, data=form, timeout=SECONDS_MAX, allow_redirects=False)


def token_call(caller: Caller, **form: str) -> requests.Response:
    return requests.post(addresses(caller)["token_endpoint"], data=form, auth=BASIC, timeout=SECONDS_MAX)


def refresh(caller: Caller, token: object) -> requests.Response:
    return token_call(caller, grant_type="refresh_token", refresh_token=str(token))


def test_the_discovery_document_has_the_members_of_the_official_one(caller: Caller) -> None:
    sample("quickbooks/dotnet-oauth-docs/discovery.json")
    text = sample("quickbooks/dotnet-oauth-docs/discovery.json").read_text(encoding="utf-8-sig")
    assert all(f'"{key}"' in text for key in addresses(caller))
    assert len(addresses(caller)) == 12


def test_the_whole_flow_by_a_public_library(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    realm = caller.books.companies[1].realm_id
    found = addresses(caller)
    session = OAuth2Session(CLIENT_ID, redirect_uri=REDIRECT, scope=[ACCOUNTING])
    url, state = session.authorization_url(found["authorization_endpoint"])
    asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    answer = requests.post(
        found["authorization_endpoint"],
        data={**asked, "realmId": realm, "decision": "connect"},
        timeout=SECONDS_MAX,
        allow_redirects=False,
    )
    back = answer.headers["Location"]
    query = parse_qs(urlsplit(back).query)
    assert (query["realmId"], query["state"]) == ([realm], [state])
    tokens = session.fetch_token(found["token_endpoint"], authorization_response=back, auth=BASIC)
    assert (tokens["expires_in"], tokens["x_refresh_token_expires_in"]) == (3600, 8_726_400)
    company = session.get(
        f"{caller.running.url}/v3/company/{realm}/companyinfo/{realm}", headers={"Accept": "application/json"}
    )
    assert company.json()["CompanyInfo"]["CompanyName"] == caller.books.companies[1].name


def test_the_answer_has_the_members_of_the_recorded_one(caller: Caller) -> None:
    recorded = sample_json("quickbooks/oauth-jsclient-mocks/bearer-token.json")
    tokens = caller.app.intuit.sign_in(caller.realm_id)
    assert set(recorded) - {"id_token"} == set(tokens)


def test_a_user_may_say_no(caller: Caller) -> None:
    answer = consent(caller, caller.realm_id, decision="cancel")
    assert answer.headers["Location"] == f"{REDIRECT}?error=access_denied&state=s1"


def test_an_address_that_is_not_https_and_not_here_is_refused(caller: Caller) -> None:
    asked = {
        "client_id": CLIENT_ID,
        "response_type": "code",
        "scope": ACCOUNTING,
        "state": "s",
        "redirect_uri": "http://x.example/",
    }
    answer = requests.get(addresses(caller)["authorization_endpoint"], params=asked, timeout=SECONDS_MAX)
    assert answer.status_code == 400


def test_a_code_works_once_and_not_late(caller: Caller) -> None:
    code = parse_qs(urlsplit(consent(caller, caller.realm_id).headers["Location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    assert token_call(caller, **form).status_code == 200
    assert token_call(caller, **form).json() == sample_json("quickbooks/faults/oauth-400-invalid-grant.json")["body"]
    late = parse_qs(urlsplit(consent(caller, caller.realm_id).headers["Location"]).query)["code"][0]
    caller.clock.advance(seconds=601)
    assert token_call(caller, **{**form, "code": late}).json()["error"] == "invalid_grant"


def test_credentials_may_be_in_the_header_or_in_the_form(caller: Caller) -> None:
    token = str(caller.app.intuit.sign_in(caller.realm_id)["refresh_token"])
    form = {"grant_type": "refresh_token", "refresh_token": token}
    url = addresses(caller)["token_endpoint"]
    posted = requests.post(
        url, data={**form, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}, timeout=SECONDS_MAX
    )
    wrong = requests.post(url, data=form, auth=(CLIENT_ID, "guess"), timeout=SECONDS_MAX)
    assert (posted.status_code, wrong.status_code) == (200, 401)
    assert wrong.json()["error"] == "invalid_client"


def test_a_refresh_token_changes_after_a_day_and_the_old_one_lives_a_day_longer(caller: Caller) -> None:
    first = caller.app.intuit.sign_in(caller.realm_id)["refresh_token"]
    assert refresh(caller, first).json()["refresh_token"] == first
    caller.clock.advance(days=1)
    second = refresh(caller, first).json()["refresh_token"]
    assert second != first
    caller.clock.advance(seconds=86_399)
    assert refresh(caller, first).status_code == 200
    caller.clock.advance(days=1)
    assert refresh(caller, first).json()["error"] == "invalid_grant"


def test_every_refresh_may_bring_a_new_token(caller: Caller) -> None:
    caller.app.intuit.lifetimes.rotate = 0
    caller.app.intuit.lifetimes.grace = 0
    first = caller.app.intuit.sign_in(caller.realm_id)["refresh_token"]
    second = refresh(caller, first).json()["refresh_token"]
    assert refresh(caller, first).status_code == 400
    assert refresh(caller, second).status_code == 200


def test_an_unused_consent_ends_after_101_days_and_any_after_five_years(caller: Caller) -> None:
    token = caller.app.intuit.sign_in(caller.realm_id)["refresh_token"]
    caller.clock.advance(days=100)
    answer = requests.post(
        addresses(caller)["token_endpoint"],
        data={"grant_type": "refresh_token", "refresh_token": str(token)},
        auth=BASIC,
        headers={"x-include-refresh-token-hard-expires-in": "true"},
        timeout=SECONDS_MAX,
    ).json()
    assert answer["x_refresh_token_hard_expires_in"] == (5 * 365 - 100) * 86_400
    caller.clock.advance(days=101)
    assert refresh(caller, answer["refresh_token"]).json()["error"] == "invalid_grant"


def test_revoking_ends_access_and_refresh(caller: Caller) -> None:
    tokens = caller.app.intuit.sign_in(caller.realm_id)
    caller.session.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    assert caller.get("query", query="select count(*) from Invoice")[0] == 200
    url = addresses(caller)["revocation_endpoint"]
    answer = requests.post(url, json={"token": tokens["refresh_token"]}, auth=BASIC, timeout=SECONDS_MAX)
    assert (answer.status_code, answer.content) == (200, b"")
    assert caller.get("query", query="select count(*) from Invoice")[0] == 401
    assert refresh(caller, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert requests.post(url, json={"token": "none"}, auth=BASIC, timeout=SECONDS_MAX).status_code == 400
