"""The accounts server: as a browser and a client meet it, with refusals under HTTP 200 and the limits on tokens."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from oauthlib.oauth2 import OAuth2Error
from requests_oauthlib import OAuth2Session

from sandbox.zoho import DEMO_CLIENT, Options
from tests.sandbox.zoho.calling import Caller, build, calling

REDIRECT = "http://127.0.0.1:8765/callback"
ASKED = {
    "client_id": DEMO_CLIENT.id,
    "redirect_uri": REDIRECT,
    "response_type": "code",
    "scope": "ZohoBooks.invoices.READ,ZohoBooks.settings.READ",
    "access_type": "offline",
    "prompt": "consent",
    "state": "s t&te",
}


def decide(caller: Caller, decision: str = "accept", **changes: str) -> dict[str, str]:
    """Press a button on the page; returns what the browser is sent back with."""
    asked = {**ASKED, **changes}
    page = requests.get(f"{caller.running.accounts_url}/oauth/v2/auth", params=asked, timeout=5)
    assert page.status_code == 200
    assert "ZohoBooks.invoices.READ" in page.text
    sent = requests.post(
        f"{caller.running.accounts_url}/oauth/v2/auth",
        data={**asked, "decision": decision},
        allow_redirects=False,
        timeout=5,
    )
    assert sent.status_code == 302
    assert sent.headers["Location"].startswith(REDIRECT)
    return {key: values[0] for key, values in parse_qs(urlsplit(sent.headers["Location"]).query).items()}


def token(caller: Caller, **form: str) -> requests.Response:
    """Ask the token endpoint."""
    asked = {"client_id": DEMO_CLIENT.id, "client_secret": DEMO_CLIENT.secret, **form}
    return requests.post(f"{caller.running.accounts_url}/oauth/v2/token", data=asked, timeout=5)


def exchange(caller: Caller, code: str) -> requests.Response:
    """Exchange a code."""
    return token(caller, grant_type="authorization_code", code=code, redirect_uri=REDIRECT)


def test_a_code_is_good_once_and_for_two_minutes() -> None:
    with calling(build(40)) as caller:
        back = decide(caller)
        assert back["state"] == ASKED["state"]
        assert back["location"] == "in"
        assert back["accounts-server"] == caller.running.accounts_url
        first = exchange(caller, back["code"])
        assert first.json().keys() == {"access_token", "refresh_token", "api_domain", "token_type", "expires_in"}
        assert first.json()["api_domain"] == caller.running.web.url
        again = exchange(caller, back["code"])
        assert (again.status_code, again.json()) == (200, {"error": "invalid_code"})
        late = decide(caller)["code"]
        caller.clock.advance(121)
        assert exchange(caller, late).json() == {"error": "invalid_code"}
        assert decide(caller, "reject")["error"] == "access_denied"


def test_a_refresh_token_comes_with_offline_access_and_consent_only() -> None:
    with calling(build(40)) as caller:
        assert "refresh_token" not in exchange(caller, decide(caller, access_type="online")["code"]).json()
        assert "refresh_token" not in exchange(caller, decide(caller, prompt="")["code"]).json()
        assert "refresh_token" in exchange(caller, decide(caller)["code"]).json()


def test_refusals_come_with_status_200() -> None:
    with calling(build(40)) as caller:
        for form, error in (
            ({"client_id": "1000.OTHER"}, "invalid_client"),
            ({"client_secret": "wrong"}, "invalid_client_secret"),
            ({"refresh_token": "1000.unknown"}, "invalid_code"),
            ({"grant_type": "password"}, "general_error"),
        ):
            answer = token(caller, **{"grant_type": "refresh_token", "refresh_token": caller.refresh_token, **form})
            assert (answer.status_code, answer.json()) == (200, {"error": error})
        code = decide(caller)["code"]
        wrong = token(caller, grant_type="authorization_code", code=code, redirect_uri="http://127.0.0.1/other")
        assert wrong.json() == {"error": "invalid_redirect_uri"}


def test_refreshing_does_not_rotate_and_old_tokens_go_on() -> None:
    with calling(build(40)) as caller:
        answer = token(caller, grant_type="refresh_token", refresh_token=caller.refresh_token).json()
        assert "refresh_token" not in answer
        caller.get("invoices")
        caller.token = answer["access_token"]
        caller.get("invoices")
        caller.clock.advance(3601)
        expired = caller.call("GET", "invoices")
        assert (expired.status_code, expired.json()["code"]) == (401, 57)


def test_the_limits_on_tokens() -> None:
    with calling(build(40), limited=True) as caller:
        form = {"grant_type": "refresh_token", "refresh_token": caller.refresh_token}
        minted = [token(caller, **form).json()["access_token"] for _ in range(10)]
        denied = token(caller, **form)
        assert (denied.status_code, denied.json()["error"]) == (400, "Access Denied")
        caller.clock.advance(601)
        minted += [token(caller, **form).json()["access_token"] for _ in range(10)]
        works = []
        for one in minted:
            caller.token = one
            works.append(caller.call("GET", "organizations").status_code == 200)
        assert works == [False] * 5 + [True] * 15
        for _ in range(20):
            caller.running.app.accounts.issue_tokens()
        assert token(caller, **form).json() == {"error": "invalid_code"}


def test_revoking_takes_the_access_tokens_with_it() -> None:
    with calling(build(40)) as caller:
        url = f"{caller.running.accounts_url}/oauth/v2/token/revoke"
        assert requests.post(url, params={"token": caller.refresh_token}, timeout=5).json() == {"status": "success"}
        assert caller.call("GET", "invoices").status_code == 401
        answer = token(caller, grant_type="refresh_token", refresh_token=caller.refresh_token)
        assert answer.json() == {"error": "invalid_code"}


def test_scopes_open_their_own_doors_only() -> None:
    with calling(build(40)) as caller:
        caller.token, _ = caller.running.app.accounts.issue_tokens("ZohoBooks.invoices.READ,ZohoBooks.contacts.ALL")
        assert caller.call("GET", "invoices").status_code == 200
        assert caller.call("POST", "contacts", json={"contact_name": "New"}).status_code == 201
        for method, path in (("POST", "invoices"), ("GET", "bills"), ("GET", "vendorcredits"), ("GET", "items")):
            refused = caller.call(method, path, json={})
            assert (refused.status_code, refused.json()["code"]) == (401, 57)
        caller.token, _ = caller.running.app.accounts.issue_tokens("ZOHOBOOKS.FULLACCESS.ALL")
        assert caller.call("GET", "invoices").status_code == 401


def test_every_data_centre_knows_its_own_tokens_only() -> None:
    with calling(build(40)) as india, calling(build(40), Options(data_centre="eu")) as europe:
        europe.token = india.token
        assert europe.call("GET", "organizations").status_code == 401
        answer = token(europe, grant_type="refresh_token", refresh_token=india.refresh_token)
        assert answer.json() == {"error": "invalid_code"}


def test_a_public_oauth_library_signs_in_and_sees_the_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """requests-oauthlib raises its own error for the refusal that comes with HTTP 200."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with calling(build(40)) as caller:
        url = f"{caller.running.accounts_url}/oauth/v2/token"
        session = OAuth2Session(DEMO_CLIENT.id, redirect_uri=REDIRECT, scope=ASKED["scope"])
        code = decide(caller)["code"]
        got = session.fetch_token(url, code=code, client_secret=DEMO_CLIENT.secret, include_client_id=True)
        assert got["refresh_token"].startswith("1000.")
        with pytest.raises(OAuth2Error, match="invalid_code"):
            session.fetch_token(url, code=code, client_secret=DEMO_CLIENT.secret, include_client_id=True)
