"""Calling the fake over HTTP as a client would, signed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from sandbox.quickbooks.app import QuickBooksApp
from sandbox.quickbooks.building import Books, build_books
from sandbox.quickbooks.limits import Limits
from sandbox.quickbooks.live import LiveCompany
from sandbox.web import Faults, MovableClock, Running, serve

SECONDS_MAX = 20


@dataclass(slots=True)
class Caller:
    """A client of one company; ``call`` returns status and decoded body."""

    running: Running
    app: QuickBooksApp
    books: Books
    session: requests.Session = field(default_factory=requests.Session)
    realm_id: str = ""

    def sign_in(self, realm_id: str) -> None:
        """Use this company from now on."""
        self.realm_id = realm_id
        token = self.app.intuit.sign_in(realm_id)["access_token"]
        self.session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})

    @property
    def live(self) -> LiveCompany:
        """The company."""
        live = self.books.company(self.realm_id)
        assert live is not None
        return live

    @property
    def clock(self) -> MovableClock:
        """The time of the books."""
        assert isinstance(self.books.clock, MovableClock)
        return self.books.clock

    def raw(self, method: str, path: str, **rest: Any) -> requests.Response:
        """Call, and return the answer as it came."""
        url = f"{self.running.url}/v3/company/{self.realm_id}/{path}"
        return self.session.request(method, url, timeout=SECONDS_MAX, allow_redirects=False, **rest)

    def get(self, path: str, **params: str) -> tuple[int, Any]:
        """GET."""
        answer = self.raw("GET", path, params=params)
        return answer.status_code, answer.json()

    def post(self, path: str, body: Any, **params: str) -> tuple[int, Any]:
        """POST JSON."""
        answer = self.raw("POST", path, params=params, data=json.dumps(body))
        return answer.status_code, answer.json()

    def query(self, text: str) -> Any:
        """Run a query that must be answered; returns ``QueryResponse``."""
        status, body = self.get("query", query=text, minorversion="75")
        assert status == 200, body
        return body["QueryResponse"]


def error_of(body: Any) -> dict[str, str]:
    """The first error of a fault, whichever way its keys are spelt."""
    fault = body.get("Fault") or body["fault"]
    errors = fault.get("Error") or fault["error"]
    first: dict[str, str] = errors[0]
    return first


@contextmanager
def calling(
    *, documents: int = 60, companies: int = 1, limits: Limits | None = None, faults: Faults | None = None
) -> Iterator[Caller]:
    """Run the fake and sign in to its first company; nothing is limited unless asked."""
    books = build_books(companies=companies, documents=documents)
    app = QuickBooksApp(books, limits=limits or Limits.none())
    with serve(app, faults) as running:
        caller = Caller(running, app, books)
        caller.sign_in(books.companies[0].realm_id)
        with caller.session:
            yield caller
