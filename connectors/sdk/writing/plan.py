"""What a command would change, shown before anything is sent: the dry run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sdk.writing.policy import WriteCommand


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the difference; ``before`` is empty for what is new."""

    field: str
    before: str
    after: str


Difference = tuple[str, str, str]
"""A field that was read back otherwise than sent: field, wanted, found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A command, worked out against the books as they are now.

    Attributes:
        command: what is wanted.
        title: the object, for people.
        changes: what would change; empty if it is so already.
        objections: what speaks against it; a plan with any is never sent.
        notes: what the product will decide itself.
        before: the object as it is, verbatim; empty if there is none.
        found_id: the object that is to be changed, or that an earlier attempt of the same command left; empty where
            that cannot be told.
    """

    command: WriteCommand
    title: str
    changes: tuple[Change, ...] = ()
    objections: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict, repr=False)
    found_id: str = ""

    @property
    def is_done_already(self) -> bool:
        """Nothing speaks against it, and nothing would change."""
        return not self.objections and not self.changes

    @property
    def request(self) -> str:
        """What would be sent, as text; never a secret."""
        return ""
