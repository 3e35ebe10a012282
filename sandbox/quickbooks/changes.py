"""What happened in the books, in order: what webhooks tell of, and the tombstones of change data capture."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Operation(StrEnum):
    """What was done to an object, as webhooks call it."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"
    VOID = "Void"
    MERGE = "Merge"
    EMAILED = "Emailed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One operation on one object.

    Attributes:
        deleted_key: the id that was merged away.
    """

    entity: str
    key: str
    operation: Operation
    at: datetime
    deleted_key: str = ""


@dataclass(slots=True)
class Journal:
    """Every change since the books were built; ``tombstones`` those that deleted."""

    changes: list[Change] = field(default_factory=list)
    tombstones: list[Change] = field(default_factory=list)

    def note(self, change: Change) -> None:
        """Take a change in."""
        self.changes.append(change)
        if change.operation is Operation.DELETE:
            self.tombstones.append(change)

    def since(self, position: int) -> tuple[list[Change], int]:
        """Return the changes from a position on, and the position after them."""
        return self.changes[position:], len(self.changes)
