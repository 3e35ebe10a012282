"""What the state keeps of an organisation: how far each list was read, when everything was swept last.

It is part of ``companies`` in the tap's state, which the hub commits only once the books were proved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from canonical.record import JsonValue


@dataclass(slots=True)
class Watermark:
    """How far an organisation was read.

    Attributes:
        modified: by stream, the latest modification seen.
        swept_at: when every list was last walked to its end; None if never.
        tax_groups: members of each group of taxes; they need a call of their own and never change.
    """

    modified: dict[str, datetime] = field(default_factory=dict)
    swept_at: datetime | None = None
    tax_groups: dict[str, list[dict[str, JsonValue]]] = field(default_factory=dict)

    @classmethod
    def from_state(cls, told: Mapping[str, Any]) -> Watermark:
        """Read what ``to_state`` wrote."""
        swept = told.get("swept_at")
        return cls(
            modified={name: datetime.fromisoformat(text) for name, text in (told.get("modified") or {}).items()},
            swept_at=datetime.fromisoformat(swept) if swept else None,
            tax_groups=dict(told.get("tax_groups") or {}),
        )

    def to_state(self) -> dict[str, JsonValue]:
        """For the tap's state."""
        return {
            "modified": {name: moment.isoformat() for name, moment in sorted(self.modified.items())},
            "swept_at": self.swept_at.isoformat() if self.swept_at else None,
            "tax_groups": self.tax_groups,
        }
