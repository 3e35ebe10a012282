"""Columns of the streams and settings of the tap, as JSON schemas."""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

from connectors.busy.streams import REPORT_VOUCHERS, STREAMS, VOUCHERS

_TEXT = th.StringType(nullable=True)
_COLUMNS = (
    th.Property("company", th.StringType, required=True, description="identity of the books"),
    th.Property("key", th.StringType, required=True, description="identity of the object inside company and stream"),
    th.Property("route", th.StringType, required=True, description="xml, report, database or service"),
    th.Property("year", th.StringType(nullable=True), description="first day of the financial year, ISO"),
    th.Property("company_name", _TEXT, description="the company's name as the source or the configuration gives it"),
    th.Property("object", th.ObjectType(additional_properties=True), description="the object, verbatim"),
    th.Property("as_of", _TEXT, description="day the balances stand for, where it is not the start of the year"),
    th.Property("extent", _TEXT, description="all: from an export of all masters; used: of those its vouchers name"),
    th.Property("report", _TEXT, description="which list a voucher of a report stood in"),
    th.Property("element", _TEXT, description="element, table or report it is one of"),
    th.Property("name", _TEXT, description="name of the master, number of the voucher"),
    th.Property("file", _TEXT, description="file, database or address it was read from"),
    th.Property("position", th.IntegerType(nullable=True), description="which of its kind it is there, from 1"),
)
_DATE = th.Property("date", th.DateType(nullable=True), description="day of a voucher")
_VERSION = th.Property("version", th.IntegerType(nullable=True), description="BUSY's change stamp, where it has one")
_ANY = th.ObjectType(additional_properties=True)


def stream_schema(stream: str) -> dict[str, Any]:
    """Return the schema of a stream."""
    if stream not in STREAMS:
        raise KeyError(stream)
    extra = {VOUCHERS: (_DATE, _VERSION), REPORT_VOUCHERS: (_DATE,)}
    columns = (*_COLUMNS, *extra.get(stream, ()))
    return th.PropertiesList(*columns).to_dict()


def config_schema() -> dict[str, Any]:
    """Return the schema of the tap's settings; exactly one of ``files``, ``database`` and ``service`` is given."""
    return th.PropertiesList(
        th.Property(
            "files",
            th.ArrayType(th.StringType),
            description="XML exports (.DAT), report workbooks (.xlsx, .xls) and CSV files; oldest first.",
        ),
        th.Property(
            "database",
            _ANY,
            description="A company's databases instead of files: Access mode (.bds) or SQL Server, MySQL, MariaDB.",
        ),
        th.Property("service", _ANY, description="BUSY's web service instead of files: {url: http://localhost:981}."),
        th.Property(
            "company",
            th.StringType,
            description="Whose books these are. XML exports do not say; reports do, and are left out if it is another.",
        ),
    ).to_dict()
