"""Columns of the streams and settings of the tap, as JSON schemas."""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

from connectors.sdk.census import CENSUS, census_schema
from connectors.zoho.client import PAGE_SIZE
from connectors.zoho.hosts import DATA_CENTRES, USUAL, USUAL_FIELD
from connectors.zoho.limits import DAY_ZONE, PER_MINUTE
from connectors.zoho.lists import OVERLAP_MINUTES
from connectors.zoho.reports import DEBIT, NATURAL
from connectors.zoho.source import COMPANIES, SWEEP_HOURS
from connectors.zoho.streams import REPORTS, STREAMS

_TEXT = th.StringType(nullable=True)
_KEYS = (
    th.Property("organization_id", th.StringType, required=True, description="identity of the books"),
    th.Property("key", th.StringType, required=True, description="Zoho's id of the record"),
    th.Property("name", _TEXT, description="number of a document, name of a master"),
    th.Property("number", _TEXT, description="as the list shows it"),
    th.Property("version", th.IntegerType(nullable=True), description="digest of what the list says of the record"),
    th.Property("object", th.ObjectType(additional_properties=True), description="the record, verbatim"),
    th.Property(
        "rates",
        th.ObjectType(additional_properties=True),
        description="rates of the foreign bills a payment settles, by their ids",
    ),
)
_DATE = th.Property("date", th.DateType(nullable=True), description="business date of a document")
_MODIFIED = th.Property("modified", th.DateTimeType(nullable=True), description="last modification, UTC")
READ_ORDER = (CENSUS, COMPANIES, *(stream for stream in STREAMS if stream != COMPANIES), REPORTS)
"""The organisation first; Zoho's own balances last, when everything they are compared with has been read."""


def stream_schema(stream: str) -> dict[str, Any]:
    """Return the schema of a stream."""
    if stream == CENSUS:
        return census_schema()
    spec = STREAMS.get(stream)
    more = [column for column, has in ((_DATE, spec and spec.day), (_MODIFIED, spec and spec.modified)) if has]
    return th.PropertiesList(*_KEYS, *more).to_dict()


def _text(name: str, description: str, **more: Any) -> th.Property[Any]:
    return th.Property(name, th.StringType, description=description, **more)


def _number(name: str, description: str, **more: Any) -> th.Property[Any]:
    return th.Property(name, th.NumberType, description=description, **more)


def _whole(name: str, description: str, **more: Any) -> th.Property[Any]:
    return th.Property(name, th.IntegerType, description=description, **more)


def config_schema() -> dict[str, Any]:
    """Return the schema of the tap's settings."""
    return th.PropertiesList(
        _text("client_id", "Of your application in Zoho's developer console."),
        _text("client_secret", "Of the same.", secret=True),
        _text("refresh_token", "From the shell; in the hub 'khata connect zoho' gets and keeps it.", secret=True),
        _text("token_file", "From the shell: where tokens are kept between runs."),
        th.Property(
            "data_center",
            th.StringType(allowed_values=list(DATA_CENTRES)),
            default=USUAL,
            description="Where the account lives; a token works nowhere else.",
        ),
        _text("organization_id", "The organisation; may be left out if the sign-in opens only one."),
        _text("accounts_url", "Another authorisation server than the data centre's."),
        _text("api_url", "Another root of the API than the data centre's."),
        _whole("page_size", "Rows of a page; Zoho gives 200 at most.", default=PAGE_SIZE),
        _whole("requests_per_minute", "Calls a minute, for all workers; Zoho allows 100.", default=PER_MINUTE),
        _whole("day_quota", "Calls a day; as the plan allows if left out, 1000 for an unknown plan."),
        _whole("day_reserve", "Calls of a day left to people and other programs; a tenth if left out."),
        _text("day_zone", "Zone in whose midnight Zoho's day begins (not documented).", default=DAY_ZONE),
        _text("plan", "Name of the plan, for the day's quota."),
        _text(
            "write_key_field", "Custom field that bears a write's identity ('khata write zoho').", default=USUAL_FIELD
        ),
        th.Property(
            "sweep",
            th.StringType(allowed_values=["auto", "always", "never"]),
            default="auto",
            description="Walk every list to its end (what was deleted shows only there): when sweep_hours have passed, "
            "in every sync, or only in the first.",
        ),
        _number("sweep_hours", "Hours between sweeps.", default=SWEEP_HOURS),
        _number("overlap_minutes", "Asked again before the last modification seen.", default=OVERLAP_MINUTES),
        th.Property(
            "balance_sign",
            th.StringType(allowed_values=[NATURAL, DEBIT]),
            default=NATURAL,
            description="How Zoho signs balances of accounts: positive on the natural side, or positive for a debit.",
        ),
    ).to_dict()
