"""Objects that a product named in its webhooks: what a sync is told to look for, and what it found.

A delivery is a hint, and mostly a sync finds the change by itself. What it cannot find is what left no trace: an object
deleted from a list that tells only what was modified. So a sync looks for exactly the objects that were named, and says
of each what became of it. A product's own word that there is none under that id, and nothing else, makes it gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """One object that was named.

    Attributes:
        stream: the tap's.
        key: as in ``SourceRef``; empty: something of the stream, the delivery did not say what.
        is_deletion: the product said that it is gone.
        times: how often it was announced when it was handed over; tells a later announcement from this one.
    """

    stream: str
    key: str
    is_deletion: bool
    times: int = 1


class Outcome(StrEnum):
    """What a sync found of an object that was named."""

    READ = "read"
    """It is there, and was read."""
    UNCHANGED = "unchanged"
    """It is there as the hub holds it."""
    GONE = "gone"
    """It is not there any more; the hub held it, and retired it."""
    ABSENT = "absent"
    """It is not there, and the hub holds nothing of it."""
    COMPARED = "compared"
    """No object was named: the whole list was compared."""
    REFUSED = "refused"
    """The product does not show it to this sign-in; whatever is held of it stays."""


class Announcements(Protocol):
    """What waits to be looked for, of one connection."""

    def waiting(self) -> tuple[Announced, ...]:
        """Every object that was named and that no sync has looked for since."""
        ...

    def settle(self, outcomes: Mapping[Announced, Outcome]) -> None:
        """Say what was found; every record emitted before it is stored. What is not settled waits for the next sync."""
        ...
