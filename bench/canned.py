"""Two products behind a transport that needs no server: a small company of the sandbox, and as many invoices as asked.

The invoices are one of the sandbox's own, over and over under new ids; everything else the fake answers itself. What a
request costs is what ``requests`` costs before and after the socket.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter

from sandbox.quickbooks.app import QuickBooksApp
from sandbox.quickbooks.building import build_books as quickbooks_books
from sandbox.quickbooks.limits import Limits as QuickBooksLimits
from sandbox.quickbooks.oauth import CLIENT_ID, CLIENT_SECRET
from sandbox.web import Faults, MovableClock, Request
from sandbox.zoho import DEMO_CLIENT, Limits, Options, build_books, specs_for
from sandbox.zoho.app import build_app

START = datetime(2026, 4, 1, 6, 30, tzinfo=UTC)
WORLD = 60
"""Vouchers of the company around the invoices."""
ZOHO_PAGE, QUICKBOOKS_PAGE = 200, 1000
FIRST_ID = 7_000_000_000_000_000_000
Answer = Callable[[str, Mapping[str, str]], bytes | None]


@dataclass(frozen=True, slots=True)
class Canned:
    """One product.

    Attributes:
        connector: its name.
        config: of a tap for it.
        answer: to a path and its query; None where the fake knows.
        fake: the rest.
        now: its time.
        record_bytes: of one invoice, as answered.
        spent: seconds of processor that the answers took (one number); they are the source's, not ours.
    """

    connector: str
    config: dict[str, Any]
    answer: Answer
    fake: Any
    now: Callable[[], datetime]
    record_bytes: int
    spent: list[float] = field(default_factory=lambda: [0.0])

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let every session ask here."""
        with patch("requests.sessions.HTTPAdapter", new=lambda: _Adapter(self)):
            yield


class _Adapter(BaseAdapter):
    def __init__(self, canned: Canned) -> None:
        super().__init__()
        self._canned = canned

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Answer without a socket."""
        began = time.process_time()
        url = urlsplit(str(request.url))
        body = self._canned.answer(url.path, dict(parse_qsl(url.query)))
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, str(request.url)
        if body is None:
            told = self._canned.fake.answer(_request_of(request), Faults())
            response.status_code, body = told.status, told.body
        response._content, response._content_consumed = body, True  # type: ignore[attr-defined]  # noqa: SLF001
        self._canned.spent[0] += time.process_time() - began
        return response

    def close(self) -> None:
        """Nothing is open."""


def _request_of(request: requests.PreparedRequest) -> Request:
    url = urlsplit(str(request.url))
    body = request.body or b""
    return Request.of_target(
        str(request.method),
        f"{url.path}?{url.query}",
        number=1,
        headers={name.lower(): str(value) for name, value in request.headers.items()},
        body=body.encode() if isinstance(body, str) else body,
    )


def zoho(invoices: int, moves: int = 0) -> Canned:
    """Zoho Books with so many invoices, each asked for by itself, and bank transactions, which lists say whole."""
    clock = MovableClock(START)
    books = build_books(specs_for(1, vouchers=WORLD), clock)
    app = build_app(books, Options(limits=Limits(enforced=False)))
    _, refresh = app.accounts.issue_tokens()
    access, _ = app.accounts.issue_tokens()
    key = books.organisations[0].facts.id

    def ask(path: str, **query: str) -> Any:
        pairs = tuple({"organization_id": key, **query}.items())
        headers = {"authorization": f"Zoho-oauthtoken {access}"}
        asked = Request(number=1, method="GET", path=f"/books/v3/{path}", query=pairs, headers=headers)
        return json.loads(app.answer(asked, Faults()).body)

    row = next(one for one in ask("invoices")["invoices"] if one["status"] == "paid")
    detail = ask(f"invoices/{row['invoice_id']}")
    mark = row["invoice_id"].encode()
    whole, short = (_compact(one) for one in (detail, row))
    moved = next(one for one in ask("banktransactions")["banktransactions"])
    move, move_mark = _compact(moved), moved["transaction_id"].encode()
    context = ask("invoices", per_page="1")["page_context"]

    def answer(path: str, query: Mapping[str, str]) -> bytes | None:
        if path == "/books/v3/invoices":
            return page("invoices", short, mark, int(query["page"]), invoices)
        if path == "/books/v3/banktransactions":
            return page("banktransactions", move, move_mark, int(query["page"]), moves)
        found = re.fullmatch(r"/books/v3/invoices/(7\d{18})", path)
        return whole.replace(mark, found[1].encode()) if found else None

    def page(name: str, row: bytes, mark: bytes, number: int, count: int) -> bytes:
        first, last = (number - 1) * ZOHO_PAGE, min(number * ZOHO_PAGE, count)
        rows = b",".join(row.replace(mark, b"%d" % (FIRST_ID + one)) for one in range(first, last))
        told = {**context, "page": number, "per_page": ZOHO_PAGE, "has_more_page": last < count}
        named = (name.encode(), rows, _compact(told))
        return b'{"code":0,"message":"success","%s":[%s],"page_context":%s}' % named

    config = {
        "client_id": DEMO_CLIENT.id,
        "client_secret": DEMO_CLIENT.secret,
        "refresh_token": refresh,
        "accounts_url": "https://zoho.test",
        "api_url": "https://zoho.test/books/v3",
        "organization_id": key,
        "requests_per_minute": 1_000_000_000,
        "day_quota": 1_000_000_000,
    }
    return Canned("zoho", config, answer, app, clock, len(whole) if invoices else len(move))


def quickbooks(invoices: int) -> Canned:
    """QuickBooks with so many invoices."""
    clock = MovableClock(START)
    books = quickbooks_books(companies=1, documents=WORLD, seed=7, clock=clock)
    app, live = QuickBooksApp(books, QuickBooksLimits.none()), books.companies[0]
    row = next(iter(live.company.records("Invoice"))).document
    whole = _compact({"Id": row["Id"], **row}).replace(b'"Id":"%s",' % str(row["Id"]).encode(), b'"Id":"?",', 1)
    realm = live.realm_id

    def answer(path: str, query: Mapping[str, str]) -> bytes | None:
        statement = query.get("query", "")
        if not path.endswith("/query") or " FROM Invoice" not in statement:
            return None
        at = int((re.search(r"STARTPOSITION (\d+)", statement) or ["", "1"])[1])
        if "COUNT(*)" in statement:
            return told(b'"totalCount":%d' % invoices)
        if " IN (" in statement:
            return None
        ids = range(at, min(at + QUICKBOOKS_PAGE, invoices + 1))
        shape = b'{"Id":"?"}' if statement.startswith("SELECT Id") else whole
        rows = b",".join(shape.replace(b"?", b"%d" % (10_000_000 + one), 1) for one in ids)
        return told(b'"Invoice":[%s],"startPosition":%d' % (rows, at) if ids else b"")

    def told(inside: bytes) -> bytes:
        return b'{"QueryResponse":{%s},"time":"%s"}' % (inside, clock().isoformat().encode())

    config = {
        "realm_id": realm,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": str(app.intuit.sign_in(realm)["refresh_token"]),
        "api_url": "https://quickbooks.test",
        "sign_in_url": "https://quickbooks.test",
        "requests_per_minute": 1_000_000_000,
    }
    return Canned("quickbooks", config, answer, app, clock, len(whole))


def _compact(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


PRODUCTS: Mapping[str, Callable[[int], Canned]] = {
    "zoho": zoho,
    "zoho-rows": lambda count: zoho(0, count),
    "quickbooks": quickbooks,
}
"""By what is measured."""
