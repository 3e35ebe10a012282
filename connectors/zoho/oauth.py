"""Zoho's authorisation server, as ``khata connect zoho`` and the hub's token keeper use it.

Zoho has no PKCE for these clients, refuses with status 200 and ``{"error": ...}``, does not rotate refresh tokens and
never repeats one: only ``prompt=consent`` with ``access_type=offline`` gives a new one. Which data centre an account
lives in is known when the browser comes back (``location``, ``accounts-server``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import msgspec
import requests

from canonical.errors import ConfigurationError, CredentialError, SourceUnavailable
from canonical.record import JsonValue
from connectors.sdk.oauth import CLIENT_ID, CLIENT_SECRET, CompanyChoice, OAuthProvider, OAuthSettings, Web
from connectors.sdk.token_endpoint import ask_for_tokens, authorize_url, post, refusal, tokens_of
from connectors.sdk.tokens import Tokens, carried_over
from connectors.zoho.hosts import DATA_CENTER, USUAL, accounts_url, api_url, is_zoho_accounts
from connectors.zoho.limits import quota_of_plan
from connectors.zoho.refusals import judge

MODULES = (
    "settings contacts invoices creditnotes customerpayments estimates salesorders bills vendorpayments debitnotes "
    "expenses purchaseorders accountants banking"
).split()
SCOPES = tuple(f"ZohoBooks.{module}.READ" for module in MODULES)
"""Enough to read everything; writing needs CREATE and UPDATE of what is written."""


@dataclass(slots=True)
class ZohoAuthorisation:
    """See ``connectors.sdk.oauth.OAuthProvider``."""

    scopes: tuple[str, ...] = SCOPES
    has_pkce: bool = False
    notice: str = ""
    options: Mapping[str, str] = field(default_factory=lambda: {DATA_CENTER: USUAL})

    def authorize_url(self, settings: OAuthSettings, *, state: str, challenge: str | None, redirect_uri: str) -> str:
        """The page on which a person agrees.

        Raises:
            ConfigurationError: the application's id is not set.
        """
        scopes = settings.get("scopes") or ",".join(self.scopes)
        return authorize_url(
            f"{accounts_url(settings, {})}/oauth/v2/auth",
            client_id=_required(settings, CLIENT_ID),
            scope=str(scopes),
            state=state,
            challenge=challenge,
            redirect_uri=redirect_uri,
            access_type="offline",
            prompt="consent",
        )

    def exchange(
        self, settings: OAuthSettings, *, callback: Mapping[str, str], verifier: str | None, redirect_uri: str, web: Web
    ) -> Tokens:
        """Change the code for tokens, in the data centre the account lives in."""
        del verifier
        server = callback.get("accounts-server", "")
        facts = {"accounts_server": server.rstrip("/")} if is_zoho_accounts(server) else {}
        form = {
            "grant_type": "authorization_code",
            "code": callback.get("code", ""),
            "redirect_uri": redirect_uri,
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
        try:
            answer = web.session.get(
                f"{api_url(settings, tokens.facts)}/organizations",
                headers={"Authorization": f"Zoho-oauthtoken {tokens.access_token}", "Accept": "application/json"},
                timeout=web.timeout_s,
                allow_redirects=False,
            )
        except requests.RequestException as failure:
            raise SourceUnavailable(f"Zoho Books did not answer ({type(failure).__name__}).") from None
        error = judge(answer)
        if error is not None:
            raise error
        rows = [row for row in _told(answer).get("organizations", ()) if isinstance(row, dict)]
        rows.sort(key=lambda row: not row.get("is_default_org"))
        return tuple(_choice(row) for row in rows)


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
