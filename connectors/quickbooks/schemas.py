"""Columns of the streams, as JSON schemas: what identifies and dates a record, and the object verbatim."""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

from connectors.quickbooks.entities import ABOUT_COMPANY, BY_STREAM, PAYING, REPORTS
from connectors.sdk.census import CENSUS, census_schema

_TEXT = th.StringType(nullable=True)
_BASE = (
    th.Property("realm_id", th.StringType, required=True, description="number of the company"),
    th.Property("key", th.StringType, required=True, description="QuickBooks' id inside the entity"),
    th.Property("entity", _TEXT, description="QuickBooks' name of the entity"),
    th.Property("name", _TEXT, description="name of a list member, number of a document"),
    th.Property("object", th.ObjectType(additional_properties=True), description="the object, verbatim"),
)
_CHANGING = (
    th.Property("sync_token", th.IntegerType(nullable=True), description="counts the object's changes"),
    th.Property("updated_at", th.DateTimeType(nullable=True), description="when it last changed, UTC"),
)
_WHOLE = (*_BASE, *_CHANGING)
_LIST = (*_WHOLE, th.Property("is_active", th.BooleanType(nullable=True)))
_DOCUMENT = (
    *_BASE,
    *_CHANGING,
    th.Property("date", th.DateType(nullable=True), description="TxnDate"),
)
_PAYING = (
    *_DOCUMENT,
    th.Property(
        "rates",
        th.ObjectType(additional_properties=True),
        description="rates of the documents in foreign currency it settles, by bill reference",
    ),
)


def stream_schema(stream: str) -> dict[str, Any]:
    """Return the schema of a stream."""
    if stream == CENSUS:
        return census_schema()
    if stream == REPORTS:
        return th.PropertiesList(*_BASE).to_dict()
    if stream in PAYING:
        return th.PropertiesList(*_PAYING).to_dict()
    if stream in ABOUT_COMPANY:
        return th.PropertiesList(*_WHOLE).to_dict()
    return th.PropertiesList(*(_DOCUMENT if BY_STREAM[stream].is_document else _LIST)).to_dict()
