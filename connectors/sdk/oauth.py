"""How a person lets Khata into a product: the authorisation-code flow, as each product speaks it.

A connector's ``oauth.py`` offers one ``OAuthProvider``; ``khata connect`` drives it, the hub's token keeper renews with
it. Everything a provider does is one exchange over HTTP: it keeps nothing. ``token_endpoint.py`` has the shared part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import requests

from canonical.record import JsonValue
from connectors.sdk.tokens import Tokens

CLIENT_ID = "client_id"
CLIENT_SECRET = "client_secret"  # noqa: S105 - the name of a setting
REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a setting
TOKEN_FILE = "token_file"  # noqa: S105 - the name of a setting

OAuthSettings = Mapping[str, JsonValue]
"""A connection's settings, secrets open: ``client_id``, ``client_secret`` and the product's own (data centre, ...)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """What a provider speaks HTTP with.

    Attributes:
        session: without authorisation of its own.
        now: UTC.
        timeout_s: for one answer.
        connection: whose calls these are, for what errors tell a person to do; empty before there is one.
    """

    session: requests.Session
    now: Callable[[], datetime]
    timeout_s: float = 30.0
    connection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyChoice:
    """A company (organisation, realm) the tokens open.

    Attributes:
        key: the product's identity of it.
        name: for people.
        settings: what a connection to it is configured with besides the application's settings (``organization_id``,
            ``realm_id``, ``day_quota``, ...); never a secret.
        remark: what its owner should know about this one, in sentences; empty if nothing.
    """

    key: str
    name: str
    settings: Mapping[str, JsonValue]
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Something a sign-in needs to be allowed.

    Attributes:
        scope: as the product spells it.
        opens: what it opens, for people.
        is_open: it was granted, and a call that needs it worked; False: not granted, or the call was refused; None: it
            could not be tried.
        closed: what it ought to open and the one who agreed may not see.
        reason: why it could not be tried, as a sentence.
    """

    scope: str
    opens: tuple[str, ...]
    is_open: bool | None
    closed: tuple[str, ...] = ()
    reason: str = ""


class OAuthProvider(Protocol):
    """A product's authorisation server.

    Attributes:
        scopes: asked for when nothing else is said.
        has_pkce: the server takes a code challenge (RFC 7636).
        notice: what a person should know before connecting; empty if nothing.
        options: names of connection settings that decide which server it is (``data_center``, ``environment``), with
            their usual values; ``khata connect`` takes them with ``--set NAME=VALUE``.
        beside_code: parameters besides the code that a callback must have, with what they are for people: who pastes
            the code alone is asked for them.
        revokes_alone: revoking one consent of a person's leaves their others alone, so the one before a new one can be.
    """

    scopes: tuple[str, ...]
    has_pkce: bool
    notice: str
    options: Mapping[str, str]
    beside_code: Mapping[str, str]
    revokes_alone: bool

    def authorize_url(self, settings: OAuthSettings, *, state: str, challenge: str | None, redirect_uri: str) -> str:
        """The page on which a person agrees."""
        ...

    def exchange(
        self, settings: OAuthSettings, *, callback: Mapping[str, str], verifier: str | None, redirect_uri: str, web: Web
    ) -> Tokens:
        """Change the code for tokens.

        Args:
            settings: of the connection to be.
            callback: the parameters the browser brought back: ``code`` and the product's own (``location``,
                ``realmId``); what later calls need of them goes into ``Tokens.facts``.
            verifier: of the challenge; None without PKCE.
            redirect_uri: as in ``authorize_url``.
            web: to ask with.

        Raises:
            CredentialError: the code or the application was refused.
            SourceError: no answer, or not one of an authorisation server.
        """
        ...

    def refresh(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> Tokens:
        """Ask for a new access token; the refresh token and facts are carried over where the answer has none.

        Raises:
            CredentialError: the refresh token is used up, revoked or unknown: connect again.
            RateLimited: too many tokens were asked for.
            SourceError: no answer, or not one of an authorisation server.
        """
        ...

    def revoke(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> None:
        """Make the tokens worthless; tokens that are so already are no error.

        Raises:
            KhataError: the server could not be told.
        """

    def companies(self, settings: OAuthSettings, tokens: Tokens, *, web: Web) -> tuple[CompanyChoice, ...]:
        """The companies the tokens open, to choose from.

        Raises:
            KhataError: as a call of the product's API.
        """
        ...

    def permissions(
        self, settings: OAuthSettings, tokens: Tokens, *, web: Web, take: Callable[[], None]
    ) -> tuple[Permission, ...]:
        """Everything the usual scopes open, and whether it is open: as told when granted, else by a small call each.

        Args:
            settings: of a saved connection.
            tokens: fresh ones: a refusal of theirs is then no matter of age.
            web: to ask with.
            take: called before every call; raises ``RateLimited`` when the quota is used up.
        """
        ...

    def sign_in_again(self, settings: OAuthSettings, connection: str, missing: Iterable[str]) -> str:
        """The command with which a person grants missing scopes to a connection."""
        ...
