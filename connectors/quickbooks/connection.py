"""A client of one connection's API: signed in, at the pace all its workers share."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from functools import partial

import requests

from canonical.record import JsonValue
from connectors.quickbooks.addresses import api_url
from connectors.quickbooks.faults import judge as usual_judge
from connectors.quickbooks.oauth import AUTHORISATION
from connectors.quickbooks.settings import limits_of
from connectors.sdk.base import Surroundings
from connectors.sdk.oauth import Web
from connectors.sdk.rest import Judge, RestClient
from connectors.sdk.shell import completed
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
    """
    own = completed(place, config, limits_of(config))

    def refresh(tokens: Tokens) -> Tokens:
        return AUTHORISATION.refresh(config, tokens, web=Web(session=session, now=own.now))

    return RestClient(
        base_url=api_url(config),
        keeper=own.keeper,
        refresh=refresh,
        pace=own.pace,
        breaker=own.breaker,
        clock=own.now,
        sleep=own.sleep,
        random=random.random,
        judge=judge or partial(usual_judge, connection=place.connection),
        subject=f"connection {place.connection}" if place.connection else "",
        session=session,
        decimals=Decimal,
    )
