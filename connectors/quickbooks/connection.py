"""A client of one connection's API: signed in, at the pace all its workers share."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial

import requests

from canonical.errors import ConfigurationError
from canonical.record import JsonValue
from connectors.quickbooks.addresses import api_url
from connectors.quickbooks.faults import judge as usual_judge
from connectors.quickbooks.oauth import AUTHORISATION
from connectors.quickbooks.settings import limits_of
from connectors.sdk.base import Surroundings
from connectors.sdk.oauth import Web
from connectors.sdk.rest import Judge, RestClient
from connectors.sdk.shell import shell_surroundings
from connectors.sdk.tokens import Tokens


def rest_client(
    config: Mapping[str, JsonValue], session: requests.Session, place: Surroundings, judge: Judge | None = None
) -> RestClient:
    """Make the client; what the process does not share is its own.

    Args:
        config: of the connection.
        session: to ask with.
        place: of the process.
        judge: reads answers; the usual one if left out.

    Raises:
        ConfigurationError: the process keeps no tokens.
    """
    own = place if place.tokens and place.pace and place.breaker and place.now else _filled(config, place)
    if own.tokens is None or own.pace is None or own.breaker is None or own.now is None:
        raise ConfigurationError("This process keeps no tokens for QuickBooks.", code="quickbooks.no_tokens")
    now = own.now

    def refresh(tokens: Tokens) -> Tokens:
        return AUTHORISATION.refresh(config, tokens, web=Web(session=session, now=now))

    return RestClient(
        base_url=api_url(config),
        keeper=own.tokens,
        refresh=refresh,
        pace=own.pace,
        breaker=own.breaker,
        clock=now,
        sleep=own.sleep,
        random=random.random,
        judge=judge or partial(usual_judge, connection=place.connection),
        subject=f"connection {place.connection}" if place.connection else "",
        session=session,
        decimals=Decimal,
    )


def _filled(config: Mapping[str, JsonValue], place: Surroundings) -> Surroundings:
    shell = shell_surroundings(config, limits_of(config))
    return replace(
        place,
        tokens=place.tokens or shell.tokens,
        pace=place.pace or shell.pace,
        breaker=place.breaker or shell.breaker,
        now=place.now or shell.now,
    )
