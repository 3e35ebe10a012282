"""Numbers that move when the books do, asked without reading them: sizes and times of files, or counts on a server."""

from __future__ import annotations

from collections.abc import Mapping

from canonical.record import JsonValue
from connectors.busy.database import dialects
from connectors.busy.database.files import find_files, marks
from connectors.busy.database.opening import list_year_databases, open_pool
from connectors.busy.database.reading import DatabaseReader
from connectors.busy.database.settings import DatabaseSettings, parse_settings
from connectors.busy.database.tables import HEADERS, LINES, MASTERS
from connectors.sdk.base import Surroundings

_COUNTED = (MASTERS, HEADERS, LINES)


def ask_counters(config: Mapping[str, JsonValue], surroundings: Surroundings) -> JsonValue:
    """Return the numbers of a connection; None where nothing cheap can be asked.

    A server tells how many rows there are, not that one of them changed: so its answer names the newest change as well.
    The web service is not asked between syncs: somebody works in the program.

    Raises:
        KhataError: as the tap raises.
    """
    if not config.get("database"):
        return None
    settings = parse_settings(config["database"])
    if settings.kind.is_file:
        return marks(find_files(settings.files, settings.kind, settings.years))
    return _server(settings, surroundings)


def _server(settings: DatabaseSettings, surroundings: Surroundings) -> JsonValue:
    pool = open_pool(settings, surroundings)
    found: list[JsonValue] = []
    try:
        for database in list_year_databases(settings, pool).values():
            target = dialects.server_target(settings, database, f"{settings.server}/{database}")
            reader = DatabaseReader(pool, target, settings.kind)
            found.append([database, *(reader.count(table) for table in _COUNTED), reader.newest_change(HEADERS)])
    finally:
        pool.close()
    return found
