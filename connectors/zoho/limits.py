"""What Zoho allows an organisation, by plan, and how much of it Khata uses."""

from __future__ import annotations

from collections.abc import Mapping

from canonical.record import JsonValue
from connectors.sdk.tokens import Limits

PER_MINUTE = 90
"""Zoho allows 100; the rest is for people and other programs."""
PLAN_QUOTAS = {
    "free": 1000,
    "standard": 2000,
    "professional": 5000,
    "premium": 10000,
    "elite": 10000,
    "ultimate": 10000,
}
"""Calls per organisation and day, by plan (documented; support may raise them)."""
SMALLEST = 1000
RESERVE_PERCENT = 10
DAY_ZONE = "Asia/Kolkata"
"""When the day's count begins anew is not documented; midnight of the organisation's zone is assumed."""


def limits_of(settings: Mapping[str, JsonValue]) -> Limits:
    """The limits of a connection: as set, else as its plan has them, else the smallest plan's."""
    quota = int(settings.get("day_quota") or quota_of_plan(str(settings.get("plan") or "")))
    reserve = settings.get("day_reserve")
    return Limits(
        per_minute=int(settings.get("requests_per_minute") or PER_MINUTE),
        burst=10,
        day_quota=quota,
        reserve=int(reserve) if reserve is not None else quota * RESERVE_PERCENT // 100,
        day_zone=str(settings.get("day_zone") or DAY_ZONE),
    )


def quota_of_plan(plan: str) -> int:
    """Calls a day of a plan, by its name; the smallest for one we do not know."""
    return PLAN_QUOTAS.get(plan.strip().casefold(), SMALLEST)
