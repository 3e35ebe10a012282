"""Items and where they are kept: stock groups, units, godowns, batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from canonical.record import JsonValue, SourceRef
from canonical.tax import DatedTaxDetail


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit's symbol, as the document shows it; ``alternate`` is the same goods in a second unit."""

    number: Decimal
    unit: str = ""
    alternate_number: Decimal | None = None
    alternate_unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of measure.

    Attributes:
        uqc: GST unit quantity code (``KGS``), if mapped.
        base_key: for a compound unit, its first unit; ``conversion`` of them make the second (``tail_key``).
    """

    source: SourceRef
    key: str
    symbol: str
    formal_name: str = ""
    uqc: str = ""
    decimal_places: int = 0
    is_simple: bool = True
    base_key: str = ""
    tail_key: str = ""
    conversion: Decimal | None = None
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockGroup:
    """A node of the stock tree; ``is_category`` marks the second, independent classification."""

    source: SourceRef
    key: str
    name: str
    parent_key: str = ""
    is_category: bool = False
    tax_details: tuple[DatedTaxDetail, ...] = ()
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Godown:
    """A place where stock is kept (Busy: material centre)."""

    source: SourceRef
    key: str
    name: str
    parent_key: str = ""
    is_external: bool = False
    address_lines: tuple[str, ...] = ()
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Stock of one lot in one godown.

    Attributes:
        amount: debit-positive rupees.
        mrp: maximum retail price, rupees.
    """

    name: str = ""
    godown_key: str = ""
    quantity: Quantity | None = None
    billed: Quantity | None = None
    amount: Decimal | None = None
    rate: Decimal | None = None
    manufactured_on: date | None = None
    expires_on: date | None = None
    expiry_text: str = ""
    mrp: Decimal | None = None
    order_number: str = ""
    tracking_number: str = ""
    destination_godown_key: str = ""


@dataclass(frozen=True, slots=True)
class DatedPrice:
    """A price from a date on, rupees per ``unit``."""

    applicable_from: date | None
    rate: Decimal
    unit: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A good or service that is bought or sold.

    Attributes:
        base_unit: symbol; ``alternate_unit`` with ``conversion``/``denominator`` as the source gives them.
        opening_value: debit-positive rupees.
    """

    source: SourceRef
    key: str
    name: str
    group_key: str = ""
    category_key: str = ""
    aliases: tuple[str, ...] = ()
    part_number: str = ""
    description: str = ""
    base_unit: str = ""
    alternate_unit: str = ""
    conversion: Decimal | None = None
    denominator: Decimal | None = None
    is_service: bool = False
    is_batch_wise: bool = False
    has_expiry: bool = False
    costing_method: str = ""
    tax_details: tuple[DatedTaxDetail, ...] = ()
    opening_quantity: Quantity | None = None
    opening_value: Decimal | None = None
    opening_rate: Decimal | None = None
    opening_batches: tuple[Batch, ...] = ()
    mrp: Decimal | None = None
    standard_prices: tuple[DatedPrice, ...] = ()
    standard_costs: tuple[DatedPrice, ...] = ()
    is_active: bool = True
    extras: Mapping[str, JsonValue] = field(default_factory=dict)

    def tax_detail_on(self, day: date) -> DatedTaxDetail | None:
        """Return the tax details in force on a day."""
        in_force = [d for d in self.tax_details if d.applicable_from is None or d.applicable_from <= day]
        return max(in_force, key=lambda d: d.applicable_from or date.min, default=None)
