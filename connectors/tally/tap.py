"""``tap-tally``: Tally as a Singer tap, from files it exported or from its gateway while it runs.

Run it with any target (``tap-tally --config config.json | target-...``) or in process by the hub. One stream per kind
of object; the ``object`` of a record is the element verbatim (see ``tree.py``). Both sources give the same streams,
keys and columns. How a file is read: ``export/reader.py``; how a running Tally: ``live/source.py``.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from canonical.errors import ConfigurationError
from canonical.record import SourceRef
from connectors.sdk.census import CensusMember
from connectors.sdk.source import Record, Source
from connectors.sdk.tap import BooksStream, BooksTap, day_of, run_from_shell, work_surroundings
from connectors.tally.export.source import FileSource
from connectors.tally.schemas import READ_ORDER, config_schema, stream_schema

_NOT_DIGESTED = frozenset({"file", "position", "company_name"})
"""Where a record was read says nothing about the object: the same voucher in two files is one raw record."""
WORK_DIRECTORY = "khata-tally"
"""Folder for answers and locks below the temporary one, when the tap runs from the shell."""


class TallyStream(BooksStream):
    """Objects of one kind."""

    primary_keys: ClassVar[tuple[str, ...]] = ("company_guid", "key")

    @staticmethod
    def source_ref(stream: str, record: Record) -> SourceRef:
        """Address of a record."""
        return SourceRef("tally", record["company_guid"], stream, record["key"])

    @staticmethod
    def origin(record: Record) -> str:
        """Where it was read from, for people: ``daybook.xml#voucher 17``."""
        return f"{record['file']}#{str(record['element']).lower()} {record['position']}"

    @staticmethod
    def payload(record: Record) -> Record:
        """The part of a record that is the object; of a company, its name is a part."""
        if "encoded" in record:
            return cast("Record", record["encoded"])
        left_out = _NOT_DIGESTED - {"company_name"} if record["element"] == "COMPANY" else _NOT_DIGESTED
        return {name: value for name, value in record.items() if name not in left_out}

    @staticmethod
    def member(record: Record) -> CensusMember:
        """What a census says of the object: a voucher by its number, a master by its name.

        A record that is handed over encoded says its address only.
        """
        return CensusMember(
            key=record["key"],
            version=record.get("alter_id"),
            day=day_of(record.get("date")),
            number=record.get("voucher_number" if record["element"] == "VOUCHER" else "name", ""),
        )


class TapTally(BooksTap):
    """Reads Tally: its XML exports (day books and masters, ERP 9 and TallyPrime), or its gateway while it runs."""

    name = "tap-tally"
    config_jsonschema: ClassVar[dict[str, Any]] = config_schema()
    stream_kind = TallyStream
    read_order = READ_ORDER

    def schema_of(self, stream: str) -> dict[str, Any]:
        """Columns by stream; see ``schemas.py``."""
        return stream_schema(stream)

    def open_source(self) -> Source:
        """Open the files, or the gateway with what runs beside it.

        Raises:
            ConfigurationError: neither files nor a gateway are given, or both.
        """
        if bool(self.config.get("files")) is bool(self.config.get("gateway")):
            raise ConfigurationError(
                "Give either files (Tally's exports) or gateway (a running Tally), one of the two.",
                code="tally.settings.source",
            )
        if self.config.get("files"):
            if self.config.get("odbc"):
                raise ConfigurationError("odbc goes with gateway, not with files.", code="tally.odbc.setting")
            return FileSource(self.config, self, self.selected_streams())
        from connectors.tally.live.source import GatewaySource  # noqa: PLC0415 - files need none of it

        surroundings = self.surroundings or work_surroundings(WORK_DIRECTORY)
        source = GatewaySource(self.config, self, surroundings, self.memory)
        if not self.config.get("odbc"):
            return source
        from connectors.tally.odbc.beside import beside_gateway  # noqa: PLC0415 - only who asks for it needs it

        return beside_gateway(source, self.config, self, surroundings, self.memory)


def main() -> None:
    """Console script."""
    run_from_shell(TapTally)
