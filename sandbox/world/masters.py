"""Masters of the synthetic business: company, groups, ledgers, parties, items and the rest, as plain values.

They are neutral: every writer (Tally today) turns them into its own file. Amounts are paise, debit positive;
quantities are thousandths of the base unit; rates are hundredths of a percent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from canonical.dates import CreditPeriod
from canonical.tax import TaxHead
from canonical.voucher_type import VoucherKind

Terms = CreditPeriod | date
"""Credit as a bill states it: a period from the bill's date, or a day."""


def due_day(bill_date: date, terms: Terms | None, default: CreditPeriod | None = None) -> date:
    """Return when a bill falls due: its own terms, else the ledger's, else at once."""
    chosen = terms if terms is not None else default
    match chosen:
        case None:
            return bill_date
        case CreditPeriod():
            return chosen.due_date(bill_date)
        case _:
            return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyMaster:
    """The business whose books these are."""

    name: str
    guid: str
    gstin: str
    pan: str
    tan: str
    state: str
    state_code: str
    city: str
    pincode: str
    books_from: date
    books_to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMaster:
    """A node of the account tree; ``reserved`` is the predefined name it keeps when it is renamed."""

    name: str
    parent: str
    reserved: str = ""
    alias: str = ""
    is_revenue: bool = False
    is_debit: bool = False
    affects_gross_profit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBillMaster:
    """A bill that was open before the books began."""

    ref: str
    paise: int
    bill_date: date
    terms: Terms | None = None
    is_advance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BankMaster:
    """The account behind a bank ledger."""

    holder: str
    number: str
    ifsc: str
    bank: str
    branch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerMaster:
    """An account that is not a party."""

    name: str
    group: str
    opening: int = 0
    reserved: str = ""
    tax_head: TaxHead | None = None
    tax_rate: int | None = None
    bank: BankMaster | None = None
    has_cost_centres: bool = False
    is_rounding: bool = False
    alias: str = ""
    notes: str = ""


class Role(StrEnum):
    """What a party is to the business."""

    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    CONTRACTOR = "contractor"


class GstCategory(StrEnum):
    """How a party is registered."""

    REGULAR = "Regular"
    COMPOSITION = "Composition"
    UNREGISTERED = "Unregistered"
    SEZ = "SEZ"


class Habit(StrEnum):
    """How a party pays; the simulation follows it."""

    PROMPT = "prompt"
    USUAL = "usual"
    SLOW = "slow"
    STUCK = "stuck"
    ON_ACCOUNT = "on account"
    ADVANCE = "advance"
    TDS = "tds"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyMaster:
    """A customer or supplier with its ledger.

    Attributes:
        entity: the legal entity; companies of one seed that trade with the same entity show the same one.
        registered_since: an earlier registration row says unregistered when this is set.
        opening: whole opening balance; what the opening bills do not cover is unreferenced.
    """

    entity: str
    name: str
    legal_name: str
    role: Role
    group: str
    state: str
    state_code: str
    city: str
    pincode: str
    street: str
    category: GstCategory
    habit: Habit
    gstin: str = ""
    pan: str = ""
    terms: CreditPeriod | None = None
    credit_limit: int | None = None
    is_bill_wise: bool = True
    registered_since: date | None = None
    phone: str = ""
    email: str = ""
    contact: str = ""
    alias: str = ""
    opening: int = 0
    opening_bills: tuple[OpeningBillMaster, ...] = ()

    @property
    def opening_unreferenced(self) -> int:
        """The part of the opening balance that names no bill."""
        return self.opening - sum(bill.paise for bill in self.opening_bills)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitMaster:
    """A unit of measure; compound when ``tail`` is set (``conversion`` tails make one ``base``)."""

    symbol: str
    formal: str
    uqc: str
    decimals: int = 0
    base: str = ""
    tail: str = ""
    conversion: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """GST of an item from a day on, in hundredths of a percent of value (1800 is 18 %)."""

    since: date
    rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBatch:
    """Opening stock of one lot."""

    name: str
    godown: str
    quantity: int
    value: int
    made_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMaster:
    """A good that is bought and sold.

    Attributes:
        price: paise per base unit; ``cost`` likewise.
        quantities are thousandths of the base unit.
        conversion: base units in one alternate unit.
        shelf_months: sold with batches that expire after so many months; 0 without batches.
    """

    name: str
    group: str
    category: str
    unit: UnitMaster
    hsn: str
    hsn_name: str
    rates: tuple[RateRow, ...]
    price: int
    cost: int
    alternate_unit: str = ""
    conversion: int = 0
    shelf_months: int = 0
    mrp: int = 0
    is_exempt: bool = False
    part_number: str = ""
    opening_quantity: int = 0
    opening_value: int = 0
    opening_batches: tuple[OpeningBatch, ...] = ()

    def rate_on(self, day: date) -> int:
        """GST in hundredths of a percent on a day."""
        rate = 0
        for row in self.rates:
            if row.since <= day:
                rate = row.rate
        return rate


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeMaster:
    """A named node of a simple tree: stock group, stock category, godown, cost category or cost centre."""

    name: str
    parent: str = ""
    category: str = ""
    is_external: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherTypeMaster:
    """A voucher type; ``parent`` is the predefined type it comes down to."""

    name: str
    parent: str
    kind: VoucherKind
    numbering: str = "Automatic"
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Masters:
    """Everything the vouchers refer to."""

    company: CompanyMaster
    groups: tuple[GroupMaster, ...]
    ledgers: tuple[LedgerMaster, ...]
    parties: tuple[PartyMaster, ...]
    units: tuple[UnitMaster, ...]
    stock_groups: tuple[TreeMaster, ...]
    stock_categories: tuple[TreeMaster, ...]
    godowns: tuple[TreeMaster, ...]
    items: tuple[ItemMaster, ...]
    cost_categories: tuple[TreeMaster, ...]
    cost_centres: tuple[TreeMaster, ...]
    voucher_types: tuple[VoucherTypeMaster, ...]
