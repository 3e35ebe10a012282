"""Goods on a document, however they were written: one value for lines of a sale bill and rows of ``Dis``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from canonical.item import Batch, Quantity
from canonical.money import ZERO, Side
from canonical.record import JsonValue
from canonical.tax import SupplyNature, TaxHead, TaxRate
from canonical.voucher import ItemLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """One line.

    Attributes:
        quantity: charged; ``free`` is given beside it.
        taxable: rupees before tax.
        tax_percent: GST, all heads together; ``tax`` in rupees.
        discount_percent: as one figure, if there is only one.
        expiry_text: as written; ``expires_on`` is the day it stands for.
    """

    item_key: str
    item_name: str
    taxable: Decimal
    tax: Decimal = ZERO
    tax_percent: Decimal | None = None
    quantity: Decimal = ZERO
    free: Decimal = ZERO
    unit: str = ""
    rate: Decimal | None = None
    mrp: Decimal | None = None
    discount_percent: Decimal | None = None
    hsn: str = ""
    batch: str = ""
    expires_on: date | None = None
    expiry_text: str = ""
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


def item_line(goods: Goods, side: Side, rates: tuple[TaxRate, ...], ledger_key: str = "") -> ItemLine:
    """A line as vouchers carry it; free quantity is what moved beyond what was charged."""
    moved, charged = Quantity(goods.quantity + goods.free, goods.unit), Quantity(goods.quantity, goods.unit)
    return ItemLine(
        item_key=goods.item_key,
        item_name=goods.item_name,
        side=side,
        amount=abs(goods.taxable),
        actual=moved,
        billed=charged,
        rate=goods.rate,
        rate_unit=goods.unit,
        discount_percent=goods.discount_percent,
        hsn=goods.hsn,
        nature=SupplyNature.TAXABLE if goods.tax_percent else SupplyNature.UNKNOWN,
        rates=rates,
        mrp=goods.mrp or None,
        batches=_batches(goods, moved, charged),
        ledger_key=ledger_key,
        extras=goods.extras,
    )


def _batches(goods: Goods, moved: Quantity, charged: Quantity) -> tuple[Batch, ...]:
    if not (goods.batch or goods.expires_on):
        return ()
    return (
        Batch(
            name=goods.batch,
            quantity=moved,
            billed=charged,
            rate=goods.rate,
            expires_on=goods.expires_on,
            expiry_text=goods.expiry_text,
            mrp=goods.mrp or None,
        ),
    )


def split_rate(percent: Decimal | None, heads: tuple[TaxHead, ...]) -> tuple[TaxRate, ...]:
    """GST of a line by head: one rate for one head, half of it for each of two."""
    if percent is None:
        return ()
    return tuple(TaxRate(head, percent / len(heads)) for head in heads)
