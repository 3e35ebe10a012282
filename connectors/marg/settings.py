"""Settings of the tap: which of the three sources, whose file it is, how the web API and the tables are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from singer_sdk import typing as th

from canonical.errors import ConfigurationError
from canonical.record import JsonValue

USUAL_URL: Final = "https://corporate.margerp.com"
BUYER, SUPPLIER = "buyer", "supplier"
NO_REFERENCES, REMARK = "none", "remark"
OVERLAP_DAYS: Final = 3
FULL_PULLS_PER_DAY: Final = 2
TIMEOUT_S: Final = 300.0
"""More than a minute for one answer has been seen."""


class SourceKind(StrEnum):
    """Where rows come from."""

    FILES = "files"
    API = "api"
    DATABASE = "database"


def kind_of(config: Mapping[str, JsonValue]) -> SourceKind:
    """Say which source is configured.

    Raises:
        ConfigurationError: none, or more than one.
    """
    given = [
        kind
        for kind, name in (
            (SourceKind.FILES, "files"),
            (SourceKind.API, "company_code"),
            (SourceKind.DATABASE, "database"),
        )
        if config.get(name)
    ]
    if len(given) == 1:
        return given[0]
    raise ConfigurationError(
        "Say where Marg's data is, in one way: 'files' (sale bills), 'company_code' with 'marg_key' and "
        "'decryption_key' (the web API), or 'database' (tables).",
        code="marg.settings",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """How the Corporate EDE API is asked; the three secrets show in no representation.

    Attributes:
        api_type: 1 adds the accounting collections to those of 2.
        overlap: changes are asked for again from this long before the last answer's time.
        full_pulls_per_day: our own limit, per branch and day in India; Marg rations full pulls.
        is_full: everything is asked for anew, whatever the state says.
    """

    url: str
    company_code: str = field(repr=False)
    marg_key: str = field(repr=False)
    decryption_key: str = field(repr=False)
    api_type: str = "1"
    overlap: timedelta = timedelta(days=OVERLAP_DAYS)
    full_pulls_per_day: int = FULL_PULLS_PER_DAY
    timeout_s: float = TIMEOUT_S
    is_full: bool = False

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must appear nowhere."""
        return tuple(text for text in (self.company_code, self.marg_key, self.decryption_key) if text)


def api_settings(config: Mapping[str, JsonValue]) -> ApiSettings:
    """Read the settings of the web API.

    Raises:
        ConfigurationError: a key is missing, or a number is none.
    """
    missing = [name for name in ("company_code", "marg_key", "decryption_key") if not config.get(name)]
    if missing:
        raise ConfigurationError(
            f"The web API needs {' and '.join(missing)}; Marg's support gives them with the EDE licence.",
            code="marg.settings",
        )
    return ApiSettings(
        url=str(config.get("api_url") or USUAL_URL).rstrip("/"),
        company_code=str(config["company_code"]),
        marg_key=str(config["marg_key"]),
        decryption_key=str(config["decryption_key"]),
        api_type=str(config.get("api_type") or "1"),
        overlap=timedelta(days=float(_or(config, "overlap_days", OVERLAP_DAYS))),
        full_pulls_per_day=int(_or(config, "full_pulls_per_day", FULL_PULLS_PER_DAY)),
        timeout_s=float(_or(config, "timeout_s", TIMEOUT_S)),
        is_full=config.get("mode") == "full",
    )


def wanted_branches(config: Mapping[str, JsonValue]) -> frozenset[str]:
    """Numbers of the branches to read; empty for all."""
    return frozenset(str(one).strip() for one in config.get("branches") or ())


def reading_of(config: Mapping[str, JsonValue], branch: str) -> dict[str, JsonValue]:
    """What translation has to know of the settings: it travels in the branch's own record."""
    gstins: Mapping[str, JsonValue] = config.get("branch_gstins") or {}
    return {
        "bill_references": str(config.get("bill_references") or NO_REFERENCES),
        "gstin": str(gstins.get(branch) or config.get("gstin") or "").strip().upper(),
    }


def _or(config: Mapping[str, JsonValue], name: str, default: float) -> float:
    value = config.get(name)
    return default if value is None else float(value)


def _text(name: str, description: str, **more: Any) -> th.Property[Any]:
    return th.Property(name, th.StringType, description=description, **more)


_MAP = th.ObjectType(additional_properties=True)


def config_schema() -> dict[str, Any]:
    """Return the schema of the tap's settings."""
    return th.PropertiesList(*_files(), *_api(), *_tables(), *_meaning()).to_dict()


def _files() -> tuple[th.Property[Any], ...]:
    return (
        th.Property("files", th.ArrayType(th.StringType), description="Sale bills, or folders of them."),
        _text("company", "Name of the books, if the files do not say it or say it differently."),
        _text("company_guid", "Identity of the books, if they are known already by their name; the hub finds it."),
        th.Property(
            "owner",
            th.StringType(allowed_values=[BUYER, SUPPLIER]),
            default=BUYER,
            description="Whose books sale bills go to: the buyer's (a purchase) or the supplier's (a sale).",
        ),
        _text("supplier", "Supplier of all the files; else each file's name says it."),
        _text("supplier_gstin", "The supplier's GSTIN; decides CGST and SGST, or IGST."),
        _text("supplier_state", "The supplier's state, if it has no GSTIN."),
        th.Property(
            "suppliers", _MAP, description="By the supplier part of the file name: name, gstin, state of the supplier."
        ),
    )


def _api() -> tuple[th.Property[Any], ...]:
    return (
        _text("company_code", "Company code of the EDE licence.", secret=True),
        _text("marg_key", "MargKey of the EDE licence.", secret=True),
        _text("decryption_key", "Key that answers are encrypted with.", secret=True),
        _text("api_url", "Root of another server than Marg's usual one.", default=USUAL_URL),
        th.Property(
            "api_type",
            th.StringType(allowed_values=["1", "2"]),
            default="1",
            description="1: with accounts and outstanding; 2: documents and masters only.",
        ),
        th.Property(
            "branches", th.ArrayType(th.StringType), description="Branch numbers (CompanyID); all if left out."
        ),
        th.Property("overlap_days", th.NumberType, default=OVERLAP_DAYS, description="Days asked for again each time."),
        th.Property(
            "full_pulls_per_day",
            th.IntegerType,
            default=FULL_PULLS_PER_DAY,
            description="Full pulls of a branch that we allow ourselves in a day; Marg's own limit is not published.",
        ),
        th.Property("timeout_s", th.NumberType, default=TIMEOUT_S, description="Patience for one answer, seconds."),
        th.Property(
            "mode",
            th.StringType(allowed_values=["auto", "full"]),
            default="auto",
            description="full: ask for everything anew.",
        ),
    )


def _tables() -> tuple[th.Property[Any], ...]:
    database = th.ObjectType(
        _text("driver", "Name of the ODBC driver."),
        _text("dsn", "Name of a data source, instead of a driver."),
        _text("server", "Host of the server."),
        th.Property("port", th.IntegerType, description="Its port."),
        _text("name", "Name of the database."),
        _text("user", "User that may only read."),
        _text("password", "Its password.", secret=True),
        _text("encrypt", "FreeTDS and SQL Server: their word for encryption."),
        th.Property(
            "timeout_s", th.NumberType, description="Patience for an answer, seconds; then the driver is ended."
        ),
        th.Property("rows_max", th.IntegerType, description="Rows of a table that are too many to be true."),
    )
    return (
        th.Property("database", database, description="Tables with the names and columns of the API's collections."),
        th.Property("tables", _MAP, description="Names of tables that are called otherwise, by collection."),
    )


def _meaning() -> tuple[th.Property[Any], ...]:
    return (
        _text("gstin", "GSTIN of the books; decides CGST and SGST, or IGST, where no accounts are given."),
        th.Property("branch_gstins", _MAP, description="The same by branch number."),
        th.Property(
            "bill_references",
            th.StringType(allowed_values=[NO_REFERENCES, REMARK]),
            default=NO_REFERENCES,
            description="Whether the remark of a receipt or payment is the number of the bill it settles.",
        ),
        th.Property(
            "retire_missing",
            th.BooleanType,
            default=False,
            description="Take documents that a full pull does not show any more to be deleted.",
        ),
    )
