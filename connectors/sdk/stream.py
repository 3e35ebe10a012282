"""A Singer stream of ours: from the shell as the SDK does it, in the hub without what a pipe needs.

On its way to a pipe the SDK looks at every record for selection, maps, types, children and metrics. The hub takes each
record whole (``run.py``), so there it goes straight from the source to the hub.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, cast

from singer_sdk import Stream
from singer_sdk.helpers.conform import TypeConformanceLevel

Take = Callable[[dict[str, Any]], None]


class SourceStream(Stream):
    """Base of the streams of a source.

    Attributes:
        take: the hub's; None from the shell.
    """

    # The loader checks types once per batch; per-record checks in the SDK cost more than half of a tap's time.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    take: Take | None = None

    def _sync_records(
        self, context: Mapping[str, Any] | None = None, *, write_messages: bool = True
    ) -> Generator[dict[str, Any], Any, Any]:
        """Hand over every record, then the state, if there were any; ``sync`` itself is final in the SDK."""
        if self.take is None:
            yield from super()._sync_records(context, write_messages=write_messages)
            return
        for record in cast("Iterable[dict[str, Any]]", self.get_records(context)):
            self.take(record)
            self.state_manager.is_flushed = False
        self._write_state_message()

    def emit(self, record: dict[str, Any]) -> None:
        """Emit a record while another stream is read."""
        if not self.selected:
            return
        if self.take is None:
            self._write_record_message(record)
        else:
            self.take(record)
            self.state_manager.is_flushed = False

    def checkpoint(self) -> None:
        """Emit the state as it is."""
        self.state_manager.is_flushed = False
        self._write_state_message()
