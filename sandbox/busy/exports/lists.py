"""BUSY's lists of vouchers as people export them: workbooks as in five layouts seen, or the same as CSV.

A voucher's first row carries its date, number, party and totals, its other rows leave them blank; the last rows are an
empty one and the totals. The lists hold goods only: a bill without goods is a row without an item.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from sandbox.busy.chart import short
from sandbox.busy.exports.write import busy_type
from sandbox.busy.xls import write_xls
from sandbox.world.business import World
from sandbox.world.masters import CompanyMaster
from sandbox.world.vouchers import ItemMove, Voucher


class ListForm(StrEnum):
    """Kinds of file."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Layout:
    """One list: file name, title, voucher type, columns; ``totals`` names the column under which that word stands."""

    name: str
    title: str
    voucher_type: int
    columns: tuple[str, ...]
    totals: str


_TRADE = (
    "Date|Vch/Bill No|Party Type|State|Dealer Code|Particulars|Product Group|Product Print Name|TIN/GSTIN No.|"
    "Item Details|Batch No.|Mfg Date.|Exp Date.|Material Centre|Qty.|Unit|Price|Qty.|Unit|MRP|Disc %"
)
_SALES = (
    f"{_TRADE}|Discount Amt|Price|Amount|Tax Amt|Bill Amount|DC No|DC Date|E Invoice|Salesman|SALES ORDER NO|"
    "SALES ORDER DATE|E WAY BILL|Transporter Name|Narration"
)
_RETURN = (
    f"{_TRADE}|Disc Amt|Tax Amount|Price|Amount|Bill Amount|GRN No|GRN Date|E-Invoice|Salesman|SO No.|SO Date.|"
    "E-Way Bill No.|Narration"
)
_ORDER = (
    "Date|Vch/Bill No|Particulars|Item Details|Material Centre|Qty.|Unit|Price|Qty.|Unit|Price|Amount|Tax|Order Total|"
    "Salesman|Salesman ID"
)
_ISSUED = (
    "Date|Vch/Bill No|Account Group|Particulars|Product Group|Item Details|Batch No|Batch Qty|Mfg Date|Exp Date|"
    "Material Centre|Qty.|Unit|Price|Qty.|Unit|Price|Amount|Tax Rate|CGST AMT|SGST AMT|IGST AMT|Narration|"
    "Sales Order No|Salesman|Territory|Transporter"
)
_RECEIVED = (
    "Date|Vch/Bill No|Particulars|Item Details|Batch No.|Batch Qty|Mfg Date|Exp Date|Material Centre|Qty.|Unit|Price|"
    "Qty.|Unit|Price|Amount|Tax Rate|CGST|SGST|IGST|Narration"
)
LAYOUTS = (
    Layout("sales", "List of Sales Vouchers", 9, tuple(_SALES.split("|")), "Material Centre"),
    Layout("sales_return", "List of Sales Return (Cr. Note) Vouchers", 3, tuple(_RETURN.split("|")), "Material Centre"),
    Layout("sales_order", "List of Sales Order Vouchers", 12, tuple(_ORDER.split("|")), "Material Centre"),
    Layout("material_issued", "List of Mat. Issued to Party Vouchers", 11, tuple(_ISSUED.split("|")), "Batch No"),
    Layout("material_received", "List of Mat. Rcvd. from Party Vouchers", 4, tuple(_RECEIVED.split("|")), "Batch No."),
)
SUMMED = frozenset(
    {"Qty.", "Discount Amt", "Disc Amt", "Amount", "Tax Amt", "Tax Amount", "Tax", "Bill Amount", "Order Total"}
)
Row = list[Any]


def write_lists(world: World, folder: Path, form: ListForm = ListForm.XLSX, address: Sequence[str] = ()) -> list[Path]:
    """Write the five lists of a world's year.

    Args:
        world: the business.
        folder: where to (made if missing).
        form: workbook, the older workbook, or CSV.
        address: rows between the company's name and the title, as companies with an address have them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listed: dict[int, list[Voucher]] = {}
    for voucher in world.vouchers():
        kind = busy_type(voucher, world)
        if kind is not None and not voucher.is_cancelled:
            listed.setdefault(kind, []).append(voucher)
    paths = []
    for layout in LAYOUTS:
        path = folder / f"{layout.name}.{form.value}"
        body = [row for voucher in listed.get(layout.voucher_type, ()) for row in _rows(voucher, layout)]
        head = _head(world.masters.company, layout, address)
        _WRITERS[form](path, [*head, *body, *_foot(body, layout)], len(head))
        paths.append(path)
    return paths


def _head(company: CompanyMaster, layout: Layout, address: Sequence[str]) -> list[Row]:
    width = len(layout.columns)
    period: Row = [None] * width
    period[0] = "Voucher Series : All, All Broker"
    period[width // 2] = f"From {_dmy(company.books_from)} to {_dmy(company.books_to)}"
    texts = (company.name, *address, layout.title)
    return [*([text, *[None] * (width - 1)] for text in texts), period, list(layout.columns)]


def _dmy(day: date) -> str:
    """Without leading zeroes, as the list's head has it."""
    return f"{day.day}-{day.month}-{day.year}"


def _foot(body: list[Row], layout: Layout) -> list[Row]:
    totals: Row = [None] * len(layout.columns)
    for place, name in enumerate(layout.columns):
        if name in SUMMED:
            values = [row[place] for row in body if isinstance(row[place], int | float)]
            totals[place] = round(sum(values), 3)
    totals[layout.columns.index(layout.totals)] = "Totals"
    return [[None] * len(layout.columns), totals]


def _rows(voucher: Voucher, layout: Layout) -> Iterator[Row]:
    moves = [*voucher.items, *(move for entry in voucher.entries for move in entry.items)]
    for number, move in enumerate(moves or [None]):
        told = {**(_voucher_cells(voucher) if not number else {}), **(_item_cells(move, voucher) if move else {})}
        seen: set[str] = set()
        row = []
        for name in layout.columns:
            row.append(told.get(f"{name} #2" if name in seen else name))
            seen.add(name)
        yield row


def _voucher_cells(voucher: Voucher) -> dict[str, Any]:
    partner = voucher.partner
    party = abs(next((entry.paise for entry in voucher.entries if entry.is_party), 0))
    tax = abs(sum(entry.paise for entry in voucher.entries if entry.ledger.endswith("GST")))
    transport = voucher.transport
    totals = dict.fromkeys(("Bill Amount", "Order Total"), party / 100)
    taxes = dict.fromkeys(("Tax Amt", "Tax Amount", "Tax"), tax / 100)
    way = int(transport.number) if transport and transport.number else 0
    return {
        "Date": voucher.day,
        "Vch/Bill No": voucher.number,
        "Party Type": "Dealer" if partner else "Counter",
        "Account Group": "Dealer" if partner else "Counter",
        "State": partner.state if partner else None,
        "Particulars": short(voucher.party_ledger),
        "TIN/GSTIN No.": partner.gstin or None if partner else None,
        "Material Centre": next((move.godown for move in voucher.items), None),
        **totals,
        **taxes,
        "E Invoice": voucher.irn or None,
        "E WAY BILL": way,
        "SALES ORDER NO": voucher.order or None,
        "DC No": voucher.tracking or None,
        "Narration": voucher.narration or None,
    }


def _item_cells(move: ItemMove, voucher: Voucher) -> dict[str, Any]:
    item = move.item
    quantity = move.billed / 1000
    return {
        "Product Group": item.group,
        "Product Print Name": item.name,
        "Item Details": short(item.name),
        "Batch No": move.batch or None,
        "Batch No.": move.batch or None,
        "Batch Qty": quantity if move.batch else None,
        "Mfg Date": move.made_on,
        "Mfg Date.": move.made_on,
        "Qty.": quantity,
        "Unit": item.unit.symbol,
        "Price": move.rate / 100,
        "Qty. #2": quantity,
        "Unit #2": item.unit.symbol,
        "Price #2": move.rate / 100,
        "MRP": item.mrp / 100 if item.mrp else None,
        "Disc %": f"{move.discount / 100:.2f}" if not voucher.index % 2 else move.discount / 100,
        "Amount": abs(move.paise) / 100,
        "Tax Rate": move.gst_rate / 100,
    }


def _write_workbook(path: Path, rows: Iterable[Row], head: int) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "Sheet1"
    width = 0
    for row in rows:
        sheet.append([datetime.combine(cell, time.min) if type(cell) is date else cell for cell in row])
        width = len(row)
    last = get_column_letter(width)
    for number in range(1, head - 1):
        sheet.merge_cells(f"A{number}:{last}{number}")
    book.save(path)


def _write_older_workbook(path: Path, rows: Iterable[Row], head: int) -> None:
    held = list(rows)
    write_xls(path, "Sheet1", held, [(number, number, 0, len(held[0]) - 1) for number in range(head - 2)])


def _write_csv(path: Path, rows: Iterable[Row], head: int) -> None:  # noqa: ARG001 - as the workbook's
    render: Callable[[Any], Any] = lambda cell: f"{cell:%d-%m-%Y}" if isinstance(cell, date) else cell  # noqa: E731
    with path.open("w", encoding="cp1252", errors="replace", newline="") as file:
        csv.writer(file).writerows([["" if cell is None else render(cell) for cell in row] for row in rows])


_WRITERS = {ListForm.XLSX: _write_workbook, ListForm.XLS: _write_older_workbook, ListForm.CSV: _write_csv}
