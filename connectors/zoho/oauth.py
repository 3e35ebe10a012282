"""Zoho's authorisation server, as ``khata connect zoho`` and the hub's token keeper use it.

Zoho takes a code challenge from server-based applications too (recommended, not required; zoho.com/accounts/protocol),
refuses with status 200 and ``{"error": ...}``, does not rotate refresh tokens and never repeats one: only
``prompt=consent`` with ``access_type=offline`` gives a new one. Which data centre an account
lives in is known when the browser comes back (``location``, ``accounts-server``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec
import requests

from canonical.errors import ConfigurationError, CredentialError, KhataError, RateLimited, SourceUnavailable
from canonical.record import JsonValue
from connectors.sdk.oauth import (
    CLIENT_ID,
    CLIENT_SECRET,
    CompanyChoice,
    OAuthProvider,
    OAuthSettings,
    Permission,
    Web,
)
from connectors.sdk.token_endpoint import ask_for_tokens, authorize_url, post, refusal, tokens_of
from connectors.sdk.tokens import Tokens, carried_over
from connectors.zoho.hosts import DATA_CENTER, USUAL, accounts_url, api_url, is_zoho_accounts
from connectors.zoho.limits import quota_of_plan
from connectors.zoho.refusals import SCOPE_REFUSED, judge
from connectors.zoho.scopes import SCOPES, SCOPES_SETTING, covers, lists_of, path_of, sign_in_again

PKCE_SETTING = "pkce"
"""Setting of a connection, only for signing in."""


@dataclass(slots=True)
class ZohoAuthorisation:
    """See ``connectors.sdk.oauth.OAuthProvider``."""

    scopes: tuple[str, ...] = SCOPES
    has_pkce: bool = True
    notice: str = ""
    options: Mapping[str, str] = field(default_factory=lambda: {DATA_CENTER: USUAL})
    beside_code: Mapping[str, str] = field(default_factory=dict)
    revokes_alone: bool = True

    def authorize_url(self, settings: OAuthSettings, *, state: str, challenge: str | None, redirect_uri: str) -> str:
        """The page on which a person agrees.

        Raises:
            ConfigurationError: the application's id is not set.
        """
        scopes = settings.get(SCOPES_SETTING) or ",".join(self.scopes)
        return authorize_url(
            f"{accounts_url(settings, {})}/oauth/v2/auth",
            client_id=_required(settings, CLIENT_ID),
            scope=str(scopes),
            state=state,
            challenge=challenge if uses_pkce(settings) else None,
            redirect_uri=redirect_uri,
            access_type="offline",
            prompt="consent",
        )

    def exchange(
        self, settings: OAuthSettings, *, callback: Mapping[str, str], verifier: str | None, redirect_uri: str, web: Web
    ) -> Tokens:
        """Change the code for tokens, in the data centre the account lives in."""
        server = callback.get("accounts-server", "")
        facts = {"accounts_server": server.rstrip("/")} if is_zoho_accounts(server) else {}
        form = {
            "grant_type": "authorization_code",
            "code": callback.get("code", ""),
            "redirect_uri": redirect_uri,
            **({"code_verifier": verifier} if verifier and uses_pkce(settings) else {}),
            **_application(settings),
        }
        answer = ask_for_tokens(web, f"{accounts_url(settings, facts)}/oauth/v2/token", form)
        tokens = tokens_of(
            answer,
            web.now(),
            accounts_server=facts.get("accounts_server"),
            api_domain=answer.get("api_domain"),
            location=callback.get("location"),
        )
        if not tokens.refresh_token:
            raise CredentialError(
                "Zoho gave no refresh token; take Khata off the list of connected applications in your Zoho account "
                "and connect again.",
                code="zoho.no_refresh_token",
            )
        return tokens

    def refresh(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> Tokens:
        """Ask for a new access token; the refresh token stays as it is."""
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token, **_application(settings)}
        answer = ask_for_tokens(web, f"{accounts_url(settings, tokens.facts)}/oauth/v2/token", form)
        fresh = tokens_of(answer, web.now(), api_domain=answer.get("api_domain"))
        return carried_over(fresh, tokens)

    def revoke(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> None:
        """Revoke the refresh token and its access tokens; one that is unknown already is no error."""
        query = urlencode({"token": tokens.refresh_token})
        answer = post(web, f"{accounts_url(settings, tokens.facts)}/oauth/v2/token/revoke?{query}")
        if answer.status_code < 400:  # noqa: PLR2004 - of HTTP
            return
        error = refusal(_told(answer), answer)
        if not isinstance(error, CredentialError):
            raise error

    def companies(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> tuple[CompanyChoice, ...]:
        """The organisations of the login, the usual one first."""
        told = _ask(settings, tokens, web, "organizations")
        rows = [row for row in told.get("organizations", ()) if isinstance(row, dict)]
        rows.sort(key=lambda row: not row.get("is_default_org"))
        return tuple(_choice(row) for row in rows)

    def permissions(
        self, settings: OAuthSettings, tokens: Tokens, *, web: Web, take: Callable[[], None]
    ) -> tuple[Permission, ...]:
        """One small list per scope: Zoho is not documented to say what it granted, and a role may forbid it."""
        found: list[Permission] = []
        reason = ""
        for scope in self.scopes:
            if tokens.scopes and not covers(tokens.scopes, scope):
                found.append(Permission(scope=scope, opens=lists_of(scope), is_open=False))
            elif reason:
                found.append(Permission(scope=scope, opens=lists_of(scope), is_open=None, reason=reason))
            else:
                is_open, why, reason = _try(settings, tokens, web, take, scope)
                found.append(Permission(scope=scope, opens=lists_of(scope), is_open=is_open, reason=why))
        return tuple(found)

    def sign_in_again(self, settings: OAuthSettings, connection: str, missing: Iterable[str]) -> str:
        """See ``OAuthProvider``."""
        return sign_in_again(settings, connection, missing)


def uses_pkce(settings: OAuthSettings) -> bool:
    """Whether a code challenge is used; not for a self client, whose codes are made in the console without one."""
    return settings.get(PKCE_SETTING, True) is not False


def _try(
    settings: OAuthSettings, tokens: Tokens, web: Web, take: Callable[[], None], scope: str
) -> tuple[bool | None, str, str]:
    """Whether a list of a scope can be read; why that is not known; and why no other one has to be tried."""
    organisation = str(settings.get("organization_id") or "")
    asked = {"per_page": "1", **({"organization_id": organisation} if organisation else {})}
    try:
        take()
        _ask(settings, tokens, web, path_of(scope), **asked)
    except RateLimited as error:
        return None, error.message, error.message
    except KhataError as error:
        return (False, "", "") if error.code == SCOPE_REFUSED else (None, error.message, "")
    return True, "", ""


def _ask(settings: OAuthSettings, tokens: Tokens, web: Web, path: str, **asked: str) -> dict[str, Any]:
    try:
        answer = web.session.get(
            f"{api_url(settings, tokens.facts)}/{path}",
            params=asked,
            headers={"Authorization": f"Zoho-oauthtoken {tokens.access_token}", "Accept": "application/json"},
            timeout=web.timeout_s,
            allow_redirects=False,
        )
    except requests.RequestException as failure:
        raise SourceUnavailable(f"Zoho Books did not answer ({type(failure).__name__}).") from None
    error = judge(answer, partial(sign_in_again, settings, web.connection))
    if error is not None:
        raise error
    return _told(answer)


def _told(answer: requests.Response) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _application(settings: OAuthSettings) -> dict[str, str]:
    return {name: _required(settings, name) for name in (CLIENT_ID, CLIENT_SECRET)}


def _required(settings: OAuthSettings, name: str) -> str:
    found = str(settings.get(name) or "")
    if not found:
        raise ConfigurationError(
            f"The setting {name} is missing: it stands on your application's page in Zoho's developer console.",
            code="zoho.application_missing",
            setting=name,
        )
    return found


def _choice(row: Mapping[str, JsonValue]) -> CompanyChoice:
    plan = str(row.get("plan_name") or "")
    settings: dict[str, JsonValue] = {
        "organization_id": str(row.get("organization_id")),
        "day_quota": quota_of_plan(plan),
    }
    if row.get("time_zone"):
        settings["day_zone"] = str(row["time_zone"])
    return CompanyChoice(key=str(row.get("organization_id")), name=str(row.get("name")), settings=settings)


AUTHORISATION: OAuthProvider = ZohoAuthorisation()
