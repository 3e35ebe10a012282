"""What every record has, and the records of the ledger itself: accounts, taxes, currencies.

Rates of tax are hundredths of a percent; balances are hundredths of the base currency, debit positive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

ONE = Decimal(1)


@dataclass(slots=True, kw_only=True)
class Record:
    """What every record has; the moments are in the organisation's zone, whole seconds."""

    id: str
    created: datetime
    modified: datetime
    custom: dict[str, str] = field(default_factory=dict)
    """Custom fields by API name."""


class Role(StrEnum):
    """What a system account is there for."""

    RECEIVABLE = "Accounts Receivable"
    PAYABLE = "Accounts Payable"
    UNEARNED = "Unearned Revenue"
    PREPAID = "Prepaid Expenses"
    OFFSET = "Opening Balance Adjustments"
    OTHER_CHARGES = "Other Charges"
    DISCOUNT = "Discount"
    EXCHANGE = "Exchange Gain or Loss"
    BAD_DEBT = "Bad Debt"
    BANK_FEES = "Bank Fees and Charges"
    TDS_RECEIVABLE = "TDS Receivable"
    TDS_PAYABLE = "TDS Payable"


@dataclass(slots=True, kw_only=True)
class Account(Record):
    """A ledger account; ``opening`` is debit positive, as are all balances."""

    name: str
    type: str
    description: str = ""
    account_code: str = ""
    is_active: bool = True
    is_system: bool = False
    is_user_created: bool = True
    opening: int = 0
    bank_name: str = ""
    bank_number: str = ""

    @property
    def is_money(self) -> bool:
        """Whether it is listed among the bank accounts."""
        return self.type in {"bank", "cash", "credit_card", "payment_clearing"}


@dataclass(slots=True, kw_only=True)
class Tax(Record):
    """A tax or a group of taxes.

    Attributes:
        head: ``igst``, ``cgst``, ``sgst`` or ``nil``; empty for a group.
        specification: ``intra`` or ``inter``.
        members: identifiers of a group's taxes.
    """

    name: str
    percent: int
    head: str = ""
    specification: str = "intra"
    members: tuple[str, ...] = ()
    output_account_id: str = ""
    input_account_id: str = ""
    is_active: bool = True


@dataclass(slots=True, kw_only=True)
class TdsTax(Record):
    """A rate of tax deducted at source on purchases."""

    name: str
    percent: int
    section: str


@dataclass(slots=True, kw_only=True)
class Currency(Record):
    """A currency; ``rate`` is what one unit is worth in the base currency."""

    iso: str
    name: str
    symbol: str
    rate: Decimal = ONE
    is_base: bool = False
