"""Requests as they go out: the same as ``requests`` makes, for less."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.outgoing import ACCEPT, Call, Outgoing
from connectors.sdk.tokens import Tokens

NOW = datetime(2026, 4, 1, tzinfo=UTC)
BASE = "https://api.example.test:8443/books/v3"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PATHS = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,12}(/[A-Za-z0-9_-]{1,12}){0,3}", fullmatch=True),
    st.lists(TEXT.filter(lambda text: not set("?#") & set(text)), min_size=1, max_size=3).map("/".join),
)
VALUES = st.one_of(TEXT, st.integers(-(10**20), 10**20), st.none(), st.booleans(), st.lists(TEXT, max_size=2))


def tokens(access: str = "access-1") -> Tokens:
    return Tokens(access_token=access, refresh_token="r", access_expires_at=NOW + timedelta(hours=1))


def signed(held: Tokens) -> dict[str, str]:
    return {"Authorization": f"Zoho-oauthtoken {held.access_token}"}


def by_requests(session: requests.Session, call: Call, held: Tokens) -> requests.PreparedRequest:
    """What the library makes of the same call."""
    return requests.Request(
        call.method,
        call.url,
        params=dict(call.params),
        json=call.json,
        data=call.data,
        headers={**session.headers, **ACCEPT, **(call.headers or {}), **signed(held)},
    ).prepare()


def told(prepared: requests.PreparedRequest) -> tuple[Any, ...]:
    return (prepared.method, prepared.url, dict(prepared.headers), prepared.body, prepared.path_url)


@given(
    PATHS,
    st.dictionaries(TEXT, VALUES, max_size=4),
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE"]),
    st.sampled_from([None, {"a": 1}]),
    st.sampled_from([None, {"X-Upsert": "true"}]),
)
def test_a_request_is_the_one_the_library_makes(
    path: str, params: dict[str, Any], method: str, json: Any, headers: dict[str, str] | None
) -> None:
    session = requests.Session()
    call = Call(method=method, url=f"{BASE}/{path}", params=params, json=json, headers=headers)
    try:
        expected = told(by_requests(session, call, tokens()))
    except requests.RequestException as error:
        with pytest.raises(type(error)):
            Outgoing(BASE, session, signed).prepared(call, tokens())
        return
    assert told(Outgoing(BASE, session, signed).prepared(call, tokens())) == expected


@pytest.mark.parametrize(
    "base", ["https://API.Example.test/v3", "https://api.example.test/a b", "https://x.test/a/../b"]
)
def test_an_address_that_the_library_spells_otherwise_is_left_to_it(base: str) -> None:
    session = requests.Session()
    call = Call(method="GET", url=f"{base}/invoices", params={"page": 1})
    assert told(Outgoing(base, session, signed).prepared(call, tokens())) == told(by_requests(session, call, tokens()))


def test_a_usual_call_is_not_prepared_by_the_library_again() -> None:
    """That was more than half of what a call cost."""
    outgoing = Outgoing(BASE, requests.Session(), signed)
    call = Call(method="GET", url=f"{BASE}/invoices/1", params={"organization_id": "7"})
    first = outgoing.prepared(call, tokens())
    with patch.object(requests.PreparedRequest, "prepare", side_effect=AssertionError):
        again = outgoing.prepared(call, tokens())
    assert told(again) == told(first)
    assert again.headers is not first.headers


def test_a_renewed_token_signs_the_next_request() -> None:
    outgoing = Outgoing(BASE, requests.Session(), signed)
    call = Call(method="GET", url=f"{BASE}/invoices", params={})
    assert outgoing.prepared(call, tokens()).headers["Authorization"] == "Zoho-oauthtoken access-1"
    assert outgoing.prepared(call, tokens("access-2")).headers["Authorization"] == "Zoho-oauthtoken access-2"
