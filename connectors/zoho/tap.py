"""``tap-zoho-books``: Zoho Books as a Singer tap.

Run it with any target (``tap-zoho-books --config config.json | target-...``) or in process by the hub. One stream per
list of Zoho's; the ``object`` of a record is Zoho's reply verbatim. How an organisation is read: ``source.py``.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from canonical.record import SourceRef
from connectors.sdk.census import CensusMember
from connectors.sdk.shell import shell_surroundings
from connectors.sdk.source import Source
from connectors.sdk.tap import BooksStream, BooksTap, run_from_shell
from connectors.zoho.limits import limits_of
from connectors.zoho.schemas import READ_ORDER, config_schema, stream_schema
from connectors.zoho.source import Record, ZohoSource

_NOT_STORED = frozenset({"organization_id", "key", "number", "date", "modified", "version"})
"""What was derived from a row of a list to compare it; the object says it itself."""


class ZohoStream(BooksStream):
    """Records of one list."""

    primary_keys: ClassVar[tuple[str, ...]] = ("organization_id", "key")

    @staticmethod
    def source_ref(stream: str, record: Record) -> SourceRef:
        """Address of a record."""
        return SourceRef("zoho", record["organization_id"], stream, record["key"])

    @staticmethod
    def origin(record: Record) -> str:
        """Where it was read from, for people."""
        return f"Zoho Books organisation {record['organization_id']}"

    @staticmethod
    def payload(record: Record) -> Record:
        """The part of a record that is the object, and the rates it is understood by."""
        return {name: value for name, value in record.items() if name not in _NOT_STORED and value not in (None, {})}

    @staticmethod
    def member(record: Record) -> CensusMember:
        """What a census says of the record: what its list says."""
        day = record.get("date")
        return CensusMember(
            key=record["key"],
            version=record["version"],
            day=date.fromisoformat(day) if day else None,
            number=record["number"],
        )


class TapZohoBooks(BooksTap):
    """Reads one organisation of Zoho Books over its API."""

    name = "tap-zoho-books"
    config_jsonschema: ClassVar[dict[str, Any]] = config_schema()
    stream_kind = ZohoStream
    read_order = READ_ORDER

    def schema_of(self, stream: str) -> dict[str, Any]:
        """Columns by stream; see ``schemas.py``."""
        return stream_schema(stream)

    def open_source(self) -> Source:
        """The organisation, over the API."""
        selected = frozenset(name for name, stream in self.streams.items() if stream.selected)
        place = self.surroundings or shell_surroundings(self.config, limits_of(self.config))
        return ZohoSource(self.config, self, place, selected, self.memory, announcements=self.announcements)


def main() -> None:
    """Console script."""
    run_from_shell(TapZohoBooks)
