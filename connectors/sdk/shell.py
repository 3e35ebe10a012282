"""What a tap of a signed-in source needs when it runs by itself, from the shell: the parts of one process."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir

from canonical.record import JsonValue
from connectors.sdk.base import Surroundings
from connectors.sdk.breaking import LocalBreaker
from connectors.sdk.pacing import LocalPace
from connectors.sdk.token_file import file_keeper
from connectors.sdk.tokens import Breaker, Limits, Pace, TokenKeeper


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The parts of a process that ``RestClient`` takes; nothing is missing."""

    keeper: TokenKeeper
    pace: Pace
    breaker: Breaker
    now: Callable[[], datetime]
    sleep: Callable[[float], None]


def shell_surroundings(settings: Mapping[str, JsonValue], limits: Limits) -> Surroundings:
    """Tokens, pace and breaker of this process alone; in the hub a tap is given shared ones instead.

    Args:
        settings: of the tap: ``refresh_token`` and, to keep rotated ones, ``token_file``.
        limits: of the source.
    """
    place = Surroundings(work_directory=Path(gettempdir()), clock=time.monotonic, sleep=time.sleep)
    own = completed(place, settings, limits)
    return replace(place, tokens=own.keeper, pace=own.pace, breaker=own.breaker, now=own.now)


def completed(place: Surroundings, settings: Mapping[str, JsonValue], limits: Limits) -> SignedIn:
    """What a client of a signed-in source needs of a process; what it lacks is made for this process alone.

    Args:
        place: of the process.
        settings: of the tap, as of ``shell_surroundings``.
        limits: of the source.
    """
    now = place.now or _utc_now
    return SignedIn(
        keeper=place.tokens or file_keeper(settings),
        pace=place.pace or LocalPace(limits, clock=place.clock, sleep=place.sleep, now=now),
        breaker=place.breaker or LocalBreaker(clock=place.clock),
        now=now,
        sleep=place.sleep,
    )


def _utc_now() -> datetime:
    return datetime.now(tz=UTC)
