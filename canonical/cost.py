"""Cost centres and the categories they belong to; employees are cost centres in Tally."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from canonical.record import JsonValue, SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCategory:
    """A dimension along which costs are split."""

    source: SourceRef
    key: str
    name: str
    allocates_revenue: bool = True
    allocates_non_revenue: bool = False
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCentre:
    """A place, project or person that costs are booked to."""

    source: SourceRef
    key: str
    name: str
    category_key: str = ""
    parent_key: str = ""
    is_employee: bool = False
    is_employee_group: bool = False
    extras: Mapping[str, JsonValue] = field(default_factory=dict)
