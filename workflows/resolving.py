"""What a run's settings mean here: the files in a folder, the identity of a company that is known by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from canonical.errors import ConfigurationError
from canonical.record import JsonValue
from connectors.sdk.recognition import read_head
from connectors.sdk.registry import get_connector
from storage.store import TenantStore


def resolved(store: TenantStore, connector: str, config: Mapping[str, JsonValue]) -> dict[str, Any]:
    """Expand folders to the files in them, and a known company's name to its identity."""
    found = dict(config)
    if found.get("files"):
        found["files"] = [str(path) for given in found["files"] for path in _expand(Path(str(given)), connector)]
    if found.get("company"):
        known = [c for c in store.companies.find_by_name(str(found["company"])) if c.connector == connector]
        if len(known) == 1:
            found["company_guid"] = known[0].source_key
    return found


def _expand(path: Path, connector: str) -> list[Path]:
    """The files of a folder: exports by their ending, and what the connector knows by its content."""
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.iterdir() if p.is_file() and (p.suffix.lower() in _EXPORTS or _is_of(p, connector)))
    if not found:
        raise ConfigurationError(
            f"The folder {path} holds no .xml or .zip file, and none that is {connector}'s by its content.",
            code="connection.folder_empty",
        )
    return found


def _is_of(path: Path, connector: str) -> bool:
    recognise = get_connector(connector).recognise
    return recognise is not None and recognise(read_head(path)) is not None


_EXPORTS = frozenset({".xml", ".zip", ".txt"})
