"""What a sync costs, what an answer means, what a list remembers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from canonical.errors import CredentialError, RateLimited, SourceRejected, SourceUnavailable
from connectors.zoho.hosts import api_url, is_zoho_accounts
from connectors.zoho.limits import limits_of
from connectors.zoho.listing import listed_of
from connectors.zoho.quota import TAIL, make_plan
from connectors.zoho.refusals import judge
from connectors.zoho.reports import read_report
from connectors.zoho.streams import STREAMS
from connectors.zoho.watermark import Watermark


def answer(status: int, body: Any, **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = json.dumps(body).encode() if not isinstance(body, bytes) else body
    made.headers.update(headers)
    return made


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (401, {"code": 57, "message": "You are not authorized"}, CredentialError, "zoho.not_authorised"),
        (429, {"code": 44, "message": "blocked"}, RateLimited, "zoho.too_many"),
        (429, {"code": 1070, "message": "in process"}, RateLimited, "zoho.too_many"),
        (429, {"code": 45, "message": "exceeded"}, RateLimited, "source.quota_used"),
        (500, {"code": 1000, "message": "Internal error"}, SourceUnavailable, "source.unavailable"),
        (404, {"code": 1002, "message": "Invoice does not exist."}, SourceRejected, "zoho.not_found"),
        (400, {"code": 1002, "message": "Invoice does not exist."}, SourceRejected, "zoho.not_found"),
        (400, {"code": 2, "message": "Invalid value"}, SourceRejected, "source.rejected"),
        (200, {"code": 5, "message": "Invalid URL Passed"}, SourceRejected, "source.rejected"),
    ],
)
def test_refusals(status: int, body: Any, error: type[Exception], code: str) -> None:
    found = judge(answer(status, body))
    assert isinstance(found, error)
    assert getattr(found, "code", "") == code


def test_success_and_the_days_reset() -> None:
    assert judge(answer(201, {"code": 0, "message": "The contact has been added."})) is None
    found = judge(answer(429, {"code": 45}, **{"X-Rate-Limit-Reset": "1234"}))
    assert isinstance(found, RateLimited)
    assert found.facts["retry_after_s"] == 1234


@given(
    st.dictionaries(st.sampled_from(list(STREAMS)), st.integers(0, 500)),
    st.none() | st.integers(0, 900),
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)),
)
def test_a_plan_never_allows_more_than_is_left(
    details: dict[str, int], left: int | None, made: tuple[int, int, int]
) -> None:
    listed, named, counted = made
    plan = make_plan(
        listed=listed, named=named, counted=counted, details=details, checks={}, left=left, order=tuple(STREAMS)
    )
    assert all(0 <= plan.allowed[name] <= count for name, count in details.items())
    if left is not None:
        assert sum(plan.allowed.values()) <= max(0, left - TAIL)
    assert plan.is_whole is (plan.postponed == 0)
    assert plan.calls == sum(made) + sum(details.values()) + TAIL
    assert plan.allowed_calls == plan.calls - plan.postponed


def test_masters_come_first_when_the_day_is_short() -> None:
    plan = make_plan(
        listed=9, counted=0, details={"invoices": 50, "contacts": 30}, checks={}, left=44, order=tuple(STREAMS)
    )
    assert (plan.allowed, plan.postponed) == ({"contacts": 30, "invoices": 10}, 40)


def test_limits_follow_the_plan_and_can_be_set() -> None:
    assert (limits_of({}).day_quota, limits_of({}).reserve) == (1000, 100)
    assert limits_of({"plan": "Professional"}).day_quota == 5000
    assert (limits_of({"day_quota": 300, "day_reserve": 0}).day_quota, limits_of({"day_reserve": 0}).reserve) == (
        300,
        0,
    )


def test_a_balance_that_moves_without_a_time_is_another_version() -> None:
    spec = STREAMS["invoices"]
    row = {
        "invoice_id": "1",
        "balance": 10,
        "total": 10,
        "status": "sent",
        "last_modified_time": "2026-04-01T10:00:00+0530",
    }
    assert listed_of(row, spec) == listed_of(dict(row), spec)
    assert listed_of(row, spec).version != listed_of({**row, "balance": 4}, spec).version
    assert listed_of(row, spec).modified == datetime(2026, 4, 1, 4, 30, tzinfo=UTC)
    assert 0 <= listed_of(row, spec).version < 2**63


def test_a_watermark_reads_back() -> None:
    mark = Watermark(modified={"bills": datetime(2026, 4, 1, tzinfo=UTC)}, tax_groups={"g": [{"tax_id": "t"}]})
    assert Watermark.from_state(mark.to_state()) == mark
    assert Watermark.from_state({}) == Watermark()


def test_addresses() -> None:
    assert api_url({"data_center": "us"}, {}) == "https://www.zohoapis.com/books/v3"
    assert api_url({}, {"api_domain": "https://www.zohoapis.eu"}) == "https://www.zohoapis.eu/books/v3"
    assert is_zoho_accounts("https://accounts.zoho.in")
    assert not is_zoho_accounts("https://accounts.zoho.in.example.com")


def test_balances_as_an_oracle() -> None:
    told = {
        "report": "balances",
        "accounts": [
            {"id": "1", "name": "Accounts Receivable", "type": "accounts_receivable", "balance": "100"},
            {"id": "2", "name": "Accounts Payable", "type": "accounts_payable", "balance": "40"},
            {"id": "12", "name": "Unearned Revenue", "type": "other_current_liability", "balance": "5"},
            {"id": "4", "name": "Sales", "type": "income", "balance": "900"},
        ],
        "contacts": [
            {"id": "c1", "name": "Bharat", "net": "95", "has_credits": True},
            {"id": "c2", "name": "Chandra", "net": "5", "has_credits": False},
            {"id": "c3", "name": "Deepa", "net": "1", "has_credits": False},
            {"id": "c4", "name": "DEEPA", "net": "2", "has_credits": False},
        ],
    }
    report = read_report(told, {})
    assert report is not None
    assert {line.name: int(line.net) for line in report.lines} == {
        "Accounts Receivable": 100,
        "Accounts Payable": -40,
        "Unearned Revenue": -5,
        "Chandra": 5,
        "c3": 1,
        "c4": 2,
    }
    moved = read_report({**told, "moved": True}, {})
    assert moved is not None
    assert moved.is_refused
