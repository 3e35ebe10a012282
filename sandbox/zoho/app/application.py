"""The API as a whole: which door a request comes to, whether it may enter, and which handler answers.

In this order, as far as it is known: the token, the path, the organisation, the limits, the scope, the handler. A call
that is refused for its token or path does not count against the limits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.web.faults import Faults
from sandbox.web.message import Request, Response, json_response
from sandbox.web.routes import Router, Unrouted
from sandbox.zoho.app.accounts import Access, Accounts
from sandbox.zoho.app.limits import Gate
from sandbox.zoho.app.listing import Lister
from sandbox.zoho.app.options import Options
from sandbox.zoho.app.refusals import (
    Refused,
    body_of,
    internal_error,
    over_limit,
    unauthorised,
    unknown_method,
    unknown_path,
)
from sandbox.zoho.app.render import Json
from sandbox.zoho.app.webhooks import WebhookDesk
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.errors import INVALID_VALUE, MISSING, BooksRefused
from sandbox.zoho.books.live import LiveBooks

ROOT = "/books/v3"
PREFIX = "Zoho-oauthtoken "
VERBS = {"GET": "READ", "POST": "CREATE", "PUT": "UPDATE", "DELETE": "DELETE"}
LIMIT_WORDS = {"minute": 44, "day": 45, "concurrent": 1070}


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in."""

    request: Request
    books: Books
    app: ZohoApp

    @property
    def lister(self) -> Lister:
        """What answers lists."""
        return self.app.lister


Reply = tuple[int, str, Json]
"""HTTP status, message and the rest of the body."""

Answer = Callable[..., Reply]


@dataclass(frozen=True, slots=True)
class Door:
    """A route: what answers it, and which scopes open it (any one of them)."""

    answer: Answer
    scopes: tuple[str, ...]


class ZohoApp:
    """A fake Zoho Books: accounts server and API of one data centre, over live books.

    Attributes:
        books: the organisations.
        options: the settings; may be changed while it runs.
        accounts: the accounts server.
        gate: the limits.
        desk: the webhooks.
        doors: the routes by method and pattern.

    It is born without doors; ``doors.open_doors`` opens them, as ``build_app`` does.
    """

    def __init__(self, books: LiveBooks, options: Options | None = None) -> None:
        self.books = books
        self.options = options or Options()
        self.accounts = Accounts(self.options, books.clock)
        self.gate = Gate(self.options)
        self.lister = Lister(self.options)
        self.desk = WebhookDesk(books)
        self._router: Router[Door] = Router()
        self.doors: dict[tuple[str, str], Door] = {}

    def add(self, method: str, pattern: str, answer: Answer, *scopes: str) -> None:
        """Open a door; any of the scopes opens it."""
        path = f"{ROOT}/{pattern}"
        self.doors[method, path] = Door(answer, scopes)
        self._router.add(method, path, self.doors[method, path])

    def answer(self, request: Request, faults: Faults) -> Response:
        """Answer a request to either host."""
        if request.path.startswith("/oauth/"):
            return self.accounts.answer(request)
        try:
            return self._api(request, faults)
        except BooksRefused as refusal:
            if refusal.zoho_code == MISSING:
                refusal.status = self.options.missing_status
            return body_of(refusal)
        except Refused as refusal:
            return body_of(refusal)

    def _api(self, request: Request, faults: Faults) -> Response:
        if faults.server_error:
            raise internal_error(faults.server_error)
        access = self._access(request, faults)
        door, segments = self._door(request)
        if request.path.rstrip("/") == f"{ROOT}/organizations":
            self._check_scope(door, access)
            return self._reply(door, Call(request, self.books.organisations[0], self), {}, ())
        books = self._organisation(request, segments)
        if faults.rate_limited:
            raise over_limit(LIMIT_WORDS.get(faults.rate_limited, 44), self.gate.quota(books))
        with self.gate.passing(books) as headers:
            self._check_scope(door, access)
            return self._reply(door, Call(request, books, self), segments, headers)

    def _access(self, request: Request, faults: Faults) -> Access:
        header = request.header("Authorization")
        found = self.accounts.find_access(header.removeprefix(PREFIX)) if header.startswith(PREFIX) else None
        if found is None or faults.expired_token:
            raise unauthorised(self.options.expired_message)
        return found

    def _door(self, request: Request) -> tuple[Door, dict[str, str]]:
        found = self._router.find(request.method, request.path)
        if isinstance(found, Unrouted):
            raise unknown_method() if found is Unrouted.UNKNOWN_METHOD else unknown_path()
        return found.target, dict(found.segments)

    def _organisation(self, request: Request, segments: dict[str, str]) -> Books:
        key = segments.get("organization_id") or request.param("organization_id")
        key = key or request.header("X-com-zoho-books-organizationid")
        if not key:
            raise Refused(self.options.no_organization, zoho_code=INVALID_VALUE, status=400)
        books = self.books.get(key)
        if books is None:
            raise unauthorised()
        return books

    def _check_scope(self, door: Door, access: Access) -> None:
        held = {one.casefold() for one in access.scopes if one != one.upper()}
        if "zohobooks.fullaccess.all" in held:
            return
        for scope in door.scopes:
            module = scope.rpartition(".")[0]
            if scope.casefold() in held or f"{module}.all".casefold() in held:
                return
        raise unauthorised()

    def _reply(
        self, door: Door, call: Call, segments: dict[str, str], headers: tuple[tuple[str, str], ...]
    ) -> Response:
        with self.books.lock:
            status, message, body = door.answer(call, **segments)
            response = json_response({"code": 0, "message": message, **body}, status)
        return replace(response, headers=headers)
