"""Streams of the tap, and the collections of Marg they come from.

The web API and the tables have the same collections; what follows from a voucher stands in three of them and is put
together into one record (``assembly.py``). Names of collections and fields are those of readers of live installations.
"""

from __future__ import annotations

from typing import Any, Final

from singer_sdk import typing as th

from connectors.sdk.census import CENSUS, census_schema

CONNECTOR: Final = "marg"
COMPANIES, OPENINGS, CODES, GROUPS = "companies", "opening_balances", "codes", "groups"
ITEMS, STOCK, LEDGERS, TERMS = "items", "stock", "ledgers", "bill_terms"
VOUCHERS, REPORTS = "vouchers", "reports"
MASTER_COLLECTIONS: Final = {CODES: "SaleType", GROUPS: "ACGroup", ITEMS: "Product", STOCK: "Stock", LEDGERS: "Party"}
"""Collection of each stream whose records are rows."""
HEADERS, LINES, LEGS = "MDis", "Dis", "Account"
OUTSTANDING, PARTY_BALANCES, GROUP_BALANCES = "Outstanding", "PBal", "AcBal"
COLLECTIONS: Final = (
    *MASTER_COLLECTIONS.values(),
    HEADERS,
    LINES,
    LEGS,
    OUTSTANDING,
    PARTY_BALANCES,
    GROUP_BALANCES,
)
READ_ORDER: Final = (CENSUS, COMPANIES, OPENINGS, CODES, GROUPS, ITEMS, STOCK, LEDGERS, TERMS, VOUCHERS, REPORTS)
"""The companies first, so that everything after them has somewhere to belong; reports last."""
TRANSLATED: Final = (OPENINGS, CODES, COMPANIES, GROUPS, ITEMS, STOCK, LEDGERS, TERMS, VOUCHERS)

_KEYS = (
    th.Property("company_id", th.StringType, required=True, description="identity of the books: a branch, or a firm"),
    th.Property("key", th.StringType, required=True, description="identity inside the stream"),
    th.Property("place", th.StringType(nullable=True), description="where it was read, for people"),
    th.Property("object", th.ObjectType(additional_properties=True), description="as Marg says it, verbatim"),
)
_NAME = th.Property("name", th.StringType(nullable=True), description="name of the books")
_NUMBER = th.Property("number", th.StringType(nullable=True), description="number of a document, name of a master")
_DATE = th.Property("date", th.DateType(nullable=True), description="business date of a document")


def stream_schema(stream: str) -> dict[str, Any]:
    """Return the schema of a stream."""
    if stream == CENSUS:
        return census_schema()
    more: list[th.Property[Any]] = []
    if stream == COMPANIES:
        more = [_NAME]
    elif stream in MASTER_COLLECTIONS:
        more = [_NUMBER]
    elif stream == VOUCHERS:
        more = [_NUMBER, _DATE]
    return th.PropertiesList(*_KEYS, *more).to_dict()
