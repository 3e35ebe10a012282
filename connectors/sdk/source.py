"""Where a tap's records come from, and what such a source may ask of its tap: one protocol each for all of them.

A product may have several sources (exported files, a running program, an API); its tap opens the one its settings name.
Next: ``tap.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from canonical.issue import Issue
from canonical.record import JsonValue
from connectors.sdk.base import ProgressEvent
from connectors.sdk.census import Settlement

Record = dict[str, JsonValue]
"""One record of a stream, as the tap emits it; ``object`` may be ``msgspec.Raw`` when nobody looks inside."""


class Source(Protocol):
    """What a tap asks of what it reads."""

    def prepare(self) -> None:
        """Read and check what must be known to be whole before the first record is handed over.

        Raises:
            KhataError: the source cannot be read as configured; nothing is emitted.
        """

    def records(self, stream: str) -> Iterator[Record]:
        """Yield a stream's records; its part of the state is up to date after the last one."""
        ...

    @property
    def issues(self) -> Sequence[Issue]:
        """Facts about the source itself; complete once it is read."""
        ...

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """For summaries: per file, or what was asked of a live source."""
        ...

    @property
    def settlement(self) -> Settlement:
        """Whether there is more to read; complete once it is read."""
        ...

    def close(self) -> None:
        """Release what it holds."""


class Emission(Protocol):
    """What a source may ask of the tap while it hands records over."""

    @property
    def embedded(self) -> bool:
        """Records are stored whole: nobody looks inside ``object``."""
        ...

    @property
    def progress(self) -> Callable[[ProgressEvent], None] | None:
        """Called while the source is read."""
        ...

    @property
    def whole_state(self) -> dict[str, Any]:
        """The whole state of the tap: what the last run left, and what this one adds."""
        ...

    def bookmark_of(self, stream: str) -> dict[str, JsonValue]:
        """The part of the state that belongs to a stream; changes are kept."""
        ...

    def checkpoint(self, stream: str) -> None:
        """Emit the state: every record yielded so far has been emitted."""

    def emit_aside(self, stream: str, record: Mapping[str, JsonValue]) -> None:
        """Emit a record of another stream than the one being read, if it was selected."""
