"""The client for JSON APIs against recorded answers: what it repeats, what it waits, what it says."""

from __future__ import annotations

import traceback
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses

from canonical.errors import (
    CredentialError,
    KhataError,
    RateLimited,
    SourceMalformed,
    SourceRejected,
    SourceUnavailable,
)
from connectors.sdk.answers import retry_after_s
from connectors.sdk.breaking import LocalBreaker
from connectors.sdk.rest import OUTCOME_UNKNOWN, VAIN, Manners, about
from connectors.sdk.tokens import Limits, Tokens
from tests.connectors.sdk.parts import API, NOON, World, make_client

URL = f"{API}/invoices"
HTTP_DATE = "Mon, 02 Nov 2026 06:30:20 GMT"


def sent_tokens(mock: responses.RequestsMock) -> list[str]:
    return [str(call.request.headers["Authorization"]) for call in mock.calls]


def test_a_call_is_signed_and_its_object_returned() -> None:
    with responses.RequestsMock() as mock:
        mock.get(URL, json={"invoices": [{"total": 10.5}]})
        assert make_client(World()).call("GET", "/invoices") == {"invoices": [{"total": 10.5}]}
        assert sent_tokens(mock) == ["Bearer access-0"]


def test_a_product_may_sign_its_own_way() -> None:
    with responses.RequestsMock() as mock:
        mock.get(URL, json={})
        client = make_client(
            World(), authorise=lambda tokens: {"Authorization": f"Zoho-oauthtoken {tokens.access_token}"}
        )
        client.call("GET", "invoices")
        assert sent_tokens(mock) == ["Zoho-oauthtoken access-0"]


def test_money_stays_exact_if_asked() -> None:
    with responses.RequestsMock() as mock:
        mock.get(URL, body='{"total": 123456789012345.6789, "n": 12345678901234567890}')
        found = make_client(World(), decimals=Decimal).call("GET", "/invoices")
    assert found == {"total": Decimal("123456789012345.6789"), "n": 12345678901234567890}


def test_tokens_about_to_end_are_renewed_before_they_are_sent() -> None:
    world = World()
    with responses.RequestsMock() as mock:
        mock.get(URL, json={})
        make_client(world, tokens=world.tokens(lives=60)).call("GET", "/invoices")
        assert sent_tokens(mock) == ["Bearer access-1"]


def test_a_refused_token_is_renewed_once() -> None:
    world = World()
    with responses.RequestsMock() as mock:
        mock.get(URL, status=401, json={"code": 57})
        mock.get(URL, json={"ok": True})
        assert make_client(world).call("GET", "/invoices") == {"ok": True}
        assert sent_tokens(mock) == ["Bearer access-0", "Bearer access-1"]
    assert world.renewals == 1


def test_a_token_refused_twice_is_not_renewed_again_and_the_product_says_why() -> None:
    world = World()

    def judge(answer: requests.Response) -> KhataError | None:
        return CredentialError("The scope is missing.", code="zoho.scope") if answer.status_code == 401 else None

    with responses.RequestsMock() as mock:
        mock.get(URL, status=401, json={"code": 57})
        with pytest.raises(CredentialError) as caught:
            make_client(world, judge=judge).call("GET", "/invoices")
        assert len(mock.calls) == 2
    assert (caught.value.code, world.renewals) == ("zoho.scope", 1)


def scope_missing(answer: requests.Response) -> KhataError | None:
    return CredentialError("The scope is missing.", code="zoho.scope", scope="x") if answer.status_code == 401 else None


def test_a_permission_that_is_missing_costs_one_renewal_not_one_for_each_call() -> None:
    world = World()
    with responses.RequestsMock() as mock:
        mock.get(URL, status=401, json={"code": 57})
        client = make_client(world, judge=scope_missing)
        for _ in range(5):
            with pytest.raises(CredentialError):
                client.call("GET", "/invoices")
    assert world.renewals == 1


def test_a_token_that_ends_later_is_renewed_though_one_was_renewed_in_vain() -> None:
    world = World()
    with responses.RequestsMock() as mock:
        mock.get(URL, status=401, json={"code": 57})
        client = make_client(world, judge=scope_missing)
        with pytest.raises(CredentialError):
            client.call("GET", "/invoices")
        world.now += VAIN
        mock.replace(responses.GET, URL, json={"ok": True})
        mock.add(responses.GET, f"{API}/bills", status=401, json={"code": 57})
        mock.add(responses.GET, f"{API}/bills", json={"ok": True})
        assert client.call("GET", "/invoices") == {"ok": True}
        assert client.call("GET", "/bills") == {"ok": True}
    assert world.renewals == 2


def test_an_error_says_whose_call_it_was_once() -> None:
    with responses.RequestsMock() as mock:
        mock.get(URL, status=401, json={"code": 57})
        with pytest.raises(CredentialError) as caught:
            make_client(World(), judge=scope_missing, subject="connection shop").call("GET", "/invoices")
    assert caught.value.message == "Connection shop: The scope is missing."
    assert (caught.value.code, caught.value.facts["scope"]) == ("zoho.scope", "x")
    named = CredentialError("Sign in again: khata connect zoho --name shop.", code="zoho.scope")
    assert about(named, "connection shop") is named


@pytest.mark.parametrize(("header", "wait"), [("7", 7.0), (HTTP_DATE, 20.0)])
def test_a_pause_asked_for_is_kept(header: str, wait: float) -> None:
    world = World()
    with responses.RequestsMock() as mock:
        mock.get(URL, status=429, headers={"Retry-After": header})
        mock.get(URL, json={})
        make_client(world).call("GET", "/invoices")
    assert sum(world.slept) == pytest.approx(wait + 0.75, abs=0.1)  # the pause, and a drawn bit more


@pytest.mark.parametrize(
    ("header", "seconds"), [("0", 0.0), (" 30 ", 30.0), (HTTP_DATE, 20.0), ("soon", None), ("-5", None), (None, None)]
)
def test_what_retry_after_may_say(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, NOON) == seconds


def test_a_pause_in_the_past_is_none() -> None:
    assert retry_after_s(HTTP_DATE, NOON + timedelta(hours=1)) == 0.0


def test_a_longer_pause_than_we_wait_is_told() -> None:
    world = World()
    with responses.RequestsMock() as mock:
        mock.get(URL, status=429, headers={"Retry-After": "3600"})
        with pytest.raises(RateLimited) as caught:
            make_client(world).call("GET", "/invoices")
        assert len(mock.calls) == 1
    assert caught.value.facts["retry_after_s"] == 3600.0
    assert world.slept == []


def test_failures_are_repeated_with_growing_drawn_waits() -> None:
    world = World()
    with responses.RequestsMock() as mock:
        for status in (500, 502, 503, 504):
            mock.get(URL, status=status, body="<html>")
        mock.get(URL, json={"ok": 1})
        assert make_client(world).call("GET", "/invoices") == {"ok": 1}
    assert world.slept == [0.75, 1.5, 3.0, 6.0]


def test_after_all_tries_the_failure_is_told() -> None:
    with responses.RequestsMock() as mock:
        mock.get(URL, status=503)
        with pytest.raises(SourceUnavailable) as caught:
            make_client(World()).call("GET", "/invoices")
        assert len(mock.calls) == 5
    assert caught.value.facts == {"host": "books.example", "status": 503}


@pytest.mark.parametrize("body", ['{"invoices": [{"id', "<html>sign in</html>"])
def test_a_cut_answer_is_asked_for_again(body: str) -> None:
    with responses.RequestsMock() as mock:
        mock.get(URL, body=body)
        mock.get(URL, json={"whole": True})
        assert make_client(World()).call("GET", "/invoices") == {"whole": True}


def test_an_answer_without_a_body_is_an_empty_object() -> None:
    with responses.RequestsMock() as mock:
        mock.delete(URL, status=204)
        assert make_client(World()).call("DELETE", "/invoices") == {}


def test_an_answer_that_stays_cut_is_malformed() -> None:
    with responses.RequestsMock() as mock:
        mock.get(URL, body='{"a":')
        with pytest.raises(SourceMalformed) as caught:
            make_client(World()).call("GET", "/invoices")
    assert caught.value.code == "source.answer_cut"


def test_an_answer_too_long_is_not_read_to_its_end_nor_asked_for_again() -> None:
    with responses.RequestsMock() as mock:
        mock.get(URL, body=b"[" + b"1," * 200_000 + b"1]")
        with pytest.raises(SourceMalformed) as caught:
            make_client(World(), manners=Manners(max_bytes=100_000)).call("GET", "/invoices")
        assert len(mock.calls) == 1
    assert caught.value.code == "source.answer_too_long"


def test_a_write_is_not_repeated_when_it_may_have_taken_effect() -> None:
    with responses.RequestsMock() as mock:
        mock.post(URL, status=502)
        with pytest.raises(SourceUnavailable) as caught:
            make_client(World()).call("POST", "/invoices", json={"total": 1})
        assert len(mock.calls) == 1
    assert caught.value.code == "source.outcome_unknown"


def test_a_write_is_repeated_after_a_refusal_for_haste_and_when_repeating_is_safe() -> None:
    with responses.RequestsMock() as mock:
        mock.post(URL, status=429)
        mock.post(URL, status=401)
        mock.post(URL, json={"done": 1})
        assert make_client(World()).call("POST", "/invoices", json={"total": 1}) == {"done": 1}
    with responses.RequestsMock() as mock:
        mock.post(URL, status=502)
        mock.post(URL, json={"done": 1})
        assert make_client(World()).call("POST", "/invoices", json={}, repeatable=True) == {"done": 1}


@pytest.mark.parametrize(
    ("first", "is_unknown"),
    [({"status": 502}, True), ({"body": '{"done'}, True), ({"status": 429}, False), ({"status": 401}, False)],
)
def test_a_refused_write_says_whether_an_earlier_try_may_have_taken_effect(
    first: dict[str, Any], is_unknown: bool
) -> None:
    with responses.RequestsMock() as mock:
        mock.post(URL, **first)
        mock.post(URL, status=400)
        with pytest.raises(SourceRejected) as caught:
            make_client(World()).call("POST", "/invoices", json={}, repeatable=True)
        assert len(mock.calls) == 2
    assert bool(caught.value.facts.get(OUTCOME_UNKNOWN)) is is_unknown


def test_a_read_leaves_nothing_unknown() -> None:
    with responses.RequestsMock() as mock:
        mock.get(URL, status=502)
        mock.get(URL, status=400)
        with pytest.raises(SourceRejected) as caught:
            make_client(World()).call("GET", "/invoices")
    assert OUTCOME_UNKNOWN not in caught.value.facts


def test_a_write_is_repeated_while_it_could_not_even_be_signed() -> None:
    world = World()
    failures = iter([SourceUnavailable("the authorisation server is down")] * 2)

    def refresh(stale: Tokens) -> Tokens:
        for failure in failures:
            raise failure
        return world.refresh(stale)

    with responses.RequestsMock() as mock:
        mock.post(URL, json={"done": 1})
        client = make_client(world, tokens=world.tokens(lives=0), refresh=refresh)
        assert client.call("POST", "/invoices", json={}) == {"done": 1}
        assert len(mock.calls) == 1


def test_a_token_that_a_product_says_back_is_taken_out_of_its_words() -> None:
    def judge(answer: requests.Response) -> KhataError | None:
        return SourceRejected(f"It says {answer.text}", code="zoho.refused", words=answer.text, status=400)

    with responses.RequestsMock() as mock:
        mock.get(URL, status=400, json={"you sent": "Bearer access-0", "and": "refresh-0"})
        with pytest.raises(SourceRejected) as caught:
            make_client(World(), judge=judge).call("GET", "/invoices")
    assert "access-0" not in caught.value.message + str(caught.value.facts)
    assert "refresh-0" not in caught.value.message + str(caught.value.facts)
    assert (caught.value.code, caught.value.facts["status"]) == ("zoho.refused", 400)


def test_redirects_are_refused_so_that_no_token_goes_elsewhere() -> None:
    with responses.RequestsMock() as mock:
        mock.get(URL, status=302, headers={"Location": "https://elsewhere.example/"})
        with pytest.raises(SourceRejected):
            make_client(World()).call("GET", "/invoices")
        assert len(mock.calls) == 1


def test_an_error_in_an_answer_of_success_is_the_products_word() -> None:
    def judge(answer: requests.Response) -> KhataError | None:
        code = answer.json().get("code")
        return SourceRejected("No such organisation.", code="zoho.organisation") if code else None

    with responses.RequestsMock() as mock:
        mock.get(URL, json={"code": 6})
        with pytest.raises(SourceRejected) as caught:
            make_client(World(), judge=judge).call("GET", "/invoices")
    assert caught.value.code == "zoho.organisation"


def test_a_source_that_is_down_is_left_alone_and_tried_again_later() -> None:
    world = World()
    breaker = LocalBreaker(clock=world.seconds, failures=3, rest_s=60)
    with responses.RequestsMock() as mock:
        mock.get(URL, status=500)
        client = make_client(world, breaker=breaker)
        with pytest.raises(SourceUnavailable) as caught:
            client.call("GET", "/invoices")
        assert (caught.value.code, len(mock.calls)) == ("source.resting", 3)
        with pytest.raises(SourceUnavailable):
            client.call("GET", "/invoices")
        assert len(mock.calls) == 3
        world.sleep(61)
        mock.replace(responses.GET, URL, json={"back": 1})
        assert client.call("GET", "/invoices") == {"back": 1}
        breaker.check()


def test_an_answer_forgets_the_failures_before_it() -> None:
    world = World()
    breaker = LocalBreaker(clock=world.seconds, failures=3, rest_s=60)
    for _ in range(3):
        for _ in range(2):
            breaker.failed()
        breaker.check()
        breaker.succeeded()
    for _ in range(3):
        breaker.failed()
    with pytest.raises(SourceUnavailable) as caught:
        breaker.check()
    assert caught.value.facts["retry_after_s"] == 60


def test_the_days_quota_less_its_reserve_is_never_passed() -> None:
    world = World()
    limits = Limits(per_minute=6000, day_quota=5, reserve=2, day_zone="Asia/Kolkata")
    with responses.RequestsMock() as mock:
        mock.get(URL, json={})
        client = make_client(world, limits=limits)
        for _ in range(3):
            client.call("GET", "/invoices")
        with pytest.raises(RateLimited) as caught:
            client.call("GET", "/invoices")
        assert (caught.value.code, len(mock.calls)) == ("source.quota_used", 3)
        assert caught.value.facts["retry_after_s"] == 12 * 3600  # noon to midnight, in India
        world.sleep(12 * 3600)
        client.call("GET", "/invoices")


@pytest.mark.parametrize("failure", [{"status": 400}, {"status": 503}, {"body": requests.ConnectionError("access-0")}])
def test_no_error_tells_a_token(failure: dict[str, Any]) -> None:
    planted = "query-secret"  # a traceback shows lines of source: a variable, so that only what leaked is found
    with responses.RequestsMock() as mock:
        mock.get(URL, **failure)
        with pytest.raises(KhataError) as caught:
            make_client(World(), manners=Manners(tries=1)).call("GET", "/invoices", params={"secret": planted})
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.facts)
    assert "access-0" not in told
    assert planted not in told


def test_tokens_do_not_show_themselves() -> None:
    tokens = World().tokens("very-secret", "more-secret")
    assert "secret" not in f"{tokens!r} {tokens}"
