"""A product one signs in to, whole but small: authorisation server and API on loopback, provider, webhooks, tap.

It rotates refresh tokens, each of which works once; what stands in for a person's consent is ``consent``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import requests
from singer_sdk import Stream, Tap
from singer_sdk import typing as th

from canonical.company import Company
from canonical.errors import CredentialError, KhataError, SourceRejected
from canonical.issue import Issue
from canonical.record import JsonValue, RawRecord, SourceRef
from connectors.sdk.base import Connector, ProgressEvent, Surroundings, Translation
from connectors.sdk.oauth import CLIENT_ID, CLIENT_SECRET, CompanyChoice, OAuthSettings, Permission, Web
from connectors.sdk.rest import RestClient
from connectors.sdk.token_endpoint import ask_for_tokens, authorize_url, post, tokens_of
from connectors.sdk.tokens import Limits, Tokens, carried_over
from connectors.sdk.webhooks import Pairs, WebhookAddress, WebhookEvent, require_recent, same_text

NAME = "zoho"
"""Of a product the command line knows; the tests put this one in its place."""
CLIENT, SECRET = "1000.CLIENT", "planted-client-secret-5b1e"
COMPANIES = {"60001": "Asha Traders", "60002": "Asha Exports"}


@dataclass
class Server:
    """The product's side."""

    url: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    refresh: str = ""
    access: set[str] = field(default_factory=set)
    revoked: list[str] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    is_hostile: bool = False
    companies: dict[str, str] = field(default_factory=lambda: dict(COMPANIES))
    granted: str = "books.read"
    refuses: bool = False
    calls: int = 0

    def consent(self, page: str, *, location: str = "in") -> str:
        """What a person's browser ends at after they agreed on the page."""
        asked = dict(parse_qsl(urlsplit(page).query))
        code = f"planted-code-{len(self.codes)}-{secrets.token_hex(4)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'location': location})}"

    def token(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Answer the token endpoint; refusals have status 200, as some servers would have it."""
        if (form.get(CLIENT_ID), form.get(CLIENT_SECRET)) != (CLIENT, SECRET):
            return 200, {"error": "invalid_client"}
        if form["grant_type"] == "authorization_code":
            asked = self.codes.pop(form["code"], None)
            if asked is None or asked["redirect_uri"] != form["redirect_uri"] or not _proves(asked, form):
                return 200, {"error": "invalid_code"}
        elif form["refresh_token"] != self.refresh:
            return 200, {"error": "invalid_code"}
        return 200, self.mint()

    def mint(self) -> dict[str, Any]:
        number = len(self.given) // 2
        access, self.refresh = (
            f"planted-access-{number}-{secrets.token_hex(8)}",
            f"planted-refresh-{number}-{secrets.token_hex(8)}",
        )
        self.access = {access}
        self.given += [access, self.refresh]
        return {"access_token": access, "refresh_token": self.refresh, "expires_in": 3600, "scope": self.granted}

    def revoke(self, token: str) -> None:
        self.revoked.append(token)
        self.refresh, self.access = "", set()


def _proves(asked: Mapping[str, str], form: Mapping[str, str]) -> bool:
    from connectors.sdk.oauth_session import challenge_of

    return asked.get("code_challenge") == challenge_of(form.get("code_verifier", ""))


class Provider:
    """See ``OAuthProvider``."""

    scopes: tuple[str, ...] = ("books.read", "books.pay")
    has_pkce: bool = True
    notice: str = "A notice of the product."
    options: Mapping[str, str] = {"data_center": "in"}
    beside_code: Mapping[str, str] = {}
    revokes_alone: bool = False

    def authorize_url(self, settings: OAuthSettings, *, state: str, challenge: str | None, redirect_uri: str) -> str:
        return authorize_url(
            f"{settings['url']}/auth",
            client_id=str(settings[CLIENT_ID]),
            scope=",".join(self.scopes),
            state=state,
            challenge=challenge,
            redirect_uri=redirect_uri,
        )

    def exchange(
        self, settings: OAuthSettings, *, callback: Mapping[str, str], verifier: str | None, redirect_uri: str, web: Web
    ) -> Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": callback["code"],
            "redirect_uri": redirect_uri,
            "code_verifier": str(verifier),
        }
        return tokens_of(self._ask(settings, form, web), web.now(), location=callback.get("location"))

    def refresh(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> Tokens:
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        return carried_over(tokens_of(self._ask(settings, form, web), web.now()), tokens)

    def revoke(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> None:
        post(web, f"{settings['url']}/revoke?{urlencode({'token': tokens.refresh_token})}").raise_for_status()

    def companies(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> tuple[CompanyChoice, ...]:
        signed = {"Authorization": f"Bearer {tokens.access_token}"}
        answer = web.session.get(f"{settings['url']}/organizations", headers=signed, timeout=10)
        if not answer.ok:
            raise CredentialError("no", code="zoho.scope")
        return tuple(
            CompanyChoice(key=key, name=name, settings={"organization_id": key}) for key, name in answer.json().items()
        )

    def permissions(
        self, settings: OAuthSettings, tokens: Tokens, *, web: Web, take: Callable[[], None]
    ) -> tuple[Permission, ...]:
        return tuple(Permission(scope=one, opens=(), is_open=one in tokens.scopes) for one in self.scopes)

    def sign_in_again(self, settings: OAuthSettings, connection: str, missing: Iterable[str]) -> str:
        return f"khata connect zoho --name {connection}"

    def _ask(self, settings: OAuthSettings, form: Mapping[str, str], web: Web) -> dict[str, Any]:
        application = {name: str(settings[name]) for name in (CLIENT_ID, CLIENT_SECRET)}
        return ask_for_tokens(web, f"{settings['url']}/token", {**form, **application})


class Hooks:
    """See ``Webhooks``: HMAC of the body; an event says when it was made, or not."""

    place: str = "On the product's page"

    def addresses(self, company: str) -> tuple[WebhookAddress, ...]:
        return (WebhookAddress(what="Everything", query=(("org", company),)),)

    def verify(
        self, headers: Mapping[str, str], body: bytes, secret: str, now: datetime, *, query: Pairs = ()
    ) -> tuple[WebhookEvent, ...]:
        if not same_text(sign(body, secret), headers.get("x-signature", "")):
            raise SourceRejected("not signed", code="webhook.refused")
        told = json.loads(body)
        at = datetime.fromisoformat(told["at"]) if "at" in told else None
        if at is not None:
            require_recent(at, now)
        return tuple(
            WebhookEvent(
                company=one,
                stream="invoices",
                key=told.get("key", "7"),
                operation=told.get("operation", "updated"),
                event_id="e",
                at=at,
            )
            for one in told["companies"]
        )


def sign(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Invoices(Stream):
    """What the API lists."""

    name = "invoices"
    primary_keys = ("id",)
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(th.Property("id", th.StringType)).to_dict()

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        assert isinstance(self._tap, TapSmall)
        yield from self._tap.client().call("GET", "/invoices")["invoices"]

    @staticmethod
    def source_ref(stream: str, record: dict[str, JsonValue]) -> SourceRef:
        return SourceRef(NAME, "60001", stream, str(record["id"]))

    @staticmethod
    def origin(record: dict[str, JsonValue]) -> str:
        return f"invoice {record['id']}"

    @staticmethod
    def payload(record: dict[str, JsonValue]) -> dict[str, JsonValue]:
        return record


class TapSmall(Tap):
    """Reads the API with what the hub gave it."""

    name = "tap-small"
    config_jsonschema: ClassVar[dict[str, Any]] = {"type": "object", "properties": {"url": {"type": "string"}}}
    issues: tuple[Issue, ...] = ()
    progress: Any = None
    embedded = False
    compare: Any = None
    memory: Any = None
    surroundings: Surroundings | None = None

    def discover_streams(self) -> list[Stream]:
        return [Invoices(self)]

    def prepare(self) -> None:
        if self.progress:
            self.progress(ProgressEvent("read", 0, 0))

    def client(self) -> RestClient:
        around = self.surroundings
        assert around is not None
        assert around.tokens is not None
        assert around.pace is not None
        assert around.breaker is not None
        assert around.now is not None
        web, settings = Web(session=requests.Session(), now=around.now), dict(self.config)
        return RestClient(
            base_url=f"{self.config['url']}/v3",
            keeper=around.tokens,
            refresh=lambda stale: Provider().refresh(settings, stale, web=web),
            pace=around.pace,
            breaker=around.breaker,
            clock=around.now,
            sleep=lambda seconds: None,
            random=lambda: 0.0,
            judge=_judge,
            session=requests.Session(),
        )

    def file_facts(self) -> list[dict[str, JsonValue]]:
        return []

    def close(self) -> None:
        pass


def _judge(answer: requests.Response) -> KhataError | None:
    """A careless connector: it puts the product's own words into its message, whatever they hold."""
    if answer.status_code != 418:
        return None
    return SourceRejected(f"The product says {answer.text}", code="zoho.refused", words=answer.text)


class NoTranslator:
    """Understands nothing; the raw records are what counts here."""

    version = 1
    stream_order: tuple[str, ...] = ()
    folded_streams: tuple[str, ...] = ()
    document_streams: tuple[str, ...] = ()
    outdated_streams: frozenset[str] = frozenset()

    def remember(self, record: Any) -> None: ...
    def forget(self, record: Any) -> None: ...
    def preflight(self, sample: Iterable[RawRecord]) -> tuple[Issue, ...]:
        return ()

    def translate(self, record: RawRecord) -> Translation:
        return Translation()

    def report(self, record: RawRecord) -> None:
        return None


def _translator(company: Company) -> NoTranslator:
    return NoTranslator()


CONNECTOR = Connector(
    name=NAME,
    title="A small product",
    tap=lambda: TapSmall,
    translator=_translator,
    oauth=Provider,
    webhooks=Hooks,
    limits=lambda config: Limits(per_minute=6000, day_quota=int(config.get("day_quota", 1000)), reserve=10),
)


class Handler(BaseHTTPRequestHandler):
    """One call; subclassed with the state it works on."""

    timeout = 10
    state: ClassVar[Server]

    def do_HEAD(self) -> None:
        self.answer(200, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        where = urlsplit(self.path)
        if where.path == "/token":
            self.answer(*self.state.token({name: values[0] for name, values in parse_qs(body).items()}))
        elif where.path == "/revoke":
            self.state.revoke(parse_qs(where.query)["token"][0])
            self.answer(200, {"status": "success"})
        else:
            self.answer(404, {})

    def do_GET(self) -> None:
        self.state.calls += 1
        sent = self.headers.get("Authorization", "")
        if self.state.is_hostile:  # a product (or a proxy) that says back what it was sent
            self.answer(418, {"you sent": dict(self.headers.items())})
        elif self.state.faults:
            self.answer(self.state.faults.pop(0), {})
        elif self.state.refuses or sent.removeprefix("Bearer ") not in self.state.access:
            self.answer(401, {"code": 57})
        elif self.path == "/organizations":
            self.answer(200, self.state.companies)
        else:
            self.answer(200, {"invoices": [{"id": "1"}, {"id": "2"}]})

    def answer(self, status: int, body: Any) -> None:
        sent = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
        pass


def module() -> types.ModuleType:
    """What stands in for the connector's own module."""
    made = types.ModuleType(f"connectors.{NAME}")
    made.__dict__["CONNECTOR"] = CONNECTOR
    return made


@contextmanager
def serve_product() -> Iterator[Server]:
    """Serve while the block runs."""
    state = Server()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"state": state}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def utc_now() -> datetime:
    return datetime.now(tz=UTC)
