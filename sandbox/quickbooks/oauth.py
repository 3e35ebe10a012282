"""Signing in at Intuit: consent page, codes, tokens that expire, refresh tokens that rotate, revocation.

Lifetimes are the documented ones: an access token an hour, a refresh token 101 days from its last use, its value
changing about every 24 hours, the value before staying good for up to 24 hours more, five years from consent at the
latest. The time a code lives and the words of the refusals that are not recorded are ours. PKCE is not documented,
and not asked for.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from http import HTTPStatus
from threading import RLock
from urllib.parse import urlencode, urlsplit

from sandbox.quickbooks.building import Books
from sandbox.web import Request, Response, json_response, text_response

ACCOUNTING = "com.intuit.quickbooks.accounting"
CLIENT_ID, CLIENT_SECRET = "khata-sandbox-client", "khata-sandbox-secret"
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
HARD_EXPIRY_HEADER = "x-include-refresh-token-hard-expires-in"


@dataclass(slots=True, kw_only=True)
class Lifetimes:
    """How long things last, in seconds.

    Attributes:
        rotate: age at which a refresh answers with a new refresh token; 0 gives a new one every time.
        grace: how long the value before stays good after a new one was given out.
        idle: how long a refresh token lives unused.
        hard: how long a consent lives at all.
    """

    access: int = 3600
    code: int = 600
    rotate: int = 86_400
    grace: int = 86_400
    idle: int = 8_726_400
    hard: int = 5 * 365 * 86_400


@dataclass(slots=True, kw_only=True)
class Client:
    """An app registered with Intuit; no redirect addresses means any."""

    key: str = CLIENT_ID
    secret: str = CLIENT_SECRET
    redirect_uris: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Grant:
    """What a user consented to for one company.

    Attributes:
        previous: the refresh token before this one, good until ``previous_until``.
    """

    client: str
    realm_id: str
    scope: str
    consented: datetime
    refresh_token: str = ""
    refresh_born: datetime | None = None
    refresh_used: datetime | None = None
    previous: str = ""
    previous_until: datetime | None = None
    is_revoked: bool = False


@dataclass(slots=True, kw_only=True)
class _Code:
    client: str
    redirect_uri: str
    realm_id: str
    scope: str
    expires: datetime


class OAuthRefusal(Exception):
    """An error of the token endpoints."""

    def __init__(self, error: str, description: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = int(status)


@dataclass(slots=True)
class Intuit:
    """The sign-in server.

    Attributes:
        consents_to: realm ids chosen without asking, one consent after the other; empty shows the page.
        refuses: the user says no without being asked.
    """

    books: Books
    clock: Callable[[], datetime]
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    clients: dict[str, Client] = field(default_factory=lambda: {CLIENT_ID: Client()})
    consents_to: list[str] = field(default_factory=list)
    refuses: bool = False
    grants: list[Grant] = field(default_factory=list)
    access_tokens: dict[str, tuple[Grant, datetime]] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    def discovery(self, request: Request) -> Response:
        """Give out the discovery document, with this server's addresses in it."""
        base = request.base_url
        return json_response(
            {
                "issuer": f"{base}/op/v1",
                "authorization_endpoint": f"{base}/connect/oauth2",
                "token_endpoint": f"{base}/oauth2/v1/tokens/bearer",
                "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
                "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
                "jwks_uri": f"{base}/op/v1/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "email", "profile", "address", "phone"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
            }
        )

    def authorise(self, request: Request) -> Response:
        """Show the consent page, or take its answer (a POST of its form)."""
        asked = dict(request.query) | request.form()
        problem = self._problem(asked)
        if problem:
            return text_response(f"<html><body><h1>Sorry</h1><p>{escape(problem)}</p></body></html>", 400)
        if self.refuses or (request.method == "POST" and asked.get("decision") == "cancel"):
            return _redirect(asked, {"error": "access_denied"})
        realm_id = asked.get("realmId", "") if request.method == "POST" else ""
        if not realm_id and self.consents_to:
            realm_id = self.consents_to[0] if len(self.consents_to) == 1 else self.consents_to.pop(0)
        if self.books.company(realm_id) is None:
            return text_response(self._page(asked))
        return _redirect(asked, {"code": self.issue_code(asked, realm_id), "realmId": realm_id})

    def issue_code(self, asked: dict[str, str], realm_id: str) -> str:
        """Note a consent, and give out the code for it."""
        with self._lock:
            code = f"AB{secrets.token_hex(20)}"
            self._codes[code] = _Code(
                client=asked["client_id"],
                redirect_uri=asked["redirect_uri"],
                realm_id=realm_id,
                scope=asked.get("scope", ACCOUNTING),
                expires=self.clock() + timedelta(seconds=self.lifetimes.code),
            )
            return code

    def token(self, request: Request) -> Response:
        """Answer the token endpoint: exchange of a code, refresh."""
        try:
            with self._lock:
                grant, has_identity = self._granted(request)
                return json_response(self._tokens(grant, request, has_identity=has_identity), headers=_NO_STORE)
        except OAuthRefusal as refusal:
            return _refused(refusal)

    def _granted(self, request: Request) -> tuple[Grant, bool]:
        """Return the consent a request is for, and whether it is new."""
        form = request.form()
        client = self._client(request, form)
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(client, form), True
            case "refresh_token":
                return self._refresh(client, form), False
            case _:
                raise OAuthRefusal("unsupported_grant_type", "The grant type is not supported.")

    def revoke(self, request: Request) -> Response:
        """Answer the revocation endpoint: the whole consent ends, whichever of its tokens is given."""
        try:
            with self._lock:
                self._revoked(request).is_revoked = True
                return Response(status=HTTPStatus.OK)
        except OAuthRefusal as refusal:
            return _refused(refusal)

    def _revoked(self, request: Request) -> Grant:
        form = _body_of(request)
        self._client(request, form)
        token = form.get("token", "")
        grant = self._grant_of(token) or self.access_tokens.get(token, (None, None))[0]
        if grant is None or grant.is_revoked:
            raise OAuthRefusal("invalid_request", "The token is not valid.")
        return grant

    def userinfo(self, request: Request) -> Response:
        """Say who consented; invented."""
        if self.grant_for(request.header("authorization")) is None:
            return json_response({"error": "invalid_token"}, HTTPStatus.UNAUTHORIZED)
        return json_response({"sub": "1182d6ec", "email": "owner@example.com", "emailVerified": True})

    def grant_for(self, authorisation: str) -> Grant | None:
        """Return the consent behind a Bearer header; None if the token is unknown, expired or revoked."""
        scheme, _, token = authorisation.partition(" ")
        found = self.access_tokens.get(token.strip()) if scheme.lower() == "bearer" else None
        if found is None or found[1] <= self.clock() or found[0].is_revoked:
            return None
        return found[0]

    def sign_in(self, realm_id: str, client: str = CLIENT_ID) -> dict[str, str | int]:
        """Consent and exchange at once, for tests that start signed in; returns the token endpoint's answer."""
        with self._lock:
            grant = Grant(client=client, realm_id=realm_id, scope=ACCOUNTING, consented=self.clock())
            self.grants.append(grant)
            return self._tokens(grant, None, has_identity=True)

    def expire_access_tokens(self) -> None:
        """Let every access token be expired."""
        with self._lock:
            self.access_tokens = {token: (grant, self.clock()) for token, (grant, _) in self.access_tokens.items()}

    def _problem(self, asked: dict[str, str]) -> str:
        client = self.clients.get(asked.get("client_id", ""))
        if client is None:
            return "The app that sent you here is not known (client_id)."
        address = urlsplit(asked.get("redirect_uri", ""))
        if client.redirect_uris and asked.get("redirect_uri") not in client.redirect_uris:
            return "The redirect_uri is not one that is registered for the app."
        if address.scheme != "https" and address.hostname not in LOCAL_HOSTS:
            return "The redirect_uri must begin with https."
        if asked.get("response_type") != "code" or not asked.get("scope"):
            return "response_type must be code, and scope must be given."
        return "" if asked.get("state") else "The state parameter is missing."

    def _page(self, asked: dict[str, str]) -> str:
        hidden = "".join(
            f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">' for key, value in asked.items()
        )
        options = "".join(f'<option value="{one.realm_id}">{escape(one.name)}</option>' for one in self.books.companies)
        return (
            "<html><head><title>Intuit sign-in (sandbox)</title></head><body><h1>Connect a company</h1>"
            f'<form method="post" action="/connect/oauth2">{hidden}<select name="realmId">{options}</select>'
            '<button name="decision" value="connect">Connect</button>'
            '<button name="decision" value="cancel">Cancel</button></form></body></html>'
        )

    def _client(self, request: Request, form: dict[str, str]) -> Client:
        key, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, given = request.header("authorization").partition(" ")
        if scheme.lower() == "basic":
            try:
                key, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                key = ""
        client = self.clients.get(key)
        if client is None or not secrets.compare_digest(client.secret.encode(), secret.encode()):
            raise OAuthRefusal("invalid_client", "Client authentication failed.", HTTPStatus.UNAUTHORIZED)
        return client

    def _exchange(self, client: Client, form: dict[str, str]) -> Grant:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.client != client.key or code.expires <= self.clock():
            raise OAuthRefusal("invalid_grant", "Token invalid")
        if code.redirect_uri != form.get("redirect_uri"):
            raise OAuthRefusal("invalid_grant", "Token invalid")
        grant = Grant(client=client.key, realm_id=code.realm_id, scope=code.scope, consented=self.clock())
        self.grants.append(grant)
        return grant

    def _refresh(self, client: Client, form: dict[str, str]) -> Grant:
        token = form.get("refresh_token", "")
        if not token:
            raise OAuthRefusal("invalid_request", "refresh_token is missing.")
        grant = self._grant_of(token)
        if grant is None or grant.client != client.key or grant.is_revoked or not self._is_good(grant, token):
            raise OAuthRefusal("invalid_grant", "Token invalid")
        return grant

    def _grant_of(self, refresh_token: str) -> Grant | None:
        return next((one for one in self.grants if refresh_token in {one.refresh_token, one.previous} - {""}), None)

    def _is_good(self, grant: Grant, token: str) -> bool:
        now = self.clock()
        if now >= grant.consented + timedelta(seconds=self.lifetimes.hard):
            return False
        if token == grant.previous:
            return grant.previous_until is not None and now < grant.previous_until
        return grant.refresh_used is not None and now < grant.refresh_used + timedelta(seconds=self.lifetimes.idle)

    def _tokens(self, grant: Grant, request: Request | None, *, has_identity: bool) -> dict[str, str | int]:
        now = self.clock()
        self._rotate(grant, now)
        access = f"eyJ{secrets.token_urlsafe(48)}"
        self.access_tokens[access] = (grant, now + timedelta(seconds=self.lifetimes.access))
        answer: dict[str, str | int] = {
            "token_type": "bearer",
            "expires_in": self.lifetimes.access,
            "refresh_token": grant.refresh_token,
            "x_refresh_token_expires_in": self.lifetimes.idle,
            "access_token": access,
        }
        if has_identity and "openid" in grant.scope:
            answer["id_token"] = secrets.token_urlsafe(24)
        if request is not None and request.header(HARD_EXPIRY_HEADER).lower() == "true":
            ends = grant.consented + timedelta(seconds=self.lifetimes.hard)
            answer["x_refresh_token_hard_expires_in"] = int((ends - now).total_seconds())
        return answer

    def _rotate(self, grant: Grant, now: datetime) -> None:
        age = timedelta(seconds=self.lifetimes.rotate)
        if grant.refresh_born is None or now >= grant.refresh_born + age:
            grant.previous = grant.refresh_token
            grant.previous_until = now + timedelta(seconds=self.lifetimes.grace)
            grant.refresh_token = f"RT1-{secrets.token_hex(20)}"
            grant.refresh_born = now
        grant.refresh_used = now


_NO_STORE = (("Cache-Control", "no-cache, no-store"), ("Pragma", "no-cache"))


def _redirect(asked: dict[str, str], answer: dict[str, str]) -> Response:
    address = asked["redirect_uri"]
    joint = "&" if "?" in address else "?"
    query = urlencode({**answer, "state": asked.get("state", "")})
    return Response(status=HTTPStatus.FOUND, headers=(("Location", f"{address}{joint}{query}"),), media="text/html")


def _refused(refusal: OAuthRefusal) -> Response:
    body = {"error_description": refusal.description, "error": refusal.error}
    return json_response(body, refusal.status, note=refusal.error)


def _body_of(request: Request) -> dict[str, str]:
    form = request.form()
    if form:
        return form
    try:
        given = request.json()
    except ValueError as error:
        raise OAuthRefusal("invalid_request", "The body is no JSON.") from error
    return {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}
