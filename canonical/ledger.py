"""The chart of accounts: groups (a tree with reserved names) and ledgers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from canonical.bill import OpeningBill
from canonical.dates import CreditPeriod
from canonical.money import ZERO, Side, signed
from canonical.party import BankDetails
from canonical.record import JsonValue, SourceRef
from canonical.tax import DatedTaxDetail, TaxHead


class ReservedGroup(StrEnum):
    """The 28 groups every Tally company starts with (facts: TallyPrime's predefined groups).

    Other sources' account types map onto these, so that "is it a receivable" has one answer everywhere. A company may
    rename a group; the reserved name stays.
    """

    CAPITAL = "Capital Account"
    RESERVES = "Reserves & Surplus"
    LOANS_LIABILITY = "Loans (Liability)"
    BANK_OD = "Bank OD A/c"
    SECURED_LOANS = "Secured Loans"
    UNSECURED_LOANS = "Unsecured Loans"
    CURRENT_LIABILITIES = "Current Liabilities"
    DUTIES_TAXES = "Duties & Taxes"
    PROVISIONS = "Provisions"
    SUNDRY_CREDITORS = "Sundry Creditors"
    SUSPENSE = "Suspense A/c"
    BRANCH_DIVISIONS = "Branch / Divisions"
    FIXED_ASSETS = "Fixed Assets"
    INVESTMENTS = "Investments"
    CURRENT_ASSETS = "Current Assets"
    BANK_ACCOUNTS = "Bank Accounts"
    CASH_IN_HAND = "Cash-in-Hand"
    DEPOSITS_ASSET = "Deposits (Asset)"
    LOANS_ADVANCES_ASSET = "Loans & Advances (Asset)"
    STOCK_IN_HAND = "Stock-in-Hand"
    SUNDRY_DEBTORS = "Sundry Debtors"
    MISC_EXPENSES = "Misc. Expenses (ASSET)"
    SALES = "Sales Accounts"
    PURCHASE = "Purchase Accounts"
    DIRECT_INCOMES = "Direct Incomes"
    DIRECT_EXPENSES = "Direct Expenses"
    INDIRECT_INCOMES = "Indirect Incomes"
    INDIRECT_EXPENSES = "Indirect Expenses"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountGroup:
    """A node of the account tree.

    Attributes:
        key: what ledgers and child groups refer to (``name_key`` of the name for Tally).
        parent_key: empty at the root.
        reserved: the predefined group this is, whatever it is called today.
        is_revenue: profit and loss (True) or balance sheet.
        nature: side on which a balance is normal.
    """

    source: SourceRef
    key: str
    name: str
    parent_key: str = ""
    reserved: ReservedGroup | None = None
    is_revenue: bool | None = None
    nature: Side | None = None
    affects_gross_profit: bool = False
    is_subledger: bool = False
    aliases: tuple[str, ...] = ()
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """An account that postings go to.

    Attributes:
        key: what postings refer to.
        group_key: the group it hangs under; empty if the source did not say (a day book without masters).
        reserved: the nearest reserved group above it, None if the tree is not known.
        opening: debit-positive opening balance in rupees at the start of the books; None if not said.
        closing: debit-positive closing balance as the source says; an oracle, never an input.
        closing_as_of: the day of ``closing``, if known.
        is_bill_wise: the source keeps bills for this ledger.
        credit_period: default for bills that give none.
        credit_limit: rupees; None means no limit set.
        check_credit_days: the source blocks sales to overdue parties.
    """

    source: SourceRef
    key: str
    name: str
    group_key: str = ""
    group_name: str = ""
    reserved: ReservedGroup | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    closing_as_of: date | None = None
    currency: str = ""
    is_revenue: bool | None = None
    is_bill_wise: bool = False
    is_cost_centre_on: bool = False
    credit_period: CreditPeriod | None = None
    credit_limit: Decimal | None = None
    check_credit_days: bool = False
    opening_bills: tuple[OpeningBill, ...] = ()
    tax_head: TaxHead | None = None
    tax_rate: Decimal | None = None
    tax_details: tuple[DatedTaxDetail, ...] = ()
    bank: BankDetails | None = None
    aliases: tuple[str, ...] = ()
    notes: str = ""
    is_active: bool = True
    is_placeholder: bool = False
    """Vouchers name this ledger but its master has not been read yet; the master replaces it when it comes."""
    extras: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def opening_bills_net(self) -> Decimal:
        """Debit-positive sum of the opening bills; the rest of ``opening`` is unreferenced."""
        return sum((signed(bill.side, bill.amount) for bill in self.opening_bills), ZERO)


def name_key(name: str) -> str:
    """Fold a master's name to the key it is matched by.

    Tally matches names ignoring case and blanks between words (facts: tally 7.2), so two such names cannot be two
    masters there.

    >>> name_key("  Asha   TRADERS ")
    'asha traders'
    """
    return " ".join(name.split()).casefold()
