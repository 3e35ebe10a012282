"""What signs a connector in, and what keeps it polite: tokens, their keeper, the pace and the breaker of a connection.

The protocols stand here; two sets of parts fulfil them: those of one process, from the shell (``token_file.py``,
``pacing.py``, ``breaking.py``), and those of the hub, where all workers of a connection share one of each in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from canonical.record import JsonValue

RENEW_BEFORE = timedelta(minutes=5)
"""An access token is renewed this long before it ends: clocks differ, and an answer may take its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What an authorisation server gave; neither ``repr`` nor ``str`` shows the secrets.

    Attributes:
        access_token: sent with every call; empty if only the other one is known yet.
        refresh_token: asks for a new access token; may come back changed from every renewal.
        access_expires_at: UTC.
        refresh_expires_at: UTC; None where it does not end by itself.
        scopes: as granted; empty if the server did not say.
        facts: what else it said and later calls need (data centre, API address, realm); never a secret.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    facts: Mapping[str, JsonValue] = field(default_factory=dict)

    def is_stale(self, now: datetime, margin: timedelta = RENEW_BEFORE) -> bool:
        """Say whether the access token has ended, or will within the margin."""
        return not self.access_token or now + margin >= self.access_expires_at


def tokens_to_json(tokens: Tokens) -> dict[str, JsonValue]:
    """All of it, secrets too: to be sealed, or for a file only its owner may read."""
    ends = tokens.refresh_expires_at
    return {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "access_expires_at": tokens.access_expires_at.isoformat(),
        "refresh_expires_at": ends.isoformat() if ends else None,
        "scopes": list(tokens.scopes),
        "facts": dict(tokens.facts),
    }


def tokens_from_json(kept: Any) -> Tokens:
    """Read what ``tokens_to_json`` wrote.

    Raises:
        KeyError: it is something else (``TypeError``, ``ValueError`` likewise).
    """
    ends = kept["refresh_expires_at"]
    return Tokens(
        access_token=kept["access_token"],
        refresh_token=kept["refresh_token"],
        access_expires_at=datetime.fromisoformat(kept["access_expires_at"]),
        refresh_expires_at=datetime.fromisoformat(ends) if ends else None,
        scopes=tuple(kept["scopes"]),
        facts=kept["facts"],
    )


def carried_over(fresh: Tokens, earlier: Tokens) -> Tokens:
    """Fill what a renewal does not repeat (refresh token, scopes, facts) from the tokens before it."""
    return replace(
        fresh,
        refresh_token=fresh.refresh_token or earlier.refresh_token,
        refresh_expires_at=fresh.refresh_expires_at or earlier.refresh_expires_at,
        scopes=fresh.scopes or earlier.scopes,
        facts={**earlier.facts, **fresh.facts},
    )


class TokenKeeper(Protocol):
    """Keeps the tokens of one connection."""

    def current(self) -> Tokens:
        """Return the tokens as last saved.

        Raises:
            CredentialError: there are none; somebody has to connect.
        """
        ...

    def renew(self, stale: Tokens, ask: Callable[[Tokens], Tokens]) -> Tokens:
        """Return tokens newer than the stale ones.

        Of many threads and processes that come with the same stale tokens one asks the server; what it got is saved
        before it is returned, and the others get that. A refusal of the server that only its owner can mend is
        remembered, so that nobody asks again until somebody has connected anew.

        Args:
            stale: what the source did not accept, or what is about to end.
            ask: asks the authorisation server with the newest refresh token; raises ``KhataError``.

        Raises:
            CredentialError: the server refused for good, now or before.
            KhataError: as ``ask`` raises.
        """
        ...


class Pace(Protocol):
    """How fast all workers of a connection may ask together."""

    def take(self, cost: int = 1) -> None:
        """Wait until so many calls may be made.

        Raises:
            RateLimited: the quota, less the reserve, is used up (``retry_after_s``: until its next day or month), or
                the source said that it is.
        """

    def hold(self, seconds: float) -> None:
        """The source asked for a pause: nobody calls for that long.

        A short one is waited for; a longer one (``pacing.LONG_PAUSE_S``) is that of a quota the source says is used up,
        and ``take`` tells it.
        """

    def left_today(self) -> int | None:
        """Calls left of the quota of the day (or month), less the reserve; None where there is no quota."""
        ...


class Breaker(Protocol):
    """Stops asking a source that is down."""

    def check(self) -> None:
        """Let a call pass.

        Raises:
            SourceUnavailable: the source failed several times running and its rest is not over (``retry_after_s``).
        """

    def succeeded(self) -> None:
        """The source answered, be it with a refusal."""

    def failed(self) -> None:
        """The source did not answer, or with a failure of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a source allows one connection, and how much of it we use.

    Attributes:
        per_minute: calls, for all workers together.
        burst: calls that may be made at once after a rest.
        day_quota: calls per day; None if there is no such quota.
        month_quota: calls per calendar month, where the product counts by the month; a quota of the day goes first.
        reserve: calls of the quota left to people and other programs.
        day_zone: the IANA zone in whose midnight the quota begins anew.
        is_of_application: the quota is of the application, so all connections made with it use it up together.
    """

    per_minute: int
    burst: int = 10
    day_quota: int | None = None
    month_quota: int | None = None
    reserve: int = 0
    day_zone: str = "UTC"
    is_of_application: bool = False

    @property
    def quota(self) -> int | None:
        """Calls of a day, or of a month; None if nobody counts."""
        return self.month_quota if self.day_quota is None else self.day_quota

    @property
    def is_monthly(self) -> bool:
        """The quota is of a month."""
        return self.day_quota is None and self.month_quota is not None
