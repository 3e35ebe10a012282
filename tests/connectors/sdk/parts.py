"""A keeper, a clock and a client for tests of what asks an API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from canonical.errors import KhataError
from connectors.sdk.breaking import LocalBreaker
from connectors.sdk.pacing import LocalPace
from connectors.sdk.rest import Manners, RestClient
from connectors.sdk.token_file import FileKeeper
from connectors.sdk.tokens import Limits, Tokens

NOON = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
API = "https://books.example/v3"


@dataclass
class World:
    """Time that passes only when somebody sleeps, and what was asked of the authorisation server."""

    now: datetime = NOON
    slept: list[float] = field(default_factory=list)
    renewals: int = 0

    def clock(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return (self.now - NOON).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def tokens(self, access: str = "access-0", refresh: str = "refresh-0", lives: int = 3600) -> Tokens:
        return Tokens(access_token=access, refresh_token=refresh, access_expires_at=self.now + timedelta(seconds=lives))

    def refresh(self, stale: Tokens) -> Tokens:
        self.renewals += 1
        return self.tokens(f"access-{self.renewals}", f"{stale.refresh_token}+")


def make_client(
    world: World,
    *,
    base_url: str = API,
    tokens: Tokens | None = None,
    limits: Limits | None = None,
    judge: Callable[[requests.Response], KhataError | None] | None = None,
    refresh: Callable[[Tokens], Tokens] | None = None,
    breaker: LocalBreaker | None = None,
    **more: Any,
) -> RestClient:
    """A client on a world's clock; jitter is always half way."""
    return RestClient(
        base_url=base_url,
        keeper=more.pop("keeper", None) or FileKeeper(tokens or world.tokens()),
        refresh=refresh or world.refresh,
        pace=LocalPace(limits or Limits(per_minute=6000), clock=world.seconds, sleep=world.sleep, now=world.clock),
        breaker=breaker or LocalBreaker(clock=world.seconds, failures=50),
        clock=world.clock,
        sleep=world.sleep,
        random=lambda: 0.5,
        judge=judge,
        session=requests.Session(),
        manners=more.pop("manners", Manners()),
        **more,
    )
