"""Zoho's authorisation server: one per data centre, refusals with status 200, refresh tokens that do not rotate.

An account lives in one data centre. The browser comes back with the server that knows the account
(``accounts-server``), the token answer with the address of its API (``api_domain``); both are kept with the tokens. The
browser's word is taken only for a server in the list below: the application's secret is sent there. A code challenge
(PKCE) is not documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec
import requests

from canonical.errors import ConfigurationError, CredentialError, SourceUnavailable
from canonical.record import JsonValue
from connectors.sdk.oauth import CLIENT_ID, CLIENT_SECRET, CompanyChoice, OAuthSettings, Web
from connectors.sdk.token_endpoint import ask_for_tokens, authorize_url, post, refusal, tokens_of
from connectors.sdk.tokens import Tokens, carried_over

ACCOUNTS: Final[Mapping[str, str]] = {
    "com": "https://accounts.zoho.com",
    "eu": "https://accounts.zoho.eu",
    "in": "https://accounts.zoho.in",
    "com.au": "https://accounts.zoho.com.au",
    "jp": "https://accounts.zoho.jp",
    "ca": "https://accounts.zohocloud.ca",
    "com.cn": "https://accounts.zoho.com.cn",
    "sa": "https://accounts.zoho.sa",
}
APIS: Final[Mapping[str, str]] = {
    "com": "https://www.zohoapis.com",
    "eu": "https://www.zohoapis.eu",
    "in": "https://www.zohoapis.in",
    "com.au": "https://www.zohoapis.com.au",
    "jp": "https://www.zohoapis.jp",
    "ca": "https://www.zohoapis.ca",
    "com.cn": "https://www.zohoapis.com.cn",
    "sa": "https://www.zohoapis.sa",
}
BOOKS: Final = "/books/v3"
DATA_CENTER: Final = "data_center"
ACCOUNTS_URL: Final = "accounts_url"
"""Setting: another authorisation server than the data centre's (a sandbox)."""
API_URL: Final = "api_url"
"""Setting: another API root than the data centre's (a sandbox), with ``/books/v3``."""
API_DOMAIN: Final = "api_domain"
ACCOUNTS_SERVER: Final = "accounts_server"
DAY_QUOTAS: Final[Mapping[str, int]] = {
    "free": 1000,
    "standard": 2000,
    "professional": 5000,
    "premium": 10_000,
    "elite": 10_000,
    "ultimate": 10_000,
}
"""Calls per day by plan, as Zoho lists them; a plan that is not here counts as free."""
READ: Final = (
    "settings contacts invoices creditnotes customerpayments bills vendorpayments debitnotes expenses accountants "
    "banking estimates salesorders purchaseorders"
).split()


class ZohoAuthorisation:
    """See ``connectors.sdk.oauth.OAuthProvider``."""

    scopes: tuple[str, ...] = tuple(f"ZohoBooks.{module}.READ" for module in READ)
    has_pkce: bool = False
    notice: str = ""
    options: Mapping[str, str] = {DATA_CENTER: "in"}

    def authorize_url(self, settings: OAuthSettings, *, state: str, challenge: str | None, redirect_uri: str) -> str:
        """See ``OAuthProvider``; ``offline`` and ``consent`` are what gives a refresh token, again too."""
        return authorize_url(
            f"{accounts_of(settings)}/oauth/v2/auth",
            client_id=str(settings.get(CLIENT_ID, "")),
            scope=",".join(self.scopes),
            state=state,
            challenge=challenge,
            redirect_uri=redirect_uri,
            access_type="offline",
            prompt="consent",
        )

    def exchange(
        self, settings: OAuthSettings, *, callback: Mapping[str, str], verifier: str | None, redirect_uri: str, web: Web
    ) -> Tokens:
        """See ``OAuthProvider``."""
        server = _accounts_told(settings, callback.get("accounts-server", ""))
        form = {
            "grant_type": "authorization_code",
            "code": callback.get("code", ""),
            "redirect_uri": redirect_uri,
            **({"code_verifier": verifier} if verifier else {}),
            **_application(settings),
        }
        answer = ask_for_tokens(web, f"{server}/oauth/v2/token", form)
        if not answer.get("refresh_token"):
            raise CredentialError(
                "Zoho gave no refresh token, so the sign-in would end within the hour. Remove this application's "
                "access in the Zoho account, and connect again.",
                code="zoho.no_refresh_token",
            )
        return tokens_of(answer, web.now(), **{ACCOUNTS_SERVER: server, API_DOMAIN: _api_told(answer)})

    def refresh(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> Tokens:
        """See ``OAuthProvider``."""
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token, **_application(settings)}
        answer = ask_for_tokens(web, f"{_server_of(settings, tokens)}/oauth/v2/token", form)
        return carried_over(tokens_of(answer, web.now(), **{API_DOMAIN: _api_told(answer)}), tokens)

    def revoke(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> None:
        """See ``OAuthProvider``; revoking the refresh token ends its access tokens too."""
        asked = urlencode({"token": tokens.refresh_token})
        answer = post(web, f"{_server_of(settings, tokens)}/oauth/v2/token/revoke?{asked}")
        found = _object_of(answer)
        if answer.ok and not found.get("error"):
            return
        error = refusal(found, answer)
        if not isinstance(error, CredentialError):
            raise error

    def companies(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> tuple[CompanyChoice, ...]:
        """The organisations of this login."""
        url = f"{api_root(settings, tokens)}/organizations"
        try:
            answer = web.session.get(
                url,
                headers={"Authorization": f"Zoho-oauthtoken {tokens.access_token}", "Accept": "application/json"},
                timeout=web.timeout_s,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise SourceUnavailable(
                f"{urlsplit(url).netloc} did not answer ({type(error).__name__}). Is it reachable from here?"
            ) from None
        found = _object_of(answer)
        if not answer.ok or found.get("code") != 0:
            raise _refused(answer)
        return tuple(_choice(one) for one in found.get("organizations", ()))


AUTHORISATION: Final = ZohoAuthorisation()


def accounts_of(settings: OAuthSettings) -> str:
    """The authorisation server of the settings.

    Raises:
        ConfigurationError: the data centre is none of Zoho's.
    """
    return str(settings.get(ACCOUNTS_URL) or "").rstrip("/") or _listed(ACCOUNTS, settings)


def api_root(settings: OAuthSettings, tokens: Tokens) -> str:
    """Where the API of these tokens is, with its version.

    Raises:
        ConfigurationError: the data centre is none of Zoho's.
    """
    told = str(tokens.facts.get(API_DOMAIN) or "")
    return str(settings.get(API_URL) or "").rstrip("/") or (told or _listed(APIS, settings)) + BOOKS


def _listed(hosts: Mapping[str, str], settings: OAuthSettings) -> str:
    wanted = str(settings.get(DATA_CENTER) or AUTHORISATION.options[DATA_CENTER])
    if wanted not in hosts:
        raise ConfigurationError(
            f"Zoho has no data centre {wanted!r}; there are: {', '.join(hosts)}.", code="zoho.data_center"
        )
    return hosts[wanted]


def _accounts_told(settings: OAuthSettings, told: str) -> str:
    """The server the browser named, if it is one of Zoho's; with a sandbox's address nothing is taken on trust."""
    return (
        told.rstrip("/")
        if told.rstrip("/") in ACCOUNTS.values() and not settings.get(ACCOUNTS_URL)
        else accounts_of(settings)
    )


def _server_of(settings: OAuthSettings, tokens: Tokens) -> str:
    return _accounts_told(settings, str(tokens.facts.get(ACCOUNTS_SERVER) or ""))


def _api_told(answer: Mapping[str, Any]) -> str:
    """The API's address in a token answer, if it is one of Zoho's: access tokens are sent there."""
    told = str(answer.get("api_domain") or "").rstrip("/")
    return told if told in APIS.values() else ""


def _application(settings: OAuthSettings) -> dict[str, str]:
    return {name: str(settings.get(name, "")) for name in (CLIENT_ID, CLIENT_SECRET)}


def _choice(organisation: Mapping[str, Any]) -> CompanyChoice:
    key = str(organisation["organization_id"])
    plan = str(organisation.get("plan_name") or "").casefold()
    quota = next((calls for name, calls in DAY_QUOTAS.items() if name in plan), DAY_QUOTAS["free"])
    settings: dict[str, JsonValue] = {"organization_id": key, "day_quota": quota}
    return CompanyChoice(key=key, name=str(organisation.get("name") or key), settings=settings)


def _refused(answer: requests.Response) -> CredentialError | SourceUnavailable:
    host = urlsplit(str(answer.url)).netloc
    if answer.status_code in (requests.codes.unauthorized, requests.codes.forbidden):
        return CredentialError(
            f"{host} does not show the organisations of this login: the permission ZohoBooks.settings.READ is missing, "
            "or the account lives in another data centre.",
            code="zoho.organizations_refused",
        )
    return SourceUnavailable(f"{host} did not list the organisations ({answer.status_code}).")


def _object_of(answer: requests.Response) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
