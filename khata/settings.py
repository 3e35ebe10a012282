"""Settings: what an operator may change, where each value came from, and what it means.

One frozen dataclass per component; every field has a default and a sentence, so nothing has to be set at all: without
a file and without a variable Khata keeps its books in an SQLite file in the user's data folder. The order is
*explicit argument > environment > TOML file > default* and every value remembers its origin (``khata config show``).
``docs/settings.md`` is generated from these classes. Next: ``configuration.py`` reads them, ``wiring.py`` uses them.
"""
# ruff: noqa: RUF009 - setting() is a field specifier, as dataclasses.field() is

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from canonical.receivable import AgeingBasis

PREFIX = "KHATA_"
MASK = "********"


def setting(default: Any, sentence: str, *, secret: bool = False, least: int = 0) -> Any:
    """Declare one setting: its default, the sentence that explains it, whether it must never be shown, its least."""
    return field(default=default, metadata={"sentence": sentence, "secret": secret, "least": least})


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSettings:
    """Where Khata keeps its own files."""

    folder: Path = setting(Path(), "Folder of the embedded database, of Temporal's data and of run files.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """The store of the books."""

    url: str = setting(
        "",
        "sqlite:///PATH or postgresql://USER@HOST/NAME; empty means khata.db in the data folder. "
        "A password belongs in the environment or in a PGPASSFILE, not in the TOML file.",
        secret=True,
    )
    auto_migrate: bool = setting(
        True,
        "Set an empty database up when it is opened, and bring an older SQLite one up to date; "
        "an older PostgreSQL database always waits for 'khata db migrate'.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLineSettings:
    """What the command line assumes when it is not told."""

    tenant: str = setting("default", "Tenant whose books the command line works on.")
    page_rows: int = setting(50, "Rows that list commands show at a time.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivablesSettings:
    """How open money is aged unless a command says otherwise."""

    basis: AgeingBasis = setting(AgeingBasis.DUE, "Date that ages are counted from: due or bill.")
    buckets: str = setting("30,60,90", "Last days of the ageing buckets, rising.")
    fifo: str = setting("none", "Virtual FIFO for unapplied credits: none, on-account or all.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofSettings:
    """When the figures of a company are published."""

    tolerance: Decimal = setting(
        Decimal("0.00"),
        "Rupees by which an amount may differ from the source's own and the figures still be published; counts and "
        "dates have no tolerance.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GstSettings:
    """What the rules of GST need to know that books do not show."""

    turnover: str = setting(
        "",
        "Turnover before tax of years these books do not hold in full, as PAN YEAR RUPEES, several separated by "
        "semicolons: AAACT2727Q 2024-25 12,50,00,000. Who must register invoices, and digits of HSN, depend on it.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """The HTTP interface."""

    host: str = setting("127.0.0.1", "Address the API listens on; put a TLS proxy in front before opening it wider.")
    port: int = setting(8400, "Port the API listens on.")
    public_url: str = setting(
        "",
        "Where the API is reached from outside, as https://books.example.in; addresses of webhooks are made of it. "
        "Empty means that nobody said.",
    )
    page_rows: int = setting(50, "Rows of one page when the caller does not say.")
    page_rows_max: int = setting(500, "Most rows one page may ask for.")
    body_bytes_max: int = setting(1_000_000, "Largest request body that is read.")
    requests_per_minute: int = setting(600, "Requests one API key may make in a minute; 0 means no limit.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalSettings:
    """The engine behind `khata up` and `khata sync`."""

    address: str = setting("", "HOST:PORT of an existing Temporal cluster; empty means the embedded server.")
    namespace: str = setting("", "Temporal namespace of the workflows; empty means TEMPORAL_NAMESPACE, else default.")
    port: int = setting(7233, "Port of the embedded Temporal server.")
    ui_port: int = setting(8233, "Port of the embedded server's Web UI.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsSettings:
    """The key that secrets of connections are sealed with."""

    key: str = setting("", "32 bytes in base64; only from the environment. Empty means the key file.", secret=True)
    old_keys: str = setting(
        "", "Keys before this one, separated by commas, until 'khata secrets rotate' has run.", secret=True
    )
    key_file: Path = setting(
        Path(), "File that holds the key; empty means secrets.key in the data folder, made when it is first needed."
    )
    keyring: bool = setting(
        False,
        "Keep the key in the operating system's keyring instead of a file; needs the package keyring.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TallySettings:
    """Running Tallys: how often they are asked, and where they may call."""

    poll_seconds: int = setting(
        30, "Seconds between two looks of 'khata watch' at a Tally; a look is one small question.", least=1
    )
    schedule_minutes: int = setting(
        5, "Minutes between two looks of the hub ('khata up') at every connected Tally; 0 means it does not look."
    )
    listen_port: int = setting(
        9655, "Port on this computer where 'khata watch' hears from Tally's events; 0 means it does not listen."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """Products one signs in to: Zoho Books, QuickBooks Online."""

    callback_port: int = setting(
        9656,
        "Port on this computer where a browser comes back to with a product's consent; the redirect address registered "
        "with the product is http://localhost:PORT/callback.",
    )
    schedule_minutes: int = setting(
        60,
        "Minutes between two syncs of the hub ('khata up') of every connection that is signed in; 0 means none. Each "
        "costs calls of the product's day; webhooks bring changes in between.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What is written while Khata works."""

    level: str = setting("warning", "Least level written to standard error: debug, info, warning or error.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingSettings:
    """What Khata may write into an accounting system: nothing, unless it is said here."""

    enabled: bool = setting(False, "Allow `khata write ... --apply` to send anything at all.")
    operations: str = setting(
        "",
        "Operations that are allowed in Tally, separated by commas: create_ledger, alter_ledger, create_sales, "
        "create_receipt, create_payment, create_journal, cancel_voucher. Empty means none.",
    )
    zoho_operations: str = setting(
        "",
        "The same for Zoho Books: create_customer, update_customer, create_item, update_item, create_invoice, "
        "update_invoice, create_payment (money received), update_payment. Empty means none.",
    )
    quickbooks_operations: str = setting("", "The same operations as of Zoho Books, for QuickBooks. Empty means none.")
    amount_max: str = setting(
        "", "Largest total of a voucher or document that may be written, in the currency of its books; empty: no limit."
    )


class OriginKind(StrEnum):
    """Who said a value, strongest first."""

    ARGUMENT = "argument"
    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from; ``name`` is the option, variable or file."""

    kind: OriginKind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} {self.name}".strip()


DEFAULT_ORIGIN = Origin(OriginKind.DEFAULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one process, assembled by ``configuration.load_settings``."""

    data: DataSettings = field(default_factory=DataSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    cli: CommandLineSettings = field(default_factory=CommandLineSettings)
    receivables: ReceivablesSettings = field(default_factory=ReceivablesSettings)
    proof: ProofSettings = field(default_factory=ProofSettings)
    gst: GstSettings = field(default_factory=GstSettings)
    api: ApiSettings = field(default_factory=ApiSettings)
    temporal: TemporalSettings = field(default_factory=TemporalSettings)
    secrets: SecretsSettings = field(default_factory=SecretsSettings)
    tally: TallySettings = field(default_factory=TallySettings)
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    writing: WritingSettings = field(default_factory=WritingSettings)
    log: LogSettings = field(default_factory=LogSettings)
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def origin(self, name: str) -> Origin:
        """Say where the value of ``section.key`` came from."""
        return self.origins.get(name, DEFAULT_ORIGIN)

    @property
    def database_url(self) -> str:
        """The store to open: as set, else the SQLite file in the data folder."""
        return self.database.url or f"sqlite:///{self.data.folder / 'khata.db'}"


SECTIONS: Mapping[str, type] = MappingProxyType(
    {
        "data": DataSettings,
        "database": DatabaseSettings,
        "cli": CommandLineSettings,
        "receivables": ReceivablesSettings,
        "proof": ProofSettings,
        "gst": GstSettings,
        "api": ApiSettings,
        "temporal": TemporalSettings,
        "secrets": SecretsSettings,
        "tally": TallySettings,
        "sign_in": SignInSettings,
        "writing": WritingSettings,
        "log": LogSettings,
    }
)


@dataclass(frozen=True, slots=True)
class SettingField:
    """One declared setting, for documentation and for reading values."""

    section: str
    key: str
    type: type
    default: object
    sentence: str
    is_secret: bool
    least: int = 0
    """Of whole numbers: 1 where 0 would not mean "not at all"."""

    @property
    def name(self) -> str:
        """``section.key``, as the TOML file spells it."""
        return f"{self.section}.{self.key}"

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"{PREFIX}{self.section.upper()}__{self.key.upper()}"


def iter_setting_fields() -> Iterator[SettingField]:
    """Yield every declared setting in order."""
    for section, cls in SECTIONS.items():
        for item in dataclasses.fields(cls):
            yield SettingField(
                section, item.name, _TYPES[str(item.type)], item.default, item.metadata["sentence"],
                item.metadata["secret"], item.metadata["least"],
            )  # fmt: skip


_TYPES: Mapping[str, type] = {
    "str": str,
    "int": int,
    "bool": bool,
    "Path": Path,
    "Decimal": Decimal,
    "AgeingBasis": AgeingBasis,
}


_PASSWORD_IN_AUTHORITY = re.compile(r"(://[^:@/?]*:)[^?]*(@)")
_PASSWORD_IN_QUERY = re.compile(r"([?&][^=&]*pass[^=&]*=)[^&]*", re.IGNORECASE)


def mask_url(url: str) -> str:
    """Replace the password in a URL, wherever it may stand, so it can be shown.

    >>> mask_url("postgresql://asha:hunter2@db.example/khata")
    'postgresql://asha:********@db.example/khata'
    """
    return _PASSWORD_IN_QUERY.sub(rf"\1{MASK}", _PASSWORD_IN_AUTHORITY.sub(rf"\1{MASK}\2", url))


def mask_secret(text: str) -> str:
    """Hide what is secret in a setting: of an address its password, of anything else all of it."""
    return mask_url(text) if "://" in text or not text else MASK


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting as ``khata config show`` prints it: secrets masked."""

    name: str
    value: str
    origin: Origin
    sentence: str


def iter_shown(settings: Settings) -> Iterator[ShownSetting]:
    """Yield every setting with its value for people, its origin and its sentence."""
    for item in iter_setting_fields():
        value = getattr(getattr(settings, item.section), item.key)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if value == Path():
            text = ""  # an empty path would read as this folder
        if item.is_secret:
            text = mask_secret(text)
        if item.name == "database.url" and not text:
            text = mask_url(settings.database_url)
        yield ShownSetting(item.name, text, settings.origin(item.name), item.sentence)
