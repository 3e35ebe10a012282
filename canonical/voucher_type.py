"""Voucher types and the kinds they come down to.

A company names its own voucher types ("GST Sale Invoice", "E-Sales"); each hangs under one of the source's predefined
types. The *kind* is that predefined type in our words, found by walking parents, never by matching the name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from canonical.record import JsonValue, SourceRef


class VoucherKind(StrEnum):
    """What a voucher does, in words shared by all sources."""

    SALES = "sales"
    PURCHASE = "purchase"
    RECEIPT = "receipt"
    PAYMENT = "payment"
    CONTRA = "contra"
    JOURNAL = "journal"
    CREDIT_NOTE = "credit_note"
    DEBIT_NOTE = "debit_note"
    PAYROLL = "payroll"
    # orders
    SALES_ORDER = "sales_order"
    PURCHASE_ORDER = "purchase_order"
    JOB_WORK_IN_ORDER = "job_work_in_order"
    JOB_WORK_OUT_ORDER = "job_work_out_order"
    QUOTATION = "quotation"
    # challans
    DELIVERY_NOTE = "delivery_note"
    RECEIPT_NOTE = "receipt_note"
    REJECTIONS_IN = "rejections_in"
    REJECTIONS_OUT = "rejections_out"
    MATERIAL_IN = "material_in"
    MATERIAL_OUT = "material_out"
    # stock
    STOCK_JOURNAL = "stock_journal"
    PHYSICAL_STOCK = "physical_stock"
    # memo
    MEMORANDUM = "memorandum"
    REVERSING_JOURNAL = "reversing_journal"
    ATTENDANCE = "attendance"
    OTHER = "other"
    """A base we do not know: kept, flagged by an issue, counted in the books only if it balances."""

    @property
    def is_accounting(self) -> bool:
        """Postings of this kind must balance and count in the books."""
        return self in _ACCOUNTING

    @property
    def is_order(self) -> bool:
        """An intention, not a transaction."""
        return self in _ORDERS

    @property
    def is_challan(self) -> bool:
        """Goods moved, not yet billed."""
        return self in _CHALLANS

    @property
    def is_stock(self) -> bool:
        """Stock only."""
        return self in (VoucherKind.STOCK_JOURNAL, VoucherKind.PHYSICAL_STOCK)

    @property
    def is_memo(self) -> bool:
        """Never in the books (Tally 8.4: memorandum, reversing journal outside scenarios, attendance)."""
        return self in (VoucherKind.MEMORANDUM, VoucherKind.REVERSING_JOURNAL, VoucherKind.ATTENDANCE)


_ACCOUNTING = frozenset(
    {
        VoucherKind.SALES,
        VoucherKind.PURCHASE,
        VoucherKind.RECEIPT,
        VoucherKind.PAYMENT,
        VoucherKind.CONTRA,
        VoucherKind.JOURNAL,
        VoucherKind.CREDIT_NOTE,
        VoucherKind.DEBIT_NOTE,
        VoucherKind.PAYROLL,
        VoucherKind.OTHER,
    }
)
_ORDERS = frozenset(
    {
        VoucherKind.SALES_ORDER,
        VoucherKind.PURCHASE_ORDER,
        VoucherKind.JOB_WORK_IN_ORDER,
        VoucherKind.JOB_WORK_OUT_ORDER,
        VoucherKind.QUOTATION,
    }
)
_CHALLANS = frozenset(
    {
        VoucherKind.DELIVERY_NOTE,
        VoucherKind.RECEIPT_NOTE,
        VoucherKind.REJECTIONS_IN,
        VoucherKind.REJECTIONS_OUT,
        VoucherKind.MATERIAL_IN,
        VoucherKind.MATERIAL_OUT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherType:
    """A company's voucher type.

    Attributes:
        parent_key: the type it derives from; itself for a predefined one.
        kind: what it comes down to.
        numbering: ``Automatic``, ``Manual``, ... as the source says.
    """

    source: SourceRef
    key: str
    name: str
    parent_key: str = ""
    kind: VoucherKind = VoucherKind.OTHER
    numbering: str = ""
    is_optional_by_default: bool = False
    is_active: bool = True
    extras: Mapping[str, JsonValue] = field(default_factory=dict)
