"""The chart of accounts and the voucher types every such business starts from, plus its own.

The 28 predefined groups, their parents and the 24 predefined voucher types are TallyPrime's own (read off live
companies); the rest is what small traders add: ``South Debtors``, ``GST Sale Invoice`` and so on.
"""

from __future__ import annotations

from enum import StrEnum

from canonical.ledger import ReservedGroup as G
from canonical.tax import TaxHead
from canonical.voucher_type import VoucherKind
from sandbox.world.masters import BankMaster, CompanyMaster, GroupMaster, LedgerMaster, VoucherTypeMaster
from sandbox.world.paise import rupees

PARENTS: dict[G, G | None] = {
    G.CAPITAL: None,
    G.LOANS_LIABILITY: None,
    G.CURRENT_LIABILITIES: None,
    G.FIXED_ASSETS: None,
    G.INVESTMENTS: None,
    G.CURRENT_ASSETS: None,
    G.BRANCH_DIVISIONS: None,
    G.MISC_EXPENSES: None,
    G.SUSPENSE: None,
    G.RESERVES: G.CAPITAL,
    G.BANK_OD: G.LOANS_LIABILITY,
    G.SECURED_LOANS: G.LOANS_LIABILITY,
    G.UNSECURED_LOANS: G.LOANS_LIABILITY,
    G.DUTIES_TAXES: G.CURRENT_LIABILITIES,
    G.PROVISIONS: G.CURRENT_LIABILITIES,
    G.SUNDRY_CREDITORS: G.CURRENT_LIABILITIES,
    G.STOCK_IN_HAND: G.CURRENT_ASSETS,
    G.DEPOSITS_ASSET: G.CURRENT_ASSETS,
    G.LOANS_ADVANCES_ASSET: G.CURRENT_ASSETS,
    G.SUNDRY_DEBTORS: G.CURRENT_ASSETS,
    G.CASH_IN_HAND: G.CURRENT_ASSETS,
    G.BANK_ACCOUNTS: G.CURRENT_ASSETS,
    G.SALES: None,
    G.PURCHASE: None,
    G.DIRECT_INCOMES: None,
    G.DIRECT_EXPENSES: None,
    G.INDIRECT_INCOMES: None,
    G.INDIRECT_EXPENSES: None,
}
"""In the order of their master numbers 1 to 28."""

DEBIT_ROOTS = frozenset(
    {G.FIXED_ASSETS, G.INVESTMENTS, G.CURRENT_ASSETS, G.MISC_EXPENSES}
    | {G.PURCHASE, G.DIRECT_EXPENSES, G.INDIRECT_EXPENSES}
)
REVENUE = frozenset({G.SALES, G.PURCHASE, G.DIRECT_INCOMES, G.DIRECT_EXPENSES, G.INDIRECT_INCOMES, G.INDIRECT_EXPENSES})
GROSS_PROFIT = frozenset({G.SALES, G.PURCHASE, G.DIRECT_INCOMES, G.DIRECT_EXPENSES})
ALIASES = {
    G.BANK_OD: "Bank OCC A/c",
    G.RESERVES: "Retained Earnings",
    G.DIRECT_EXPENSES: "Expenses (Direct)",
    G.INDIRECT_EXPENSES: "Expenses (Indirect)",
    G.DIRECT_INCOMES: "Income (Direct)",
    G.INDIRECT_INCOMES: "Income (Indirect)",
}
RENAMED = ({G.LOANS_ADVANCES_ASSET: "Loans & Advances Given"}, {G.SUNDRY_DEBTORS: "Trade Receivables"})
"""What the first and second company call some predefined groups today; only the reserved name tells."""


class CustomGroup(StrEnum):
    """Groups the business added."""

    SOUTH_DEBTORS = "South Debtors"
    OTHER_DEBTORS = "Debtors - Rest of India"
    TRADE_CREDITORS = "Sundry Creditors - Trading"
    EXPENSE_CREDITORS = "Sundry Creditors - Expenses"
    GST = "GST"
    TDS = "TDS"


def build_groups(company_index: int) -> tuple[GroupMaster, ...]:
    """Return the predefined groups (some renamed, by company) and the business's own."""
    names = group_names(company_index)
    predefined = [_predefined(group, names) for group in PARENTS]
    custom = (
        (CustomGroup.SOUTH_DEBTORS, G.SUNDRY_DEBTORS),
        (CustomGroup.OTHER_DEBTORS, G.SUNDRY_DEBTORS),
        (CustomGroup.TRADE_CREDITORS, G.SUNDRY_CREDITORS),
        (CustomGroup.EXPENSE_CREDITORS, G.SUNDRY_CREDITORS),
        (CustomGroup.GST, G.DUTIES_TAXES),
        (CustomGroup.TDS, G.DUTIES_TAXES),
    )
    own = [GroupMaster(name=name, parent=names[parent], is_debit=parent is G.SUNDRY_DEBTORS) for name, parent in custom]
    return (*predefined, *own)


def group_names(company_index: int) -> dict[G, str]:
    """Return what this company calls each predefined group."""
    renamed = RENAMED[company_index % len(RENAMED)]
    return {group: renamed.get(group, group.value) for group in PARENTS}


def _predefined(group: G, names: dict[G, str]) -> GroupMaster:
    parent = PARENTS[group]
    root = parent or group
    return GroupMaster(
        name=names[group],
        parent=names[parent] if parent else "",
        reserved=group.value,
        alias=ALIASES.get(group, ""),
        is_revenue=group in REVENUE,
        is_debit=root in DEBIT_ROOTS,
        affects_gross_profit=group in GROSS_PROFIT,
    )


class Account(StrEnum):
    """Ledgers the simulation posts to by name."""

    PROFIT_AND_LOSS = "Profit & Loss A/c"
    CASH = "Cash"
    BANK = "Deccan Union Bank - CA 4471"
    SECOND_BANK = "Sahyadri Co-op. Bank"
    OVERDRAFT = "Deccan Union Bank - OD 9902"
    CAPITAL = "Proprietor's Capital"
    RESERVES = "General Reserve"
    TERM_LOAN = "Term Loan - Delivery Vans"
    FAMILY_LOAN = "Loan from Director"
    FURNITURE = "Furniture & Fixtures"
    VANS = "Delivery Vans"
    DEPOSIT = "Security Deposit - Godown"
    STOCK = "Stock of Goods"
    OUTPUT_CGST = "Output CGST"
    OUTPUT_SGST = "Output SGST"
    OUTPUT_IGST = "Output IGST"
    INPUT_CGST = "Input CGST"
    INPUT_SGST = "Input SGST"
    INPUT_IGST = "Input IGST"
    TDS_PAYABLE = "TDS - Contractors' Payment u/s 194C"
    TDS_RECEIVABLE = "TDS Receivable"
    SALES_LOCAL = "Sales - Local"
    SALES_INTERSTATE = "Sales - Inter-State"
    SALES_SEZ = "Sales - SEZ under LUT"
    PURCHASE_LOCAL = "Purchase - Local"
    PURCHASE_INTERSTATE = "Purchase - Inter-State"
    PURCHASE_UNREGISTERED = "Purchase - Unregistered & Composition"
    FREIGHT = "Freight Inward"
    JOB_WORK = "Job Work Charges"
    SALARIES = "Salaries & Wages"
    SALARY_PAYABLE = "Salaries Payable"
    RENT = "Godown Rent"
    ELECTRICITY = "Electricity"
    TELEPHONE = "Telephone & Internet"
    TRAVEL = 'Travelling - "Local"'
    STATIONERY = "Printing & Stationery"
    BANK_CHARGES = "Bank Charges"
    DEPRECIATION = "Depreciation"
    BAD_DEBTS = "Bad Debts Written Off"
    DISCOUNT_ALLOWED = "Discount Allowed"
    DISCOUNT_RECEIVED = "Discount Received"
    INTEREST_RECEIVED = "Interest Received"
    SERVICE_INCOME = "Installation Service Income"
    ROUND_OFF = "Round Off"
    STAFF_ADVANCE = "Staff Advance - Leela Rane"


EXPENSES = (
    Account.RENT,
    Account.ELECTRICITY,
    Account.TELEPHONE,
    Account.TRAVEL,
    Account.STATIONERY,
    Account.FREIGHT,
)


def build_ledgers(company: CompanyMaster, company_index: int, stock_value: int) -> list[LedgerMaster]:
    """Return every ledger that is no party; the capital is set later, as the figure that balances the openings."""
    names = group_names(company_index)
    plain = [
        LedgerMaster(name=account, group=names[group], opening=rupees(opening))
        for account, group, opening in _PLAIN_LEDGERS
    ]
    return [
        LedgerMaster(name=Account.PROFIT_AND_LOSS, group="", reserved=Account.PROFIT_AND_LOSS),
        LedgerMaster(name=Account.CASH, group=names[G.CASH_IN_HAND], opening=rupees(48_250), reserved="Cash"),
        *_banks(company, names),
        LedgerMaster(name=Account.STOCK, group=names[G.STOCK_IN_HAND], opening=stock_value),
        *_taxes(),
        *plain,
        *_expenses(names),
    ]


_PLAIN_LEDGERS: tuple[tuple[Account, G, int], ...] = (
    (Account.RESERVES, G.RESERVES, -350_000),
    (Account.TERM_LOAN, G.SECURED_LOANS, -640_000),
    (Account.FAMILY_LOAN, G.UNSECURED_LOANS, -200_000),
    (Account.FURNITURE, G.FIXED_ASSETS, 185_000),
    (Account.VANS, G.FIXED_ASSETS, 960_000),
    (Account.DEPOSIT, G.DEPOSITS_ASSET, 150_000),
    (Account.TDS_RECEIVABLE, G.LOANS_ADVANCES_ASSET, 12_480),
    (Account.STAFF_ADVANCE, G.LOANS_ADVANCES_ASSET, 15_000),
    (Account.SALARY_PAYABLE, G.PROVISIONS, -84_000),
    (Account.SALES_LOCAL, G.SALES, 0),
    (Account.SALES_INTERSTATE, G.SALES, 0),
    (Account.SALES_SEZ, G.SALES, 0),
    (Account.PURCHASE_LOCAL, G.PURCHASE, 0),
    (Account.PURCHASE_INTERSTATE, G.PURCHASE, 0),
    (Account.PURCHASE_UNREGISTERED, G.PURCHASE, 0),
    (Account.DISCOUNT_RECEIVED, G.INDIRECT_INCOMES, 0),
    (Account.INTEREST_RECEIVED, G.INDIRECT_INCOMES, 0),
    (Account.SERVICE_INCOME, G.DIRECT_INCOMES, 0),
)


def _banks(company: CompanyMaster, names: dict[G, str]) -> list[LedgerMaster]:
    accounts = (
        (Account.BANK, G.BANK_ACCOUNTS, 865_430, "50100044714471", "DUBK0004471", "Deccan Union Bank"),
        (Account.SECOND_BANK, G.BANK_ACCOUNTS, 120_000, "0067220100", "SHYC0000067", "Sahyadri Co-operative Bank"),
        (Account.OVERDRAFT, G.BANK_OD, -275_000, "50100099029902", "DUBK0004471", "Deccan Union Bank"),
    )
    return [
        LedgerMaster(
            name=account,
            group=names[group],
            opening=rupees(opening),
            bank=BankMaster(holder=company.name, number=number, ifsc=ifsc, bank=bank, branch=company.city),
        )
        for account, group, opening, number, ifsc, bank in accounts
    ]


def _taxes() -> list[LedgerMaster]:
    rows = (
        (Account.OUTPUT_CGST, TaxHead.CGST, -18_340),
        (Account.OUTPUT_SGST, TaxHead.SGST, -18_340),
        (Account.OUTPUT_IGST, TaxHead.IGST, -7_915),
        (Account.INPUT_CGST, TaxHead.CGST, 14_020),
        (Account.INPUT_SGST, TaxHead.SGST, 14_020),
        (Account.INPUT_IGST, TaxHead.IGST, 9_650),
    )
    gst = [
        LedgerMaster(name=name, group=CustomGroup.GST, tax_head=head, opening=rupees(opening))
        for name, head, opening in rows
    ]
    tds = LedgerMaster(
        name=Account.TDS_PAYABLE, group=CustomGroup.TDS, tax_head=TaxHead.TDS, tax_rate=100, opening=rupees(-1_260)
    )
    return [*gst, tds]


def _expenses(names: dict[G, str]) -> list[LedgerMaster]:
    direct = [
        LedgerMaster(name=name, group=names[G.DIRECT_EXPENSES], has_cost_centres=True)
        for name in (Account.FREIGHT, Account.JOB_WORK)
    ]
    indirect = [
        LedgerMaster(name=name, group=names[G.INDIRECT_EXPENSES], has_cost_centres=name in EXPENSES)
        for name in (
            *(Account.SALARIES, Account.RENT, Account.ELECTRICITY, Account.TELEPHONE, Account.TRAVEL),
            *(Account.STATIONERY, Account.BANK_CHARGES, Account.DEPRECIATION, Account.BAD_DEBTS),
            Account.DISCOUNT_ALLOWED,
        )
    ]
    rounding = LedgerMaster(name=Account.ROUND_OFF, group=names[G.INDIRECT_EXPENSES], is_rounding=True)
    return [*direct, *indirect, rounding]


class Type(StrEnum):
    """Voucher types the simulation uses by name."""

    SALES = "Sales"
    GST_SALE = "GST Sale Invoice"
    E_SALES = "E-Sales"
    PROFORMA = "Proforma Invoice"
    PURCHASE = "Purchase"
    EXPENSE = "Expense"
    RECEIPT = "Receipt"
    PAYMENT = "Payment"
    CONTRA = "Contra"
    JOURNAL = "Journal"
    CREDIT_NOTE = "Credit Note"
    DEBIT_NOTE = "Debit Note"
    SALES_ORDER = "Sales Order"
    PURCHASE_ORDER = "Purchase Order"
    DELIVERY_NOTE = "Delivery Note"
    RECEIPT_NOTE = "Receipt Note"
    REJECTIONS_IN = "Rejections In"
    REJECTIONS_OUT = "Rejections Out"
    STOCK_JOURNAL = "Stock Journal"
    PHYSICAL_STOCK = "Physical Stock"
    MEMORANDUM = "Memorandum"
    REVERSING_JOURNAL = "Reversing Journal"


_PREDEFINED = (
    *("Attendance", "Contra", "Credit Note", "Debit Note", "Delivery Note", "Job Work In Order"),
    *("Job Work Out Order", "Journal", "Material In", "Material Out", "Memorandum", "Payment", "Payroll"),
    *("Physical Stock", "Purchase", "Purchase Order", "Receipt", "Receipt Note", "Rejections In", "Rejections Out"),
    *("Reversing Journal", "Sales", "Sales Order", "Stock Journal"),
)


def kind_of_predefined(name: str) -> VoucherKind:
    """Return the kind of a predefined voucher type."""
    return VoucherKind(name.lower().replace(" ", "_"))


def build_voucher_types() -> tuple[VoucherTypeMaster, ...]:
    """Return the 24 predefined types and four of the business's own."""
    predefined = tuple(VoucherTypeMaster(name=name, parent=name, kind=kind_of_predefined(name)) for name in _PREDEFINED)
    own = (
        VoucherTypeMaster(name=Type.GST_SALE, parent="Sales", kind=VoucherKind.SALES, numbering="Auto Renumber"),
        VoucherTypeMaster(name=Type.E_SALES, parent="Sales", kind=VoucherKind.SALES),
        VoucherTypeMaster(name=Type.EXPENSE, parent="Purchase", kind=VoucherKind.PURCHASE, numbering="Manual"),
        VoucherTypeMaster(name=Type.PROFORMA, parent="Sales", kind=VoucherKind.SALES, is_optional=True),
    )
    return (*predefined, *own)
