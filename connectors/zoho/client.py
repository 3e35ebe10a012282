"""Zoho Books' API over the shared client: signs the way Zoho wants, names the organisation, walks lists."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import requests

from canonical.errors import SourceMalformed
from canonical.record import JsonValue
from connectors.sdk.base import Surroundings
from connectors.sdk.oauth import Web
from connectors.sdk.rest import Manners, RestClient
from connectors.sdk.shell import completed
from connectors.sdk.tokens import Tokens
from connectors.zoho.hosts import api_url
from connectors.zoho.limits import limits_of
from connectors.zoho.oauth import AUTHORISATION
from connectors.zoho.refusals import judge
from connectors.zoho.scopes import sign_in_again

PAGE_SIZE = 200
"""Most rows of a page."""
PAGES_MAX = 100_000
"""Twenty million rows; a list that goes on after that repeats itself."""
TIMEOUT_S = 60.0
Row = dict[str, Any]


class ZohoClient:
    """One organisation's API.

    Args:
        settings: of the connection.
        surroundings: of the process; what it lacks is made for this process alone.
    """

    def __init__(self, settings: Mapping[str, JsonValue], surroundings: Surroundings) -> None:
        own = completed(surroundings, settings, limits_of(settings))
        self.now, self.pace, self._keeper = own.now, own.pace, own.keeper
        self.sign_in_again = partial(sign_in_again, settings, surroundings.connection)
        self.organization_id = str(settings.get("organization_id") or "")
        self.page_size = min(int(settings.get("page_size") or PAGE_SIZE), PAGE_SIZE)
        session = self._session = requests.Session()

        def refresh(tokens: Tokens) -> Tokens:
            return AUTHORISATION.refresh(settings, tokens, web=Web(session=session, now=own.now, timeout_s=TIMEOUT_S))

        self._rest = RestClient(
            base_url=api_url(settings, own.keeper.current().facts),
            keeper=own.keeper,
            refresh=refresh,
            pace=own.pace,
            breaker=own.breaker,
            clock=own.now,
            sleep=own.sleep,
            random=random.random,  # jitter, no secret
            judge=partial(judge, again=self.sign_in_again),
            subject=f"connection {surroundings.connection}" if surroundings.connection else "",
            session=session,
            authorise=signed,
            manners=Manners(read_s=TIMEOUT_S),
            decimals=Decimal,
        )

    def close(self) -> None:
        """End the connections that are held open between calls."""
        self._session.close()

    @property
    def calls(self) -> int:
        """Requests made so far."""
        return self._rest.calls

    def watch(self, on_call: Callable[[int], None]) -> None:
        """Have somebody told of every request, by its number."""
        self._rest.on_call = on_call

    @property
    def address(self) -> str:
        """Root of the API."""
        return self._rest.base_url

    @property
    def scopes(self) -> tuple[str, ...]:
        """As granted; empty if Zoho did not say."""
        return self._keeper.current().scopes

    def get(self, path: str, **params: str) -> Row:
        """Ask once.

        Raises:
            KhataError: as ``RestClient.call``.
        """
        return self._rest.call("GET", path, params={**self._named, **params})

    def change(
        self, method: str, path: str, *, params: Mapping[str, str], headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> Row:
        """Change something by a call that, made twice, changes it once; every passing failure is answered by repeating.

        Raises:
            KhataError: as ``RestClient.call``.
        """
        return self._rest.call(
            method, path, params={**self._named, **params}, headers=headers, json=body or None, repeatable=True
        )

    @property
    def _named(self) -> dict[str, str]:
        return {"organization_id": self.organization_id} if self.organization_id else {}

    def pages(self, path: str, keys: tuple[str, ...], **params: str) -> Iterator[list[Row]]:
        """Walk a list page by page, to its end.

        Raises:
            SourceMalformed: an answer has none of the keys the rows stand under, or the list does not end.
            KhataError: as ``RestClient.call``.
        """
        for number in range(1, PAGES_MAX + 1):
            rows, has_more = self.page(path, keys, number, **params)
            yield rows
            if not has_more:
                return
        raise SourceMalformed(f"Zoho Books' list {path} has no end after {PAGES_MAX} pages.", code="zoho.answer")

    def page(self, path: str, keys: tuple[str, ...], number: int, **params: str) -> tuple[list[Row], bool]:
        """Ask for one page of a list, from 1; return its rows and whether another page follows.

        Raises:
            SourceMalformed: the answer has none of the keys the rows stand under.
            KhataError: as ``RestClient.call``.
        """
        answer = self.get(path, page=str(number), per_page=str(self.page_size), **params)
        context = answer.get("page_context")
        has_more = isinstance(context, dict) and context.get("has_more_page") is True
        return rows_of(answer, keys, path), has_more


def rows_of(answer: Row, keys: tuple[str, ...], path: str) -> list[Row]:
    """Rows of an answer, under whichever key it has; a single object is one row.

    Raises:
        SourceMalformed: it has none of the keys.
    """
    for key in keys:
        found = answer.get(key)
        if isinstance(found, list):
            return [row for row in found if isinstance(row, dict)]
        if isinstance(found, dict):
            return [found] if found else []
    raise SourceMalformed(f"Zoho Books' answer to {path} has no {' or '.join(keys)}.", code="zoho.answer")


def signed(tokens: Tokens) -> Mapping[str, str]:
    """Zoho's own kind of token header."""
    return {"Authorization": f"Zoho-oauthtoken {tokens.access_token}"}
