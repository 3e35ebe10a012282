"""A worker of its own: calls the API with the tokens of a file. ``python -m tests.connectors.sdk.child URL FILE``."""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import requests

from connectors.sdk.breaking import LocalBreaker
from connectors.sdk.oauth import Web
from connectors.sdk.pacing import LocalPace
from connectors.sdk.rest import RestClient
from connectors.sdk.token_endpoint import ask_for_tokens, tokens_of
from connectors.sdk.token_file import file_keeper
from connectors.sdk.tokens import Limits, Tokens
from tests.connectors.sdk.loopback import FIRST_REFRESH


def utc_now() -> datetime:
    return datetime.now(tz=UTC)


def client_of(url: str, file: Path) -> RestClient:
    web = Web(session=requests.Session(), now=utc_now)

    def refresh(stale: Tokens) -> Tokens:
        form = {"grant_type": "refresh_token", "refresh_token": stale.refresh_token}
        return tokens_of(ask_for_tokens(web, f"{url}/token", form), utc_now())

    return RestClient(
        base_url=f"{url}/v3",
        keeper=file_keeper({"refresh_token": FIRST_REFRESH, "token_file": str(file)}),
        refresh=refresh,
        pace=LocalPace(Limits(per_minute=60_000), clock=time.monotonic, sleep=time.sleep, now=utc_now),
        breaker=LocalBreaker(clock=time.monotonic),
        clock=utc_now,
        sleep=lambda seconds: time.sleep(min(seconds, 0.01)),
        random=random.random,
        judge=None,
        session=requests.Session(),
    )


if __name__ == "__main__":
    sys.exit(0 if client_of(sys.argv[1], Path(sys.argv[2])).call("GET", "/rows")["rows"] else 1)
