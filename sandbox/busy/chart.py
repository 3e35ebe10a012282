"""BUSY's own words: its built-in groups with their codes, its numbers of masters and vouchers.

Groups and codes are those of a real export; numbers of masters and vouchers are the vendor's.
"""

from __future__ import annotations

from enum import IntEnum

from canonical.ledger import ReservedGroup as G
from canonical.voucher_type import VoucherKind as K

GROUPS: dict[int, tuple[str, int]] = {
    101: ("Capital Account", 0),
    102: ("Current Assets", 0),
    103: ("Current Liabilities", 0),
    104: ("Fixed Assets", 0),
    105: ("Investments", 0),
    106: ("Loans (Liability)", 0),
    107: ("Pre-Operative Expenses", 0),
    108: ("Profit & Loss", 0),
    109: ("Revenue Accounts", 0),
    110: ("Suspense Account", 0),
    111: ("Cash-in-hand", 102),
    112: ("Bank Accounts", 102),
    113: ("Securities & Deposits (Asset)", 102),
    114: ("Loans & Advances (Asset)", 102),
    115: ("Stock-in-hand", 102),
    116: ("Sundry Debtors", 102),
    117: ("Sundry Creditors", 103),
    118: ("Duties & Taxes", 103),
    119: ("Provisions/Expenses Payable", 103),
    120: ("Secured Loans", 106),
    121: ("Unsecured Loans", 106),
    122: ("Purchase", 109),
    123: ("Sale", 109),
    124: ("Expenses (Direct/Mfg.)", 109),
    125: ("Expenses (Indirect/Admn.)", 109),
    126: ("Income (Direct/Opr.)", 109),
    127: ("Income (Indirect)", 109),
    128: ("Bank O/D Account", 106),
    129: ("Reserves & Surplus", 101),
}
"""Name and parent by code."""
PROFIT_AND_LOSS = 108
CODES: dict[str, int] = {
    G.CAPITAL: 101,
    G.CURRENT_ASSETS: 102,
    G.CURRENT_LIABILITIES: 103,
    G.FIXED_ASSETS: 104,
    G.INVESTMENTS: 105,
    G.LOANS_LIABILITY: 106,
    G.MISC_EXPENSES: 107,
    G.SUSPENSE: 110,
    G.CASH_IN_HAND: 111,
    G.BANK_ACCOUNTS: 112,
    G.DEPOSITS_ASSET: 113,
    G.LOANS_ADVANCES_ASSET: 114,
    G.STOCK_IN_HAND: 115,
    G.SUNDRY_DEBTORS: 116,
    G.SUNDRY_CREDITORS: 117,
    G.DUTIES_TAXES: 118,
    G.PROVISIONS: 119,
    G.SECURED_LOANS: 120,
    G.UNSECURED_LOANS: 121,
    G.PURCHASE: 122,
    G.SALES: 123,
    G.DIRECT_EXPENSES: 124,
    G.INDIRECT_EXPENSES: 125,
    G.DIRECT_INCOMES: 126,
    G.INDIRECT_INCOMES: 127,
    G.BANK_OD: 128,
    G.RESERVES: 129,
    G.BRANCH_DIVISIONS: 103,
}
"""Where the sandbox's predefined groups stand in BUSY; branches have no group of their own there."""


class Master(IntEnum):
    """Numbers of master types."""

    GROUP = 1
    ACCOUNT = 2
    ITEM_GROUP = 5
    ITEM = 6
    UNIT = 8
    CENTRE = 11
    SALE_TYPE = 13
    PURCHASE_TYPE = 14
    SERIES = 21
    TAX_CATEGORY = 25


_WITH_GOODS = {K.CREDIT_NOTE: 3, K.DEBIT_NOTE: 10}
_TYPES = {
    K.PURCHASE: 2,
    K.RECEIPT_NOTE: 4,
    K.REJECTIONS_IN: 4,
    K.STOCK_JOURNAL: 8,
    K.SALES: 9,
    K.DELIVERY_NOTE: 11,
    K.REJECTIONS_OUT: 11,
    K.SALES_ORDER: 12,
    K.PURCHASE_ORDER: 13,
    K.RECEIPT: 14,
    K.CONTRA: 15,
    K.JOURNAL: 16,
    K.DEBIT_NOTE: 17,
    K.CREDIT_NOTE: 18,
    K.PAYMENT: 19,
    K.PHYSICAL_STOCK: 61,
}
PARTYLESS = frozenset({14, 15, 16, 19})
"""Receipts, contras, journals and payments have no party of their own: their postings say who."""
ORDERS = frozenset({12, 13})
TYPE_WORDS = {3: "SlRt", 9: "Sale", 14: "Rcpt"}
"""How BUSY ends a deleted voucher's identity, as far as it was seen."""


def voucher_type(kind: K, *, has_goods: bool) -> int | None:
    """Return BUSY's number, None for what BUSY has no voucher for (memoranda, reversing journals)."""
    return (_WITH_GOODS.get(kind) if has_goods else None) or _TYPES.get(kind)


NAME_LENGTH = 40


def short(name: str) -> str:
    """A name as BUSY's field holds it: forty characters."""
    return name[:NAME_LENGTH].rstrip()
