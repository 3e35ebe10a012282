"""``tap-busy``: BUSY as a Singer tap, from files it exported, its databases or its web service.

Run it with any target (``tap-busy --config config.json | target-...``) or in process by the hub. One stream per kind of
object; the ``object`` of a record is what BUSY wrote, verbatim for its route. All routes give the same streams and
columns. How files are read: ``files/source.py``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from canonical.errors import ConfigurationError
from canonical.record import SourceRef
from connectors.busy.files.source import FileSource
from connectors.busy.recognition import holds_databases
from connectors.busy.schemas import config_schema, stream_schema
from connectors.busy.streams import STREAMS
from connectors.sdk.census import CensusMember
from connectors.sdk.source import Record, Source
from connectors.sdk.tap import BooksStream, BooksTap, day_of, run_from_shell, work_surroundings

_NOT_STORED = frozenset({"company", "key", "file", "position", "name", "date", "company_name", "version"})
"""Where a record was read says nothing about the object: the same voucher in two files is one raw record."""
ROUTES = ("files", "database", "service")
WORK_DIRECTORY = "khata-busy"
"""Folder for copies of databases below the temporary one, when the tap runs from the shell."""


class BusyStream(BooksStream):
    """Objects of one kind."""

    primary_keys: ClassVar[tuple[str, ...]] = ("company", "key")

    @staticmethod
    def source_ref(stream: str, record: Record) -> SourceRef:
        """Address of a record."""
        return SourceRef("busy", record["company"], stream, record["key"])

    @staticmethod
    def origin(record: Record) -> str:
        """Where it was read from, for people: ``TR.DAT#Sale 17``, ``sales.xlsx#row 8``."""
        return f"{record['file']}#{record['element']} {record['position']}"

    @staticmethod
    def payload(record: Record) -> Record:
        """The part of a record that is the object; of the books, their name is a part."""
        left_out = _NOT_STORED - {"company_name"} if record["element"] == "Company" else _NOT_STORED
        return {name: value for name, value in record.items() if name not in left_out and value is not None}

    @staticmethod
    def member(record: Record) -> CensusMember:
        """What a census says of the object: its change mark and day, the number of a voucher or name of a master."""
        day = day_of(record.get("date"))
        return CensusMember(record["key"], version=record.get("version"), day=day, number=record.get("name") or "")


class TapBusy(BooksTap):
    """Reads BUSY: XML exports and reports, or a company's databases, or the web service."""

    name = "tap-busy"
    config_jsonschema: ClassVar[dict[str, Any]] = config_schema()
    stream_kind = BusyStream
    read_order = STREAMS

    def schema_of(self, stream: str) -> dict[str, Any]:
        """Columns by stream; see ``schemas.py``."""
        return stream_schema(stream)

    def open_source(self) -> Source:
        """Open the files, the databases or the service.

        Raises:
            ConfigurationError: no route is given, or several.
        """
        given = [route for route in ROUTES if self.config.get(route)]
        if len(given) != 1:
            raise ConfigurationError(
                "Give one of files (exports and reports of BUSY), database (a company's databases) and service (BUSY's "
                "web service).",
                code="busy.settings.source",
            )
        if given == ["files"] and not holds_databases(self.config["files"]):
            return FileSource(self.config, self)
        surroundings = self.surroundings or work_surroundings(WORK_DIRECTORY)
        if given != ["service"]:
            from connectors.busy.database.source import database_source  # noqa: PLC0415 - files need none of it

            return database_source(self.config, self, surroundings, self.memory)
        from connectors.busy.service.source import service_source  # noqa: PLC0415 - as above

        return service_source(self.config, self, surroundings, self.memory)


def main() -> None:
    """Console script."""
    run_from_shell(TapBusy)
