"""Zoho Books' API over the shared client: signs the way Zoho wants, names the organisation, walks lists."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import requests

from canonical.errors import InvariantError, SourceMalformed
from canonical.record import JsonValue
from connectors.sdk.base import Surroundings
from connectors.sdk.breaking import LocalBreaker
from connectors.sdk.oauth import Web
from connectors.sdk.pacing import LocalPace
from connectors.sdk.rest import Manners, RestClient
from connectors.sdk.shell import shell_surroundings
from connectors.sdk.token_file import file_keeper
from connectors.sdk.tokens import Pace, Tokens, carried_over
from connectors.zoho.hosts import api_url
from connectors.zoho.limits import limits_of
from connectors.zoho.oauth import AUTHORISATION
from connectors.zoho.refusals import judge
from connectors.zoho.scopes import sign_in_again

PAGE_SIZE = 200
"""Most rows of a page."""
PAGES_MAX = 100_000
TIMEOUT_S = 60.0
Row = dict[str, Any]


class ZohoClient:
    """One organisation's API.

    Args:
        settings: of the connection.
        surroundings: of the process; what it lacks is made for this process alone.
    """

    def __init__(self, settings: Mapping[str, JsonValue], surroundings: Surroundings) -> None:
        limits = limits_of(settings)
        now = surroundings.now or shell_surroundings(settings, limits).now
        if now is None:
            raise InvariantError("A shell has no time of day.")
        clock, sleep = surroundings.clock, surroundings.sleep
        keeper = surroundings.tokens or file_keeper(settings)
        pace = surroundings.pace or LocalPace(limits, clock=clock, sleep=sleep, now=now)
        breaker = surroundings.breaker or LocalBreaker(clock=clock)
        self.now = now
        self.pace: Pace = pace
        self._keeper = keeper
        self.sign_in_again = partial(sign_in_again, settings, surroundings.connection)
        self.organization_id = str(settings.get("organization_id") or "")
        self.page_size = min(int(settings.get("page_size") or PAGE_SIZE), PAGE_SIZE)
        session = requests.Session()

        def refresh(tokens: Tokens) -> Tokens:
            web = Web(session=session, now=now, timeout_s=TIMEOUT_S)
            return carried_over(AUTHORISATION.refresh(settings, tokens, web=web), tokens)

        self._rest = RestClient(
            base_url=api_url(settings, keeper.current().facts),
            keeper=keeper,
            refresh=refresh,
            pace=self.pace,
            breaker=breaker,
            clock=now,
            sleep=surroundings.sleep,
            random=random.random,  # jitter, no secret
            judge=partial(judge, again=self.sign_in_again),
            subject=f"connection {surroundings.connection}" if surroundings.connection else "",
            session=session,
            authorise=signed,
            manners=Manners(read_s=TIMEOUT_S),
            decimals=Decimal,
        )

    @property
    def calls(self) -> int:
        """Requests made so far."""
        return self._rest.calls

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
            SourceMalformed: an answer has none of the keys the rows stand under.
            KhataError: as ``RestClient.call``.
        """
        for page in range(1, PAGES_MAX):
            answer = self.get(path, page=str(page), per_page=str(self.page_size), **params)
            yield rows_of(answer, keys, path)
            context = answer.get("page_context")
            if not isinstance(context, dict) or context.get("has_more_page") is not True:
                return


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
