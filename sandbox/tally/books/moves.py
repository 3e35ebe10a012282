"""What a voucher does to the books, read off its tree: postings, bills and goods.

One reading for generated, edited and imported vouchers. Postings are those of ``ALLLEDGERENTRIES``; a voucher without
them (invoice view) posts its ``LEDGERENTRIES`` and the accounting allocations of its goods lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from canonical.dates import CreditPeriod, CreditUnit
from canonical.voucher_type import VoucherKind
from sandbox.tally.books.masters import MasterTable
from sandbox.tally.books.records import BillRow, GoodsRow
from sandbox.tally.books.references import MARK
from sandbox.tally.books.tree import Element
from sandbox.tally.books.values import split_quantity
from sandbox.world.masters import Terms, due_day

ENTRY_LISTS = ("ALLLEDGERENTRIES.LIST", "LEDGERENTRIES.LIST")
GOODS_LISTS = ("ALLINVENTORYENTRIES.LIST", "INVENTORYENTRIES.LIST")
IN_LIST, OUT_LIST = "INVENTORYENTRIESIN.LIST", "INVENTORYENTRIESOUT.LIST"
NESTED_GOODS = "INVENTORYALLOCATIONS.LIST"
POSTING_LIST = "ACCOUNTINGALLOCATIONS.LIST"
ON_ACCOUNT = "On Account"

_INWARD = frozenset(
    {VoucherKind.PURCHASE, VoucherKind.RECEIPT_NOTE, VoucherKind.REJECTIONS_IN, VoucherKind.CREDIT_NOTE}
    | {VoucherKind.MATERIAL_IN}
)
_OUTWARD = frozenset(
    {VoucherKind.SALES, VoucherKind.DELIVERY_NOTE, VoucherKind.REJECTIONS_OUT, VoucherKind.DEBIT_NOTE}
    | {VoucherKind.MATERIAL_OUT}
)
_MONTHS = {name: 1 + index for index, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Everything a voucher moves."""

    postings: tuple[int, ...]
    bills: tuple[BillRow, ...]
    goods: tuple[GoodsRow, ...]


def read_moves(tree: Element, masters: MasterTable, day: date, kind: VoucherKind) -> Moves:
    """Read a voucher's moves; names must be references already."""
    entries = list(iter_entries(tree))
    postings: list[int] = []
    bills: list[BillRow] = []
    for entry in entries:
        ledger_id = _reference(entry, "LEDGERNAME")
        if ledger_id:
            postings += (ledger_id, -to_paise(entry.value("AMOUNT")))
            bills += _bills(entry, ledger_id, masters, day)
    goods = [row for line, direction in iter_goods(tree, kind) for row in _goods(line, direction, masters)]
    return Moves(postings=tuple(postings), bills=tuple(bills), goods=tuple(goods))


def iter_entries(tree: Element) -> Iterator[Element]:
    """Yield the elements that post, once each."""
    entries = tree.all(ENTRY_LISTS[0])
    if entries:
        yield from entries
        return
    for child in tree.children:
        if child.tag == ENTRY_LISTS[1]:
            yield child
    for child in tree.children:
        if child.tag in GOODS_LISTS:
            yield from child.all(POSTING_LIST)


def iter_goods(tree: Element, kind: VoucherKind) -> Iterator[tuple[Element, int]]:
    """Yield goods lines with their direction: 1 in, -1 out, 0 an absolute count; none for orders and memos."""
    if kind.is_order or kind.is_memo:
        return
    direction = 1 if kind in _INWARD else -1 if kind in _OUTWARD else 0
    for child in tree.children:
        if child.tag in GOODS_LISTS:
            yield child, direction
        elif child.tag == IN_LIST:
            yield child, 1
        elif child.tag == OUT_LIST:
            yield child, -1
        elif child.tag in ENTRY_LISTS:
            yield from ((line, direction) for line in child.all(NESTED_GOODS))


def _goods(line: Element, direction: int, masters: MasterTable) -> Iterator[GoodsRow]:
    item_id = _reference(line, "STOCKITEMNAME")
    if not item_id:
        return
    conversion = conversion_of(masters, item_id)
    for batch in line.all("BATCHALLOCATIONS.LIST") or (line,):
        tracking = batch.value("TRACKINGNUMBER")
        quantity = to_thousandths(batch.value("ACTUALQTY"), conversion)
        paise = abs(to_paise(batch.value("AMOUNT")))
        sign = direction or 1
        yield GoodsRow(
            item_id,
            _reference(batch, "DESTINATIONGODOWNNAME" if direction > 0 else "GODOWNNAME")
            or _reference(batch, "GODOWNNAME"),
            sign * quantity,
            sign * paise,
            "" if tracking.startswith("\x04") else tracking,
            batch.value("BATCHNAME"),
        )


def _bills(entry: Element, ledger_id: int, masters: MasterTable, day: date) -> Iterator[BillRow]:
    for bill in entry.all("BILLALLOCATIONS.LIST"):
        kind = bill.value("BILLTYPE")
        paise = -to_paise(bill.value("AMOUNT"))
        if kind in ("", ON_ACCOUNT):
            yield BillRow(ledger_id, ON_ACCOUNT, "", paise, None)
            continue
        terms = parse_terms(bill.value("BILLCREDITPERIOD"))
        if terms is None and kind != "Advance":
            terms = parse_terms(masters.by_id[ledger_id].tree.value("BILLCREDITPERIOD"))
        yield BillRow(ledger_id, kind, bill.value("NAME"), paise, due_day(day, terms))


def _reference(element: Element, field: str) -> int:
    child = element.first(field)
    return int(child.text[1:]) if child is not None and child.text[:1] == MARK else 0


def to_paise(text: str) -> int:
    """Read an amount as whole paise, in the text's sign; of a foreign amount the base part counts; empty is nothing."""
    base = text.rpartition("=")[2].strip()
    if not base:
        return 0
    try:
        return int((Decimal(base) * 100).to_integral_value(ROUND_HALF_UP))
    except InvalidOperation:
        return 0


def to_thousandths(text: str, conversion: int = 1) -> int:
    """Read a quantity in thousandths of its smallest unit.

    Args:
        text: ``12.500 Kgs.``, ``24 Nos = 2.00 Box`` or, of a compound unit, ``2 Box 3 Nos``.
        conversion: of a compound unit, how many of the small unit make one of the large.
    """
    if not text:
        return 0
    number, unit = split_quantity(text)
    words = unit.split(" ")
    if len(words) == len(("Box", "3", "Nos")) and words[1].isdigit():
        return (int(number) * conversion + int(words[1])) * 1000
    return int(number * 1000)


def conversion_of(masters: MasterTable, item_id: int) -> int:
    """Return how many tails make one head of an item's compound unit; 1 for simple units."""
    unit = masters.reference(masters.by_id[item_id].tree, "BASEUNITS")
    return int(unit.tree.value("CONVERSION") or 1) if unit is not None else 1


def parse_terms(text: str) -> Terms | None:
    """Read credit terms: ``30 Days``, ``2 Weeks``, ``1 Months`` or ``31-Mar-26``; None for nothing or no terms."""
    if not text:
        return None
    if "-" in text:
        return _try_print_day(text)
    number, _, unit = text.partition(" ")
    try:
        return CreditPeriod(int(number), CreditUnit(unit.strip().lower()))
    except ValueError:
        return None


def _try_print_day(text: str) -> date | None:
    try:
        return parse_print_day(text)
    except (ValueError, KeyError):
        return None


def parse_print_day(text: str) -> date:
    """Read ``31-Mar-26`` or ``31-Mar-2026``."""
    day, month, year = text.split("-")
    number = int(year)
    return date(number if number > 99 else 2000 + number, _MONTHS[month.title()], int(day))  # noqa: PLR2004
