"""What a tap of a signed-in source needs when it runs by itself, from the shell: the parts of one process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir

from canonical.record import JsonValue
from connectors.sdk.base import Surroundings
from connectors.sdk.breaking import LocalBreaker
from connectors.sdk.pacing import LocalPace
from connectors.sdk.token_file import file_keeper
from connectors.sdk.tokens import Limits


def shell_surroundings(settings: Mapping[str, JsonValue], limits: Limits) -> Surroundings:
    """Tokens, pace and breaker of this process alone; in the hub a tap is given shared ones instead.

    Args:
        settings: of the tap: ``refresh_token`` and, to keep rotated ones, ``token_file``.
        limits: of the source.
    """
    return Surroundings(
        work_directory=Path(gettempdir()),
        clock=time.monotonic,
        sleep=time.sleep,
        tokens=file_keeper(settings),
        pace=LocalPace(limits, clock=time.monotonic, sleep=time.sleep, now=_utc_now),
        breaker=LocalBreaker(clock=time.monotonic),
        now=_utc_now,
    )


def _utc_now() -> datetime:
    return datetime.now(tz=UTC)
