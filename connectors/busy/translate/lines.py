"""Goods on a document: quantities in both units, price before tax, GST rates, lots."""

from __future__ import annotations

from decimal import Decimal

from canonical.item import Batch, Quantity
from canonical.money import Side
from canonical.tax import SupplyNature, TaxHead, TaxRate
from canonical.voucher import ItemLine
from canonical.voucher_type import VoucherKind
from connectors.busy.staging import BatchRow, ItemLeg, TaxRow, VoucherRow
from connectors.busy.streams import CENTRES, ITEMS, UNITS
from connectors.busy.translate.lexicon import INWARD
from connectors.busy.translate.reading import Reading


def read_item_lines(row: VoucherRow, kind: VoucherKind, reading: Reading) -> tuple[ItemLine, ...]:
    """Read the item legs of a voucher."""
    taxes = {tax.line: tax for tax in row.taxes}
    return tuple(_line(leg, kind, taxes.get(leg.line), reading) for leg in row.items)


def _line(leg: ItemLeg, kind: VoucherKind, tax: TaxRow | None, reading: Reading) -> ItemLine:
    learned, year = reading.learned, reading.year
    key = learned.key_of(ITEMS, year, leg.item_code, leg.item_name)
    name = leg.item_name.strip() or learned.name_of(ITEMS, key)
    unit = leg.unit or learned.name_of(UNITS, learned.key_of(UNITS, year, leg.unit_code, ""))
    is_inward = leg.is_inward if leg.is_inward is not None else kind in INWARD
    billed = Quantity(
        leg.quantity,
        unit,
        leg.alternate_quantity,
        leg.alternate_unit if leg.alternate_quantity is not None else "",
    )
    free = leg.free_quantity or Decimal(0)
    actual = Quantity(leg.quantity + free, unit) if free else billed
    return ItemLine(
        item_key=key,
        item_name=name,
        side=Side.DEBIT if is_inward else Side.CREDIT,
        amount=leg.amount,
        description=leg.description,
        actual=actual,
        billed=billed,
        rate=leg.price,
        rate_unit=unit if leg.price is not None else "",
        discount_percent=leg.discount_percent,
        hsn=leg.hsn or (tax.hsn if tax else ""),
        nature=_nature(leg, tax),
        rates=_rates(leg, tax),
        mrp=leg.mrp,
        batches=_batches(leg, unit, reading),
        extras={"tax_category": leg.tax_category} if leg.tax_category else {},
    )


def _nature(leg: ItemLeg, tax: TaxRow | None) -> SupplyNature:
    if leg.is_exempt:
        return SupplyNature.EXEMPT
    return SupplyNature.TAXABLE if _rates(leg, tax) else SupplyNature.UNKNOWN


def _rates(leg: ItemLeg, tax: TaxRow | None) -> tuple[TaxRate, ...]:
    """Two rates are CGST and SGST, one alone is IGST; so the vendor's examples have it."""
    first = leg.rate_first if leg.rate_first is not None else tax.rate_first if tax else None
    second = leg.rate_second if leg.rate_second is not None else tax.rate_second if tax else None
    if not first:
        return ()
    if not second:
        return (TaxRate(TaxHead.IGST, first),)
    return (TaxRate(TaxHead.CGST, first), TaxRate(TaxHead.SGST, second))


def _batches(leg: ItemLeg, unit: str, reading: Reading) -> tuple[Batch, ...]:
    """Lots, each in the line's material centre; without lots the centre alone."""
    year = reading.year
    centre = reading.learned.key_of(CENTRES, year, leg.centre_code, leg.centre) if leg.centre or leg.centre_code else ""
    if not leg.batches:
        return (Batch(godown_key=centre, quantity=Quantity(leg.quantity, unit)),) if centre else ()
    return tuple(_batch(batch, centre, unit) for batch in leg.batches)


def _batch(batch: BatchRow, centre: str, unit: str) -> Batch:
    return Batch(
        name=batch.name,
        godown_key=centre,
        quantity=Quantity(batch.quantity, unit) if batch.quantity is not None else None,
        manufactured_on=batch.made_on,
        expires_on=batch.expires_on,
        mrp=batch.mrp,
    )
