"""Settings of the tap: which company, how to sign in, how to read; and what QuickBooks allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from singer_sdk import typing as th

from canonical.errors import ConfigurationError
from canonical.record import JsonValue
from connectors.quickbooks.client import MINOR_VERSION
from connectors.quickbooks.queries import PAGE_MAX
from connectors.sdk.tokens import Limits

PER_MINUTE: Final = 450
"""QuickBooks allows an application 500 requests a minute for one company; something is left for others."""
BURST: Final = 2
"""It allows ten a second, whatever came before: 7.5 that come regularly, and two at once."""
MONTHLY: Final = 500_000
"""Reads a month on Intuit's smallest plan for applications (Builder), for all companies together; larger plans have
more, which nobody has published: ``month_quota``."""
RESERVE_PERCENT: Final = 5
CHANGES, QUERIES = "changes", "queries"


@dataclass(frozen=True, slots=True, kw_only=True)
class HowToRead:
    """How the company is read.

    Attributes:
        overlap: changes are read again from this long before the last reading began.
        sweep_every: all ids are compared at least this often.
        uses_changes: change data capture is used while it reaches back far enough; else queries.
        reads_reports: QuickBooks' own reports are read for the proof.
        is_full: everything is read anew, whatever the state says.
    """

    minor_version: int = MINOR_VERSION
    page_rows: int = PAGE_MAX
    overlap: timedelta = timedelta(minutes=10)
    sweep_every: timedelta = timedelta(days=7)
    uses_changes: bool = True
    reads_reports: bool = True
    is_full: bool = False


def how_to_read(config: Mapping[str, JsonValue]) -> HowToRead:
    """Read the settings."""
    return HowToRead(
        minor_version=int(config.get("minor_version") or MINOR_VERSION),
        page_rows=min(max(int(config.get("page_rows") or PAGE_MAX), 1), PAGE_MAX),
        overlap=timedelta(minutes=float(_or(config, "overlap_minutes", 10))),
        sweep_every=timedelta(days=float(_or(config, "sweep_days", 7))),
        uses_changes=config.get("incremental_by", CHANGES) != QUERIES,
        reads_reports=config.get("reports", True) is not False,
        is_full=config.get("mode") == "full",
    )


def _or(config: Mapping[str, JsonValue], name: str, default: float) -> float:
    value = config.get(name)
    return default if value is None else float(value)


def realm_of(config: Mapping[str, JsonValue]) -> str:
    """The company to read.

    Raises:
        ConfigurationError: none is named.
    """
    realm = str(config.get("realm_id") or "")
    if not realm:
        raise ConfigurationError(
            "realm_id is missing: the number of the QuickBooks company, which 'khata connect quickbooks' learns when "
            "somebody signs in.",
            code="quickbooks.realm_missing",
        )
    return realm


def limits_of(config: Mapping[str, JsonValue]) -> Limits:
    """What QuickBooks allows a connection; a quota per day is only a plan of ours (``day_quota``)."""
    daily = int(config.get("day_quota") or 0)
    monthly = int(_or(config, "month_quota", MONTHLY))
    kept = monthly * RESERVE_PERCENT // 100 if not daily else 0
    reserve = config.get("day_reserve" if daily else "month_reserve")
    return Limits(
        per_minute=int(config.get("requests_per_minute") or PER_MINUTE),
        burst=BURST,
        day_quota=daily or None,
        month_quota=monthly or None,
        reserve=kept if reserve is None else int(reserve),
        is_of_application=True,
    )


def config_schema() -> dict[str, Any]:
    """Schema of the settings."""
    return th.PropertiesList(
        th.Property("realm_id", th.StringType, required=True, description="Number of the QuickBooks company."),
        th.Property("client_id", th.StringType, description="Of your application at developer.intuit.com."),
        th.Property("client_secret", th.StringType, secret=True, description="Of your application."),
        th.Property(
            "refresh_token",
            th.StringType,
            secret=True,
            description="To begin with, from the shell; the hub keeps its own. It rotates: give token_file too.",
        ),
        th.Property(
            "token_file", th.StringType, description="From the shell: where rotated tokens are kept, for you only."
        ),
        th.Property(
            "environment",
            th.StringType(allowed_values=["production", "sandbox"]),
            default="production",
            description="Keys of development work with sandbox companies only.",
        ),
        th.Property("api_url", th.StringType, description="Another API server, for tests or a proxy."),
        th.Property("sign_in_url", th.StringType, description="Another authorisation server, likewise."),
        th.Property("minor_version", th.IntegerType, default=MINOR_VERSION, description="Of the API."),
        th.Property("page_rows", th.IntegerType, default=PAGE_MAX, description="Rows asked for at once, up to 1000."),
        th.Property(
            "mode",
            th.StringType(allowed_values=["auto", "full"]),
            default="auto",
            description="What changed since the state, or everything.",
        ),
        th.Property(
            "incremental_by",
            th.StringType(allowed_values=[CHANGES, QUERIES]),
            default=CHANGES,
            description="Change data capture (one call for all entities), or one query per entity.",
        ),
        th.Property(
            "overlap_minutes",
            th.NumberType,
            default=10,
            description="Changes are read again from this long before the last reading.",
        ),
        th.Property("sweep_days", th.NumberType, default=7, description="All ids are compared at least this often."),
        th.Property("reports", th.BooleanType, default=True, description="Read QuickBooks' own reports for the proof."),
        th.Property(
            "requests_per_minute", th.IntegerType, default=PER_MINUTE, description="For all workers of the connection."
        ),
        th.Property(
            "day_quota", th.IntegerType, description="Calls a day, if the plan of your application counts them."
        ),
        th.Property(
            "month_quota",
            th.IntegerType,
            default=MONTHLY,
            description="Reads a month your plan allows all companies of the application; 0: it does not count.",
        ),
        th.Property("month_reserve", th.IntegerType, description="Calls of them left to others; else 5 in a hundred."),
        th.Property("day_reserve", th.IntegerType, description="Calls of the day's quota left to others."),
    ).to_dict()
