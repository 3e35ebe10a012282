"""Limits and faults: 44, 45 and 1070, the order of refusals, and what happens to the connection."""

from __future__ import annotations

import threading

import pytest
import requests

from sandbox.web import Faults
from sandbox.zoho import Limits, Options
from tests.sandbox.zoho.calling import Caller, build, calling
from tests.support.samples import sample_json


def statuses(caller: Caller, times: int) -> list[tuple[int, int]]:
    """Call so many times; HTTP status and code of each."""
    answers = [caller.call("GET", "users/me") for _ in range(times)]
    return [(one.status_code, one.json()["code"]) for one in answers]


def test_a_hundred_calls_in_any_minute() -> None:
    with calling(build(40), limited=True) as caller:
        assert statuses(caller, 101) == [(200, 0)] * 100 + [(429, 44)]
        caller.clock.advance(30)
        assert statuses(caller, 1) == [(429, 44)]
        caller.clock.advance(30)
        assert statuses(caller, 1) == [(200, 0)]


@pytest.mark.parametrize(("plan", "quota"), [("Free", 1000), ("Standard", 2000), ("Professional", 5000)])
def test_the_days_quota_is_the_plans(plan: str, quota: int) -> None:
    with calling(build(40, plan=plan), limited=True) as caller:
        assert caller.running.app.gate.quota(caller.books) == quota
        use = caller.running.app.gate.use_of(caller.organization_id)
        assert statuses(caller, 1) == [(200, 0)]
        use.today = quota - 1
        last = caller.call("GET", "users/me")
        assert (last.status_code, last.headers["X-Rate-Limit-Remaining"]) == (200, "0")
        refused = caller.call("GET", "users/me")
        assert (refused.status_code, refused.json()["code"]) == (429, 45)
        assert str(quota) in refused.json()["message"]
        assert int(refused.headers["X-Rate-Limit-Reset"]) == 12 * 3600
        caller.clock.advance(12 * 3600)
        caller.token, _ = caller.running.app.accounts.issue_tokens()
        assert statuses(caller, 1) == [(200, 0)]


def test_calls_at_once() -> None:
    with calling(build(40), Options(limits=Limits(at_once=2)), limited=True) as caller:
        caller.running.web.faults = Faults()
        answers: list[int] = []
        with caller.running.books.lock:
            callers = [
                threading.Thread(target=lambda: answers.append(caller.call("GET", "users/me").json()["code"]))
                for _ in range(3)
            ]
            for one in callers:
                one.start()
            while not answers:
                callers[0].join(0.01)
        for one in callers:
            one.join()
        assert sorted(answers) == [0, 0, 1070]


def test_organisations_have_their_own_quota() -> None:
    with calling(build(40, companies=2), Options(limits=Limits(per_minute=1)), limited=True) as caller:
        assert statuses(caller, 2) == [(200, 0), (429, 44)]
        caller.organization_id = caller.running.books.organisations[1].facts.id
        assert statuses(caller, 1) == [(200, 0)]


def test_bodies_of_refusals_are_the_recorded_ones() -> None:
    recorded = {one["body"]["code"]: one for one in sample_json("zoho/errors/api-errors.json")}
    with calling(build(40)) as caller:
        cases = {
            44: caller_with(caller, rate_limited="minute"),
            1070: caller_with(caller, rate_limited="concurrent"),
            1000: caller_with(caller, server_error=500),
            57: caller_with(caller, expired_token=True),
            1002: caller.call("GET", "invoices/1"),
            5: caller.call("GET", "nonsense"),
        }
        for code, answer in cases.items():
            assert answer.status_code == recorded[code]["http"], code
            assert answer.json()["code"] == code
        for code in (44, 1070, 1000, 1002, 5):
            assert cases[code].json() == recorded[code]["body"]
        assert caller.call("DELETE", "organizations").status_code == 405


def caller_with(caller: Caller, **switches: object) -> requests.Response:
    """Call once with switches turned."""
    caller.running.web.next_requests(switches)
    return caller.call("GET", "invoices")


def test_the_header_and_the_organisation_are_asked_for() -> None:
    with calling(build(40)) as caller:
        url = f"{caller.running.api_url}/invoices"
        params = {"organization_id": caller.organization_id}
        bearer = requests.get(url, params=params, headers={"Authorization": f"Bearer {caller.token}"}, timeout=5)
        assert (bearer.status_code, bearer.json()["code"]) == (401, 57)
        headers = {"Authorization": f"Zoho-oauthtoken {caller.token}"}
        assert requests.get(url, headers=headers, timeout=5).status_code == 400
        foreign = requests.get(url, params={"organization_id": "1"}, headers=headers, timeout=5)
        assert (foreign.status_code, foreign.json()["code"]) == (401, 57)


def test_a_lost_answer_leaves_the_record_made() -> None:
    with calling(build(40)) as caller:
        before = len(caller.books.contacts)
        caller.running.web.next_requests({"answer_lost": True})
        with pytest.raises(requests.ConnectionError):
            caller.call("POST", "contacts", json={"contact_name": "Made but unheard"})
        assert len(caller.books.contacts) == before + 1
