"""Requests as they go out, made for one client call after call.

A session of ``requests`` looks through the whole environment for each request and makes all its headers anew; that was
most of what a call cost. A client asks one host with the same headers, so proxies and certificates are looked up once,
and a call that only reads is a copy of one signed request with an address of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests
from requests.adapters import BaseAdapter

from connectors.sdk.tokens import Tokens

Authorise = Callable[[Tokens], Mapping[str, str]]
ACCEPT: Final = {"Accept": "application/json"}
READING: Final = frozenset({"GET", "HEAD"})


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
        self._reading: tuple[Tokens, requests.PreparedRequest] | None = None

    def send(self, call: Call, tokens: Tokens, timeout: tuple[float, float]) -> requests.Response:
        """Send a call; the answer's body is not read yet.

        Not through the session's own ``send``, which would send what is in ``~/.netrc`` besides.

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
        if call.method not in READING or call.json is not None or call.data is not None or call.headers:
            return self._by_requests(call, tokens)
        if self._reading is None or self._reading[0] != tokens:
            self._reading = (tokens, self._by_requests(Call(method="GET", url=self._base, params={}), tokens))
        made = self._reading[1].copy()
        made.method = call.method
        made.prepare_url(call.url, dict(call.params))
        return made

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
