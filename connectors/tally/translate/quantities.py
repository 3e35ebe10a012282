"""Quantities that only the unit masters can tell apart.

``30 Box 0 Nos`` is one quantity in a compound unit: 30 boxes of 12 and 0 numbers are 360 numbers. A unit's symbol may
hold blanks and digits itself (``Pkt 100 g``), so the text alone does not decide.
"""

from __future__ import annotations

from typing import Any

from canonical.issue import IssueLevel
from canonical.item import Quantity
from canonical.ledger import name_key
from connectors.tally.translate.node import text_of
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.values import CompoundQuantity, UnreadableValue, parse_quantity


def find_quantity(value: Any, reading: Reading, field: str, extras: dict[str, Any]) -> Quantity | None:
    """Read a quantity tag; an unreadable one is a warning, its text is kept in ``extras``."""
    text = value if value.__class__ is str else text_of(value)
    try:
        quantity = parse_quantity(text)
    except UnreadableValue:
        extras[field] = text
        reading.note(
            "tally.quantity.unreadable",
            IssueLevel.WARNING,
            f"{reading.label}: the quantity {text[:40]!r} cannot be read and was left out.",
            field=field,
            text=text[:40],
        )
        return None
    if quantity.__class__ is CompoundQuantity:
        return _resolve(quantity, reading, field, text, extras)
    return quantity  # type: ignore[return-value]  # the class check above is faster than isinstance


def _resolve(
    quantity: CompoundQuantity, reading: Reading, field: str, text: str, extras: dict[str, Any]
) -> Quantity | None:
    alternate = (quantity.alternate.number, quantity.alternate.unit) if quantity.alternate else (None, "")
    units = reading.learned.units
    if name_key(quantity.whole_unit) in units:
        return Quantity(quantity.major, quantity.whole_unit, *alternate)
    major_key, minor_key = name_key(quantity.major_unit), name_key(quantity.minor_unit)
    for unit in units.values():
        if unit.base_key == major_key and unit.tail_key == minor_key and unit.conversion:
            number = quantity.major * unit.conversion + quantity.minor
            return Quantity(number, quantity.minor_unit, *alternate)
    if quantity.minor:
        extras[field] = text
        reading.note_once(
            "tally.quantity.compound_unknown",
            IssueLevel.WARNING,
            quantity.whole_unit,
            f"{reading.label}: {text.strip()!r} is in a compound unit whose master was not read; "
            f"only {quantity.major} {quantity.major_unit} are counted.",
            hint="Export the unit masters with the vouchers.",
            unit=quantity.whole_unit,
        )
    return Quantity(quantity.major, quantity.major_unit, *alternate)
