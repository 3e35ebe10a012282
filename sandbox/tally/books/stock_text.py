"""Quantities and rates as Tally prints them, from an item's unit master."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sandbox.tally.books.masters import MasterTable
from sandbox.tally.books.records import Master
from sandbox.tally.books.values import Empty, Quantity, Rate, Scalar


def stock_quantity(masters: MasterTable, item: Master, thousandths: int) -> Scalar:
    """Return a quantity in the item's base unit; less than nothing is printed with ``(-)``."""
    unit = masters.reference(item.tree, "BASEUNITS")
    if unit is None:
        return Empty("Quantity")
    number = Decimal(thousandths) / 1000
    return Quantity(number, unit.name, f" {'(-)' if thousandths < 0 else ''}{_spell(unit, abs(thousandths))}")


def _spell(unit: Master, thousandths: int) -> str:
    conversion = int(unit.tree.value("CONVERSION") or 0)
    if conversion:
        large, small = divmod(thousandths // 1000, conversion)
        head, _, rest = unit.name.partition(" ")
        return f"{large} {head} {small} {rest.rpartition(' ')[2]}"
    decimals = int(unit.tree.value("DECIMALPLACES") or 0)
    text = f"{Decimal(thousandths) / 1000:.{decimals}f}" if decimals else str(thousandths // 1000)
    return f"{text} {unit.name}"


def stock_rate(masters: MasterTable, item: Master, value: int, thousandths: int) -> Scalar:
    """Return value over quantity, rounded to two decimals: the rate times the quantity is seldom the value."""
    unit = masters.reference(item.tree, "BASEUNITS")
    if unit is None or not thousandths:
        return Empty("Rate")
    rate = (Decimal(value) * 10 / Decimal(thousandths)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Rate(abs(rate), unit.name.rpartition(" ")[2])
