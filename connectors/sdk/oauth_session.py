"""The flows of requests-oauthlib, one exchange at a time, held to the rules every connector keeps.

The library makes the address of the authorisation page, the challenge, and the forms of exchange and renewal, and reads
what an answer grants. Ours are: what is sent where (``send``), and what an answer means before the library sees it
(``judge``, its compliance hook). Renewing by itself is never switched on: one keeper renews for all workers.
"""

from __future__ import annotations

import io
import ipaddress
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import requests
from oauthlib.oauth2 import WebApplicationClient
from requests_oauthlib import OAuth2Session

from canonical.errors import ConfigurationError, CredentialError

VERIFIER_CHARACTERS: Final = 86
"""Of 43 to 128 that RFC 7636 allows; more than 500 bits."""
METHOD: Final = "S256"
_TEXTS: Final = ("access_token", "token_type", "refresh_token", "scope")

# The library writes forms and tokens at this level, into whatever log the process keeps.
logging.getLogger("requests_oauthlib.oauth2_session").addFilter(lambda record: record.levelno > logging.DEBUG)


class Exchange(OAuth2Session):  # type: ignore[misc]  # the library has no types
    """One question to a token endpoint.

    Attributes:
        answer: what came back, as it came, once ``judge`` let it pass.
    """

    def __init__(
        self,
        form: Mapping[str, str],
        *,
        send: Callable[[Mapping[str, str], Mapping[str, str]], requests.Response],
        judge: Callable[[requests.Response], dict[str, Any]],
    ) -> None:
        """Prepare to ask.

        Args:
            form: the fields; ``code`` makes it the exchange of a code, else it is a renewal.
            send: posts form and headers to the token endpoint.
            judge: returns the answer if there is an access token in it, else raises what the refusal means.
        """
        # No scope is told to the library: servers repeat what they granted in spellings of their own, and a difference
        # would be raised as a warning in place of the tokens.
        super().__init__(form.get("client_id"), redirect_uri=form.get("redirect_uri"))
        self.answer: dict[str, Any] = {}
        self._form, self._send, self._judge = form, send, judge
        for moment in ("access_token_response", "refresh_token_response"):
            self.register_compliance_hook(moment, self._judged)

    def run(self, url: str, headers: Mapping[str, str], basic: tuple[str, str] | None) -> dict[str, Any]:
        """Ask, and return the answer as it came: with the product's own fields, without the library's additions.

        Raises:
            CredentialError: ``oauth.no_code``: the code is empty.
            KhataError: as ``send`` and ``judge``.
        """
        known = {"grant_type", "client_id", "redirect_uri", "code", "refresh_token"}
        more = {name: value for name, value in self._form.items() if name not in known}
        common = {"auth": basic, "headers": dict(headers), **more}
        if "code" in self._form:
            if not self._form["code"]:
                raise CredentialError("There is no code to change for tokens; connect again.", code="oauth.no_code")
            self.fetch_token(as_secure(url), code=self._form["code"], include_client_id=True, **common)
        else:
            application = {"client_id": self.client_id} if self.client_id else {}
            self.refresh_token(as_secure(url), self._form.get("refresh_token"), **application, **common)
        return self.answer

    def request(self, method: str, url: str, data: Any = None, headers: Any = None, **kwargs: Any) -> requests.Response:
        """Send what the library prepared, by our session: with its time limit, never following a redirect."""
        del method, url, kwargs
        return self._send(data or {}, headers or {})

    def _judged(self, answer: requests.Response) -> requests.Response:
        """Let the library read only what the standard knows: it ends in errors of its own on a number as text."""
        self.answer = self._judge(answer)
        plain = requests.Response()
        plain.status_code, plain.encoding = answer.status_code, "utf-8"
        granted = {name: self.answer[name] for name in _TEXTS if isinstance(self.answer.get(name), str)}
        plain.raw = io.BytesIO(msgspec.json.encode(granted))
        return plain


def page_of(page: str, *, client_id: str, scope: str, state: str, redirect_uri: str, **more: str) -> str:
    """The address of an authorisation page with its parameters.

    Raises:
        ConfigurationError: see ``as_secure``.
    """
    session = OAuth2Session(client_id, redirect_uri=redirect_uri, scope=scope)
    address, _ = session.authorization_url(as_secure(page), state=state, **more)
    return urlsplit(page).scheme + str(address).removeprefix("https")


def challenge_of(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636)."""
    return str(WebApplicationClient("").create_code_challenge(verifier, METHOD))


def new_verifier() -> str:
    """A code verifier nobody can guess."""
    return str(WebApplicationClient("").create_code_verifier(VERIFIER_CHARACTERS))


def as_secure(address: str) -> str:
    """The address as the library takes it, after our own check of it.

    The library refuses plain HTTP altogether unless the environment switches that off for the whole process. A server
    on this computer is the one exception we make; to the library it is shown as https.

    Raises:
        ConfigurationError: ``oauth.insecure``: plain HTTP to another computer, which would read the secrets.
    """
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return parts._replace(scheme="https").geturl()
    raise ConfigurationError(
        f"The authorisation server {parts.hostname} is not asked without https; check its address in the settings.",
        code="oauth.insecure",
        host=parts.hostname or "",
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return False
