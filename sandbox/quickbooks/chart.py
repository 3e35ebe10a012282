"""The chart of accounts, items, terms and taxes a company starts with, by edition; names invented or the product's own.

The names of the control accounts, of undeposited funds, opening balance equity, retained earnings, discounts and of the
tax accounts ("<agency> Payable") are the recorded company's.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.quickbooks.edition import Edition
from sandbox.quickbooks.postings import DISCOUNTS, PAYABLE, RECEIVABLE, UNDEPOSITED

OPENING_EQUITY = "Opening Balance Equity"
RETAINED_EARNINGS = "Retained Earnings"
CHECKING, SAVINGS, CARD = "Checking", "Savings", "Mastercard"
SALES, SERVICES, PURCHASES = "Sales of Product Income", "Services", "Cost of Goods Sold"
OPENING_ITEM = "Opening Balance"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSeed:
    """An account to make; ``under`` is the name of the one it hangs under."""

    name: str
    kind: str
    detail: str
    under: str = ""


ACCOUNTS = (
    AccountSeed(name=CHECKING, kind="Bank", detail="Checking"),
    AccountSeed(name=SAVINGS, kind="Bank", detail="Savings"),
    AccountSeed(name=CARD, kind="Credit Card", detail="CreditCard"),
    AccountSeed(name=RECEIVABLE, kind="Accounts Receivable", detail="AccountsReceivable"),
    AccountSeed(name=PAYABLE, kind="Accounts Payable", detail="AccountsPayable"),
    AccountSeed(name=UNDEPOSITED, kind="Other Current Asset", detail="UndepositedFunds"),
    AccountSeed(name="TDS Receivable", kind="Other Current Asset", detail="OtherCurrentAssets"),
    AccountSeed(name="Truck", kind="Fixed Asset", detail="Vehicles"),
    AccountSeed(name="Original Cost", kind="Fixed Asset", detail="Vehicles", under="Truck"),
    AccountSeed(name="Loan Payable", kind="Other Current Liability", detail="OtherCurrentLiabilities"),
    AccountSeed(name="Notes Payable", kind="Long Term Liability", detail="OtherLongTermLiabilities"),
    AccountSeed(name=OPENING_EQUITY, kind="Equity", detail="OpeningBalanceEquity"),
    AccountSeed(name=RETAINED_EARNINGS, kind="Equity", detail="RetainedEarnings"),
    AccountSeed(name=SALES, kind="Income", detail="SalesOfProductIncome"),
    AccountSeed(name=SERVICES, kind="Income", detail="ServiceFeeIncome"),
    AccountSeed(name=DISCOUNTS, kind="Income", detail="DiscountsRefundsGiven"),
    AccountSeed(name="Interest Earned", kind="Other Income", detail="InterestEarned"),
    AccountSeed(name=PURCHASES, kind="Cost of Goods Sold", detail="SuppliesMaterialsCogs"),
    AccountSeed(name="Rent or Lease", kind="Expense", detail="RentOrLeaseOfBuildings"),
    AccountSeed(name="Utilities", kind="Expense", detail="Utilities"),
    AccountSeed(name="Telephone", kind="Expense", detail="Utilities", under="Utilities"),
    AccountSeed(name="Legal & Professional Fees", kind="Expense", detail="LegalProfessionalFees"),
    AccountSeed(name="Office Expenses", kind="Expense", detail="OfficeGeneralAdministrativeExpenses"),
    AccountSeed(name="Bad Debts", kind="Expense", detail="BadDebts"),
    AccountSeed(name="Miscellaneous", kind="Other Expense", detail="OtherMiscellaneousExpense"),
)
EXPENSES = ("Rent or Lease", "Utilities", "Utilities:Telephone", "Legal & Professional Fees", "Office Expenses")
TERMS = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 45", 45), ("Net 60", 60))
PAYMENT_METHODS = (("Cash", "NON_CREDIT_CARD"), ("Check", "NON_CREDIT_CARD"), ("Visa", "CREDIT_CARD"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSeed:
    """A rate of tax; ``special`` is the schema's SpecialTaxType."""

    name: str
    percent: float
    agency: str
    special: str = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSeed:
    """A tax code: rates on sales and on purchases."""

    name: str
    sales: tuple[RateSeed, ...] = ()
    purchases: tuple[RateSeed, ...] = ()
    is_taxable: bool = True


def tax_codes(edition: Edition) -> tuple[CodeSeed, ...]:
    """Return the codes of an edition."""
    if edition.is_global:
        return tuple(_gst_codes())
    rates = (
        RateSeed(name="Arizona State Tax", percent=7.1, agency="Arizona Dept. of Revenue"),
        RateSeed(name="Tucson City", percent=2, agency="Arizona Dept. of Revenue"),
    )
    california = (RateSeed(name="California", percent=8, agency="Board of Equalization"),)
    return (CodeSeed(name="California", sales=california), CodeSeed(name="Tucson", sales=rates))


def _gst_codes() -> list[CodeSeed]:
    codes = []
    for percent in (5, 18):
        within = tuple(_rate(tax, percent / 2) for tax in ("CGST", "SGST"))
        within_bought = tuple(_rate(tax, percent / 2, " (Purchases)") for tax in ("CGST", "SGST"))
        codes.append(CodeSeed(name=f"{percent}.0% GST", sales=within, purchases=within_bought))
        across, across_bought = _rate("IGST", percent), _rate("IGST", percent, " (Purchases)")
        codes.append(CodeSeed(name=f"{percent}.0% IGST", sales=(across,), purchases=(across_bought,)))
    nothing = RateSeed(name="0% GST", percent=0, agency="IGST", special="ZERO_RATE")
    codes.append(CodeSeed(name="0% GST", sales=(nothing,), purchases=(nothing,)))
    codes.append(CodeSeed(name="Out of Scope", is_taxable=False))
    return codes


def _rate(tax: str, percent: float, tail: str = "") -> RateSeed:
    shown = f"{percent:g}"
    number = int(percent) if percent == int(percent) else percent
    return RateSeed(name=f"{shown}% {tax}{tail}", percent=number, agency=tax)
