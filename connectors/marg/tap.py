"""``tap-marg``: Marg ERP 9+ as a Singer tap: sale bills, the Corporate EDE web API, or tables of a database.

Run it with any target (``tap-marg --config config.json | target-...``) or in process by the hub. The ``object`` of a
record is what Marg said, verbatim; a voucher is its header, lines and ledger legs together.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from canonical.record import JsonValue, SourceRef
from connectors.marg.settings import SourceKind, config_schema, kind_of
from connectors.marg.source import Row
from connectors.marg.streams import CONNECTOR, READ_ORDER, stream_schema
from connectors.sdk.base import Surroundings
from connectors.sdk.census import CensusMember
from connectors.sdk.shell import shell_surroundings
from connectors.sdk.source import Source
from connectors.sdk.tap import BooksStream, BooksTap, run_from_shell
from connectors.sdk.tokens import Limits

_PER_MINUTE = 60
"""Nothing is published of limits by the minute; answers take many seconds anyway."""
_STORED = ("name", "object")
"""What makes a record; the other columns repeat parts of it, or say where it was read."""


class MargStream(BooksStream):
    """Records of one kind."""

    primary_keys: ClassVar[tuple[str, ...]] = ("company_id", "key")

    @staticmethod
    def source_ref(stream: str, record: Row) -> SourceRef:
        """Address of a record."""
        return SourceRef(CONNECTOR, record["company_id"], stream, record["key"])

    @staticmethod
    def origin(record: Row) -> str:
        """Where it was read from, for people."""
        return str(record.get("place") or "Marg")

    @staticmethod
    def payload(record: Row) -> Row:
        """The part of a record that is the object."""
        return {name: record[name] for name in _STORED if name in record}

    @staticmethod
    def member(record: Row) -> CensusMember:
        """What a census says of the record: its day and number."""
        day = record.get("date")
        return CensusMember(
            key=record["key"], day=date.fromisoformat(day) if day else None, number=record.get("number")
        )


class TapMarg(BooksTap):
    """Reads Marg ERP 9+: sale bills, the web API, or tables."""

    name = "tap-marg"
    config_jsonschema: ClassVar[dict[str, Any]] = config_schema()
    stream_kind = MargStream
    read_order = READ_ORDER

    def schema_of(self, stream: str) -> dict[str, Any]:
        """Columns by stream; see ``streams.py``."""
        return stream_schema(stream)

    def open_source(self) -> Source:
        """The files, the web API or the tables."""
        place = self.surroundings or shell_surroundings(self.config, Limits(per_minute=_PER_MINUTE))
        return open_source(self.config, self, place)


def open_source(config: Mapping[str, JsonValue], tap: TapMarg, surroundings: Surroundings) -> Source:
    """The source that is configured.

    Raises:
        ConfigurationError: none, or more than one.
    """
    match kind_of(config):
        case SourceKind.FILES:
            from connectors.marg.sale_bill.source import BillSource  # noqa: PLC0415 - only what is used is imported

            return BillSource(config)
        case SourceKind.API:
            from connectors.marg.ede.source import ApiSource  # noqa: PLC0415 - as above

            return ApiSource(config, tap, surroundings)
        case SourceKind.DATABASE:
            from connectors.marg.tables.source import TableSource  # noqa: PLC0415 - as above

            return TableSource(config, tap, surroundings.clock)


def main() -> None:
    """Console script."""
    run_from_shell(TapMarg)
