"""What a connector is: a tap that reads a source and a translator that says what it means.

Where next: ``registry.py`` finds connectors, ``run.py`` runs a tap in process.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from canonical.codec import CanonicalRecord
from canonical.issue import Issue
from canonical.record import RawRecord


@dataclass(frozen=True, slots=True)
class Translation:
    """What one raw record says: canonical records, and issues beside them."""

    records: tuple[CanonicalRecord, ...] = ()
    issues: tuple[Issue, ...] = ()


class Translator(Protocol):
    """Pure given what it has learned; one per company and run."""

    version: int
    """Raised when the same raw record would translate differently."""
    stream_order: tuple[str, ...]
    """Masters before vouchers."""

    def remember(self, record: CanonicalRecord) -> None:
        """Learn a master that is already in the store."""
        ...

    def preflight(self, sample: Iterable[RawRecord]) -> tuple[Issue, ...]:
        """Find file-level facts before anything is published; a REJECTED issue stops publication."""
        ...

    def translate(self, record: RawRecord) -> Translation:
        """Translate one raw record."""
        ...
