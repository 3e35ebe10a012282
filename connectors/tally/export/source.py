"""Files as the source of a tap: all of them are read to their end before the first record is handed over."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from canonical.issue import Issue
from canonical.record import JsonValue
from connectors.sdk.census import Settlement
from connectors.sdk.source import Emission, Record
from connectors.tally.export import refusal
from connectors.tally.export.limits import Limits
from connectors.tally.export.reader import Export, Reader
from connectors.tally.export.spool import Spool

FILES_REMEMBERED = 1000
"""Digests of files kept in the state of a stream."""
LIMITS = {item.name: item.default for item in fields(Limits)}


class FileSource:
    """Exports on disk.

    Args:
        config: the tap's settings; ``files`` among them.
        emission: the tap.
        selected: names of the streams that will be read; a file is skipped only if all of them know it.
    """

    def __init__(self, config: Mapping[str, JsonValue], emission: Emission, selected: Iterable[str]) -> None:
        self._config = config
        self._emission = emission
        self._selected = tuple(selected)
        self._export: Export | None = None
        self._digests: dict[str, str] = {}

    def prepare(self) -> None:
        """Read all files.

        Raises:
            SourceMalformed: one of them is not a whole Tally export; nothing of any is emitted.
            ConfigurationError: a file is not there, or the company is not among those in the files.
        """
        self._read_once()

    def records(self, stream: str) -> Iterator[Record]:
        """Yield the records from the spool, then remember the files in the stream's state."""
        yield from self._read_once().records(stream, is_encoded=self._emission.embedded)
        if self._digests:
            state = self._emission.bookmark_of(stream)
            remembered = {**state.get("files", {}), **self._digests}
            state["files"] = dict(list(remembered.items())[-FILES_REMEMBERED:])

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Facts about the files themselves; complete once they are read."""
        return self._export.issues if self._export else ()

    @property
    def settlement(self) -> Settlement:
        """Files do not change while they are read."""
        return Settlement.SETTLED

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """Per file: name, size, encoding, counts."""
        return [dict(facts) for facts in self._export.files] if self._export else []

    def close(self) -> None:
        """Free the spool; without this it goes with the process."""
        if self._export is not None:
            self._export.spool.close()
            self._export = None

    def _read_once(self) -> Export:
        if self._export is None:
            with contextlib.ExitStack() as undo:
                spool = Spool()
                undo.callback(spool.close)
                self._export = self._read(spool)
                undo.pop_all()
        return self._export

    def _read(self, spool: Spool) -> Export:
        limits = Limits(**{name: self._config[name] for name in LIMITS if name in self._config})
        reader = Reader(limits, spool, self._emission.progress)
        reader.read(self._changed([Path(str(path)) for path in self._config["files"]]))
        return reader.finish(self._config.get("company") or "", self._config.get("company_guid") or "")

    def _changed(self, paths: list[Path]) -> list[Path]:
        if not self._config.get("skip_unchanged"):
            return paths
        known = [set(self._emission.bookmark_of(stream).get("files", {})) for stream in self._selected]
        digests = {path: _digest(path) for path in paths}
        self._digests = {digest: path.name for path, digest in digests.items()}
        return [path for path in paths if not all(digests[path] in files for files in known)]


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise refusal.not_found(str(path)) from error
