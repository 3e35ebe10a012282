"""From a raw record to a staged row: one function per route, found by the record's own ``route``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from canonical.errors import RuleError
from canonical.record import JsonValue
from connectors.busy.staging import StagedRow


class UnreadableField(RuleError):
    """A field that decides a figure cannot be read; the record is rejected and kept."""

    default_code = "busy.record.unreadable"

    def __init__(self, field: str, value: object, wanted: str) -> None:
        super().__init__(f"{field} holds {str(value)[:60]!r}; expected is: {wanted}")
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class RawObject:
    """What staging sees of a raw record.

    Attributes:
        stream: see ``connectors.busy.streams``.
        key: of the record.
        year_from: first day of the financial year whose database or export it is from; None if it does not say.
        element: element, table or report it is one of.
        as_of: the day its balances stand for, where it is not the start of the year.
        extent: ``all`` or ``used``: whether the export carries all masters; empty for other routes, which do.
        company_name: as the route or the settings give it.
        body: the object, verbatim.
        decimals: of the base currency; amounts are rounded to it.
    """

    stream: str
    key: str
    year_from: date | None
    element: str
    company_name: str
    body: Mapping[str, JsonValue]
    decimals: int = 2
    as_of: date | None = None
    extent: str = ""


Stage = Callable[[RawObject], StagedRow | None]
"""Stages one raw record; None if it means nothing to the books.

Raises:
    UnreadableField: a field that decides a figure cannot be read.
"""
