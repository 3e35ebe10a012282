"""What the business deals in: units, stock groups, godowns and items with HSN, dated GST rates, batches and prices.

The rate change of 22 September 2025 (12 % and 28 % withdrawn for nearly all goods: notifications 9 to 17/2025 of the
Central Tax rate series) is in the items' dated rows, so a year of vouchers crosses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.world.dice import Dice
from sandbox.world.masters import ItemMaster, OpeningBatch, RateRow, TreeMaster, UnitMaster
from sandbox.world.paise import half_up
from sandbox.world.spec import WorldSpec

GST_FROM = date(2017, 7, 1)
RATES_CHANGED = date(2025, 9, 22)

NOS = UnitMaster(symbol="Nos", formal="Numbers", uqc="NOS-NUMBERS")
KGS = UnitMaster(symbol="Kgs.", formal="Kilograms", uqc="KGS-KILOGRAMS", decimals=3)
PCS = UnitMaster(symbol="Pcs", formal="Pieces", uqc="PCS-PIECES")
LTR = UnitMaster(symbol="Ltr", formal="Litres", uqc="LTR-LITRES", decimals=2)
BOX = UnitMaster(symbol="Box", formal="Boxes", uqc="BOX-BOX")
DOZEN_BOX = UnitMaster(symbol="Box of 12 Nos", formal="", uqc="", base="Box", tail="Nos", conversion=12)
UNITS = (NOS, KGS, PCS, LTR, BOX, DOZEN_BOX)

MAIN_GODOWN = "Main Location"
GODOWNS = (
    TreeMaster(name=MAIN_GODOWN),
    TreeMaster(name="Bhiwandi Warehouse"),
    TreeMaster(name="Rack A", parent="Bhiwandi Warehouse"),
    TreeMaster(name="Job Worker's Yard", is_external=True),
)
STOCK_CATEGORIES = (TreeMaster(name="Fast Moving"), TreeMaster(name="Slow Moving"))
COST_CATEGORIES = (TreeMaster(name="Primary Cost Category"), TreeMaster(name="Sales Team"))
COST_CENTRES = (
    TreeMaster(name="Head Office", category="Primary Cost Category"),
    TreeMaster(name="Warehouse", category="Primary Cost Category"),
    TreeMaster(name="Dispatch Desk", parent="Warehouse", category="Primary Cost Category"),
    TreeMaster(name="Field - North", category="Sales Team"),
    TreeMaster(name="Field - South & West", category="Sales Team"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """Goods of one kind: HSN, rates around the change (hundredths of a percent), unit, price range (rupees)."""

    name: str
    group: str
    hsn: str
    before: int
    after: int
    unit: UnitMaster
    low: int
    high: int
    shelf_months: int = 0


_FAMILIES = (
    _Family(name="Basmati Rice", group="Grocery", hsn="10063020", before=500, after=500, unit=KGS, low=62, high=140),
    _Family(name="Fresh Milk", group="Grocery", hsn="04012000", before=0, after=0, unit=LTR, low=48, high=66),
    _Family(
        name="Toothpaste",
        group="Personal Care",
        hsn="33061020",
        before=1800,
        after=500,
        unit=NOS,
        low=40,
        high=190,
        shelf_months=24,
    ),
    _Family(
        name="Bath Soap",
        group="Personal Care",
        hsn="34011190",
        before=1800,
        after=500,
        unit=DOZEN_BOX,
        low=18,
        high=55,
        shelf_months=30,
    ),
    _Family(
        name="Cough Syrup",
        group="Medicines",
        hsn="30049099",
        before=1200,
        after=500,
        unit=NOS,
        low=55,
        high=240,
        shelf_months=18,
    ),
    _Family(
        name="Copper Wire", group="Electrical", hsn="85444999", before=1800, after=1800, unit=NOS, low=850, high=4200
    ),
    _Family(
        name="LED Panel", group="Electrical", hsn="94051100", before=1200, after=1800, unit=PCS, low=240, high=1900
    ),
    _Family(
        name="Wall Fan", group="Electrical", hsn="84145120", before=1800, after=1800, unit=NOS, low=1150, high=3900
    ),
    _Family(
        name="Television", group="Electrical", hsn="85287219", before=2800, after=1800, unit=NOS, low=14500, high=52000
    ),
    _Family(name="Hex Bolt", group="Hardware", hsn="73181500", before=1800, after=1800, unit=KGS, low=88, high=210),
    _Family(name="Wall Paint", group="Hardware", hsn="32091010", before=2800, after=1800, unit=LTR, low=140, high=520),
    _Family(
        name="Office Chair", group="Furniture", hsn="94013000", before=1800, after=1800, unit=NOS, low=2900, high=12500
    ),
    _Family(
        name="Note Book", group="Stationery", hsn="48202000", before=1200, after=0, unit=DOZEN_BOX, low=25, high=80
    ),
    _Family(name="Cotton Shirt", group="Garments", hsn="62052000", before=500, after=500, unit=PCS, low=320, high=990),
)
_VARIANTS = ["Classic", "Super", "Royal", "Eco", "Gold", "Prime", "Lite", "Ultra", "Smart", "Value", "Star", "Delux"]
_SIZES = ("S-1", "M-2", "L-3", "XL-4", "1/2 in.", "Pack & Go", "No. 7")
STOCK_GROUPS = tuple(
    TreeMaster(name=name, parent="" if name not in ("Electrical", "Hardware") else "Building Materials")
    for name in ("Building Materials", *dict.fromkeys(family.group for family in _FAMILIES))
)


def build_items(spec: WorldSpec) -> tuple[ItemMaster, ...]:
    """Return the items of one company, every family first once, so each kind of item occurs in the smallest world."""
    dice = spec.dice("items")
    items = []
    for index in range(spec.item_count):
        family = _FAMILIES[index % len(_FAMILIES)]
        serial = index // len(_FAMILIES)
        variant, size = _VARIANTS[serial % len(_VARIANTS)], _SIZES[serial // len(_VARIANTS) % len(_SIZES)]
        items.append(_build_item(dice, spec, family, f"{family.name} {variant} {size}", index))
    return tuple(items)


def _build_item(dice: Dice, spec: WorldSpec, family: _Family, name: str, index: int) -> ItemMaster:
    price = dice.between(family.low * 20, family.high * 20) * 5
    cost = half_up(price * dice.between(62, 79), 100)
    quantity = dice.between(20, 399) * 1000
    value = half_up(quantity * cost, 1000)
    boxed = family.unit in (NOS, PCS) and index % 3 == 0
    return ItemMaster(
        name=name,
        group=family.group,
        category="" if index % 5 == 0 else STOCK_CATEGORIES[index % 2].name,
        unit=family.unit,
        hsn=family.hsn,
        hsn_name=f"{family.name} & similar",
        rates=_rate_rows(family),
        price=price,
        cost=cost,
        alternate_unit="Box" if boxed else "",
        conversion=12 if boxed else 0,
        shelf_months=family.shelf_months,
        mrp=half_up(price * 135, 10000) * 100 if family.shelf_months else 0,
        is_exempt=family.before == family.after == 0,
        part_number=f"{family.hsn[:2]}-{index + 1:04d}" if index % 4 == 0 else "",
        opening_quantity=quantity,
        opening_value=value,
        opening_batches=_opening_batches(dice, spec, family, quantity, value),
    )


def _rate_rows(family: _Family) -> tuple[RateRow, ...]:
    first = RateRow(since=GST_FROM, rate=family.before)
    if family.before == family.after:
        return (first,)
    return (first, RateRow(since=RATES_CHANGED, rate=family.after))


def _opening_batches(
    dice: Dice, spec: WorldSpec, family: _Family, quantity: int, value: int
) -> tuple[OpeningBatch, ...]:
    if not family.shelf_months:
        return (OpeningBatch(name="Primary Batch", godown=MAIN_GODOWN, quantity=quantity, value=value),)
    part = quantity // 3000 * 1000
    part_value = half_up(value * part, quantity)
    made_on = date(spec.financial_year, 1, dice.between(1, 28))
    return (
        OpeningBatch(name=batch_name(made_on, 1), godown=MAIN_GODOWN, quantity=part, value=part_value, made_on=made_on),
        OpeningBatch(
            name=batch_name(made_on, 2),
            godown="Bhiwandi Warehouse",
            quantity=quantity - part,
            value=value - part_value,
            made_on=made_on,
        ),
    )


def batch_name(made_on: date, lot: int) -> str:
    """Name a lot by month of making and number."""
    return f"B{made_on:%y%m}/{lot:02d}"
