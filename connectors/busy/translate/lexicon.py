"""BUSY's numbers and words in ours: built-in groups, voucher types, tax heads.

Groups 101 to 129 are one firm's export of what is almost surely the built-in chart: codes decide where they are given,
names otherwise. Voucher types are the vendor's list; 3, 9 and 14 were seen in real exports. Which head of tax an
account under Duties & Taxes takes is told by its name, because no export seen says it otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from canonical.ledger import ReservedGroup as G
from canonical.ledger import name_key
from canonical.money import Side
from canonical.tax import TaxHead
from canonical.voucher_type import VoucherKind as K


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in group: its name, the reserved group it is, and whether it is of the profit and loss account."""

    name: str
    reserved: G | None
    is_revenue: bool = False
    nature: Side | None = None


_D, _C = Side.DEBIT, Side.CREDIT
BUILT_IN: dict[str, BuiltIn] = {
    "101": BuiltIn("Capital Account", G.CAPITAL, nature=_C),
    "102": BuiltIn("Current Assets", G.CURRENT_ASSETS, nature=_D),
    "103": BuiltIn("Current Liabilities", G.CURRENT_LIABILITIES, nature=_C),
    "104": BuiltIn("Fixed Assets", G.FIXED_ASSETS, nature=_D),
    "105": BuiltIn("Investments", G.INVESTMENTS, nature=_D),
    "106": BuiltIn("Loans (Liability)", G.LOANS_LIABILITY, nature=_C),
    "107": BuiltIn("Pre-Operative Expenses", G.MISC_EXPENSES, nature=_D),
    "108": BuiltIn("Profit & Loss", None),
    "109": BuiltIn("Revenue Accounts", None, is_revenue=True),
    "110": BuiltIn("Suspense Account", G.SUSPENSE, nature=_C),
    "111": BuiltIn("Cash-in-hand", G.CASH_IN_HAND, nature=_D),
    "112": BuiltIn("Bank Accounts", G.BANK_ACCOUNTS, nature=_D),
    "113": BuiltIn("Securities & Deposits (Asset)", G.DEPOSITS_ASSET, nature=_D),
    "114": BuiltIn("Loans & Advances (Asset)", G.LOANS_ADVANCES_ASSET, nature=_D),
    "115": BuiltIn("Stock-in-hand", G.STOCK_IN_HAND, nature=_D),
    "116": BuiltIn("Sundry Debtors", G.SUNDRY_DEBTORS, nature=_D),
    "117": BuiltIn("Sundry Creditors", G.SUNDRY_CREDITORS, nature=_C),
    "118": BuiltIn("Duties & Taxes", G.DUTIES_TAXES, nature=_C),
    "119": BuiltIn("Provisions/Expenses Payable", G.PROVISIONS, nature=_C),
    "120": BuiltIn("Secured Loans", G.SECURED_LOANS, nature=_C),
    "121": BuiltIn("Unsecured Loans", G.UNSECURED_LOANS, nature=_C),
    "122": BuiltIn("Purchase", G.PURCHASE, is_revenue=True, nature=_D),
    "123": BuiltIn("Sale", G.SALES, is_revenue=True, nature=_C),
    "124": BuiltIn("Expenses (Direct/Mfg.)", G.DIRECT_EXPENSES, is_revenue=True, nature=_D),
    "125": BuiltIn("Expenses (Indirect/Admn.)", G.INDIRECT_EXPENSES, is_revenue=True, nature=_D),
    "126": BuiltIn("Income (Direct/Opr.)", G.DIRECT_INCOMES, is_revenue=True, nature=_C),
    "127": BuiltIn("Income (Indirect)", G.INDIRECT_INCOMES, is_revenue=True, nature=_C),
    "128": BuiltIn("Bank O/D Account", G.BANK_OD, nature=_C),
    "129": BuiltIn("Reserves & Surplus", G.RESERVES, nature=_C),
}
BY_NAME = {name_key(group.name): group for group in BUILT_IN.values()}


@dataclass(frozen=True, slots=True)
class Type:
    """A voucher type: BUSY's word and the kind it comes down to."""

    word: str
    kind: K


TYPES: dict[int, Type] = {
    2: Type("Purchase", K.PURCHASE),
    3: Type("Sale Return", K.CREDIT_NOTE),
    4: Type("Material Received from Party", K.RECEIPT_NOTE),
    5: Type("Stock Transfer", K.STOCK_JOURNAL),
    6: Type("Production", K.STOCK_JOURNAL),
    7: Type("Unassemble", K.STOCK_JOURNAL),
    8: Type("Stock Journal", K.STOCK_JOURNAL),
    9: Type("Sale", K.SALES),
    10: Type("Purchase Return", K.DEBIT_NOTE),
    11: Type("Material Issued to Party", K.DELIVERY_NOTE),
    12: Type("Sale Order", K.SALES_ORDER),
    13: Type("Purchase Order", K.PURCHASE_ORDER),
    14: Type("Receipt", K.RECEIPT),
    15: Type("Contra", K.CONTRA),
    16: Type("Journal", K.JOURNAL),
    17: Type("Debit Note", K.DEBIT_NOTE),
    18: Type("Credit Note", K.CREDIT_NOTE),
    19: Type("Payment", K.PAYMENT),
    21: Type("Forms Received", K.MEMORANDUM),
    22: Type("Forms Issued", K.MEMORANDUM),
    26: Type("Sale Quotation", K.QUOTATION),
    27: Type("Purchase Quotation", K.QUOTATION),
    28: Type("Salary", K.PAYROLL),
    29: Type("Indent", K.MEMORANDUM),
    30: Type("Indent", K.MEMORANDUM),
    31: Type("Call", K.MEMORANDUM),
    32: Type("Call", K.MEMORANDUM),
    61: Type("Physical Stock", K.PHYSICAL_STOCK),
}
OPENING_VOUCHER = 1
INWARD = frozenset({K.PURCHASE, K.CREDIT_NOTE, K.RECEIPT_NOTE, K.PURCHASE_ORDER, K.PHYSICAL_STOCK})
"""Kinds whose goods come in: their item lines are debits."""
SUPPLIER_KINDS = frozenset({K.PURCHASE, K.DEBIT_NOTE, K.PURCHASE_ORDER, K.RECEIPT_NOTE})
"""Kinds whose other side is a supplier."""
DEBIT_TAX_KINDS = frozenset({K.PURCHASE, K.CREDIT_NOTE, K.PAYMENT})
MONEY_KINDS = frozenset({K.RECEIPT, K.PAYMENT})
PARTY_GROUPS = frozenset({G.SUNDRY_DEBTORS, G.SUNDRY_CREDITORS})
_HEADS = (
    ("igst", TaxHead.IGST),
    ("cgst", TaxHead.CGST),
    ("sgst", TaxHead.SGST),
    ("utgst", TaxHead.SGST),
    ("cess", TaxHead.CESS),
    ("tds", TaxHead.TDS),
    ("tcs", TaxHead.TCS),
    ("vat", TaxHead.VAT),
)


def tax_head_of(name: str) -> TaxHead | None:
    """Which head an account under Duties & Taxes takes, by its name; None if the name tells none.

    >>> tax_head_of("Output C.G.S.T. 9%"), tax_head_of("Professional Fees Payable")
    (<TaxHead.CGST: 'cgst'>, None)
    """
    folded = name.casefold().replace(".", "").replace(" ", "")
    return next((head for word, head in _HEADS if word in folded), None)


UNREGISTERED = frozenset({"un-registered", "unregistered", "consumer", ""})


def type_of(number: int) -> Type:
    """Return a voucher type; an unknown number is kept under it, and counts if it balances."""
    return TYPES.get(number) or Type(f"Voucher type {number}", K.OTHER)
