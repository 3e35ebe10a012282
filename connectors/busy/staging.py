"""The one set of rows that BUSY's exports, databases and web service become before they are translated.

Whatever the route, an object of BUSY is staged as one of these rows first, and only they are given a meaning. So a
voucher read from an XML export and the same voucher read from its database translate alike. Raw records stay verbatim
per route; rows are made inside ``translate``.

Conventions, whatever the route wrote:

* amounts are rupees, **debit positive** (BUSY writes debits negative in most places, unsigned in others);
* quantities are not negative; ``is_inward`` says which way goods went where the route says it;
* empty text stands for "not said", None for an amount or a day that is not said;
* names are as BUSY spells them, with their blanks; a route that knows only codes leaves the name empty, and the other
  way round. Codes are those of one financial year's database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum

from canonical.record import JsonValue


class Route(StrEnum):
    """How an object got out of BUSY; every raw record names its own."""

    XML = "xml"
    REPORT = "report"
    DATABASE = "database"
    SERVICE = "service"


class MasterType(IntEnum):
    """BUSY's numbers of master types, those that are read."""

    ACCOUNT_GROUP = 1
    ACCOUNT = 2
    COST_CENTRE_GROUP = 3
    COST_CENTRE = 4
    ITEM_GROUP = 5
    ITEM = 6
    CURRENCY = 7
    UNIT = 8
    BILL_SUNDRY = 9
    MATERIAL_CENTRE_GROUP = 10
    MATERIAL_CENTRE = 11
    SALE_TYPE = 13
    PURCHASE_TYPE = 14
    STANDARD_NARRATION = 18
    BROKER = 19
    VOUCHER_SERIES = 21
    TAX_CATEGORY = 25


MASTER_TYPES: dict[str, MasterType] = {
    "AccountGroup": MasterType.ACCOUNT_GROUP,
    "Account": MasterType.ACCOUNT,
    "CostCentreGroup": MasterType.COST_CENTRE_GROUP,
    "CostCentre": MasterType.COST_CENTRE,
    "ItemGroup": MasterType.ITEM_GROUP,
    "Item": MasterType.ITEM,
    "Currency": MasterType.CURRENCY,
    "Unit": MasterType.UNIT,
    "BillSundry": MasterType.BILL_SUNDRY,
    "MaterialCentreGroup": MasterType.MATERIAL_CENTRE_GROUP,
    "MaterialCentre": MasterType.MATERIAL_CENTRE,
    "MaterialCenter": MasterType.MATERIAL_CENTRE,
    "SaleType": MasterType.SALE_TYPE,
    "PurchaseType": MasterType.PURCHASE_TYPE,
    "Std.Narration": MasterType.STANDARD_NARRATION,
    "Broker": MasterType.BROKER,
    "TaxCategory": MasterType.TAX_CATEGORY,
}
"""By the tag of an XML export. AccountGroup, Account, Item, Broker and Std.Narration were seen in real exports; the
others are assumed to be named like BUSY's menus, and kept as other masters if they are not."""


class BillMethod(IntEnum):
    """What a bill reference does; BUSY's numbers."""

    NEW = 1
    ADJUST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMaster:
    """A master of which only the tree matters: item group, material centre, tax category, broker and the like.

    Attributes:
        extras: what else the route says, under BUSY's names.
    """

    master_type: int
    code: str = ""
    name: str = ""
    alias: str = ""
    parent_name: str = ""
    parent_code: str = ""
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountGroupRow:
    """A node of the chart; codes 101 to 129 are BUSY's built-in groups."""

    code: str = ""
    name: str = ""
    alias: str = ""
    parent_name: str = ""
    parent_code: str = ""
    is_primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRow:
    """Where a party is and how it is reached; also of one bill's party (``BillingDetails``).

    Attributes:
        name: of the party on a bill; may differ from the ledger.
        dealer_type: ``Registered``, ``Un-Registered``, ``Composition`` and so on.
    """

    name: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    country: str = ""
    pincode: str = ""
    phone: str = ""
    mobile: str = ""
    whatsapp: str = ""
    email: str = ""
    contact: str = ""
    gstin: str = ""
    pan: str = ""
    dealer_type: str = ""
    transport: str = ""
    station: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRow:
    """A bill reference.

    Attributes:
        amount: debit positive: a sales invoice is positive, its receipt negative.
        code: ``tmpRefCode`` / ``RefCode``: what the references of one bill share.
        day: of the voucher that made the reference, also on an adjusting one.
        due: of the bill, also on an adjusting reference.
        account_name, account_code: the party's ledger.
        voucher_code: the voucher that made it; empty or 0 for an opening bill.
    """

    method: BillMethod
    amount: Decimal
    ref: str = ""
    code: str = ""
    day: date | None = None
    due: date | None = None
    account_name: str = ""
    account_code: str = ""
    voucher_code: str = ""
    broker_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account (ledger).

    Attributes:
        opening: at the start of the year's books.
        closing, closing_as_of: instead of ``opening`` where the export states balances of a later day.
        bills: open bills at the day of the balance.
    """

    code: str = ""
    name: str = ""
    alias: str = ""
    print_name: str = ""
    group_name: str = ""
    group_code: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    closing_as_of: date | None = None
    is_bill_wise: bool = False
    credit_days_sale: int | None = None
    credit_days_purchase: int | None = None
    credit_limit: Decimal | None = None
    bills: tuple[BillRow, ...] = ()
    address: AddressRow = AddressRow()
    tax_category: str = ""
    hsn: str = ""
    broker_name: str = ""
    is_active: bool = True
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """A unit of measure; names are its symbols."""

    code: str = ""
    name: str = ""
    print_name: str = ""
    uqc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """An item; ``opening_value`` debit positive."""

    code: str = ""
    name: str = ""
    alias: str = ""
    print_name: str = ""
    group_name: str = ""
    group_code: str = ""
    unit: str = ""
    unit_code: str = ""
    alternate_unit: str = ""
    alternate_unit_code: str = ""
    conversion: Decimal | None = None
    opening_quantity: Decimal | None = None
    opening_alternate: Decimal | None = None
    opening_value: Decimal | None = None
    openings: tuple[CentreStock, ...] = ()
    hsn: str = ""
    tax_category: str = ""
    mrp: Decimal | None = None
    is_active: bool = True
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreStock:
    """Opening stock of an item in one material centre."""

    centre: str = ""
    centre_code: str = ""
    quantity: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLeg:
    """One posting."""

    account_name: str = ""
    account_code: str = ""
    group_name: str = ""
    amount: Decimal
    narration: str = ""
    cleared_on: date | None = None
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """Goods of one lot on an item leg."""

    name: str
    quantity: Decimal | None = None
    made_on: date | None = None
    expires_on: date | None = None
    mrp: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLeg:
    """Goods on a document.

    Attributes:
        amount: before tax, not negative (``NettAmount``; ``Amt`` of item-wise types is gross).
        tax_first, tax_second: rates and amounts as BUSY writes them: two for CGST and SGST, one alone for IGST.
        is_inward: None where the voucher type says it already.
    """

    line: int = 0
    item_name: str = ""
    item_code: str = ""
    unit: str = ""
    unit_code: str = ""
    quantity: Decimal
    alternate_unit: str = ""
    alternate_quantity: Decimal | None = None
    free_quantity: Decimal | None = None
    price: Decimal | None = None
    list_price: Decimal | None = None
    mrp: Decimal | None = None
    amount: Decimal
    discount_percent: Decimal | None = None
    centre: str = ""
    centre_code: str = ""
    is_inward: bool | None = None
    tax_category: str = ""
    hsn: str = ""
    rate_first: Decimal | None = None
    rate_second: Decimal | None = None
    tax_first: Decimal | None = None
    tax_second: Decimal | None = None
    is_exempt: bool = False
    description: str = ""
    order: str = ""
    batches: tuple[BatchRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SundryRow:
    """A bill sundry (discount, freight, rounding): never negative in BUSY; the postings say its side."""

    name: str = ""
    code: str = ""
    amount: Decimal
    percent: Decimal | None = None
    percent_of: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRow:
    """GST of one line or rate of a document (``VchGSTSumItemWise``)."""

    line: int = 0
    item_code: str = ""
    hsn: str = ""
    taxable: Decimal
    rate_first: Decimal | None = None
    rate_second: Decimal | None = None
    tax_first: Decimal | None = None
    tax_second: Decimal | None = None
    place_of_supply_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRow:
    """One voucher.

    Attributes:
        voucher_type: BUSY's number: 9 sale, 3 sale return, 14 receipt ...
        number: empty where automatic numbering is off.
        sale_type: ``L/GST-18%`` and the like.
        party_name, party_code: ``MasterName1``, the ledger of the document.
        original_id: ``Series;dd-mm-yyyy;number;kind``: the only name under which BUSY logs a deletion.
        total: of the document, not negative; None where not said.
        modified: when it was changed last, as the route writes it.
    """

    code: str
    voucher_type: int
    day: date
    series: str = ""
    series_code: str = ""
    number: str = ""
    sale_type: str = ""
    party_name: str = ""
    party_code: str = ""
    centre: str = ""
    centre_code: str = ""
    currency: str = ""
    narration: str = ""
    reference: str = ""
    reference_day: date | None = None
    is_cancelled: bool = False
    original_id: str = ""
    total: Decimal | None = None
    billing: AddressRow | None = None
    transport: str = ""
    lr_number: str = ""
    lr_day: date | None = None
    vehicle: str = ""
    station: str = ""
    original_number: str = ""
    original_day: date | None = None
    irn: str = ""
    ack_number: str = ""
    ack_day: date | None = None
    e_way_bill: str = ""
    legs: tuple[LedgerLeg, ...] = ()
    items: tuple[ItemLeg, ...] = ()
    sundries: tuple[SundryRow, ...] = ()
    bills: tuple[BillRow, ...] = ()
    taxes: tuple[TaxRow, ...] = ()
    broker_name: str = ""
    entered_by: str = ""
    altered_by: str = ""
    modified: str = ""
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedRow:
    """A line of ``DeletedInfo``: names the deleted object by text, never by code."""

    kind: int
    identity: str
    deleted_by: str = ""
    deleted_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyRow:
    """What a route says of the books themselves."""

    name: str = ""
    year_from: date | None = None
    version: str = ""
    base_currency: str = ""
    gstin: str = ""
    pan: str = ""
    address: AddressRow = AddressRow()
    closing_as_of: date | None = None
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


StagedRow = CompanyRow | AccountGroupRow | AccountRow | UnitRow | ItemRow | NamedMaster | VoucherRow | DeletedRow
"""What one raw record stages as."""
