"""Asks an authorisation server for tokens, and tells its refusals apart.

Success is an answer that holds an access token, whatever its status: there are servers that refuse with status 200 and
``{"error": ...}``. What is refused decides who can mend it: a code or refresh token its owner (connect again), an
application the operator (client id, secret, data centre, redirect address), too many questions nobody (wait).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import requests

from canonical.errors import ConfigurationError, CredentialError, KhataError, RateLimited, SourceUnavailable
from connectors.sdk.answers import BROKEN_FROM, TOO_MANY
from connectors.sdk.oauth import Web
from connectors.sdk.oauth_session import METHOD, Exchange, as_secure, page_of
from connectors.sdk.tokens import Tokens

GRANT_REFUSED: Final = frozenset({"invalid_grant", "invalid_code", "access_denied", "invalid_token"})
APPLICATION_REFUSED: Final = frozenset(
    "invalid_client invalid_client_secret invalid_redirect_uri unauthorized_client invalid_scope invalid_request "
    "unsupported_grant_type redirect_uri_mismatch".split()
)
TOO_OFTEN: Final = frozenset({"Access Denied", "slow_down"})
TOO_OFTEN_S: Final = 600
"""Zoho gives ten access tokens per refresh token in ten minutes; nobody says how long the refusal lasts."""
USUAL_LIFE_S: Final = 3600


def authorize_url(
    page: str, *, client_id: str, scope: str, state: str, challenge: str | None, redirect_uri: str, **more: str
) -> str:
    """The address of an authorisation page.

    Args:
        page: its address without parameters.
        client_id: the application.
        scope: as the server wants scopes joined.
        state: comes back with the code.
        challenge: of a verifier, S256; None without PKCE.
        redirect_uri: where the browser is sent with the code.
        more: parameters of the product.

    Raises:
        ConfigurationError: ``oauth.insecure``: plain HTTP to another computer.
    """
    pkce = {"code_challenge": challenge, "code_challenge_method": METHOD} if challenge else {}
    return page_of(page, client_id=client_id, scope=scope, state=state, redirect_uri=redirect_uri, **pkce, **more)


def ask_for_tokens(
    web: Web,
    url: str,
    form: Mapping[str, str],
    *,
    basic: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Change a code for tokens, or renew them.

    Args:
        web: to ask with.
        url: of the endpoint.
        form: the fields; with ``code`` it is the exchange of a code, else a renewal. Empty ones are not sent.
        basic: client id and secret, where the server wants them in a header.
        headers: besides the usual ones.

    Returns:
        The answer, with an ``access_token`` in it.

    Raises:
        CredentialError: ``oauth.refused``: the code or refresh token is worth nothing, connect again;
            ``oauth.no_code``: the code is empty.
        ConfigurationError: ``oauth.application``: the application is not known there; ``oauth.insecure``.
        RateLimited: ``oauth.too_many_tokens``.
        SourceUnavailable: no answer, or none of an authorisation server.
    """

    def send(data: Mapping[str, str], sent: Mapping[str, str]) -> requests.Response:
        return post(web, url, data=data, basic=basic, headers=sent)

    return Exchange(form, send=send, judge=granted).run(url, headers or {}, basic)


def granted(answer: requests.Response) -> dict[str, Any]:
    """Return an answer that holds an access token.

    Raises:
        KhataError: it holds none; see ``refusal``.
    """
    found = _object_of(answer)
    if isinstance(found.get("access_token"), str) and found["access_token"]:
        return found
    raise refusal(found, answer)


def post(
    web: Web,
    url: str,
    *,
    data: Mapping[str, str] | None = None,
    json: Any = None,
    basic: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> requests.Response:
    """Post to an authorisation server; errors tell its host only, never what was sent.

    Raises:
        ConfigurationError: ``oauth.insecure``: plain HTTP to another computer.
        SourceUnavailable: no answer.
    """
    as_secure(url)
    try:
        return web.session.post(
            url,
            data=data,
            json=json,
            auth=basic,
            headers={"Accept": "application/json", **(headers or {})},
            timeout=web.timeout_s,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        host = urlsplit(url).netloc
        raise SourceUnavailable(
            f"The authorisation server {host} did not answer ({type(error).__name__}). Is it reachable from here?",
            host=host,
        ) from None


def refusal(found: Mapping[str, Any], answer: requests.Response) -> KhataError:
    """Say what a refusal means, and who can mend it."""
    host, word = urlsplit(str(answer.url)).netloc, str(found.get("error") or "")
    shown = word if re.fullmatch(r"[A-Za-z_ ]{1,40}", word) else f"status {answer.status_code}"
    if word in TOO_OFTEN or answer.status_code == TOO_MANY:
        return RateLimited(
            f"{host} was asked for tokens too often; it gives none for ten minutes.",
            code="oauth.too_many_tokens",
            host=host,
            retry_after_s=TOO_OFTEN_S,
        )
    if word in GRANT_REFUSED:
        return CredentialError(
            f"{host} refused the sign-in ({shown}): it was revoked, has ended or was used up. Connect again.",
            code="oauth.refused",
            host=host,
            reason=shown,
        )
    if word in APPLICATION_REFUSED or (not word and answer.status_code < BROKEN_FROM):
        return ConfigurationError(
            f"{host} does not take this application ({shown}): check client id, client secret, redirect address and "
            "data centre or environment.",
            code="oauth.application",
            host=host,
            reason=shown,
        )
    return SourceUnavailable(f"{host} gave no token ({shown}).", host=host, reason=shown)


def tokens_of(answer: Mapping[str, Any], now: datetime, **facts: Any) -> Tokens:
    """Make tokens of a token endpoint's answer.

    Args:
        answer: as ``ask_for_tokens`` returned it; ``refresh_token`` may be missing (see ``carried_over``).
        now: UTC.
        facts: kept with the tokens; empty ones are left out.
    """
    lives = _seconds(answer, "expires_in", "expires_in_sec") or USUAL_LIFE_S
    refresh_lives = _seconds(answer, "x_refresh_token_expires_in", "refresh_token_expires_in")
    return Tokens(
        access_token=str(answer["access_token"]),
        refresh_token=str(answer.get("refresh_token") or ""),
        access_expires_at=now + timedelta(seconds=lives),
        refresh_expires_at=now + timedelta(seconds=refresh_lives) if refresh_lives else None,
        scopes=tuple(filter(None, re.split(r"[ ,]+", str(answer.get("scope") or "")))),
        facts={name: value for name, value in facts.items() if value},
    )


def _seconds(answer: Mapping[str, Any], *names: str) -> float | None:
    values = (answer.get(name) for name in names)
    return next((float(value) for value in values if isinstance(value, int | float) and value > 0), None)


def _object_of(answer: requests.Response) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        host = urlsplit(str(answer.url)).netloc
        raise SourceUnavailable(
            f"{host} did not answer as an authorisation server ({answer.status_code}).",
            host=host,
            status=answer.status_code,
        ) from None
    return found if isinstance(found, dict) else {}
