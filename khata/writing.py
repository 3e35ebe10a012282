"""Writing to accounting systems from the roof: permission from the settings, the audit kept in the store, the line out.

An audit entry is a raw record of the stream ``writes``: the raw store only ever appends, so what was done cannot be
made undone; all entries of a command stay, and ``khata write log`` shows them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from canonical.errors import ConfigurationError
from canonical.record import JsonValue, RawRecord, SourceRef
from connectors.sdk.writing.api_command import ApiOperation
from connectors.sdk.writing.audit import AuditEntry, Verdict, parse_entry
from connectors.sdk.writing.policy import Product, WritePolicy, operations_of
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import LoadedCompany, list_books, same_name
from connectors.tally.gateway.profile import parse_profile
from connectors.tally.writing.policy import parse_operations
from connectors.tally.writing.writer import Writer
from khata.live.connecting import client_of, endpoint_of
from khata.settings import Settings, WritingSettings
from khata.wiring import Clock, Hub, surroundings_of

if TYPE_CHECKING:
    from connectors.sdk.base import Surroundings
    from connectors.sdk.writing.api_writer import ApiBooks, ApiWriter
    from storage import Connection, TenantStore

STREAM = "writes"
CONNECTOR = "tally"
ZOHO: Final = "zoho"
QUICKBOOKS: Final = "quickbooks"
_NOT_TRANSLATED = 0


def write_policy(settings: WritingSettings) -> WritePolicy:
    """Read the permission to write to Tally from the settings.

    Raises:
        RuleError: an operation has a name nobody knows.
        ConfigurationError: the limit is not an amount.
    """
    return _policy(settings, parse_operations(settings.operations))


def api_policy(settings: WritingSettings, connector: str) -> WritePolicy:
    """Read the permission to write to a product over its API; raises as ``write_policy``."""
    product = _api_product(connector)
    listed = settings.zoho_operations if connector == ZOHO else settings.quickbooks_operations
    return _policy(settings, operations_of(listed, ApiOperation, product))


def _policy(settings: WritingSettings, operations: Collection[StrEnum]) -> WritePolicy:
    try:
        limit = Decimal(settings.amount_max) if settings.amount_max else None
    except InvalidOperation as error:
        raise ConfigurationError(
            f"writing.amount_max is {settings.amount_max!r}; it must be an amount, such as 100000.",
            code="khata.configuration.invalid_value",
            setting="writing.amount_max",
        ) from error
    return WritePolicy(is_enabled=settings.enabled, operations=operations, amount_max=limit)


@dataclass(frozen=True, slots=True)
class StoredAudit:
    """Keeps audit entries of one company's commands in the raw store."""

    books: TenantStore
    company_guid: str
    connector: str = CONNECTOR

    def note(self, entry: AuditEntry) -> None:
        """Append an entry; when this returns it survives a power cut: without it a command might be sent anew."""
        payload = msgspec.json.encode(entry.to_json(), order="deterministic")
        record = RawRecord(
            self._address(entry.key), payload, hashlib.sha256(payload).digest(), entry.at, f"written by {entry.by}"
        )
        company_id = self.books.companies.ensure(
            self.connector, self.company_guid, entry.company_name, created_at=entry.at
        )
        appended = self.books.raw.append(company_id, None, [record])
        self.books.raw.mark_translated(appended.raw_ids, _NOT_TRANSLATED)  # nothing to translate in it
        self.books.make_durable()

    def last(self, company_guid: str, key: str) -> AuditEntry | None:
        """Return the latest entry of a command."""
        if company_guid != self.company_guid:
            return None
        return next(iter(reversed(list(self.iter_entries(key)))), None)

    def iter_entries(self, key: str = "") -> Iterator[AuditEntry]:
        """Yield the latest entry of every command, or all of one, oldest first."""
        company = self.books.companies.find(self.connector, self.company_guid)
        if company is None:
            return
        raw = self.books.raw
        if key:
            stored = iter(raw.find_versions(company.company_id, self._address(key)))
        else:
            stored = raw.iter_current(company.company_id, STREAM)
        entries = [parse_entry(msgspec.json.decode(item.record.payload)) for item in stored]
        yield from sorted(entries, key=lambda entry: (entry.at, entry.verdict is not Verdict.INTENDED))

    def _address(self, key: str) -> SourceRef:
        return SourceRef(self.connector, self.company_guid, STREAM, key)


def choose_company(client: GatewayClient, config: Mapping[str, JsonValue], name: str | None) -> LoadedCompany:
    """Return the open company that is meant: by name, or the connection's only one.

    Raises:
        SourceError: Tally does not answer.
        ConfigurationError: none of the connection's companies is meant, or several are.
    """
    guids = {str(guid) for guid in (*(config.get("companies") or ()), config.get("company_guid") or "") if guid}
    named = name or str(config.get("company") or "")
    found = [
        item
        for item in list_books(client)
        if (not guids or item.guid in guids) and (not named or same_name(item.name, named))
    ]
    if len(found) == 1:
        return found[0]
    words = "none of its companies is open in Tally" if not found else "it has several companies"
    raise ConfigurationError(f"Say which company to write to (--company): {words}.", code="company.ambiguous")


def open_writer(
    books: TenantStore,
    connection: Connection,
    settings: Settings,
    *,
    company_name: str | None,
    clock: Clock,
    by: str,
) -> tuple[Writer, LoadedCompany]:
    """Make the writer for a connection, and say which company it writes to.

    Raises:
        SourceError: Tally does not answer.
        ConfigurationError: the connection reads files, or it is not clear which company is meant.
    """
    client = client_of(endpoint_of(connection), surroundings_of(settings))
    company = choose_company(client, connection.config, company_name)
    writer = Writer(
        client,
        company,
        parse_profile(connection.config.get("profile") or {}),
        policy=write_policy(settings.writing),
        audit=StoredAudit(books, company.guid),
        clock=clock,
        by=by,
    )
    return writer, company


def open_api_writer(
    hub: Hub, books: TenantStore, tenant: str, connection: Connection, *, connector: str, by: str
) -> ApiWriter:
    """Make the writer for a connection to a product that is written to over its API.

    Raises:
        ConfigurationError: the connection is one of another product.
        KhataError: the product does not answer, or does not let us in.
    """
    from connectors.sdk.writing.api_writer import ApiWriter  # noqa: PLC0415 - only who writes over an API needs it
    from khata.sign_in.connecting import Products  # noqa: PLC0415 - as above
    from khata.sign_in.surroundings import connection_surroundings  # noqa: PLC0415 - as above

    products = Products(hub=hub, tenant=tenant, connector=connector)
    if connection.connector != connector:
        raise ConfigurationError(
            f"The connection {connection.name} is one to {connection.connector}, not to {connector}.",
            code="oauth.other_connection",
        )
    config = products.told_to_the_tap(connection)
    api = _api_books(connector, config, connection_surroundings(hub, tenant, connection))
    return ApiWriter(
        api,
        policy=api_policy(hub.settings.writing, connector),
        audit=StoredAudit(books, api.open().guid, connector),
        clock=hub.clock,
        by=by,
    )


def _api_books(connector: str, config: Mapping[str, JsonValue], place: Surroundings) -> ApiBooks:
    if connector == ZOHO:
        from connectors.zoho.client import ZohoClient  # noqa: PLC0415 - only the one that is meant is loaded
        from connectors.zoho.writing.books import ZohoWriteBooks  # noqa: PLC0415 - as above

        return ZohoWriteBooks(ZohoClient(config, place), config)
    from connectors.quickbooks.writing.books import QuickBooksWriteBooks  # noqa: PLC0415 - as above

    return QuickBooksWriteBooks(config, place)


def _api_product(connector: str) -> Product:
    if connector == ZOHO:
        from connectors.zoho.writing.books import ZOHO as PRODUCT  # noqa: PLC0415 - as above
    else:
        from connectors.quickbooks.writing.books import QUICKBOOKS as PRODUCT  # noqa: PLC0415 - as above

    return PRODUCT
