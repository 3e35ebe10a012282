"""Signing in to QuickBooks: Intuit's authorisation server.

Refresh tokens rotate: any renewal may bring a new one, and the one before soon ends. So what a renewal brings has to be
saved before it is used; that is the keeper's business. Which company was chosen (``realmId``) is said only once, when
the browser comes back, and stays with the tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import requests

from canonical.errors import ConfigurationError, CredentialError, KhataError, SourceUnavailable
from connectors.quickbooks.addresses import AUTHORISE, REVOKE, TOKEN, api_url, sign_in_address
from connectors.quickbooks.client import MINOR_VERSION
from connectors.quickbooks.entities import DOCUMENTS, LISTS, WHOLE, Entity
from connectors.quickbooks.faults import NOT_IN_PLAN, SCOPE, error_of, fault_in, judge, sign_in_again
from connectors.quickbooks.queries import count
from connectors.sdk.oauth import CLIENT_ID, CLIENT_SECRET, CompanyChoice, OAuthSettings, Permission, Web
from connectors.sdk.token_endpoint import ask_for_tokens, authorize_url, post, tokens_of
from connectors.sdk.tokens import Tokens, carried_over

REALM: Final = "realm_id"
HARD_END: Final = "refresh_ends_at"
"""Fact of the tokens: when they end for good, five years after somebody agreed; only a person can renew them then."""
NOTICE: Final = (
    "QuickBooks India ended on 30 April 2023: an Indian company is not to be counted on any more. What works are "
    "companies of other countries' editions, and spreadsheets exported from QuickBooks India before. Returns under GST "
    "cannot be made from a QuickBooks company."
)
INDIAN: Final = frozenset({"IN", "IND", "INDIA"})
"""Country of CompanyInfo: two letters as recorded, three as announced in August 2025."""
REMARK_INDIA: Final = (
    "QuickBooks says that this is an Indian company. QuickBooks India ended on 30 April 2023, so what can still be "
    "read of it may end any day: bring it in now. What works for good are spreadsheets exported from it (khata import "
    "FILE --map) and companies of other countries' editions. GST returns cannot be made from it: it has no HSN, no "
    "e-invoice and no e-way bill."
)
AT_ONCE: Final = 10
"""Queries in one batch: today's limit is documented as 30, an older text says 10."""
_ASK_HARD_END: Final = {"x-include-refresh-token-hard-expires-in": "true"}
_GONE: Final = frozenset({400, 401})


class QuickBooksOAuth:
    """Intuit's authorisation server, for ``khata connect quickbooks`` and for renewals."""

    scopes: tuple[str, ...] = (SCOPE,)
    has_pkce: bool = False
    notice: str = NOTICE
    options: Mapping[str, str] = {"environment": "production"}
    beside_code: Mapping[str, str] = {"realmId": "company id (what stands behind realmId= in the address)"}
    revokes_alone: bool = False
    """A token stands for the application's access to the company: the new sign-in would end with the old one."""

    def authorize_url(self, settings: OAuthSettings, *, state: str, challenge: str | None, redirect_uri: str) -> str:
        """The page on which a person signs in, chooses a company and agrees."""
        return authorize_url(
            sign_in_address(settings, AUTHORISE),
            client_id=_required(settings, CLIENT_ID),
            scope=" ".join(self.scopes),
            state=state,
            challenge=challenge,
            redirect_uri=redirect_uri,
        )

    def exchange(
        self, settings: OAuthSettings, *, callback: Mapping[str, str], verifier: str | None, redirect_uri: str, web: Web
    ) -> Tokens:
        """Change the code for tokens; the company that was chosen comes with it.

        Raises:
            CredentialError: the code was refused, or no company was chosen.
        """
        realm = callback.get("realmId", "")
        if not realm:
            raise CredentialError(
                "QuickBooks did not say which company was chosen (realmId): paste the whole address the browser ended "
                "on, or give the company id beside the code (--company ID).",
                code="quickbooks.realm_missing",
            )
        form = {"grant_type": "authorization_code", "code": callback["code"], "redirect_uri": redirect_uri}
        if verifier:
            form["code_verifier"] = verifier
        return _tokens(_ask(settings, form, web), web.now(), realm)

    def refresh(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> Tokens:
        """Ask for a new access token; the refresh token of the answer replaces the one asked with."""
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        fresh = _tokens(_ask(settings, form, web), web.now(), str(tokens.facts.get(REALM) or settings.get(REALM) or ""))
        return carried_over(fresh, tokens)

    def revoke(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> None:
        """Make the tokens worthless at Intuit; ones that are so already are no error."""
        url = sign_in_address(settings, REVOKE)
        answer = post(web, url, json={"token": tokens.refresh_token or tokens.access_token}, basic=_basic(settings))
        if not answer.ok and answer.status_code not in _GONE:
            raise SourceUnavailable(
                f"Intuit did not take the revocation (status {answer.status_code}); try again, or disconnect the app "
                "in QuickBooks under Apps > My apps.",
                code="quickbooks.revocation",
                status=answer.status_code,
            )

    def companies(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> tuple[CompanyChoice, ...]:
        """The one company these tokens open: each is agreed to by itself."""
        realm = str(tokens.facts.get(REALM) or settings.get(REALM) or "")
        if not realm:
            raise CredentialError(
                "It is not known which QuickBooks company the sign-in is for: connect again.",
                code="quickbooks.realm_missing",
            )
        info = _company_info(settings, tokens, realm, web)
        is_indian = str(info.get("Country") or "").strip().upper() in INDIAN
        name = str(info.get("CompanyName") or realm)
        remark = REMARK_INDIA if is_indian else ""
        return (CompanyChoice(key=realm, name=name, settings={REALM: realm}, remark=remark),)

    def permissions(
        self, settings: OAuthSettings, tokens: Tokens, *, web: Web, take: Callable[[], None]
    ) -> tuple[Permission, ...]:
        """One scope opens all; what the user who agreed may not see is found by counting, ten entities a call."""
        entities = (*WHOLE, *LISTS, *DOCUMENTS)
        closed: list[str] = []
        try:
            for start in range(0, len(entities), AT_ONCE):
                take()
                closed += _closed(settings, tokens, entities[start : start + AT_ONCE], web)
        except KhataError as error:
            return (Permission(scope=SCOPE, opens=(), is_open=None, reason=error.message),)
        opened = tuple(one.name for one in entities if one.name not in closed)
        return (Permission(scope=SCOPE, opens=opened, is_open=True, closed=tuple(closed)),)

    def sign_in_again(self, settings: OAuthSettings, connection: str, missing: Iterable[str]) -> str:
        """See ``OAuthProvider``."""
        del settings, missing
        return sign_in_again(connection)


def _required(settings: OAuthSettings, name: str) -> str:
    found = str(settings.get(name) or "")
    if not found:
        raise ConfigurationError(
            f"The setting {name} is missing: it comes from your application's page at developer.intuit.com.",
            code="quickbooks.application_missing",
            setting=name,
        )
    return found


def _basic(settings: OAuthSettings) -> tuple[str, str]:
    return _required(settings, CLIENT_ID), _required(settings, CLIENT_SECRET)


def _ask(settings: OAuthSettings, form: Mapping[str, str], web: Web) -> dict[str, Any]:
    url = sign_in_address(settings, TOKEN)
    return ask_for_tokens(web, url, form, basic=_basic(settings), headers=_ASK_HARD_END)


def _tokens(answer: Mapping[str, Any], now: datetime, realm: str) -> Tokens:
    seconds = answer.get("x_refresh_token_hard_expires_in")
    ends = (now + timedelta(seconds=float(seconds))).isoformat() if isinstance(seconds, int | float) else ""
    return tokens_of(answer, now, **{REALM: realm, HARD_END: ends})


def _company_info(settings: OAuthSettings, tokens: Tokens, realm: str, web: Web) -> dict[str, Any]:
    answer = _api(settings, tokens, web, f"{realm}/companyinfo/{realm}")
    found = answer.get("CompanyInfo")
    return found if isinstance(found, dict) else {}


def _closed(settings: OAuthSettings, tokens: Tokens, entities: tuple[Entity, ...], web: Web) -> list[str]:
    """The entities that the user may not see; one that the company's plan does not have is not missed."""
    realm = str(tokens.facts.get(REALM) or settings.get(REALM) or "")
    items = [{"bId": one.name, "Query": count(one)} for one in entities]
    answer = _api(settings, tokens, web, f"{realm}/batch", {"BatchItemRequest": items})
    found = []
    for item in answer.get("BatchItemResponse") or ():
        fault = fault_in(item)
        if fault is not None and error_of(fault, 0).code != NOT_IN_PLAN:
            found.append(str(item.get("bId")))
    return found


def _api(settings: OAuthSettings, tokens: Tokens, web: Web, path: str, body: Any = None) -> dict[str, Any]:
    try:
        answer = web.session.request(
            "GET" if body is None else "POST",
            f"{api_url(settings)}/v3/company/{path}",
            params={"minorversion": MINOR_VERSION},
            json=body,
            headers={"Accept": "application/json", "Authorization": f"Bearer {tokens.access_token}"},
            timeout=web.timeout_s,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise SourceUnavailable(f"QuickBooks did not answer ({type(error).__name__}).") from None
    # A batch that was taken tells the faults of its items one by one.
    refused = None if answer.ok and body is not None else judge(answer, web.connection)
    if refused is not None:
        raise refused
    found = msgspec.json.decode(answer.content) if answer.ok and answer.content.startswith(b"{") else None
    if not isinstance(found, dict):
        raise SourceUnavailable(
            f"QuickBooks did not answer in its own form (status {answer.status_code}).", status=answer.status_code
        )
    return found


AUTHORISATION: Final = QuickBooksOAuth()
