"""The code flow: whose answer is taken, what a denial says, and the page a browser comes back to."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from canonical.errors import ConfigurationError, CredentialError
from connectors.sdk.oauth import Web
from connectors.sdk.oauth_session import challenge_of
from khata.api.callback import wait_for_browser
from khata.sign_in.authorising import Authorisation, begin, parse_callback
from tests.khata.sign_in.product import CLIENT, SECRET, Provider, Server

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def attempt_at(server: Server, redirect_uri: str = "http://localhost:9/callback") -> Authorisation:
    settings = {"url": server.url, "client_id": CLIENT, "client_secret": SECRET}
    return begin(Provider(), settings, redirect_uri)


def web() -> Web:
    return Web(session=requests.Session(), now=lambda: NOW)


def test_the_challenge_is_the_one_of_the_standard() -> None:
    # the example of RFC 7636, appendix B
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_code_that_answers_our_question_gives_tokens(product: Server) -> None:
    attempt = attempt_at(product)
    tokens = attempt.exchange(parse_callback(product.consent(attempt.url)), web())
    assert [tokens.access_token, tokens.refresh_token] == product.given
    assert (tokens.scopes, tokens.facts) == (("books.read",), {"location": "in"})


def test_an_answer_to_another_attempt_is_refused_before_anything_is_asked(product: Server) -> None:
    theirs, ours = attempt_at(product), attempt_at(product)
    with pytest.raises(CredentialError) as caught:
        ours.exchange(parse_callback(product.consent(theirs.url)), web())
    assert (caught.value.code, product.given) == ("oauth.state", [])


def test_a_stolen_code_is_worth_nothing_without_the_verifier(product: Server) -> None:
    theirs, ours = attempt_at(product), attempt_at(product)
    stolen = parse_callback(product.consent(theirs.url))
    with pytest.raises(CredentialError) as caught:
        ours.exchange({**stolen, "state": ours.state}, web())
    assert caught.value.code == "oauth.refused"


def test_a_code_works_once(product: Server) -> None:
    attempt = attempt_at(product)
    callback = parse_callback(product.consent(attempt.url))
    attempt.exchange(callback, web())
    with pytest.raises(CredentialError):
        attempt.exchange(callback, web())


def test_a_wrong_application_is_the_operators_matter(product: Server) -> None:
    settings = {"url": product.url, "client_id": CLIENT, "client_secret": "another"}
    attempt = begin(Provider(), settings, "http://localhost:9/callback")
    with pytest.raises(ConfigurationError) as caught:
        attempt.exchange(parse_callback(product.consent(attempt.url)), web())
    assert caught.value.code == "oauth.application"


@pytest.mark.parametrize(
    ("query", "code"),
    [("error=access_denied", "oauth.denied"), ("", "oauth.no_code"), ("error=<script>", "oauth.denied")],
)
def test_what_is_no_code_is_told(product: Server, query: str, code: str) -> None:
    attempt = attempt_at(product)
    with pytest.raises(CredentialError) as caught:
        attempt.exchange(parse_callback(f"state={attempt.state}&{query}"), web())
    assert caught.value.code == code
    assert "script" not in caught.value.message


def test_each_attempt_has_secrets_of_its_own(product: Server) -> None:
    attempts = [attempt_at(product) for _ in range(20)]
    assert len({attempt.state for attempt in attempts} | {attempt.verifier for attempt in attempts}) == 40
    assert all(len(attempt.verifier or "") >= 43 for attempt in attempts)  # RFC 7636, 4.1
    assert attempts[0].state not in repr(attempts[0])
    assert SECRET not in repr(attempts[0])


@given(st.text(max_size=300))
@example("=0")
def test_whatever_is_pasted_is_read_or_refused(text: str) -> None:
    try:
        found = parse_callback(text)
    except CredentialError:
        return
    assert found
    assert all(name and isinstance(value, str) for name, value in found.items())


def test_a_pasted_query_is_as_good_as_an_address() -> None:
    assert parse_callback("?code=1&state=2") == parse_callback("  http://localhost/callback?code=1&state=2#x ")


def test_a_browser_that_comes_back_is_waited_for_past_everybody_else(product: Server) -> None:
    attempt = attempt_at(product)
    with wait_for_browser(0, attempt.is_answered_by) as waiting:
        base = f"http://127.0.0.1:{waiting.port}"
        assert requests.get(f"{base}/callback?code=1&state=wrong", timeout=5).status_code == 400
        assert requests.get(f"{base}/callback", timeout=5).status_code == 400
        assert requests.get(f"{base}/other?state={attempt.state}", timeout=5).status_code == 404
        with pytest.raises(CredentialError):
            waiting.wait(0.01)
        came = threading.Thread(
            target=requests.get, args=(f"{base}/callback?code=7&state={attempt.state}",), kwargs={"timeout": 5}
        )
        came.start()
        assert waiting.wait(5)["code"] == "7"
        came.join()


def test_the_page_keeps_nothing_and_says_back_nothing(product: Server) -> None:
    attempt = attempt_at(product)
    with wait_for_browser(0, attempt.is_answered_by) as waiting:
        url = f"http://127.0.0.1:{waiting.port}/callback?code=<b>7</b>&state={attempt.state}"
        answer = requests.get(url, timeout=5)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "<b>" not in answer.text


def test_a_taken_port_is_said() -> None:
    with (
        wait_for_browser(0, lambda found: False) as waiting,
        pytest.raises(ConfigurationError) as caught,
        wait_for_browser(waiting.port, lambda found: False),
    ):
        pass
    assert caught.value.code == "oauth.port_taken"


def test_the_page_asked_for_is_the_registered_one(product: Server) -> None:
    attempt = attempt_at(product, "http://localhost:9656/callback")
    asked = dict(parse_qsl(urlsplit(attempt.url).query))
    assert asked["redirect_uri"] == "http://localhost:9656/callback"
    assert asked["code_challenge"] == challenge_of(attempt.verifier or "")
