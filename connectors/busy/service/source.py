"""The company that is open in BUSY, read over its web service by the same tables as a database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from canonical.errors import SourceRejected
from canonical.issue import Issue
from canonical.record import JsonValue
from connectors.busy.database.opening import Opened, spool_in
from connectors.busy.database.settings import Incremental
from connectors.busy.database.source import Emission, TableSource, work_folder
from connectors.busy.database.tables import ADDRESSES, BALANCES, DELETIONS, MASTERS, TABLES, Row, whole
from connectors.busy.database.year import Year
from connectors.busy.service import failure
from connectors.busy.service.client import Mode, ServiceClient, parse_settings
from connectors.busy.staging import Route
from connectors.sdk.base import Surroundings
from connectors.sdk.census import HubMemory

_KEYS = {MASTERS: "Code", ADDRESSES: "MasterCode", BALANCES: "MasterCode", DELETIONS: ""}
"""Columns a table is read by in ranges; the others by ``VchCode``, those without one at once."""
_CODES_MAX = 100
_YEAR_DATABASE = re.compile(r"_db1(\d{4})\Z", re.IGNORECASE)


class ServiceReader:
    """Reads tables of the open company; a ``TableReader``."""

    can_filter = True

    def __init__(self, client: ServiceClient) -> None:
        self.label = client.settings.url
        self.issues: list[Issue] = []
        self._client = client
        self._known: dict[str, bool] = {}

    def has(self, table: str) -> bool:
        """Whether there is such a table; asked by counting it once."""
        if table not in self._known:
            try:
                self.count(table)
            except SourceRejected as error:
                if error.code != "busy.service.refused":
                    raise
                self._known[table] = False
            else:
                self._known[table] = True
        return self._known[table]

    def rows(self, table: str) -> Iterator[Row]:
        """Yield a table in ranges of codes, so that no question keeps BUSY busy for long.

        Raises:
            KhataError: as the client fails.
        """
        key = _KEYS.get(table, "VchCode")
        if not key:
            yield from self._client.query(f"SELECT * FROM {table}")
            return
        extremes = next(self._client.query(f"SELECT MIN({key}) AS Lowest, MAX({key}) AS Highest FROM {table}"), {})
        low, high = whole(extremes.get("Lowest")), whole(extremes.get("Highest"))
        if not extremes:
            return
        step = self._client.settings.codes_per_call
        for start in range(low, high + 1, step):
            end = min(start + step - 1, high)
            yield from self._client.query(f"SELECT * FROM {table} WHERE {key} BETWEEN {start} AND {end}")

    def rows_by(self, table: str, column: str, codes: Sequence[int]) -> Iterator[Row]:
        """Yield rows with one of these codes."""
        for start in range(0, len(codes), _CODES_MAX):
            wanted = ", ".join(str(code) for code in codes[start : start + _CODES_MAX])
            yield from self._client.query(f"SELECT * FROM {table} WHERE {column} IN ({wanted})")

    def count(self, table: str) -> int:
        """The table's own count."""
        row = next(self._client.query(f"SELECT COUNT(*) AS Total FROM {table}"), {})
        return whole(row.get("Total"))


def service_source(
    config: Mapping[str, JsonValue], emission: Emission, surroundings: Surroundings, memory: HubMemory | None
) -> TableSource:
    """Return the source behind the setting ``service``.

    Raises:
        ConfigurationError: the setting cannot be; the company has no name.
    """
    settings = parse_settings(config["service"])
    name = str(config.get("company") or "")
    if not name:
        raise failure.setting("company", "is missing: the web service does not say whose books it reads")

    def open_(stack: ExitStack) -> Opened:
        client = ServiceClient(settings, clock=surroundings.clock, sleep=surroundings.sleep)
        stack.callback(client.close)
        return _open(client, work_folder(surroundings, stack), stack)

    return TableSource(name, emission, memory, open_=open_, incremental=Incremental.STAMPS, route=Route.SERVICE)


def open_database(client: ServiceClient) -> str:
    """Return the name of the open company's database where it is on SQL Server.

    Raises:
        SourceRejected: it is another company than the connected one, or BUSY refuses.
    """
    found = str(next(client.query("SELECT DB_NAME() AS Name"), {}).get("Name", ""))
    wanted = client.settings.database
    if wanted and not found.casefold().startswith(wanted.casefold()):
        raise failure.other_company(client.settings.url, wanted, found)
    return found


def _open(client: ServiceClient, folder: Path, stack: ExitStack) -> Opened:
    reader = ServiceReader(client)
    first = 0
    if client.settings.mode is Mode.SQLSERVER:
        match = _YEAR_DATABASE.search(open_database(client))
        first = int(match[1]) if match else 0
    for table in TABLES:
        reader.has(table)
    return Opened(name="", years=[Year(first, reader, spool_in(folder, stack))], readers=[reader])
