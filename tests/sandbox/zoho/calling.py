"""Calls the fake as a client does, over HTTP, with the token in its own header."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import requests

from sandbox.web import Faults, MovableClock
from sandbox.zoho import LiveBooks, Options, ZohoRunning, build_books, serve_zoho, specs_for

AFTER_THE_YEAR = datetime(2026, 4, 2, 6, 30, tzinfo=UTC)
"""Noon in India, two days after the world's year."""


@dataclass(slots=True)
class Caller:
    """A client of one organisation."""

    running: ZohoRunning
    clock: MovableClock
    session: requests.Session
    token: str = ""
    refresh_token: str = ""
    organization_id: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def books(self) -> Any:
        """The organisation that is called."""
        found = self.running.books.get(self.organization_id)
        assert found is not None
        return found

    def call(self, method: str, path: str, **values: Any) -> requests.Response:
        """Make a call; ``json`` is the body, the other values query parameters."""
        body = values.pop("json", None)
        headers = {"Authorization": f"Zoho-oauthtoken {self.token}", **self.extra, **values.pop("headers", {})}
        params = {"organization_id": self.organization_id, **values}
        url = f"{self.running.api_url}/{path}"
        return self.session.request(method, url, params=params, json=body, headers=headers, timeout=10)

    def get(self, path: str, **values: Any) -> Any:
        """Get something that is there."""
        answer = self.call("GET", path, **values)
        assert answer.status_code == 200, answer.text
        assert answer.json()["code"] == 0
        return answer.json()

    def every(self, path: str, key: str = "", **values: Any) -> list[Any]:
        """Walk a list to its end."""
        rows: list[Any] = []
        page = 1
        while True:
            body = self.get(path, page=page, **values)
            rows += body[key or path]
            if not body["page_context"]["has_more_page"]:
                return rows
            page += 1


def build(vouchers: int = 400, *, companies: int = 1, plan: str = "Professional", foreign: bool = True) -> LiveBooks:
    """Build fresh books whose clock stands still until it is moved."""
    clock = MovableClock(AFTER_THE_YEAR)
    return build_books(specs_for(companies, vouchers=vouchers), clock, plan=plan, foreign=foreign)


@cache
def shared() -> LiveBooks:
    """The books of tests that change nothing."""
    return build(900, companies=2)


@contextmanager
def calling(
    books: LiveBooks | None = None, options: Options | None = None, *, limited: bool = False
) -> Iterator[Caller]:
    """Serve books and call them with a token for everything."""
    options = options or Options()
    options.limits.enforced = limited
    books = books or shared()
    assert isinstance(books.clock, MovableClock)
    with serve_zoho(books, options, Faults()) as running, requests.Session() as session:
        token, refresh = running.app.accounts.issue_tokens()
        yield Caller(running, books.clock, session, token, refresh, books.organisations[0].facts.id)
