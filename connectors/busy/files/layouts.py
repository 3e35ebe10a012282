"""Report layouts as data: which report a title names, and which field a column's header means.

Columns are chosen by the user and spelt differently by report, so a column is known by any of its spellings, folded:
case, dots, hyphens and blanks do not count. Where a header occurs twice (``Qty.``, ``Unit``, ``Price``) the second one
is of the alternate unit: position decides, as in BUSY itself. A column that is not listed is kept with the record.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.busy.recognition import TITLE
from connectors.sdk.sheets import Cell


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One of BUSY's lists: the word in its title, the key word of its records and the voucher type it lists."""

    title: str
    word: str
    voucher_type: int


KINDS = (
    ReportKind("Sales", "sales", 9),
    ReportKind("Sales Order", "sales_order", 12),
    ReportKind("Sales Return (Cr. Note)", "sales_return", 3),
    ReportKind("Mat. Issued to Party", "material_issued", 11),
    ReportKind("Mat. Rcvd. from Party", "material_received", 4),
)
BY_TITLE = {kind.title: kind for kind in KINDS}
BY_WORD = {kind.word: kind for kind in KINDS}

DAY, NUMBER, ITEM, AMOUNT, TAX, TOTAL, QUANTITY = "day", "number", "item", "amount", "tax", "total", "quantity"
COLUMNS: dict[str, tuple[str, ...]] = {
    DAY: ("date",),
    NUMBER: ("vch bill no", "vch no", "bill no"),
    "party": ("particulars", "party name"),
    "party_group": ("account group", "party type"),
    "state": ("state",),
    "gstin": ("tin gstin no", "gstin no", "gstin"),
    "dealer_code": ("dealer code",),
    ITEM: ("item details", "item name"),
    "item_group": ("product group",),
    "item_print_name": ("product print name",),
    "batch": ("batch no",),
    "batch_quantity": ("batch qty",),
    "made_on": ("mfg date",),
    "expires_on": ("exp date",),
    "centre": ("material centre", "material center"),
    QUANTITY: ("qty", "quantity"),
    "unit": ("unit",),
    "price": ("price",),
    "mrp": ("mrp",),
    "discount_percent": ("disc %",),
    "discount": ("discount amt", "disc amt"),
    AMOUNT: ("amount",),
    "tax_rate": ("tax rate",),
    "cgst": ("cgst amt", "cgst"),
    "sgst": ("sgst amt", "sgst"),
    "igst": ("igst amt", "igst"),
    TAX: ("tax amt", "tax amount", "tax"),
    TOTAL: ("bill amount", "order total"),
    "challan": ("dc no",),
    "challan_day": ("dc date",),
    "return_note": ("grn no",),
    "return_note_day": ("grn date",),
    "irn": ("e invoice",),
    "e_way_bill": ("e way bill", "e way bill no"),
    "order": ("sales order no", "so no"),
    "order_day": ("sales order date", "so date"),
    "salesman": ("salesman",),
    "transporter": ("transporter name", "transporter"),
    "narration": ("narration",),
}
"""Spellings by field, folded."""
SECOND = {QUANTITY: "alternate_quantity", "unit": "alternate_unit", "price": "alternate_price"}
"""What the second column of a header is."""
SUMMED = (QUANTITY, AMOUNT, TAX, TOTAL)
"""Columns whose sum stands in the row of totals and is checked."""
_FIELD_BY_SPELLING = {spelling: field for field, spellings in COLUMNS.items() for spelling in spellings}
_NOISE = re.compile(r"[\s.\-/_:]+")
PERIOD = re.compile(r"From (\d{1,2}-\d{1,2}-\d{4}) to (\d{1,2}-\d{1,2}-\d{4})")


def fold(header: Cell) -> str:
    """Fold a header to the spelling it is known by.

    >>> fold(" Vch/Bill  No. ")
    'vch bill no'
    """
    return _NOISE.sub(" ", str(header or "")).strip().casefold()


def find_title(row: Sequence[Cell]) -> ReportKind | None:
    """Return the report whose title stands in a row."""
    for cell in row:
        if isinstance(cell, str) and (found := TITLE.search(cell)):
            return BY_TITLE.get(found[1])
    return None


def is_header(row: Sequence[Cell]) -> bool:
    """Whether a row is the header: it has a column for the date and one for the number."""
    known = {_FIELD_BY_SPELLING.get(fold(cell)) for cell in row if isinstance(cell, str)}
    return {DAY, NUMBER} <= known


def column_names(header: Sequence[Cell]) -> tuple[str, ...]:
    """Names of the columns as the record keeps them: the header's own, a repeated one with its number."""
    names: list[str] = []
    for place, cell in enumerate(header):
        name = str(cell).strip() if cell is not None else f"column {place + 1}"
        count = 1 + sum(fold(one.rsplit(" #", 1)[0]) == fold(name) for one in names)
        names.append(name if count == 1 else f"{name} #{count}")
    return tuple(names)


def field_of(name: str) -> str:
    """Return the field that a column's name means, empty if it is none of ours."""
    bare, repeated, number = name.partition(" #")
    field = _FIELD_BY_SPELLING.get(fold(bare), "")
    if not repeated:
        return field
    return SECOND.get(field, "") if number == "2" else ""
