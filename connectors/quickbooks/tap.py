"""``tap-quickbooks``: QuickBooks Online as a Singer tap.

Run it with any target (``tap-quickbooks --config config.json | target-...``) or in process by the hub. One stream per
entity; the ``object`` of a record is QuickBooks' object verbatim. How a company is read: ``company_run.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import requests

from canonical.record import SourceRef
from connectors.quickbooks.client import QuickBooks
from connectors.quickbooks.company_run import CompanyRun
from connectors.quickbooks.connection import rest_client
from connectors.quickbooks.entities import CONNECTOR, READ_ORDER
from connectors.quickbooks.records import Record, with_columns
from connectors.quickbooks.schemas import stream_schema
from connectors.quickbooks.settings import config_schema, how_to_read, limits_of, realm_of
from connectors.sdk.census import CENSUS, Census, CensusMember, CensusVerdict
from connectors.sdk.shell import shell_surroundings
from connectors.sdk.tap import BooksStream, BooksTap, day_of, run_from_shell

_DIGESTED = ("name", "object", "rates")
"""What makes a record: the object, and what was looked up for it; the other columns repeat parts of it."""


class QuickBooksStream(BooksStream):
    """Objects of one entity."""

    primary_keys: ClassVar[tuple[str, ...]] = ("realm_id", "key")

    def post_process(self, row: Record, context: Mapping[str, Any] | None = None) -> Record | None:  # noqa: ARG002
        """Complete a record on its way to a target (the SDK's hook, called from the shell only)."""
        return with_columns(row, self.schema["properties"])

    @staticmethod
    def source_ref(stream: str, record: Record) -> SourceRef:
        """Address of a record."""
        return SourceRef(CONNECTOR, record["realm_id"], stream, record["key"])

    @staticmethod
    def origin(record: Record) -> str:
        """Where it was read from, for people: ``QuickBooks, Invoice 130``."""
        return f"QuickBooks, {record['entity']} {record['key']}"

    @staticmethod
    def payload(record: Record) -> Record:
        """The part of a record that is the object."""
        return {name: record[name] for name in _DIGESTED if name in record}

    @staticmethod
    def member(record: Record) -> CensusMember:
        """What is noted of the object: its change counter, day and number or name."""
        return CensusMember(
            key=record["key"],
            version=record.get("sync_token"),
            day=day_of(record.get("date")),
            number=record.get("name") or "",
        )


class TapQuickBooks(BooksTap):
    """Reads one company of QuickBooks Online: lists, documents, and QuickBooks' own reports as oracles."""

    name = "tap-quickbooks"
    config_jsonschema: ClassVar[dict[str, Any]] = config_schema()
    stream_kind = QuickBooksStream
    read_order = (CENSUS, *READ_ORDER)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare; nothing is asked before the first stream."""
        self._session: requests.Session | None = None
        super().__init__(*args, **kwargs)

    def schema_of(self, stream: str) -> dict[str, Any]:
        """Columns by stream; see ``schemas.py``."""
        return stream_schema(stream)

    def open_source(self) -> CompanyRun:
        """The company, over the API."""
        place = self.surroundings or shell_surroundings(self.config, limits_of(self.config))
        how = how_to_read(self.config)
        rest = rest_client(self.config, self._web_session(), place)
        api = QuickBooks(rest, realm_of(self.config), minor_version=how.minor_version, page_rows=how.page_rows)
        return CompanyRun(api, self, how, place.work_directory, self.selected_streams())

    def close(self) -> None:
        """End the connection."""
        super().close()
        if self._session is not None:
            self._session.close()
            self._session = None

    def take_census(self, census: Census) -> CensusVerdict | None:
        """Hand a census to the hub; from the shell it becomes a record once it is sure."""
        if self.compare is None and not census.corroborated:
            return None
        return super().take_census(census)

    def _web_session(self) -> requests.Session:
        if self._session is None:
            self._session = requests.Session()
        return self._session


def main() -> None:
    """Console script."""
    run_from_shell(TapQuickBooks)
