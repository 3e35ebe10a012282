"""What a document is: the letter of its type, and the first letter of ``AddField`` (I invoice, C challan).

The letters were measured on one live installation. A challan moves goods and makes nobody owe anything; when it is
billed, an invoice of its own appears.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from canonical.voucher_type import VoucherKind

CANCELLED: Final = re.compile(r"CANCELLED\s*:\s*1\b", re.IGNORECASE)
CANCELLED_ON: Final = re.compile(r"CANCELLEDON\s*:\s*(\d{2}-\d{2}-\d{4}(?:\s+\d{2}:\d{2}:\d{2})?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """One letter.

    Attributes:
        word: for people.
        invoice: what it is as an invoice.
        challan: what it is as a challan.
    """

    word: str
    invoice: VoucherKind
    challan: VoucherKind


DOCUMENT_TYPES: Final = {
    "S": DocumentType(word="Sale", invoice=VoucherKind.SALES, challan=VoucherKind.DELIVERY_NOTE),
    "R": DocumentType(word="Sale return", invoice=VoucherKind.CREDIT_NOTE, challan=VoucherKind.REJECTIONS_IN),
    "T": DocumentType(
        word="Price difference credit note", invoice=VoucherKind.CREDIT_NOTE, challan=VoucherKind.REJECTIONS_IN
    ),
    "W": DocumentType(
        word="Breakage and expiry received", invoice=VoucherKind.CREDIT_NOTE, challan=VoucherKind.REJECTIONS_IN
    ),
    "V": DocumentType(word="Sale order", invoice=VoucherKind.SALES_ORDER, challan=VoucherKind.SALES_ORDER),
    "P": DocumentType(word="Purchase", invoice=VoucherKind.PURCHASE, challan=VoucherKind.RECEIPT_NOTE),
    "B": DocumentType(word="Purchase return", invoice=VoucherKind.DEBIT_NOTE, challan=VoucherKind.REJECTIONS_OUT),
    "Q": DocumentType(
        word="Breakage and expiry return", invoice=VoucherKind.DEBIT_NOTE, challan=VoucherKind.REJECTIONS_OUT
    ),
    "U": DocumentType(
        word="Price difference debit note", invoice=VoucherKind.DEBIT_NOTE, challan=VoucherKind.REJECTIONS_OUT
    ),
    "X": DocumentType(word="Purchase order", invoice=VoucherKind.PURCHASE_ORDER, challan=VoucherKind.PURCHASE_ORDER),
    "D": DocumentType(word="Stock received", invoice=VoucherKind.STOCK_JOURNAL, challan=VoucherKind.STOCK_JOURNAL),
    "L": DocumentType(word="Stock issued", invoice=VoucherKind.STOCK_JOURNAL, challan=VoucherKind.STOCK_JOURNAL),
}
PARTY_DEBITED: Final = frozenset({VoucherKind.SALES, VoucherKind.DEBIT_NOTE, VoucherKind.DELIVERY_NOTE})
OURS_GOING_OUT: Final = frozenset(
    {
        VoucherKind.SALES,
        VoucherKind.CREDIT_NOTE,
        VoucherKind.SALES_ORDER,
        VoucherKind.DELIVERY_NOTE,
        VoucherKind.REJECTIONS_IN,
    }
)
"""Documents of selling: their tax is output tax, and the other side is the buyer."""


def is_cancelled(add_field: str) -> bool:
    """Whether a document was cancelled; it keeps its number and nothing else."""
    return CANCELLED.search(add_field) is not None


def state_letter(add_field: str) -> str:
    """I for an invoice, C for a challan; empty for what is neither, or not said."""
    first = add_field.strip()[:1].upper()
    return first if first in ("I", "C") else ""
