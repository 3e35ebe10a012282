"""Rows of vouchers: a header and lines for what moves or promises goods, ledger legs for what counts in the accounts.

What Marg has no place for leaves no trace: proforma invoices, memoranda, physical counts, cancelled receipts and
payments. The names of the books of receipts, payments and journals are not known; those here are invented. The remark
of a leg on a party is the reference of the bill it opens or settles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from canonical.bill import BillRefKind
from canonical.voucher_type import VoucherKind
from sandbox.marg.codes import Codes
from sandbox.marg.values import credit_positive, plain, rupees
from sandbox.world.paise import half_up
from sandbox.world.vouchers import Entry, ItemMove, Voucher

Row = dict[str, Any]
Rows = Iterator[tuple[str, Row]]
NO_DAY = "1900-01-01"
TYPES = {
    VoucherKind.SALES: ("S", "I"),
    VoucherKind.PURCHASE: ("P", "I"),
    VoucherKind.CREDIT_NOTE: ("R", "I"),
    VoucherKind.DEBIT_NOTE: ("B", "I"),
    VoucherKind.SALES_ORDER: ("V", "I"),
    VoucherKind.PURCHASE_ORDER: ("X", "I"),
    VoucherKind.DELIVERY_NOTE: ("S", "C"),
    VoucherKind.RECEIPT_NOTE: ("P", "C"),
    VoucherKind.REJECTIONS_IN: ("R", "C"),
    VoucherKind.REJECTIONS_OUT: ("B", "C"),
}
"""Type and first letter of ``AddField`` of what the world calls so."""
BOOKS = {
    VoucherKind.RECEIPT: "RC",
    VoucherKind.PAYMENT: "PY",
    VoucherKind.CONTRA: "CT",
    VoucherKind.JOURNAL: "JV",
}


def add_voucher(voucher: Voucher, codes: Codes) -> Rows:
    """Yield collection and row of everything a voucher is; nothing if Marg has no place for it."""
    if voucher.is_optional or voucher.kind not in (*TYPES, *BOOKS):
        return
    if voucher.kind in TYPES:
        yield "MDis", _header(voucher, codes)
        if not voucher.is_cancelled:
            yield from (("Dis", _line(voucher, move, codes)) for move in goods_of(voucher))
    if voucher.kind.is_accounting and not voucher.is_cancelled:
        yield from (("Account", row) for row in _legs(voucher, codes))


def number_of(voucher: Voucher) -> str:
    """Bill number: of a purchase the supplier's, else ours."""
    if voucher.kind is VoucherKind.PURCHASE and voucher.reference:
        return voucher.reference
    return voucher.number


def goods_of(voucher: Voucher) -> list[ItemMove]:
    """Goods of a document, whatever shape it was entered in."""
    return [*voucher.items, *(move for entry in voucher.entries for move in entry.items)]


def _header(voucher: Voucher, codes: Codes) -> Row:
    letter, state = TYPES[voucher.kind]
    cancelled = f" CANCELLED : 1 CANCELLEDON : {voucher.day:%d-%m-%Y} 18:00:00" if voucher.is_cancelled else ""
    total = sum(entry.paise for entry in voucher.entries if entry.is_party)
    return {
        "Voucher": f"{voucher.index:08d}",
        "Type": letter,
        "VCN": number_of(voucher),
        "Date": voucher.day.isoformat(),
        "CID": codes.ledgers.get(voucher.party_ledger, ""),
        "Final": rupees(abs(total)),
        "Cash": 0,
        "Others": 0,
        "Salun": "",
        "MR": "",
        "Rout": "",
        "Area": "",
        "ORN": voucher.order,
        "AddField": state + cancelled,
        "ODate": NO_DAY,
    }


def _line(voucher: Voucher, move: ItemMove, codes: Codes) -> Row:
    value = abs(move.paise)
    return {
        "Voucher": f"{voucher.index:08d}",
        "Type": "G",
        "VCN": number_of(voucher),
        "Date": voucher.day.isoformat(),
        "CID": codes.ledgers.get(voucher.party_ledger, ""),
        "PID": codes.products[move.item.name],
        "GCode": move.item.group[:4].upper(),
        "Batch": move.batch,
        "BatDet": "",
        "Qty": plain(abs(move.billed), 1000),
        "Free": plain(abs(move.actual) - abs(move.billed), 1000),
        "MRP": rupees(move.item.mrp),
        "Rate": rupees(move.rate),
        "Discount": plain(move.discount, 100),
        "Amount": rupees(value),
        "GST": plain(move.gst_rate, 100),
        "GSTAmount": rupees(half_up(value * move.gst_rate, 10_000)),
        "AddField": "",
    }


def _legs(voucher: Voucher, codes: Codes) -> Iterator[Row]:
    letter = TYPES[voucher.kind][0] if voucher.kind in TYPES else BOOKS[voucher.kind]
    contra = codes.ledgers.get(voucher.party_ledger, "")
    for ledger, paise, remark in _parts(voucher):
        if paise:
            code = codes.ledgers[ledger]
            yield {
                "Voucher": f"{voucher.index:08d}",
                "Date": voucher.day.isoformat(),
                "Code": code,
                "Amount": credit_positive(paise),
                "Book": letter,
                "Code1": "" if code == contra else contra,
                "GCode": codes.places[code],
                "Remark": remark,
                "AddField": "",
            }


def _parts(voucher: Voucher) -> Iterator[tuple[str, int, str]]:
    """Ledger, amount and remark of every leg; goods are summed by their ledger."""
    for entry in voucher.entries:
        yield from _of_entry(entry, number_of(voucher) if voucher.kind in TYPES and not entry.is_party else "")
    sums: Counter[str] = Counter()
    for move in voucher.items:
        if move.ledger:
            sums[move.ledger] += move.paise
    for ledger, paise in sums.items():
        yield ledger, paise, number_of(voucher)


def _of_entry(entry: Entry, remark: str) -> Iterator[tuple[str, int, str]]:
    left = entry.paise
    for move in entry.bills:
        if move.kind is not BillRefKind.ON_ACCOUNT:
            yield entry.ledger, move.paise, move.ref
            left -= move.paise
    yield entry.ledger, left, remark
