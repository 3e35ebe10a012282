"""What is asked for: object classes with their fields, as the translation wants them.

The field lists are those of ``translate.tags``: what a reader takes or keeps. Lists are named un-dotted, or with
``.*`` where that was measured to be needed: either brings each entry whole, with user-defined fields. Dotted paths
below an entry brought real bill references back as On Account without a name on some installations.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.tally.export.streams import OTHER_MASTERS
from connectors.tally.gateway.allowed import ObjectType
from connectors.tally.gateway.profile import CapabilityProfile
from connectors.tally.translate import tags
from connectors.tally.translate.companies import KEPT
from connectors.tally.translate.tags import Tags

IDENTITY = ("Guid", "MasterID", "AlterID", "Name", "Parent")
"""Asked of every master beside its own fields."""
_MASTER = (*IDENTITY, "LanguageName", "IsReserved")
_AUDIT = ("EnteredBy", "AlteredBy", "UpdatedDateTime")


_DERIVED = frozenset(
    {
        *("CLOSINGBALANCE", "CLOSINGVALUE", "CLOSINGRATE", "CREDITTOTALS", "DEBITTOTALS", "TBALOPENING", "TBALCLOSING"),
        *(
            "RESERVENAME",
            "INFGSTHSNCODE",
            "INFGSTHSNDESCRIPTION",
            "INFGSTIGSTRATE",
            "INFGSTTAXABLILITY",
            "GSTMSTTYPEOFSUPPLY",
            "ISREVENUE",
        ),
    }
)
"""Computed from other objects: they change without a change number of their own, so a stored one would be stale after
the next voucher. (Of a group, ISREVENUE is its own.) Balances are dear, too; the reports bring them for the proof."""


def _fields(known: Tags, *more: str, derived: frozenset[str] = _DERIVED) -> tuple[str, ...]:
    names = [tag.removesuffix(".LIST") for tag in known.wanted if tag not in derived]
    taken = {name.casefold() for name in more}
    return (*more, *(name for name in names if name.casefold() not in taken))


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterClass:
    """One class of masters.

    Attributes:
        stream: where its objects go.
        kind: TYPE of the collection.
        fields: to fetch.
        count: name of Tally's own counter of them (``LoadedCompany.counts``), empty if it has none.
    """

    stream: str
    kind: ObjectType
    fields: tuple[str, ...]
    count: str = ""


_CURRENCY = (
    *("OriginalName", "MailingName", "ExpandedSymbol", "DecimalSymbol", "DecimalPlaces", "IsSuffix", "HasSpace"),
    *("InMillions", "DailyStdRates"),
)
_CATEGORY = ("AllocateRevenue", "AllocateNonRevenue")
_ATTENDANCE = ("BaseUnits", "AttendanceProductionType", "AttendancePeriod")

MASTER_CLASSES: tuple[MasterClass, ...] = (
    MasterClass(stream="currencies", kind=ObjectType.CURRENCY, fields=(*_MASTER, *_CURRENCY)),
    MasterClass(stream="units", kind=ObjectType.UNIT, fields=_fields(tags.UNIT, *_MASTER)),
    MasterClass(
        stream="groups",
        kind=ObjectType.GROUP,
        fields=_fields(tags.GROUP, *_MASTER, "IsRevenue"),
        count="groups",
    ),
    MasterClass(stream="ledgers", kind=ObjectType.LEDGER, fields=_fields(tags.LEDGER, *_MASTER), count="ledgers"),
    MasterClass(
        stream="voucher_types",
        kind=ObjectType.VOUCHER_TYPE,
        fields=_fields(tags.VOUCHER_TYPE, *_MASTER, derived=frozenset({"ISDEEMEDPOSITIVE"})),  # follows from its kind
    ),
    MasterClass(stream="cost_categories", kind=ObjectType.COST_CATEGORY, fields=(*_MASTER, *_CATEGORY)),
    MasterClass(stream="cost_centres", kind=ObjectType.COST_CENTRE, fields=_fields(tags.COST_CENTRE, *_MASTER)),
    MasterClass(stream="stock_groups", kind=ObjectType.STOCK_GROUP, fields=_fields(tags.STOCK_GROUP, *_MASTER)),
    MasterClass(stream="stock_categories", kind=ObjectType.STOCK_CATEGORY, fields=_fields(tags.STOCK_GROUP, *_MASTER)),
    MasterClass(stream="godowns", kind=ObjectType.GODOWN, fields=_fields(tags.GODOWN, *_MASTER)),
    MasterClass(
        stream="stock_items",
        kind=ObjectType.STOCK_ITEM,
        fields=_fields(tags.STOCK_ITEM, *_MASTER),
        count="stock_items",
    ),
    MasterClass(stream="tax_units", kind=ObjectType.TAX_UNIT, fields=_fields(tags.TAX_UNIT, *_MASTER)),
    MasterClass(stream=OTHER_MASTERS, kind=ObjectType.ATTENDANCE_TYPE, fields=(*_MASTER, *_ATTENDANCE)),
    MasterClass(stream=OTHER_MASTERS, kind=ObjectType.BUDGET, fields=_MASTER),
)
"""Every class that is known to answer without a message box."""

_VOUCHER = _fields(
    tags.VOUCHER, "Guid", "MasterID", "AlterID", "VoucherKey", "PersistedView", "NumberingStyle", *_AUDIT
)
_ENTRY_LISTS = frozenset(
    {
        *("ALLLEDGERENTRIES", "LEDGERENTRIES", "ALLINVENTORYENTRIES", "INVENTORYENTRIES", "INVENTORYENTRIESIN"),
        *("INVENTORYENTRIESOUT", "CATEGORYENTRY", "ATTENDANCEENTRIES"),
    }
)
_DOUBLED = frozenset({"LEDGERENTRIES", "INVENTORYENTRIES"})
"""The older lists repeat what the ALL lists hold, at twice the bytes."""


def voucher_fields(profile: CapabilityProfile) -> tuple[str, ...]:
    """Return what to fetch of a voucher; whether a list named bare comes whole was measured."""
    fields = [name for name in _VOUCHER if name not in _DOUBLED]
    return tuple(profile.entry_list(name) if name in _ENTRY_LISTS else name for name in fields)


VOUCHER_COUNTED = ("Guid", "MasterID", "AlterID", "Date", "VoucherNumber", "VoucherTypeName")
"""What a census of vouchers asks for."""
MASTER_COUNTED = ("Guid", "MasterID", "AlterID", "Name")

COMPANY_FIELDS = (
    *("Name", "Guid", "BasicCompanyFormalName", "StartingFrom", "EndingAt", "BooksFrom", "LastVoucherDate"),
    *("IncomeTaxNumber", "TANumber", "TanRegNo", "CorporateIdentityNo", "ProductName", "StateName", "PriorStateName"),
    *("CountryName", "CountryOfResidence", "PinCode", "Address", "BasicCompanyAddress"),
    *KEPT,
)
