"""Requests as they go out: address, headers and body, made for one client call after call.

``requests`` prepares each request as if it knew nothing of the one before; that was more than half of what a call cost.
A call that only reads goes to the same host with the same headers, so its address is put together here, and its headers
are made once for each access token. The address is the one ``requests`` itself would make (a test holds both side by
side); whatever is out of the ordinary, a body, headers of its own, strange characters in a path, goes through
``requests``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from connectors.sdk.tokens import Tokens

Authorise = Callable[[Tokens], Mapping[str, str]]
ACCEPT: Final = {"Accept": "application/json"}
READING: Final = frozenset({"GET", "HEAD"})
PLAIN: Final = re.compile(r"[A-Za-z0-9/_-]*").fullmatch
"""Paths that stand in an address as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call before it is signed.

    Attributes:
        method: of HTTP, in capitals.
        url: address without the query.
        params: of the query.
        json: the body, as JSON.
        data: the body, as it is; instead of ``json``.
        headers: besides the usual ones.
    """

    method: str
    url: str
    params: Mapping[str, Any]
    json: Any = None
    data: bytes | str | None = None
    headers: Mapping[str, str] | None = None


class Outgoing:
    """Makes the requests of one client.

    Args:
        base_url: scheme, host and the beginning of every path.
        session: to ask with; its headers and its ways (proxies, certificates) are taken when they are first needed.
        authorise: the headers that sign a call.
    """

    def __init__(self, base_url: str, session: requests.Session, authorise: Authorise) -> None:
        self._base, self._session, self._authorise = f"{base_url}/", session, authorise
        self._adapter: BaseAdapter | None = None
        self._way: dict[str, Any] = {}
        self._is_plain: bool | None = None
        self._signed: tuple[Tokens, CaseInsensitiveDict[str]] | None = None

    def send(self, call: Call, tokens: Tokens, timeout: tuple[float, float]) -> requests.Response:
        """Send a call; the answer's body is not read yet.

        Proxies and certificates are looked up once: a session looks through the whole environment for each request;
        and it would send what is in ``~/.netrc``.

        Raises:
            requests.RequestException: no answer. Its text may hold the address with its query.
        """
        prepared = self.prepared(call, tokens)
        if self._adapter is None:
            self._way = dict(self._session.merge_environment_settings(self._base, {}, True, None, None))
            self._adapter = self._session.get_adapter(self._base)
        return self._adapter.send(prepared, timeout=timeout, **self._way)

    def prepared(self, call: Call, tokens: Tokens) -> requests.PreparedRequest:
        """The request as it goes out."""
        if not self._is_usual(call):
            return self._by_requests(call, tokens)
        made = requests.PreparedRequest()
        made.method = call.method
        made.url = f"{call.url}?{urlencode(call.params)}" if call.params else call.url
        made.headers = self._headers(tokens)
        return made

    def _is_usual(self, call: Call) -> bool:
        if self._is_plain is None:  # an address that requests would spell otherwise is left to it
            self._is_plain = requests.Request("GET", self._base).prepare().url == self._base
        return (
            self._is_plain
            and call.method in READING
            and call.json is None
            and call.data is None
            and not call.headers
            and call.url.startswith(self._base)
            and PLAIN(call.url, len(self._base)) is not None
            and all(type(value) in (str, int) for value in call.params.values())
        )

    def _headers(self, tokens: Tokens) -> CaseInsensitiveDict[str]:
        if self._signed is None or self._signed[0] != tokens:
            self._signed = (tokens, self._by_requests(Call(method="GET", url=self._base, params={}), tokens).headers)
        return self._signed[1].copy()

    def _by_requests(self, call: Call, tokens: Tokens) -> requests.PreparedRequest:
        prepared = requests.PreparedRequest()
        prepared.prepare(
            method=call.method,
            url=call.url,
            headers={**self._session.headers, **ACCEPT, **(call.headers or {}), **self._authorise(tokens)},
            params=dict(call.params),
            json=call.json,
            data=call.data,
        )
        return prepared
