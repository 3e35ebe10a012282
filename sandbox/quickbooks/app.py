"""The API itself: sign-in, the company resources, and what stands before them (tokens, limits, replays).

``minorversion`` is taken and makes no difference: since August 2025 every version up to 75 is answered as 75.
Use: ``with serve(QuickBooksApp(books), port=0) as running: running.url`` (``sandbox.web.serve``).
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from sandbox.quickbooks.batch import run_batch
from sandbox.quickbooks.building import Books
from sandbox.quickbooks.catalogue import BY_PATH
from sandbox.quickbooks.exchange import exchange_rate
from sandbox.quickbooks.feed import changes_since
from sandbox.quickbooks.limits import Limits, Throttle
from sandbox.quickbooks.live import LiveCompany
from sandbox.quickbooks.oauth import Intuit
from sandbox.quickbooks.operations import write_object
from sandbox.quickbooks.refusals import GatewayRefusal, Refusal
from sandbox.quickbooks.reports import run_report
from sandbox.quickbooks.reports.request import ReportTooWide
from sandbox.quickbooks.settings import setting_documents
from sandbox.quickbooks.shelf import Document
from sandbox.quickbooks.times import render_answer_time
from sandbox.quickbooks.xml import render_xml
from sandbox.web import Faults, Request, Response, json_response, text_response

REQUEST_ID_MAX = 50
TOO_WIDE = "Unable to display more data. Please reduce the date range."
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(slots=True)
class QuickBooksApp:
    """The fake API over some books.

    Attributes:
        books: the companies.
        limits: what a client may ask.
        intuit: the sign-in server.
        lost_realms: companies the user who consented has lost access to.
        is_cdc_newest_first: order of the change feed, which is not known.
        report_cells_max: size from which a report says that it is too wide; 0 never.
    """

    books: Books
    limits: Limits = field(default_factory=Limits)
    lost_realms: set[str] = field(default_factory=set)
    is_cdc_newest_first: bool = False
    report_cells_max: int = 400_000
    intuit: Intuit = field(init=False)
    throttle: Throttle = field(init=False)
    _replays: dict[tuple[str, str], Response] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.intuit = Intuit(self.books, self.now)
        self.throttle = Throttle(self.limits, self.now)

    def now(self) -> datetime:
        """Return the present moment."""
        return self.books.clock()

    def answer(self, request: Request, faults: Faults) -> Response:
        """Answer a request."""
        response = self._sign_in_answer(request)
        if response is None:
            response = self._company_answer(request, faults)
        headers = (*response.headers, ("intuit_tid", f"1-{uuid4()}"), ("QBO-Version", "1986.190"))
        return Response(
            status=response.status, body=response.body, media=response.media, headers=headers, note=response.note
        )

    def _sign_in_answer(self, request: Request) -> Response | None:
        match request.path:
            case "/.well-known/openid_configuration" | "/.well-known/openid_sandbox_configuration":
                return self.intuit.discovery(request)
            case "/connect/oauth2":
                return self.intuit.authorise(request)
            case "/oauth2/v1/tokens/bearer":
                return self.intuit.token(request)
            case "/v2/oauth2/tokens/revoke":
                return self.intuit.revoke(request)
            case "/v1/openid_connect/userinfo":
                return self.intuit.userinfo(request)
            case _:
                return None

    def _company_answer(self, request: Request, faults: Faults) -> Response:
        match request.path.strip("/").split("/"):
            case ["v3", "company", realm_id, *rest] if rest:
                pass
            case _:
                return text_response("<html><body>Not Found</body></html>", HTTPStatus.NOT_FOUND)
        try:
            live = self._admitted(request, realm_id, faults)
            with self.throttle.passing(realm_id, is_batch=rest == ["batch"]):
                return self._replayed(live, request, rest)
        except (Refusal, GatewayRefusal) as refusal:
            return refusal.response(self.now())

    def _admitted(self, request: Request, realm_id: str, faults: Faults) -> LiveCompany:
        if faults.rate_limited:
            raise Refusal.throttled()
        if faults.server_error:
            raise Refusal.system_failure(faults.server_error)
        grant = self.intuit.grant_for(request.header("authorization"))
        if grant is None or faults.expired_token:
            raise GatewayRefusal.token_refused()
        live = self.books.company(realm_id)
        if live is None or grant.realm_id != realm_id:
            raise GatewayRefusal.wrong_realm()
        if realm_id in self.lost_realms:
            raise GatewayRefusal.access_lost()
        return live

    def _replayed(self, live: LiveCompany, request: Request, rest: list[str]) -> Response:
        """Answer as the first time if the request id was seen before (writes only)."""
        request_id = request.param("requestid") if request.method == "POST" and rest != ["query"] else ""
        if len(request_id) > REQUEST_ID_MAX:
            raise Refusal.too_long("requestid", REQUEST_ID_MAX)
        with live.company.lock:
            kept = self._replays.get((live.realm_id, request_id)) if request_id else None
            if kept is not None:
                return kept
            response = self._rendered(live, request, rest)
            if request_id:
                self._replays[live.realm_id, request_id] = response
            return response

    def _rendered(self, live: LiveCompany, request: Request, rest: list[str]) -> Response:
        try:
            answer = self._routed(live, request, rest)
        except ReportTooWide:
            return text_response(TOO_WIDE, HTTPStatus.OK, "text/plain;charset=UTF-8")
        if isinstance(answer, Response):
            return answer
        if rest[0] != "reports":
            answer = {**answer, "time": render_answer_time(self.now())}
        accept = request.header("accept")
        if rest[0] == "reports" or "json" in accept:
            return json_response(answer)
        return text_response(render_xml(answer), media="application/xml;charset=UTF-8")

    def _routed(self, live: LiveCompany, request: Request, rest: list[str]) -> Document | Response:
        match request.method, rest:
            case "GET" | "POST", ["query"]:
                text = request.param("query") or request.body.decode("utf-8", "replace")
                return {"QueryResponse": live.select.answer(text)}
            case "GET", ["cdc"]:
                for name in request.param("entities").split(","):
                    live.select.check(name.strip())
                return changes_since(
                    live.company,
                    request.param("entities"),
                    request.param("changedSince"),
                    is_newest_first=self.is_cdc_newest_first,
                )
            case "GET", ["reports", name]:
                return run_report(live.company, name, dict(request.query), self.report_cells_max)
            case "POST", ["batch"]:
                return {"BatchItemResponse": run_batch(live, _json_of(request).get("BatchItemRequest", []))}
            case _:
                return self._entity_answer(live, request, rest)

    def _entity_answer(self, live: LiveCompany, request: Request, rest: list[str]) -> Document | Response:
        entity = BY_PATH.get(rest[0])
        if rest == ["exchangerate"] and request.method == "GET":
            return {"ExchangeRate": exchange_rate(live.company, dict(request.query))}
        if entity is None:
            raise Refusal.unsupported(rest[0])
        if entity.name in {"CompanyInfo", "Preferences"} and request.method == "GET":
            return {entity.name: setting_documents(live.company)[entity.name]}
        match request.method, rest[1:]:
            case "GET", [key]:
                return {entity.name: live.company.get(entity.name, key).document}
            case "GET", [key, "pdf"] if entity.is_sale:
                live.company.get(entity.name, key)
                return Response(body=PDF, media="application/pdf")
            case "POST", [key, "send"] if entity.is_sale:
                return {entity.name: live.write.email(entity.name, key, request.param("sendTo")).document}
            case "POST", []:
                return {entity.name: write_object(live, entity.name, _json_of(request), _operation(request))}
            case _:
                raise Refusal.unsupported(f"{request.method} {'/'.join(rest)}")


def _operation(request: Request) -> str:
    return request.param("include") or request.param("operation")


def _json_of(request: Request) -> dict[str, Any]:
    document = None
    with suppress(ValueError):
        document = json.loads(request.body)
    if not isinstance(document, dict):
        raise Refusal("2010", "Request has invalid or unsupported property", "The body is no JSON object.")
    return document
