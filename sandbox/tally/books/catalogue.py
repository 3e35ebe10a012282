"""What Tally's object classes are called, and which type each of their fields has.

Classes: those every gateway answer lists in CMPINFO, with the TYPE names clients use. Types: as the gateway marks
them in captures, else as the field's use shows. A field not listed here is text. Names are matched without case and
blanks ("Stock Item" is ``STOCKITEM``).
"""

from __future__ import annotations

from functools import lru_cache

from sandbox.tally.books.errors import UnknownKind

CLASSES = (
    *("COMPANY", "GROUP", "LEDGER", "COSTCATEGORY", "COSTCENTRE", "GODOWN", "STOCKGROUP", "STOCKCATEGORY", "STOCKITEM"),
    *("VOUCHERTYPE", "CURRENCY", "UNIT", "BUDGET", "CLIENTRULE", "SERVERRULE", "STATE", "TDSRATE", "TAXCLASSIFICATION"),
    *("STCATEGORY", "DEDUCTEETYPE", "ATTENDANCETYPE", "FBTCATEGORY", "FBTASSESSEETYPE", "TARIFFCLASSIFICATION"),
    *("EXCISEDUTYCLASSIFICATION", "SERIALNUMBER", "ADJUSTMENTCLASSIFICATION", "INCOMETAXSLAB"),
    *("INCOMETAXCLASSIFICATION", "LBTCLASSIFICATION", "TAXUNIT", "RETURNMASTER", "GSTCLASSIFICATION"),
    *("VOUCHERNUMBERSERIES", "VOUCHER"),
)
"""In the order of CMPINFO."""

MASTER_CLASSES = tuple(name for name in CLASSES if name not in ("COMPANY", "VOUCHER"))
BILL_CLASSES = ("BILL", "BILLS")
"""Accepted as TYPE; they are no masters but what the vouchers leave open."""

ALIASES = {
    "GROUPS": "GROUP",
    "LEDGERS": "LEDGER",
    "VOUCHERS": "VOUCHER",
    "COMPANIES": "COMPANY",
    "VOUCHERTYPES": "VOUCHERTYPE",
    "STOCKITEMS": "STOCKITEM",
    "COSTCENTER": "COSTCENTRE",
}

DEPENDENCY = {
    "GROUP": {"ISMSTDEPTYPE": "Yes", "MSTDEPTYPE": "4"},
    "LEDGER": {"ISMSTDEPTYPE": "Yes", "MSTDEPTYPE": "8"},
    "VOUCHERTYPE": {"ISMSTDEPTYPE": "Yes", "MSTDEPTYPE": "1024"},
    "VOUCHER": {"ISCMPDEPTYPE": "Yes", "CMPLOCUS": "4", "CMPDEPTYPE": "64"},
}
"""Attributes of COLLECTION by class, as captured; those of other classes are not known and left out."""

_AMOUNTS = frozenset(
    {
        *("AMOUNT", "OPENINGBALANCE", "CLOSINGBALANCE", "TBALOPENING", "TBALCLOSING", "DEBITTOTALS", "CREDITTOTALS"),
        *("OPENINGVALUE", "CLOSINGVALUE", "CREDITLIMIT", "VATASSESSABLEVALUE", "ASSESSABLEAMOUNT", "TAX", "ADDLAMOUNT"),
        *("VATEXPAMOUNT", "MRPRATE", "PREVYEARBALANCE", "ODLIMIT", "INWARDVALUE", "OUTWARDVALUE"),
    }
)
_NUMBERS = frozenset(
    {
        *("MASTERID", "ALTERID", "ALTMSTID", "ALTVCHID", "VOUCHERKEY", "VOUCHERRETAINKEY", "REUSEHOLEID", "LANGUAGEID"),
        *("SORTPOSITION", "DECIMALPLACES", "CONVERSION", "DENOMINATOR", "RATEOFTAXCALCULATION", "ROUNDINGLIMIT"),
        *("GSTRATE", "GSTRATEPERUNIT", "DISCOUNT", "ROUNDLIMIT", "DISTANCE", "NUMLEDGERS", "NUMGROUPS"),
        *("NUMSTOCKITEMS", "TAXRATE", "CLASSRATE", "BILLID", "NUMVOUCHERTYPES"),
    }
)
_QUANTITIES = frozenset({"ACTUALQTY", "BILLEDQTY", "INWARDQUANTITY", "OUTWARDQUANTITY"})
_RATES = frozenset({"RATE", "OPENINGRATE", "CLOSINGRATE", "SPECIFIEDRATE"})
_DATES = frozenset(
    {
        *("DATEOFJOIN", "DATEOFBIRTH", "DEACTIVATIONDATE", "PFJOININGDATE", "PFRELIEVINGDATE"),
        *("DATE", "EFFECTIVEDATE", "REFERENCEDATE", "BILLDATE", "BILLCREATIONDATE", "INSTRUMENTDATE", "BANKERSDATE"),
        *("APPLICABLEFROM", "STARTINGFROM", "ENDINGAT", "BOOKSFROM", "LASTVOUCHERDATE", "MFDON", "FROMDATE"),
        *("IRNACKDATE", "IRNCANCELDATE", "BASICORDERDATE", "BASICSHIPPINGDATE", "VALIDUPTO", "YEAREND", "DUEDATE"),
    }
)
_LOGICALS = frozenset(
    {
        *("AFFECTSSTOCK", "AFFECTSGROSSPROFIT", "ASORIGINAL", "ASPAYSLIP", "HASCASHFLOW", "CANDELETE", "FORPAYROLL"),
        *("HASMFGDATE", "ALLOCATEREVENUE", "ALLOCATENONREVENUE", "LEDGERFROMITEM", "REMOVEZEROENTRIES", "AUDITED"),
        *("DIFFACTUALQTY", "PREVENTDUPLICATES", "BASICGROUPISCALCULABLE", "FORJOBCOSTING", "HASNOSPACE", "EDUMODE"),
        *("SILVER", "GOLD", "OVERRIDECREDITLIMIT", "COMMONNARRATION", "MULTINARRATION", "CHEQUEPRINTED"),
    }
)
_STOCK_QUANTITIES = frozenset({"OPENINGBALANCE", "CLOSINGBALANCE"})
"""Of a stock item and its batches these are quantities, of everything else amounts."""


def class_of(type_name: str) -> str:
    """Return the class a TYPE names.

    Raises:
        UnknownKind: Tally has no such class; the real program shows a dialog and hangs.
    """
    folded = "".join(type_name.split()).upper()
    name = ALIASES.get(folded, folded)
    if name not in CLASSES and name not in BILL_CLASSES:
        raise UnknownKind(type_name)
    return name


@lru_cache(maxsize=8192)
def type_of(field: str, root: str) -> str:
    """Return the type name of a field.

    Args:
        field: upper case tag.
        root: class of the object it (or its list) belongs to.
    """
    if field in _STOCK_QUANTITIES and root == "STOCKITEM":
        return "Quantity"
    if field == "EFFECTIVEDATE" and root == "VOUCHERTYPE":
        return "Logical"
    return _TYPES.get(field) or ("Logical" if field.startswith("IS") else "String")


_TYPES = {
    field: type_name
    for type_name, fields in (
        ("Amount", _AMOUNTS),
        ("Number", _NUMBERS),
        ("Quantity", _QUANTITIES),
        ("Rate", _RATES),
        ("Date", _DATES),
        ("Logical", _LOGICALS),
    )
    for field in fields
}
