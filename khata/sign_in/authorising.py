"""The authorisation-code flow: a state nobody can guess, a challenge where the server takes one, and what comes back.

A browser comes back with a code: to a page on this computer (``khata/api/callback.py``), or on paper, when there is no
browser here and a person pastes the address it ended at. Both are checked alike.

A person may also paste the code alone (a self client's console shows nothing else). It cannot be checked against our
state, so somebody else's code could be slipped in, and with it somebody else's books. A server that takes a challenge
may refuse such a code; that it does for one that was given without any challenge is not documented, so a person has to
say which company it must open (``khata/cli/consent.py``).
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from canonical.errors import CredentialError
from connectors.sdk.oauth_session import challenge_of, new_verifier

if TYPE_CHECKING:
    from connectors.sdk.oauth import OAuthProvider, OAuthSettings, Web
    from connectors.sdk.tokens import Tokens

STATE_BYTES: Final = 32
ADDRESS_MAX: Final = 8192
"""Characters of an address that is read."""
CODE: Final = re.compile(r"[A-Za-z0-9._~%+/-]{8,2048}")
"""A code alone: no blank, no sign of an address or of parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """One attempt to be let in.

    Attributes:
        provider: the product's authorisation server.
        settings: of the connection to be, secrets open.
        redirect_uri: where the browser is sent with the code; as registered with the product.
        state: comes back with the code, or the answer is not to our question.
        verifier: of the code challenge; None where the server takes none.
    """

    provider: OAuthProvider
    settings: OAuthSettings = field(repr=False)
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str | None = field(repr=False)

    @property
    def url(self) -> str:
        """The page on which a person agrees."""
        return self.provider.authorize_url(
            self.settings,
            state=self.state,
            challenge=challenge_of(self.verifier) if self.verifier else None,
            redirect_uri=self.redirect_uri,
        )

    def exchange(self, callback: Mapping[str, str], web: Web, *, is_code_alone: bool = False) -> Tokens:
        """Change the code that came back for tokens.

        Args:
            callback: the parameters of the address the browser ended at.
            web: to ask with.
            is_code_alone: a person pasted no more than the code; there is no state to be checked.

        Raises:
            CredentialError: ``oauth.denied``: the person, or the product, said no; ``oauth.state``: the answer is not
                to our question; ``oauth.no_code``: there is no code in it; else as ``OAuthProvider.exchange``.
        """
        if not is_code_alone and not self.is_answered_by(callback):
            raise CredentialError(
                "What came back is not the answer to this attempt; start again, and use the newest page.",
                code="oauth.state",
            )
        refuse_denial(callback)
        return self.provider.exchange(
            self.settings, callback=callback, verifier=self.verifier, redirect_uri=self.redirect_uri, web=web
        )

    def is_answered_by(self, callback: Mapping[str, str]) -> bool:
        """Say whether parameters carry our state; takes as long whatever they carry."""
        return hmac.compare_digest(callback.get("state", "").encode(), self.state.encode())


def begin(provider: OAuthProvider, settings: OAuthSettings, redirect_uri: str) -> Authorisation:
    """Begin an attempt, with secrets of its own."""
    return Authorisation(
        provider=provider,
        settings=settings,
        redirect_uri=redirect_uri,
        state=secrets.token_urlsafe(STATE_BYTES),
        verifier=new_verifier() if provider.has_pkce else None,
    )


def refuse_denial(callback: Mapping[str, str]) -> None:
    """Raise what an answer without a code means.

    Raises:
        CredentialError: see ``Authorisation.exchange``.
    """
    told = callback.get("error", "")
    if told:
        word = told if re.fullmatch(r"[A-Za-z_]{1,40}", told) else "refused"
        raise CredentialError(f"The product did not let us in: {word}.", code="oauth.denied", reason=word)
    if not callback.get("code"):
        raise CredentialError(
            "There is no code in what came back; paste the whole address the browser ended at, or the code.",
            code="oauth.no_code",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """What a person pasted.

    Attributes:
        parameters: of a callback.
        is_code_alone: it has no state, because it is no address.
    """

    parameters: Mapping[str, str] = field(repr=False)
    is_code_alone: bool


def parse_pasted(text: str) -> Pasted:
    """Read the address a browser ended at, the part after its question mark, or a code alone.

    Raises:
        CredentialError: it is none of these.
    """
    text = text.strip()[:ADDRESS_MAX]
    if CODE.fullmatch(text):
        return Pasted(parameters={"code": unquote(text)}, is_code_alone=True)
    found = parse_callback(text)
    is_alone = "://" not in text and "code" in found and "state" not in found
    return Pasted(parameters=found, is_code_alone=is_alone)


def parse_callback(text: str) -> dict[str, str]:
    """Read the parameters of an address, or of the part after its question mark; of repeats the first counts.

    Raises:
        CredentialError: it holds none.
    """
    found: dict[str, str] = {}
    for name, value in parse_qsl(_query_of(text.strip()[:ADDRESS_MAX])):
        if name:
            found.setdefault(name, value)
    if not found:
        raise CredentialError(
            "That is no address with a code in it, and no code; paste the whole address the browser ended at.",
            code="oauth.no_code",
        )
    return found


def _query_of(pasted: str) -> str:
    try:
        return urlsplit(pasted).query if "://" in pasted else pasted.removeprefix("?")
    except ValueError:  # an address that is none
        return ""
