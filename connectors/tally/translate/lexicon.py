"""Tally's enumerated words in ours.

Why tables: releases rename words (``Central Tax`` became ``CGST`` in TallyPrime 3) and other exporters drop blanks
(``NewRef``). A word that is not here is never an error: the reader keeps it in ``extras`` or says so in an issue.
"""

from __future__ import annotations

from canonical.bill import BillRefKind
from canonical.ledger import ReservedGroup, name_key
from canonical.party import PartyRole
from canonical.tax import SupplyNature, TaxHead
from canonical.voucher_type import VoucherKind

BILL_TYPES: dict[str, BillRefKind] = {
    "New Ref": BillRefKind.NEW,
    "Agst Ref": BillRefKind.AGAINST,
    "Advance": BillRefKind.ADVANCE,
    "On Account": BillRefKind.ON_ACCOUNT,
    # spellings of other exporters
    "NewRef": BillRefKind.NEW,
    "AgstRef": BillRefKind.AGAINST,
    "Against Ref": BillRefKind.AGAINST,
    "OnAccount": BillRefKind.ON_ACCOUNT,
}

VOUCHER_KINDS: dict[str, VoucherKind] = {
    name_key(name): kind
    for name, kind in {
        "Attendance": VoucherKind.ATTENDANCE,
        "Contra": VoucherKind.CONTRA,
        "Credit Note": VoucherKind.CREDIT_NOTE,
        "Debit Note": VoucherKind.DEBIT_NOTE,
        "Delivery Note": VoucherKind.DELIVERY_NOTE,
        "Job Work In Order": VoucherKind.JOB_WORK_IN_ORDER,
        "Job Work Out Order": VoucherKind.JOB_WORK_OUT_ORDER,
        "Journal": VoucherKind.JOURNAL,
        "Material In": VoucherKind.MATERIAL_IN,
        "Material Out": VoucherKind.MATERIAL_OUT,
        "Memorandum": VoucherKind.MEMORANDUM,
        "Payment": VoucherKind.PAYMENT,
        "Payroll": VoucherKind.PAYROLL,
        "Physical Stock": VoucherKind.PHYSICAL_STOCK,
        "Purchase": VoucherKind.PURCHASE,
        "Purchase Order": VoucherKind.PURCHASE_ORDER,
        "Receipt": VoucherKind.RECEIPT,
        "Receipt Note": VoucherKind.RECEIPT_NOTE,
        "Rejections In": VoucherKind.REJECTIONS_IN,
        "Rejections Out": VoucherKind.REJECTIONS_OUT,
        "Reversing Journal": VoucherKind.REVERSING_JOURNAL,
        "Sales": VoucherKind.SALES,
        "Sales Order": VoucherKind.SALES_ORDER,
        "Stock Journal": VoucherKind.STOCK_JOURNAL,
    }.items()
}
"""The 24 predefined voucher types by folded name: every custom type derives from one of them."""

RESERVED_GROUPS: dict[str, ReservedGroup] = {name_key(group.value): group for group in ReservedGroup}
RESERVED_GROUPS |= {
    name_key("Bank OCC A/c"): ReservedGroup.BANK_OD,
    name_key("Income (Direct)"): ReservedGroup.DIRECT_INCOMES,
    name_key("Income (Indirect)"): ReservedGroup.INDIRECT_INCOMES,
    name_key("Expenses (Direct)"): ReservedGroup.DIRECT_EXPENSES,
    name_key("Expenses (Indirect)"): ReservedGroup.INDIRECT_EXPENSES,
    name_key("Retained Earnings"): ReservedGroup.RESERVES,
}
"""The 28 predefined groups by folded reserved name, with the aliases Tally itself gives them."""

DUTY_HEADS: dict[str, TaxHead] = {
    "CGST": TaxHead.CGST,
    "Central Tax": TaxHead.CGST,
    "SGST/UTGST": TaxHead.SGST,
    "SGST": TaxHead.SGST,
    "UTGST": TaxHead.SGST,
    "State Tax": TaxHead.SGST,
    "UT Tax": TaxHead.SGST,
    "IGST": TaxHead.IGST,
    "Integrated Tax": TaxHead.IGST,
    "Cess": TaxHead.CESS,
    "State Cess": TaxHead.STATE_CESS,
}

TAX_TYPES: dict[str, TaxHead | None] = {
    "GST": TaxHead.OTHER,  # refined by the duty head
    "TDS": TaxHead.TDS,
    "TCS": TaxHead.TCS,
    "VAT": TaxHead.VAT,
    "CST": TaxHead.VAT,
    "Excise": TaxHead.OTHER,
    "Service Tax": TaxHead.OTHER,
    "Krishi Kalyan Cess": TaxHead.OTHER,
    "Swachh Bharat Cess": TaxHead.OTHER,
    "Others": None,
    "Other": None,
    "": None,
}
"""TAXTYPE of a ledger under Duties & Taxes; ``Others`` is every ordinary ledger."""

TAXABILITY: dict[str, SupplyNature] = {
    "Taxable": SupplyNature.TAXABLE,
    "Exempt": SupplyNature.EXEMPT,
    "Nil Rated": SupplyNature.NIL_RATED,
    "Nil-Rated": SupplyNature.NIL_RATED,
    "Non-GST": SupplyNature.NON_GST,
    "Non GST": SupplyNature.NON_GST,
    "Zero Rated": SupplyNature.ZERO_RATED,
}

CUSTOMER_KINDS = frozenset(
    {
        VoucherKind.SALES,
        VoucherKind.CREDIT_NOTE,
        VoucherKind.SALES_ORDER,
        VoucherKind.DELIVERY_NOTE,
        VoucherKind.REJECTIONS_IN,
        VoucherKind.QUOTATION,
        VoucherKind.JOB_WORK_IN_ORDER,
    }
)
SUPPLIER_KINDS = frozenset(
    {
        VoucherKind.PURCHASE,
        VoucherKind.DEBIT_NOTE,
        VoucherKind.PURCHASE_ORDER,
        VoucherKind.RECEIPT_NOTE,
        VoucherKind.REJECTIONS_OUT,
        VoucherKind.JOB_WORK_OUT_ORDER,
    }
)
TRADE_KINDS = CUSTOMER_KINDS | SUPPLIER_KINDS
"""Documents that name the other side by nature."""

KIND_ROLES: dict[VoucherKind, PartyRole] = {
    **dict.fromkeys(CUSTOMER_KINDS, PartyRole.CUSTOMER),
    **dict.fromkeys(SUPPLIER_KINDS, PartyRole.SUPPLIER),
    VoucherKind.RECEIPT: PartyRole.CUSTOMER,
    VoucherKind.PAYMENT: PartyRole.SUPPLIER,
}
"""What a party is when only vouchers name it; journals do not tell."""

DEBIT_TAX_KINDS = frozenset({VoucherKind.PURCHASE, VoucherKind.CREDIT_NOTE, VoucherKind.PAYMENT})
"""Kinds in which tax charged is normally a debit: input tax, and output tax taken back."""

CURRENCY_CODES: dict[str, str] = {
    "": "INR",
    "?": "INR",
    "₹": "INR",
    "rs": "INR",
    "rs.": "INR",
    "inr": "INR",
    "rupee": "INR",
    "rupees": "INR",
    "indian rupee": "INR",
    "indian rupees": "INR",
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "us dollar": "USD",
    "us dollars": "USD",
    "dollar": "USD",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "pound": "GBP",
    "aed": "AED",
    "¥": "JPY",
    "jpy": "JPY",
}
"""Symbols and formal names to ISO codes, folded; any other symbol stays as it is."""

PREDEFINED_LEDGERS = frozenset({"cash", "profit & loss a/c"})
"""Ledgers every Tally company starts with: money and result, never a party."""
