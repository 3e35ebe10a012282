"""What we ask Tally's ODBC server for: a closed list of tables and methods, and the tags they stand for.

A method (``$Name``) is a column. Only first-level methods of collections that Tally exposes can be asked for; there are
no joins, no aggregates worth relying on, no lists inside a row and no vouchers. ``Ledger``, ``Groups``, ``StockItem``,
``StockGroup`` and ``Company`` are exposed by every Tally of which queries are known; a table called otherwise is asked
for only if ``ODBCTables`` lists it at run time under one of the names below, because nobody has published the whole
list. A method that is not core is asked for only if the driver's own catalogue lists it.

Nothing a user types reaches this list: an unknown object type raises a dialog that blocks Tally until somebody clicks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ValueKind(StrEnum):
    """How the text of a value is rendered; see ``decoding.py``."""

    TEXT = "text"
    AMOUNT = "amount"
    NUMBER = "number"
    QUANTITY = "quantity"
    DATE = "date"
    LOGICAL = "logical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One fact of an object.

    Attributes:
        tag: the tag of Tally's XML that carries the same fact; ``@NAME`` is an attribute.
        names: spellings of the method without ``$``, best first; the first that has a value counts.
        kind: how its values are rendered.
        is_core: asked for even where the driver cannot list a table's columns.
    """

    tag: str
    names: tuple[str, ...]
    kind: ValueKind = ValueKind.TEXT
    is_core: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One kind of object.

    Attributes:
        names: names of the table, best first.
        element: its element in Tally's XML.
        stream: the tap's stream.
        methods: what is asked for.
        is_expected: exposed by every Tally we know of; else only if ``ODBCTables`` lists it.
    """

    names: tuple[str, ...]
    element: str
    stream: str
    methods: tuple[Method, ...]
    is_expected: bool = False


def _method(tag: str, *names: str, kind: ValueKind = ValueKind.TEXT, core: bool = False) -> Method:
    return Method(tag=tag, names=names, kind=kind, is_core=core)


_NAME = _method("@NAME", "Name", core=True)
_PARENT = _method("PARENT", "Parent", core=True)
_IDENTITY = (
    _method("GUID", "GUID", core=True),
    _method("ALTERID", "AlterID", kind=ValueKind.NUMBER, core=True),
    _method("MASTERID", "MasterID", kind=ValueKind.NUMBER),
    _method("@RESERVEDNAME", "ReservedName"),
)
_LOGICAL = ValueKind.LOGICAL
_AMOUNT = ValueKind.AMOUNT


def _texts(words: str) -> tuple[Method, ...]:
    """Methods whose tag is their name in capitals."""
    return tuple(_method(word.upper(), word) for word in words.split())


def _logicals(words: str) -> tuple[Method, ...]:
    return tuple(_method(word.upper(), word, kind=_LOGICAL) for word in words.split())


LEDGER = Table(
    names=("Ledger",),
    element="LEDGER",
    stream="ledgers",
    is_expected=True,
    methods=(
        _NAME,
        _PARENT,
        *_IDENTITY,
        _method("OPENINGBALANCE", "OpeningBalance", "_OpeningBalance", kind=_AMOUNT, core=True),
        _method("CLOSINGBALANCE", "_ClosingBalance", "ClosingBalance", kind=_AMOUNT, core=True),
        _method("CREDITLIMIT", "CreditLimit", kind=_AMOUNT),
        *_logicals(
            "IsRevenue IsBillWiseOn IsCostCentresOn IsCreditDaysChkOn AffectsStock IsInterestOn IsTDSApplicable "
            "IsTCSApplicable"
        ),
        *_texts(
            "CurrencyName BillCreditPeriod MailingName PinCode LedStateName CountryName CountryOfResidence Email "
            "EmailCC LedgerPhone LedgerMobile LedgerContact LedgerFax Website IncomeTaxNumber PartyGSTIN "
            "GSTRegistrationType SalesTaxNumber InterstateSTNumber VATTINNumber TaxType GSTDutyHead "
            "RateOfTaxCalculation BankAccHolderName IFSCode BankingConfigBank BankBranchName Narration Description"
        ),
    ),
)
GROUPS = Table(
    names=("Groups",),
    element="GROUP",
    stream="groups",
    is_expected=True,
    methods=(
        _NAME,
        _PARENT,
        *_IDENTITY,
        _method("ISRESERVED", "_IsReserved", kind=_LOGICAL),
        *_logicals("IsRevenue IsDeemedPositive IsSubLedger AffectsGrossProfit IsBillWiseOn"),
        _method("_PRIMARYGROUP", "_PrimaryGroup"),
        _method("_GRANDPARENT", "_GrandParent"),
        *_texts("Narration"),
    ),
)
STOCK_ITEM = Table(
    names=("StockItem",),
    element="STOCKITEM",
    stream="stock_items",
    is_expected=True,
    methods=(
        _NAME,
        _PARENT,
        *_IDENTITY,
        *_texts("Category BaseUnits AdditionalUnits Description Narration CostingMethod ValuationMethod"),
        *_texts("GSTApplicable GSTTypeOfSupply"),
        _method("OPENINGBALANCE", "OpeningBalance", "_OpeningBalance", kind=ValueKind.QUANTITY),
        _method("OPENINGVALUE", "OpeningValue", kind=_AMOUNT),
        _method("CLOSINGBALANCE", "_ClosingBalance", "ClosingBalance", kind=ValueKind.QUANTITY),
        _method("CLOSINGRATE", "_ClosingRate", kind=ValueKind.TEXT),
        _method("CLOSINGVALUE", "_ClosingValue", "ClosingValue", kind=_AMOUNT),
        *_logicals("IsBatchWiseOn IsPerishableOn"),
    ),
)
STOCK_GROUP = Table(
    names=("StockGroup",),
    element="STOCKGROUP",
    stream="stock_groups",
    is_expected=True,
    methods=(_NAME, _PARENT, *_IDENTITY, *_texts("BaseUnits Narration")),
)
COMPANY = Table(
    names=("Company",),
    element="COMPANY",
    stream="companies",
    is_expected=True,
    methods=(
        _NAME,
        _method("GUID", "GUID"),
        _method("COMPANYNUMBER", "CompanyNumber"),
        _method("BASICCOMPANYFORMALNAME", "BasicCompanyFormalName"),
        _method("STARTINGFROM", "StartingFrom", kind=ValueKind.DATE),
        _method("BOOKSFROM", "BooksFrom", kind=ValueKind.DATE),
        _method("ENDINGAT", "EndingAt", kind=ValueKind.DATE),
        _method("LASTVOUCHERDATE", "LastVoucherDate", kind=ValueKind.DATE),
        _method("ALTMSTID", "AltMstId", kind=ValueKind.NUMBER),
        _method("ALTVCHID", "AltVchId", kind=ValueKind.NUMBER),
        _method("ISAGGREGATE", "IsAggregate", kind=_LOGICAL),
        *_texts("StateName CountryName PinCode Email IncomeTaxNumber"),
    ),
)


def _asked_for(element: str, stream: str, names: str, texts: str = "", logicals: str = "") -> Table:
    """A table whose name on a given Tally only ``ODBCTables`` can tell."""
    methods = (_NAME, _PARENT, *_IDENTITY, *_texts(texts), *_logicals(logicals))
    return Table(names=tuple(names.split()), element=element, stream=stream, methods=methods)


UNIT = Table(
    names=("Unit", "Units"),
    element="UNIT",
    stream="units",
    methods=(
        _NAME,
        *_IDENTITY,
        *_texts("OriginalName BaseUnits AdditionalUnits"),
        *_logicals("IsSimpleUnit"),
        _method("DECIMALPLACES", "DecimalPlaces", kind=ValueKind.NUMBER),
        _method("CONVERSION", "Conversion", kind=ValueKind.NUMBER),
    ),
)
CURRENCY = Table(
    names=("Currency", "Currencies"),
    element="CURRENCY",
    stream="currencies",
    methods=(
        _NAME,
        *_IDENTITY,
        *_texts("OriginalName MailingName ExpandedSymbol DecimalSymbol"),
        _method("DECIMALPLACES", "DecimalPlaces", kind=ValueKind.NUMBER),
    ),
)
TABLES: tuple[Table, ...] = (
    COMPANY,
    CURRENCY,
    UNIT,
    GROUPS,
    LEDGER,
    _asked_for("VOUCHERTYPE", "voucher_types", "VoucherType VoucherTypes", "NumberingMethod", "IsActive IsOptional"),
    _asked_for(
        "COSTCATEGORY",
        "cost_categories",
        "CostCategory CostCategories",
        logicals="AllocateRevenue AllocateNonRevenue",
    ),
    _asked_for("COSTCENTRE", "cost_centres", "CostCentre CostCentres", "Category", "ForPayroll IsEmployeeGroup"),
    STOCK_GROUP,
    _asked_for("STOCKCATEGORY", "stock_categories", "StockCategory StockCategories"),
    _asked_for("GODOWN", "godowns", "Godown Godowns"),
    STOCK_ITEM,
)
"""Every table, in the order of the tap's streams: masters name only what was read before them."""
CATALOGUE_TABLE = "ODBCTables"
"""Lists, under ``$Name``, the tables this Tally exposes."""


def find_table(stream: str) -> Table | None:
    """Return the table behind a stream, None if ODBC cannot give it (vouchers, reports, GST registrations)."""
    return next((table for table in TABLES if table.stream == stream), None)
