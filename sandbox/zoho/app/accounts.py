"""Zoho Accounts: the authorisation page, codes, refreshes and revocations.

Refusals come with HTTP 200 and ``{"error": …}``; a refresh token never rotates; the sixteenth access token kills the
oldest, the twenty-first refresh token silently deletes the oldest, the eleventh refresh in ten minutes is denied. A
code challenge (PKCE) is taken from whoever sends one; how its refusal is called is not documented (``invalid_code``).
"""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import urlencode

from sandbox.web.clock import Clock
from sandbox.web.message import Request, Response, json_response, text_response
from sandbox.zoho.app.options import Client, Options

WINDOW = timedelta(minutes=10)
TOO_MANY = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
    "status": "failure",
}
"""The body clients report; its status is commonly reported as 400."""

PAGE = """<!DOCTYPE html><html><head><title>Accounts</title></head><body><h1>{client} would like to access</h1>
<ul>{scopes}</ul><form method="post" action="/oauth/v2/auth">{fields}
<button name="decision" value="accept">Accept</button> <button name="decision" value="reject">Reject</button>
</form></body></html>"""


@dataclass(slots=True)
class Grant:
    """A refresh token and what hangs on it."""

    client_id: str
    scopes: tuple[str, ...]
    refresh_token: str
    access: deque[str] = field(default_factory=deque)
    minted: deque[datetime] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class Code:
    """An authorisation code, good for one exchange."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    expires: datetime
    is_offline: bool
    challenge: str = ""
    method: str = "plain"

    def is_proved_by(self, verifier: str) -> bool:
        """Whether a verifier fits the challenge (RFC 7636); without a challenge any does."""
        if not self.challenge:
            return True
        digest = hashlib.sha256(verifier.encode()).digest()
        made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() if self.method == "S256" else verifier
        return secrets.compare_digest(made.encode(), self.challenge.encode())


@dataclass(frozen=True, slots=True)
class Access:
    """An access token."""

    scopes: tuple[str, ...]
    expires: datetime


class Accounts:
    """The accounts server of one data centre, with one user."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self.options = options
        self.clock = clock
        self.grants: dict[str, Grant] = {}
        self._codes: dict[str, Code] = {}
        self._access: dict[str, Access] = {}
        self._consented: set[str] = set()
        self._asked: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def find_access(self, token: str) -> Access | None:
        """Return what an access token allows, None if it is unknown or expired."""
        found = self._access.get(token)
        return found if found is not None and found.expires > self.clock() else None

    def expire_all(self) -> None:
        """Let every access token expire now; refresh tokens stay."""
        with self._lock:
            self._access.clear()
            for grant in self.grants.values():
                grant.access.clear()

    def revoke_all(self) -> None:
        """Withdraw everything, as a change of the password does."""
        with self._lock:
            self.grants.clear()
            self._access.clear()

    def issue_code(self, scopes: str, redirect_uri: str = "", life_s: int = 600, client_id: str = "") -> str:
        """Make a code as the console does for a self client: typed out by hand, with a chosen life."""
        client = client_id or self.options.clients[0].id
        return self._new_code(client, redirect_uri, _split(scopes), life_s, is_offline=True)

    def issue_tokens(self, scopes: str = "ZohoBooks.fullaccess.all", client_id: str = "") -> tuple[str, str]:
        """Make an access and a refresh token without any page, for tests that are about other things."""
        with self._lock:
            grant = self._new_grant(client_id or self.options.clients[0].id, _split(scopes))
            return self._mint(grant), grant.refresh_token

    def answer(self, request: Request) -> Response:
        """Answer what the accounts host answers."""
        match request.method, request.path.rstrip("/"):
            case "GET", "/oauth/v2/auth":
                return self._page(request)
            case "POST", "/oauth/v2/auth":
                return self._decide(request)
            case "POST", "/oauth/v2/token":
                return self._token({**dict(request.query), **request.form()}, request.base_url)
            case "POST", "/oauth/v2/token/revoke":
                return self._revoke({**dict(request.query), **request.form()})
            case _:
                return text_response("Not found", 404)

    def _client(self, client_id: str) -> Client | None:
        return next((one for one in self.options.clients if one.id == client_id), None)

    def _page(self, request: Request) -> Response:
        asked = dict(request.query)
        mistake = self._mistake(asked)
        if mistake:
            return text_response(f"<html><body><h1>{mistake}</h1></body></html>", 400)
        fields = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in asked.items()
        )
        scopes = "".join(f"<li>{html.escape(one)}</li>" for one in _split(asked.get("scope", "")))
        return text_response(PAGE.format(client=html.escape(asked["client_id"]), scopes=scopes, fields=fields))

    def _mistake(self, asked: dict[str, str]) -> str:
        client = self._client(asked.get("client_id", ""))
        if client is None:
            return "invalid_client"
        redirect = asked.get("redirect_uri", "")
        if not any(redirect.startswith(one) for one in client.redirect_uris):
            return "invalid_redirect_uri"
        if asked.get("response_type") != "code":
            return "invalid_response_type"
        return "" if _split(asked.get("scope", "")) else "invalid_scope"

    def _decide(self, request: Request) -> Response:
        asked = request.form()
        mistake = self._mistake(asked)
        if mistake:
            return text_response(f"<html><body><h1>{mistake}</h1></body></html>", 400)
        answer = {"state": asked["state"]} if "state" in asked else {}
        if asked.get("decision") != "accept":
            return _redirect(asked["redirect_uri"], {"error": "access_denied", **answer})
        if self._too_often(asked["client_id"]):
            return _redirect(asked["redirect_uri"], {"error": "access_denied", **answer})
        # A refresh token comes with offline access, and a second time only if consent is asked for again.
        is_first = asked["client_id"] not in self._consented
        is_offline = asked.get("access_type") == "offline" and (is_first or asked.get("prompt") == "consent")
        self._consented.add(asked["client_id"])
        scopes = _split(asked["scope"])
        life = self.options.code_life_s
        code = self._new_code(
            asked["client_id"], asked["redirect_uri"], scopes, life, is_offline=is_offline, asked=asked
        )
        place = {"location": self.options.data_centre, "accounts-server": request.base_url}
        return _redirect(asked["redirect_uri"], {"code": code, **place, **answer})

    def _too_often(self, client_id: str) -> bool:
        asked = self._asked.setdefault(client_id, deque())
        _drop_old(asked, self.clock())
        asked.append(self.clock())
        return self.options.limits.enforced and len(asked) > self.options.limits.codes

    def _new_code(
        self,
        client_id: str,
        redirect_uri: str,
        scopes: tuple[str, ...],
        life_s: int,
        *,
        is_offline: bool,
        asked: Mapping[str, str] | None = None,
    ) -> str:
        code = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        expires = self.clock() + timedelta(seconds=life_s)
        told = asked or {}
        challenge, method = told.get("code_challenge", ""), told.get("code_challenge_method", "plain")
        self._codes[code] = Code(client_id, redirect_uri, scopes, expires, is_offline, challenge, method)
        return code

    def _token(self, asked: dict[str, str], base_url: str) -> Response:
        client = self._client(asked.get("client_id", ""))
        if client is None:
            return _refused("invalid_client")
        if not secrets.compare_digest(asked.get("client_secret", "").encode(), client.secret.encode()):
            return _refused("invalid_client_secret")
        with self._lock:
            match asked.get("grant_type"):
                case "authorization_code":
                    return self._exchange(client, asked, base_url)
                case "refresh_token":
                    return self._refresh(client, asked, base_url)
                case _:
                    return _refused("general_error")

    def _exchange(self, client: Client, asked: dict[str, str], base_url: str) -> Response:
        code = self._codes.pop(asked.get("code", ""), None)
        if code is None or code.client_id != client.id or code.expires <= self.clock():
            return _refused("invalid_code")
        if not code.is_proved_by(asked.get("code_verifier", "")):
            return _refused("invalid_code")
        if code.redirect_uri and code.redirect_uri != asked.get("redirect_uri"):
            return _refused("invalid_redirect_uri")
        grant = self._new_grant(client.id, code.scopes)
        body = self._granted(grant, base_url)
        if code.is_offline:
            return json_response({**body, "refresh_token": grant.refresh_token})
        del self.grants[grant.refresh_token]
        return json_response(body)

    def _refresh(self, client: Client, asked: dict[str, str], base_url: str) -> Response:
        grant = self.grants.get(asked.get("refresh_token", ""))
        if grant is None or grant.client_id != client.id:
            return _refused("invalid_code")
        _drop_old(grant.minted, self.clock())
        if self.options.limits.enforced and len(grant.minted) >= self.options.limits.refreshes:
            return json_response(TOO_MANY, 400, note="too many refreshes")
        grant.minted.append(self.clock())
        return json_response(self._granted(grant, base_url))

    def _granted(self, grant: Grant, base_url: str) -> dict[str, object]:
        told = {"scope": " ".join(grant.scopes)} if self.options.tells_scopes else {}
        return {
            **told,
            "access_token": self._mint(grant),
            "api_domain": base_url,
            "token_type": "Bearer",
            "expires_in": self.options.token_life_s,
        }

    def _new_grant(self, client_id: str, scopes: tuple[str, ...]) -> Grant:
        token = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        grant = self.grants[token] = Grant(client_id, scopes, token)
        if self.options.limits.enforced and len(self.grants) > self.options.limits.refresh_tokens:
            self._forget(next(iter(self.grants)))
        return grant

    def _mint(self, grant: Grant) -> str:
        token = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        self._access[token] = Access(grant.scopes, self.clock() + timedelta(seconds=self.options.token_life_s))
        grant.access.append(token)
        if self.options.limits.enforced and len(grant.access) > self.options.limits.active_tokens:
            self._access.pop(grant.access.popleft(), None)
        return token

    def _forget(self, refresh_token: str) -> None:
        for token in self.grants.pop(refresh_token).access:
            self._access.pop(token, None)

    def _revoke(self, asked: dict[str, str]) -> Response:
        with self._lock:
            if asked.get("token", "") not in self.grants:
                return _refused("invalid_code")
            self._forget(asked["token"])
        return json_response({"status": "success"})


def _split(scopes: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in scopes.replace(" ", ",").split(",") if one.strip())


def _drop_old(moments: deque[datetime], now: datetime) -> None:
    while moments and moments[0] <= now - WINDOW:
        moments.popleft()


def _refused(error: str) -> Response:
    return json_response({"error": error}, note=error)


def _redirect(uri: str, answer: dict[str, str]) -> Response:
    joint = "&" if "?" in uri else "?"
    return Response(status=302, media="text/html", headers=(("Location", f"{uri}{joint}{urlencode(answer)}"),))
