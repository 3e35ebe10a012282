"""QuickBooks' account types in the words of our chart: which reserved group a type is, and its normal side.

QuickBooks keeps one control account for all customers and one for all vendors, and says on each document whose it is.
Our books keep a ledger per party. So an account of type Accounts Receivable or Payable becomes a *group*, and each
customer or vendor a ledger below it: the group's balance is the control account's, a ledger's is the party's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from canonical.ledger import ReservedGroup
from canonical.money import Side

RECEIVABLE: Final = "Accounts Receivable"
PAYABLE: Final = "Accounts Payable"
CONTROL_TYPES: Final = frozenset({RECEIVABLE, PAYABLE})
RETAINED_EARNINGS: Final = "RetainedEarnings"
CARRIED_PROFIT: Final = "profit & loss a/c"
"""Key of the ledger that profits of earlier years are carried to, in every set of books; here Retained Earnings."""
TAX_PAYABLE: Final = frozenset({"SalesTaxPayable", "GlobalTaxPayable"})
UNDEPOSITED: Final = "UndepositedFunds"
DISCOUNTS: Final = "DiscountsRefundsGiven"
EXCHANGE: Final = "ExchangeGainOrLoss"
INVENTORY: Final = "Inventory"


@dataclass(frozen=True, slots=True)
class AccountType:
    """What an account type is in our chart."""

    reserved: ReservedGroup
    nature: Side
    is_revenue: bool = False


_DEBIT, _CREDIT = Side.DEBIT, Side.CREDIT
TYPES: Final = {
    "Bank": AccountType(ReservedGroup.BANK_ACCOUNTS, _DEBIT),
    RECEIVABLE: AccountType(ReservedGroup.SUNDRY_DEBTORS, _DEBIT),
    "Other Current Asset": AccountType(ReservedGroup.CURRENT_ASSETS, _DEBIT),
    "Fixed Asset": AccountType(ReservedGroup.FIXED_ASSETS, _DEBIT),
    "Other Asset": AccountType(ReservedGroup.LOANS_ADVANCES_ASSET, _DEBIT),
    PAYABLE: AccountType(ReservedGroup.SUNDRY_CREDITORS, _CREDIT),
    "Credit Card": AccountType(ReservedGroup.CURRENT_LIABILITIES, _CREDIT),
    "Other Current Liability": AccountType(ReservedGroup.CURRENT_LIABILITIES, _CREDIT),
    "Long Term Liability": AccountType(ReservedGroup.LOANS_LIABILITY, _CREDIT),
    "Equity": AccountType(ReservedGroup.CAPITAL, _CREDIT),
    "Income": AccountType(ReservedGroup.SALES, _CREDIT, is_revenue=True),
    "Cost of Goods Sold": AccountType(ReservedGroup.DIRECT_EXPENSES, _DEBIT, is_revenue=True),
    "Expense": AccountType(ReservedGroup.INDIRECT_EXPENSES, _DEBIT, is_revenue=True),
    "Other Income": AccountType(ReservedGroup.INDIRECT_INCOMES, _CREDIT, is_revenue=True),
    "Other Expense": AccountType(ReservedGroup.INDIRECT_EXPENSES, _DEBIT, is_revenue=True),
}
"""Non-Posting accounts (estimates, purchase orders) are none of the books."""


def group_key(account_type: str) -> str:
    """Key of the group that holds the accounts of a type."""
    return f"type/{account_type}"


def account_key(account_id: str, subtype: str = "") -> str:
    """Key of an account's ledger, or of a control account's group: by id, because names change."""
    return CARRIED_PROFIT if subtype == RETAINED_EARNINGS else f"account/{account_id}"


def party_key(entity: str, entity_id: str) -> str:
    """Key of a party and of its ledger: ``customer/12``."""
    return f"{entity.casefold()}/{entity_id}"
