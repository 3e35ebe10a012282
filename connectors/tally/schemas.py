"""Columns of the streams and settings of the tap, as JSON schemas."""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

from connectors.sdk.census import CENSUS, census_schema
from connectors.tally.export.source import LIMITS
from connectors.tally.export.streams import REPORTS, STREAMS
from connectors.tally.odbc.settings import SETTINGS as ODBC

_TEXT = th.StringType(nullable=True)
_BASE = (
    th.Property("company_guid", th.StringType, required=True, description="identity of the books"),
    th.Property("company_name", _TEXT, description="the company's name as the source or the configuration gives it"),
    th.Property("key", th.StringType, required=True, description="identity of the object inside company and stream"),
    th.Property("guid", _TEXT, description="Tally's GUID, empty if the source carries none"),
    th.Property("name", _TEXT, description="name of the master; type and number of a voucher"),
    th.Property("element", _TEXT, description="element name in Tally"),
    th.Property("object", th.ObjectType(additional_properties=True), description="the object, verbatim"),
    th.Property("file", _TEXT, description="file, or Tally, it was read from"),
    th.Property("position", th.IntegerType(nullable=True), description="which of its kind it is there, from 1"),
)
_COMMON = (
    *_BASE,
    th.Property("remote_id", _TEXT, description="REMOTEID: the GUID in the company the object came from"),
    th.Property("alter_id", th.IntegerType(nullable=True), description="Tally's change counter"),
    th.Property("master_id", th.IntegerType(nullable=True), description="Tally's number of the object"),
)
_MASTER_COLUMNS = (th.Property("parent", _TEXT, description="name of the parent master"),)
_VOUCHER_COLUMNS = (
    th.Property("date", th.DateType(nullable=True), description="null if it has another form than Tally's"),
    th.Property("voucher_type", _TEXT, description="the company's own type name"),
    th.Property("voucher_number", _TEXT),
    th.Property("reference", _TEXT, description="the other side's document number"),
    th.Property("party_ledger_name", _TEXT),
    th.Property("is_cancelled", th.BooleanType),
    th.Property("is_optional", th.BooleanType),
)
_TYPES = {"string": th.StringType, "integer": th.IntegerType, "number": th.NumberType}
_ODBC: tuple[th.Property[Any], ...] = tuple(
    th.Property(name, _TYPES[kind], description=text) for name, (kind, text) in ODBC.items()
)
_LIMIT_TEXTS = {
    "text_bytes_max": "Bytes of one value; a longer one refuses the file.",
    "object_bytes_max": "Bytes of one voucher or master; a longer one refuses the file.",
    "zip_ratio_max": "Unpacked over packed size of a zip member; beyond it the zip is refused as a bomb.",
    "zip_bytes_max": "Unpacked bytes of all members of a zip.",
}
_SPECIAL = {
    "companies": th.PropertiesList(*_BASE).to_dict(),
    REPORTS: th.PropertiesList(*_BASE).to_dict(),
    "vouchers": th.PropertiesList(*_COMMON, *_VOUCHER_COLUMNS).to_dict(),
}
_MASTERS = th.PropertiesList(*_COMMON, *_MASTER_COLUMNS).to_dict()


def stream_schema(stream: str) -> dict[str, Any]:
    """Return the schema of a stream."""
    return census_schema() if stream == CENSUS else _SPECIAL.get(stream, _MASTERS)


READ_ORDER = (CENSUS, *(stream for stream in STREAMS if stream not in (REPORTS, "vouchers")), "vouchers", REPORTS)
"""Masters before vouchers, and Tally's own reports last, when everything they are compared with has been read. The
census has no records of its own: the others count as they go."""


def config_schema() -> dict[str, Any]:
    """Return the schema of the tap's settings; exactly one of ``files`` and ``gateway`` says what is read."""
    return th.PropertiesList(
        th.Property(
            "files",
            th.ArrayType(th.StringType),
            description="Export files, or zips with exports inside; oldest first if they overlap.",
        ),
        th.Property(
            "gateway",
            th.ObjectType(th.Property("url", th.StringType), additional_properties=True),
            description="A running Tally instead of files: {url: http://localhost:9000}, and time-outs if they must "
            "differ.",
        ),
        th.Property(
            "odbc",
            th.ObjectType(*_ODBC),
            description="Tally's ODBC server beside the gateway, as a second opinion or a way round: {dsn: "
            "TallyODBC64_9000}; left out by default.",
        ),
        th.Property(
            "company",
            th.StringType,
            description="Name of the company: names files that do not name one, picks one if there are several.",
        ),
        th.Property(
            "company_guid",
            th.StringType,
            description="Identity of the company; with a gateway, the one to read.",
        ),
        th.Property(
            "companies",
            th.ArrayType(th.StringType),
            description="Identities of several companies to read from a gateway; all that are open if none is named.",
        ),
        th.Property(
            "mode",
            th.StringType(allowed_values=["auto", "full", "incremental"]),
            default="auto",
            description="From a gateway: what changed since the state (auto reads everything where there is no state, "
            "incremental then refuses), or everything.",
        ),
        th.Property(
            "profile",
            th.ObjectType(additional_properties=True),
            description="How this Tally behaves, as measured when it was connected; measured again if left out.",
        ),
        th.Property(
            "skip_unchanged",
            th.BooleanType,
            default=False,
            description="Pass over a file whose content was read before (state remembers digests). Off by default: "
            "reading a file again changes nothing.",
        ),
        *(
            th.Property(name, th.IntegerType, default=LIMITS[name], description=text)
            for name, text in _LIMIT_TEXTS.items()
        ),
    ).to_dict()
