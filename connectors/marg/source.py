"""Rows and records of Marg, and what its sources ask of the tap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from canonical.record import JsonValue
from connectors.sdk.base import ProgressEvent
from connectors.sdk.census import Census, CensusVerdict

Row = dict[str, Any]
"""A row of a collection, or a record of a stream; decimals are exact."""


class Emission(Protocol):
    """What a source may ask of the tap."""

    progress: Callable[[ProgressEvent], None] | None

    @property
    def whole_state(self) -> dict[str, Any]:
        """The tap's state; changes are kept."""
        ...

    def checkpoint(self) -> None:
        """Emit the state as it is: every record yielded so far has been emitted."""

    def take_census(self, census: Census) -> CensusVerdict | None:
        """Hand a census over; None from the shell."""
        ...


def record(company: str, key: str, content: Mapping[str, JsonValue], **more: str | None) -> Row:
    """One record of a stream."""
    return {"company_id": company, "key": key, "object": dict(content), **more}
